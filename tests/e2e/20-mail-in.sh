#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mail that comes from elsewhere to port 25, and how users read it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
FROM=erik@sender.test

# deliver TO USER [MAILBOX]: it is accepted and USER has it
deliver() {
    local s
    s=$(unique)
    post $FROM "$1" "$s" || fail "refused"
    arrives "$2" "$s" "${3:-INBOX}"
}

t_mailbox() { deliver anna@e2e.test anna@e2e.test; }
t_mixed_case() { deliver Anna@E2E.Test anna@e2e.test; }
t_detail() { deliver anna+lists@e2e.test anna@e2e.test; }
t_alias() { deliver info@e2e.test anna@e2e.test; }
t_alias_with_two_targets() {
    deliver team@e2e.test anna@e2e.test
    arrives ben@e2e.test "$(sed -n 's/^Subject: //p' "$T/got" | head -n 1)"
}
t_catch_all() { deliver "nobody-$RANDOM@catch.test" anna@e2e.test; }
t_alias_domain() { deliver anna@alias.test anna@e2e.test; }
t_alias_domain_alias() { deliver info@alias.test anna@e2e.test; }
t_postmaster_of_each_domain() {
    local d
    for d in e2e.test catch.test gone.test alias.test $HOST; do
        message $FROM "postmaster@$d" "to the postmaster" >"$T/mail.eml"
        smtp "$T/mail.eml" --from $FROM --to "postmaster@$d" --quit-after RCPT ||
            { cat "$T/out"; fail "postmaster@$d"; }
    done
    message $FROM postmaster "to the postmaster" >"$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to postmaster@$HOST --quit-after RCPT
}

t_unknown_recipient_refused_at_rcpt() {
    message $FROM nobody@e2e.test x >"$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to nobody@e2e.test
    says '^<\*\* 550 5\.1\.1'
    says_not '^ -> DATA'
}
t_unknown_recipient_of_alias_domain() {
    no smtp "$T/mail.eml" --from $FROM --to nobody@alias.test
    says '^<\*\* 550 5\.1\.1'
}
t_other_domain_refused() {
    no smtp "$T/mail.eml" --from $FROM --to someone@elsewhere.test
    says '^<\*\* 554 5\.7\.1'
}
t_no_auth_on_port_25() {
    smtp "$T/mail.eml" --from $FROM --to anna@e2e.test --quit-after EHLO
    says_not '250.AUTH'
    says '250.STARTTLS'
    says_not '250.(SMTPUTF8|CHUNKING|ETRN)'
}
t_starttls() {
    local s
    s=$(unique)
    post $FROM anna@e2e.test "$s" --tls || fail "refused"
    says 'TLS started with cipher TLSv1\.3'
    arrives anna@e2e.test "$s"
    got 'using TLSv1.3'
}
t_old_tls_refused() {
    # (TLS 1.1 must be tried at security level 0, or the client would not even ask)
    no client timeout 20 openssl s_client -connect $H4:$SMTP -starttls smtp -tls1_1 \
        -cipher 'DEFAULT:@SECLEVEL=0' </dev/null >"$T/out" 2>&1
    says 'alert protocol version'
}

t_gtube_refused() {
    message $FROM anna@e2e.test "$(unique gtube)" \
        'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X' >"$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to anna@e2e.test
    says '^<\*\* 55[04] '
}
# a pattern that Rspamd answers with "add header"
t_spam_goes_to_junk() {
    local s
    s=$(unique spam)
    message $FROM anna@e2e.test "$s" >"$T/mail.eml"
    sed -i '1i X-E2E-Points: 8\r' "$T/mail.eml"
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to anna@e2e.test || fail "refused"
    arrives anna@e2e.test "$s" Junk
}

# a message with a doubtful score, from one that nobody knows; with the classic filters from an address that
# Postgrey asks to come again
t_greylisted() {
    local from=$C4
    [ "${E2E_SITE:-}" != classic ] || from=$NET4.139
    message gray@sender.test anna@e2e.test "$(unique gray)" >"$T/mail.eml"
    sed -i '1i X-Spam: Yes\r' "$T/mail.eml"
    no smtp "$T/mail.eml" --from gray@sender.test --to anna@e2e.test --local-interface "$from"
    says '^<\*\* 45(1 4\.7\.1|0 4\.2\.0)'
}

t_authentication_results_pass() {
    deliver anna@e2e.test anna@e2e.test
    got '^Authentication-Results: mail\.e2e\.test'
    got 'dkim=pass.*sender\.test'
    got 'spf=pass'
    got 'dmarc=pass'
}
t_foreign_authentication_results_removed() {
    local s
    s=$(unique)
    message $FROM anna@e2e.test "$s" >"$T/mail.eml"
    sed -i "1i Authentication-Results: $HOST; dkim=pass header.d=forged.test\r" "$T/mail.eml"
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to anna@e2e.test || fail "refused"
    arrives anna@e2e.test "$s"
    got_not 'forged\.test'
}
t_dmarc_reject() {
    message boss@strict.test anna@e2e.test "$(unique forged)" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from boss@strict.test --to anna@e2e.test
    says '^<\*\* 55[04] '
}
t_dmarc_reject_header_only() {
    message boss@strict.test anna@e2e.test "$(unique forged)" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to anna@e2e.test
    says '^<\*\* 55[04] '
}
t_broken_signature() {
    local s
    s=$(unique)
    message $FROM anna@e2e.test "$s" >"$T/mail.eml"
    sign "$T/mail.eml"
    sed -i 's/garden/office/' "$T/mail.eml"
    if smtp "$T/mail.eml" --from $FROM --to anna@e2e.test; then
        must_wait 30 eval "has anna@e2e.test INBOX '$s' || has anna@e2e.test Junk '$s'"
        if has anna@e2e.test INBOX "$s"; then arrives anna@e2e.test "$s"; else arrives anna@e2e.test "$s" Junk; fi
        got 'dkim=fail'
    else
        says '^<\*\* [45]'
    fi
}

t_too_big_refused() {
    message $FROM anna@e2e.test x >"$T/mail.eml"
    head -c 2200000 /dev/zero | base64 -w 76 | sed 's/$/\r/' >>"$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to anna@e2e.test
    says '^<\*\* 552 5\.3\.4'
}
t_too_big_refused_at_mail_from() {
    printf 'EHLO mx.sender.test\r\nMAIL FROM:<%s> SIZE=99000000\r\nQUIT\r\n' $FROM >"$T/in"
    talk 3
    says '^552 '
}

# talk LINES: the lines of $T/in to port 25, one after each answer
talk() {
    client timeout 30 python3 - $H4 $SMTP "$T/in" >"$T/out" <<'END'
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
f = s.makefile("rb")
def answer():
    while True:
        line = f.readline()
        if not line:
            sys.exit(0)
        print(line.decode("latin-1").rstrip())
        if line[3:4] != b"-":
            return
answer()
data = open(sys.argv[3], "rb").read()
in_data = False
for line in data.split(b"\x1e") if b"\x1e" in data else data.splitlines(True):
    s.sendall(line)
    answer()
END
}
# A message that hides a second one behind bare newlines (SMTP smuggling) stays one message.
t_bare_newline_does_not_smuggle() {
    local s
    s=$(unique smuggle)
    {
        printf 'EHLO mx.sender.test\r\n\x1eMAIL FROM:<%s>\r\n\x1eRCPT TO:<anna@e2e.test>\r\n\x1eDATA\r\n\x1e' $FROM
        printf 'From: <%s>\r\nTo: <anna@e2e.test>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@sender.test>\r\n\r\nfirst\n.\n' \
            $FROM "$s" "$(date -R)" "$RANDOM.$RANDOM"
        printf 'MAIL FROM:<%s>\nRCPT TO:<ben@e2e.test>\nDATA\nSubject: %s\n\nsecond\r\n.\r\n\x1eQUIT\r\n' $FROM "$s-second"
    } >"$T/in"
    talk
    no has ben@e2e.test INBOX "$s-second"
    no has anna@e2e.test INBOX "$s-second"
    if grep -q '^250 2.0.0 Ok: queued' "$T/out"; then
        must_wait 30 eval "has anna@e2e.test INBOX '$s' || has anna@e2e.test Junk '$s'"
    fi
    no has ben@e2e.test INBOX "$s-second"
}
t_pipelining_before_greeting_refused() {
    # from an address that postscreen has not seen yet, all in one segment
    client timeout 30 python3 - $H4 $SMTP "$NET4.100" >"$T/out" 2>&1 <<'END' || true
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), source_address=(sys.argv[3], 0))
s.sendall(b'EHLO x.sender.test\r\nMAIL FROM:<erik@sender.test>\r\nRCPT TO:<anna@e2e.test>\r\nDATA\r\n')
while data := s.recv(4096):
    print(data.decode(), end='')
END
    says '^5[05][0-9] |^421 '
    says_not '^354 '
}

t_quota_refused_at_rcpt() {
    local i s
    # the first ones fill the mailbox (1 MB), then the answer comes at RCPT
    for ((i = 0; i < 8; i++)); do
        s=$(unique fill)
        message $FROM full@e2e.test "$s" >"$T/mail.eml"
        seq -f 'This line is number %g of a long letter about the garden.' 7000 | sed 's/$/\r/' >>"$T/mail.eml"
        sign "$T/mail.eml"
        smtp "$T/mail.eml" --from $FROM --to full@e2e.test || break
        must_wait 30 eval "has full@e2e.test INBOX '$s' || has full@e2e.test Junk '$s'"
    done
    says '^<\*\* 552 5\.2\.2'
    says_not '^ -> DATA'
    # nothing was accepted that had to be bounced
    must_wait 30 queue_empty
}
queue_empty() { [ "$(m queue list --json | jq length)" = 0 ]; }

t_null_sender() {
    local s
    s=$(unique bounce)
    message mailer-daemon@sender.test anna@e2e.test "$s" >"$T/mail.eml"
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from '<>' --to anna@e2e.test || fail "refused"
    arrives anna@e2e.test "$s"
    got '^Return-Path: <>'
}

t_imap_starttls() {
    client curl -sS --max-time 20 --cacert "$CA" --ssl-reqd --resolve "$HOST:$IMAP:$H4" \
        --user "anna@e2e.test:$PASSWORD" "imap://$HOST:$IMAP/INBOX" -X 'STATUS INBOX (MESSAGES)' >"$T/out"
    says 'MESSAGES [1-9]'
}
t_imap_no_login_before_tls() {
    printf 'a LOGIN anna@e2e.test %s\r\nb LOGOUT\r\n' "$PASSWORD" |
        client timeout 20 nc -q 15 $H4 $IMAP >"$T/out" || true
    says 'a NO .*(PRIVACYREQUIRED|disallowed)'
}
t_wrong_password() {
    export IMAP_PASSWORD=wrong
    no imap anna@e2e.test INBOX -X NOOP 2>"$T/out"
    says 'Login denied|denied'
}
t_alias_domain_log_in() { imap anna@alias.test INBOX -X NOOP; }
t_pop3s() {
    client curl -sS --max-time 20 --cacert "$CA" --resolve "$HOST:$POP3S:$H4" \
        --user "anna@e2e.test:$PASSWORD" "pop3s://$HOST:$POP3S/1" >"$T/out"
    says '^Subject: '
    says '^Received: '
}
t_pop3_stls() {
    client curl -sS --max-time 20 --cacert "$CA" --ssl-reqd --resolve "$HOST:$POP3:$H4" \
        --user "anna@e2e.test:$PASSWORD" "pop3://$HOST:$POP3/" >"$T/out"
    says '^1 [0-9]'
}
t_imap_ipv6() {
    client curl -sS --max-time 20 --cacert "$CA" --resolve "$HOST:$IMAPS:[$H6]" \
        --user "anna@e2e.test:$PASSWORD" "imaps://$HOST:$IMAPS/" -X 'LIST "" *' >"$T/out"
    for folder in INBOX Drafts Sent Trash Junk; do says "\"?$folder\"?"; done
    says 'Junk.*|\\Junk'
}
t_search_full_text() {
    imap anna@e2e.test INBOX -X 'SEARCH BODY "garden"' >"$T/out"
    says '^\* SEARCH [0-9]'
}
t_mbsync() {
    rm -rf "$T/maildir" && mkdir -p "$T/maildir"
    cat >"$T/mbsyncrc" <<END
IMAPStore remote
Host $H4
Port $IMAPS
User ben@e2e.test
Pass "$PASSWORD"
SSLType IMAPS
CertificateFile $CA

MaildirStore local
Path $T/maildir/
Inbox $T/maildir/INBOX

Channel all
Far :remote:
Near :local:
Patterns *
Create Near
SyncState *
END
    # the certificate is for the host's name
    sed -i "s/^Host .*/Host $HOST/" "$T/mbsyncrc"
    mkdir -p /etc/netns/$CLIENT
    { cat /etc/hosts; echo "$H4 $HOST"; } >/etc/netns/$CLIENT/hosts
    ip netns exec $CLIENT timeout 60 mbsync -c "$T/mbsyncrc" -a >"$T/out" 2>&1 || { cat "$T/out"; fail mbsync; }
    rm -rf /etc/netns/$CLIENT
    [ "$(find "$T/maildir/INBOX" -type f -path '*/new/*' -o -type f -path '*/cur/*' | wc -l)" = \
        "$(imap ben@e2e.test INBOX -X 'SEARCH ALL' | tr -d '\r' | sed 's/^\* SEARCH *//' | wc -w)" ]
}

run_tests "$@"
