#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What users teach the filter, and their own Sieve scripts.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
ANNA=anna@e2e.test

# move SUBJECT FROM TO
move() {
    local number
    number=$(found $ANNA "$2" "$1")
    [ -n "$number" ] || fail "\"$1\" is not in $2"
    imap $ANNA "$2" -X "MOVE $number $3" >/dev/null
}

t_move_to_junk_teaches() {
    local s before
    s=$(unique learn)
    message erik@sender.test $ANNA "$s" "Cheap watches and pills for you $(token), order at once, limited offer, best prices of the year $(token) buy now" >"$T/mail.eml"
    sign "$T/mail.eml"
    accepted "$T/mail.eml" --from erik@sender.test --to $ANNA
    arrives $ANNA "$s"
    before=$(learned spam)
    move "$s" INBOX Junk
    must_wait 30 learned_more_than spam "$before"
    echo "$s" >"$T/learned"
}
t_move_back_teaches() {
    local before
    before=$(learned ham)
    move "$(cat "$T/learned")" Junk INBOX
    must_wait 30 learned_more_than ham "$before"
}
t_move_to_trash_teaches_nothing() {
    local s before
    s=$(unique trash)
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s"
    before=$(learned spam)
    move "$s" INBOX Trash
    has $ANNA Trash "$s"
    [ "$(learned spam)" = "$before" ]
}

sieve() { # sieve put SCRIPT FILE | activate SCRIPT | delete SCRIPT
    echo "$PASSWORD" | client timeout 30 python3 tests/e2e/managesieve.py $H4 $SIEVE $HOST "$CA" $ANNA "$@" >"$T/out" 2>&1
}
t_sieve_script_acts() {
    local s
    cat >"$T/lists.sieve" <<'END'
require ["fileinto", "mailbox"];
if header :contains "subject" "to-the-lists" {
    fileinto :create "Lists";
}
END
    sieve put lists "$T/lists.sieve"
    sieve activate lists
    s=$(unique to-the-lists)
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s" Lists
    no has $ANNA INBOX "$s"
}
t_sieve_with_a_mistake_is_refused() {
    echo 'fileinto "Lists";' >"$T/bad.sieve"
    no sieve put bad "$T/bad.sieve"
    says 'unknown command|fileinto|error'
}
t_sieve_redirect_and_vacation() {
    local s
    cat >"$T/away.sieve" <<'END'
require ["copy", "vacation"];
redirect :copy "ben@e2e.test";
vacation :days 1 :subject "away for a while" "I am away.";
END
    sieve put away "$T/away.sieve"
    sieve activate away
    s=$(unique forwarded)
    submit ben@e2e.test ben@e2e.test $ANNA "$s"
    arrives $ANNA "$s"
    arrives ben@e2e.test "$s"
    must_wait 30 has ben@e2e.test INBOX "away for a while"
    sieve activate ''
    sieve delete away
}
t_queue_is_empty() { must_wait 30 eval '[ "$(m queue list --json | jq length)" = 0 ]'; }

run_tests "$@"
