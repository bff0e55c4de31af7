#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mail that is broken or too much: one clear answer each, nothing crashes, and the log names it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
FROM=broken@sender.test
ANNA=anna@e2e.test

# raw FILE [SIZE]: its bytes as they are, in one transaction, whatever they hold; all answers in $T/out, the last one to
# the message itself is $answer
raw() {
    client timeout 60 python3 - $H4 $SMTP "$1" "${2:-}" >"$T/out" <<END
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 40)
f = s.makefile("rb")
def answer():
    while True:
        line = f.readline().decode("latin-1").rstrip()
        print(line)
        if line[3:4] != "-":
            return line
answer()
for c in (b"EHLO mx.sender.test", b"MAIL FROM:<$FROM>" + (b" SIZE=" + sys.argv[4].encode() if sys.argv[4] else b""), b"RCPT TO:<$ANNA>", b"DATA"):
    s.sendall(c + b"\r\n")
    if answer()[:1] not in "23":
        sys.exit(0)
data = open(sys.argv[3], "rb").read()
# (the server may end it in the middle of it)
try:
    s.sendall(data + b"\r\n.\r\n")
except OSError:
    pass
answer()
END
    answer=$(tail -n 1 "$T/out")
}
head_of() { # head_of SUBJECT [LINE...]: a header without the empty line
    printf 'From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@sender.test>\r\nMIME-Version: 1.0\r\n' \
        $FROM $ANNA "$1" "$(date -R)" "$(token)"
    [ $# -lt 2 ] || printf '%s\r\n' "${@:2}"
}
# takes FILE SUBJECT: it is accepted and delivered once, or refused with a clear answer; no daemon died
answered() {
    local from service
    from=$(now)
    raw "$1"
    case $answer in
    250*) must_wait 30 eval "has $ANNA INBOX '$2' || has $ANNA Junk '$2'" ;;
    55[0-9]\ 5.*) ;;
    *) cat "$T/out" >&2; fail "no clear answer: $answer" ;;
    esac
    for service in postfix rspamd dovecot; do
        logs $service "$from" >"$T/since"
        if grep -iE 'killed with signal|signal 11|signal 6|panic|fatal:|segfault|core dump' "$T/since" >&2; then
            fail "$service died"
        fi
    done
    must_wait 30 healthy
}

# neither its score nor greylisting is in the way of what is tried
t_allow_the_sender() { status 0 m spam allow $ANNA $FROM; }
t_too_big_is_refused_at_mail_from() {
    raw /dev/null 2500000
    grep -q '^552 5\.3\.4' "$T/out" || { cat "$T/out"; fail "not 552"; }
    says_not '^354'
}
t_too_big_is_refused_at_the_end() {
    local from
    from=$(now)
    { head_of "too big"; printf '\r\n'; head -c 1900000 /dev/zero | base64 -w 76 | sed 's/$/\r/'; } >"$T/bad.eml"
    raw "$T/bad.eml"
    [[ $answer == 552\ 5.3.4* ]] || fail "$answer"
    logged postfix "$from" '(too big|exceed|size limit)'
}
t_broken_mime_tree() {
    local s
    s=$(unique broken)
    {
        head_of "$s" 'Content-Type: multipart/mixed; boundary="a"'
        printf '\r\n--a\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno end\r\n--a--\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!====\r\n'
    } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
# Postfix makes whole line ends of them, and only a whole one ends a message (20-mail-in.sh)
t_bare_newlines() {
    local s
    s=$(unique bare)
    { head_of "$s"; printf '\r\nfirst\nsecond\n.\nthird\r\n'; } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
t_header_of_a_megabyte() {
    local s
    s=$(unique long)
    { head_of "$s" "X-Long: $(head -c 900000 /dev/zero | tr '\0' x | fold -w 900 | sed '2,$s/^/ /;s/$/\r/' | sed '$s/\r$//')"; printf '\r\ntext\r\n'; } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
t_many_header_lines() {
    local s
    s=$(unique lines)
    { head_of "$s"; seq -f $'X-Line-%g: of many\r' 20000; printf '\r\ntext\r\n'; } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
t_very_long_lines() {
    local s
    s=$(unique line)
    { head_of "$s"; printf '\r\n'; head -c 1000000 /dev/zero | tr '\0' y; printf '\r\n'; } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
t_nested_parts() {
    local s
    s=$(unique nested)
    {
        head_of "$s" 'Content-Type: multipart/mixed; boundary="b0"'
        printf '\r\n'
        for ((i = 1; i <= 10000; i++)); do printf -- '--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' $((i - 1)) $i; done
        printf -- '--b10000\r\n\r\ndeep\r\n'
    } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
    # and it can be read, searched and listed
    if [[ $answer == 250* ]]; then
        n=$(found $ANNA INBOX "$s")
        [ -z "$n" ] || imap $ANNA INBOX -X "FETCH ${n##* } BODYSTRUCTURE" >/dev/null
    fi
    must_wait 30 healthy
}
t_many_parts_side_by_side() {
    local s
    s=$(unique parts)
    {
        head_of "$s" 'Content-Type: multipart/mixed; boundary="b"'
        printf '\r\n'
        for ((i = 1; i <= 10000; i++)); do printf -- '--b\r\n\r\npart\r\n'; done
        printf -- '--b--\r\n'
    } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
t_nul_bytes() {
    local s
    s=$(unique nul)
    { head_of "$s" ; printf '\r\nbefore \0\0\0 after\r\n\377\376\200 and more\r\n'; } >"$T/bad.eml"
    answered "$T/bad.eml" "$s"
}
t_no_header_at_all() {
    printf 'just text\r\nwithout anything\r\n' >"$T/bad.eml"
    raw "$T/bad.eml"
    [[ $answer == 250* || $answer == [45]5* ]] || fail "$answer"
    must_wait 30 healthy
}
t_over_quota() {
    local s i from
    from=$(now)
    # (20-mail-in.sh may have filled it)
    for ((i = 0; i < 8; i++)); do
        s=$(unique fill)
        message $FROM full@e2e.test "$s" >"$T/mail.eml"
        seq -f 'This line is number %g of a long letter about the garden.' 7000 | sed 's/$/\r/' >>"$T/mail.eml"
        sign "$T/mail.eml"
        smtp "$T/mail.eml" --from $FROM --to full@e2e.test || break
        must_wait 30 eval "has full@e2e.test INBOX '$s' || has full@e2e.test Junk '$s'"
    done
    says '^<\*\* 552 5\.2\.2'
    logged postfix "$from" 'full@e2e\.test.*Mailbox is full|Mailbox is full.*full@e2e\.test'
}
t_ordinary_mail_still_flows() {
    local s
    status 0 m spam forget $ANNA $FROM
    s=$(unique ordinary)
    post friend@sender.test $ANNA "$s"
    arrives $ANNA "$s"
    must_wait 30 eval '[ "$(m queue list --json | jq length)" = 0 ]'
}

run_tests "$@"
