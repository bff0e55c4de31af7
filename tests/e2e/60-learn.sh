#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Users teach the filter by moving mail, and filter by Sieve scripts of their own.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# learned SYMBOL: how many messages Bayes has learned as that class
learned() {
    docker exec "$(container rspamd)" rspamc -h "$SUBNET.12:11334" --password "$(cat "$STATE/secrets/rspamd.controller")" stat 2>/dev/null |
        sed -n "s/.*Statfile: $1 .*learned: \([0-9]*\).*/\1/p"
}
more_than() { [ "$(learned "$1")" -gt "$2" ]; }
# move USER FROM TO SUBJECT
move() { imap "$1" "$2" -X "MOVE $(found "$1" "$2" "$4") $3" >/dev/null; }

t_junk_teaches_spam() {
    local s before
    s=$(unique)
    before=$(learned BAYES_SPAM)
    post erik@sender.test anna@e2e.test "$s"
    arrives anna@e2e.test "$s"
    move anna@e2e.test INBOX Junk "$s"
    must_wait 20 more_than BAYES_SPAM "${before:-0}"
    echo "$s" >"$T/junk-subject"
}
t_back_teaches_ham() {
    local before
    before=$(learned BAYES_HAM)
    move anna@e2e.test Junk INBOX "$(cat "$T/junk-subject")"
    must_wait 20 more_than BAYES_HAM "${before:-0}"
}
t_to_trash_teaches_nothing() {
    local s ham spam
    s=$(unique)
    post erik@sender.test anna@e2e.test "$s"
    arrives anna@e2e.test "$s"
    move anna@e2e.test INBOX Junk "$s"
    must_wait 20 has anna@e2e.test Junk "$s"
    must_wait 20 more_than BAYES_SPAM 0
    ham=$(learned BAYES_HAM)
    move anna@e2e.test Junk Trash "$s"
    must_wait 20 has anna@e2e.test Trash "$s"
    spam=$(learned BAYES_SPAM)
    [ "$(learned BAYES_HAM)" = "$ham" ] || fail "a message thrown away was learned as ham"
    [ "$(learned BAYES_SPAM)" = "$spam" ]
}

# sieve USER COMMAND...: a ManageSieve session with STARTTLS
sieve() {
    client timeout 30 sieve-connect --server "$H4" --port "$SIEVE" --user "$1" --passwordfd 3 --notlsverify "${@:2}" \
        3<<<"$PASSWORD" >"$T/out" 2>&1
}
t_a_script_of_the_user_acts() {
    local s
    s=$(unique)
    cat >"$T/garden.sieve" <<'END'
require ["fileinto", "mailbox"];
if header :contains "Subject" "tomatoes" { fileinto :create "Garden"; }
END
    sieve ben@e2e.test --localsieve "$T/garden.sieve" --upload --remotesieve garden || fail "$(cat "$T/out")"
    sieve ben@e2e.test --activate --remotesieve garden || fail "$(cat "$T/out")"
    post erik@sender.test ben@e2e.test "tomatoes $s"
    arrives ben@e2e.test "tomatoes $s" Garden
}
t_a_broken_script_is_refused() {
    echo 'if nonsense {' >"$T/broken.sieve"
    no sieve ben@e2e.test --localsieve "$T/broken.sieve" --upload --remotesieve broken
}

run_tests "$@"
