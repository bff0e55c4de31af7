#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Users' Sieve scripts: what the filter editors of mail programs write, vacation replies, order and loops.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
ANNA=anna@e2e.test
BEN=ben@e2e.test

sieve_of() { # sieve_of USER put SCRIPT FILE | activate SCRIPT | delete SCRIPT
    echo "$PASSWORD" | client timeout 30 python3 tests/e2e/managesieve.py $H4 $SIEVE $HOST "$CA" "$@" >"$T/out" 2>&1
}
# script USER: standard input becomes the active script
script() {
    cat >"$T/script.sieve"
    sieve_of "$1" put test "$T/script.sieve" || { cat "$T/out" >&2; fail "the script"; }
    sieve_of "$1" activate test
}
no_script() {
    sieve_of "$1" activate ''
    sieve_of "$1" delete test || true
}
count() { found "$@" | wc -w; }

t_extensions_are_offered() {
    local name
    script $ANNA <<<'keep;'
    for name in fileinto reject envelope vacation vacation-seconds subaddress 'comparator-i;ascii-numeric' relational \
        regex imap4flags copy include variables body enotify environment mailbox special-use date index duplicate \
        mime editheader spamtest spamtestplus; do
        says "^\"SIEVE\" \".*\b$name\b"
    done
    # not for users: they run programs
    says_not '"SIEVE" ".*vnd\.dovecot\.(pipe|filter|execute)'
    no_script $ANNA
}
t_tests_and_actions() {
    local s
    script $ANNA <<'END'
require ["fileinto", "mailbox", "envelope", "subaddress", "regex", "variables", "relational", "comparator-i;ascii-numeric", "body", "date",
    "imap4flags", "copy", "special-use", "editheader", "index"];
if header :regex "subject" "^sorted ([a-z0-9]+)" {
    set :lower "word" "${1}";
    if envelope :detail "to" "shop" { addflag "$Shop"; }
    if body :text :contains "garden" { addflag "\\Flagged"; }
    if currentdate :value "ge" "year" "2020" { addflag "$Dated"; }
    if header :count "lt" :comparator "i;ascii-numeric" "x-none" "1" { addflag "$Counted"; }
    addheader "X-Sorted" "${word}";
    if specialuse_exists "\\Trash" { fileinto :copy :specialuse "\\Trash" "Trash"; }
    fileinto :create "Sorted/${word}";
}
END
    s=$(unique sorted)
    post erik@sender.test anna+shop@e2e.test "$s"
    arrives $ANNA "$s" "Sorted/${s#* }"
    got "^X-Sorted: ${s#* }"
    no has $ANNA INBOX "$s"
    has $ANNA Trash "$s"
    imap $ANNA "Sorted/${s#* }" -X 'FETCH 1 FLAGS' >"$T/out"
    for flag in '\$Shop' Flagged '\$Dated' '\$Counted'; do says "$flag"; done
    # what no rule takes is kept
    s=$(unique unsorted)
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s"
    no_script $ANNA
}
t_duplicate() {
    local s first
    script $ANNA <<'END'
require ["duplicate", "fileinto", "mailbox"];
if duplicate :header "X-Order" { fileinto :create "Again"; stop; }
END
    for first in yes no; do
        s=$(unique order)
        message erik@sender.test $ANNA "$s" >"$T/mail.eml"
        sed -i "1i X-Order: $T\r" "$T/mail.eml"
        sign "$T/mail.eml"
        accepted "$T/mail.eml" --from erik@sender.test --to $ANNA
        if [ $first = yes ]; then arrives $ANNA "$s"; else arrives $ANNA "$s" Again; fi
    done
    no_script $ANNA
}
t_spam_goes_to_junk_before_own_rules() {
    local s
    script $ANNA <<'END'
require ["fileinto", "mailbox"];
fileinto :create "All";
END
    s=$(unique spam)
    message erik@sender.test $ANNA "$s" >"$T/mail.eml"
    sed -i '1i X-E2E-Points: 8\r' "$T/mail.eml"
    sign "$T/mail.eml"
    accepted "$T/mail.eml" --from erik@sender.test --to $ANNA
    arrives $ANNA "$s" Junk
    no has $ANNA All "$s"
    s=$(unique wanted)
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s" All
    no_script $ANNA
}
# Each sender is told once; lists, other machines, bounces, and mail for others are told nothing.
t_vacation() {
    local s reply
    reply=$(unique away)
    script $ANNA <<END
require ["vacation-seconds"];
vacation :seconds 3600 :subject "$reply" "I am away.";
END
    for kind in 'X-Note: ordinary' 'X-Note: second'; do
        s=$(unique "${kind##* }")
        message $BEN $ANNA "$s" >"$T/mail.eml"
        sed -i "1i $kind\r" "$T/mail.eml"
        client timeout 60 swaks --server $H4 --port $SUBMISSION --ehlo laptop.sender.test --tls --auth PLAIN --auth-user $BEN \
            --auth-password "$PASSWORD" --from $BEN --to $ANNA --data "@$T/mail.eml" >"$T/out" 2>&1
        arrives $ANNA "$s"
        arrives $BEN "$reply"
    done
    got "^Return-Path: <$ANNA>"
    got '^Auto-Submitted: auto-replied'
    got '^In-Reply-To: <'
    got "^To: <?$BEN"
    # none of these is answered: ben would get a second reply from nobody else
    script $ANNA <<END
require ["vacation-seconds"];
vacation :seconds 3600 :handle "$reply-2" :subject "$reply-2" "I am away.";
END
    for kind in 'Precedence: list' 'List-Id: <garden.sender.test>' 'Auto-Submitted: auto-generated' 'To: someone-else@sender.test'; do
        s=$(unique silent)
        message $BEN $ANNA "$s" >"$T/mail.eml"
        case $kind in To:*) sed -i "s/^To: .*/$kind\r/" "$T/mail.eml" ;; *) sed -i "1i $kind\r" "$T/mail.eml" ;; esac
        client timeout 60 swaks --server $H4 --port $SUBMISSION --ehlo laptop.sender.test --tls --auth PLAIN --auth-user $BEN \
            --auth-password "$PASSWORD" --from $BEN --to $ANNA --data "@$T/mail.eml" >"$T/out" 2>&1
        arrives $ANNA "$s"
    done
    message mailer-daemon@sender.test $ANNA "$(unique bounce)" >"$T/mail.eml"
    sign "$T/mail.eml"
    accepted "$T/mail.eml" --from '<>' --to $ANNA
    # the next ordinary one is
    submit $BEN $BEN $ANNA "$(unique ordinary)"
    arrives $BEN "$reply-2"
    no_script $ANNA
}
# Two that redirect to each other have the message once each.
t_redirect_ends() {
    local s
    script $ANNA <<<"require [\"copy\"]; redirect :copy \"$BEN\";"
    script $BEN <<<"require [\"copy\"]; redirect :copy \"$ANNA\";"
    s=$(unique round)
    post erik@sender.test $ANNA "$s"
    arrives $BEN "$s"
    must_wait 30 eval '[ "$(m queue list --json | jq length)" = 0 ]'
    [ "$(count $ANNA INBOX "$s")" -le 2 ] && [ "$(count $BEN INBOX "$s")" = 1 ] || fail "it went round"
    # no script sends to many
    no_script $BEN
    s=$(unique many)
    {
        echo 'require ["copy"];'
        for n in 1 2 3 4 5 6; do echo "redirect :copy \"ben+$n@e2e.test\";"; done
    } | script $ANNA
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s"
    must_wait 30 eval '[ "$(m queue list --json | jq length)" = 0 ]'
    [ "$(count $BEN INBOX "$s")" -le 4 ] || fail "redirected more than four times"
    no_script $ANNA
}
t_reject_with_a_reason() {
    script $ANNA <<'END'
require ["reject"];
if address :is "from" "ben@e2e.test" { reject "Not today."; }
END
    submit $BEN $BEN $ANNA "$(unique unwanted)"
    must_wait 30 eval '[ -n "$(imap $BEN INBOX -X "SEARCH BODY \"Not today\"" | tr -d "\r" | sed -n "s/^\* SEARCH *//p")" ]'
    no_script $ANNA
}

run_tests "$@"
