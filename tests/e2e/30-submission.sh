#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Users who send: log-in, whose address they may use, signatures.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
ANNA=anna@e2e.test BEN=ben@e2e.test

# sent: a message of Anna to Ben arrives
sent() {
    local s
    s=$(unique sent)
    submit $ANNA $ANNA $BEN "$s" || fail "refused"
    arrives $BEN "$s"
}

t_submission_starttls() {
    sent
    says 'TLS started with cipher TLSv1\.3'
    says '235 2\.7\.0'
}
t_submissions_tls() {
    local s
    s=$(unique sent)
    message $ANNA $BEN "$s" >"$T/mail.eml"
    client timeout 60 swaks --server $H4 --port $SUBMISSIONS --tls-on-connect --auth LOGIN --auth-user $ANNA \
        --auth-password "$PASSWORD" --from $ANNA --to $BEN --data "@$T/mail.eml" >"$T/out" 2>&1
    arrives $BEN "$s"
}
t_certificate_verifies() {
    client openssl s_client -connect $H4:$SUBMISSION -starttls smtp -CAfile "$CA" -verify_return_error \
        -verify_hostname $HOST </dev/null >"$T/out" 2>&1
    client openssl s_client -connect $H4:$SUBMISSIONS -CAfile "$CA" -verify_return_error \
        -verify_hostname $HOST </dev/null >"$T/out" 2>&1
    says 'Verify return code: 0'
}
t_no_auth_before_tls() {
    message $ANNA $BEN x >"$T/mail.eml"
    no client timeout 60 swaks --server $H4 --port $SUBMISSION --auth PLAIN --auth-user $ANNA \
        --auth-password "$PASSWORD" --from $ANNA --to $BEN >"$T/out" 2>&1
    says_not '250.AUTH'
    says_not '235 '
}
t_no_mail_without_log_in() {
    message $ANNA $BEN x >"$T/mail.eml"
    no client timeout 60 swaks --server $H4 --port $SUBMISSION --tls --from $ANNA --to $BEN \
        --data "@$T/mail.eml" >"$T/out" 2>&1
    says '^<~\* (530|554|550) '
}
t_wrong_password() {
    local PASSWORD=wrong
    no submit $ANNA $ANNA $BEN x
    says '^<~\* 535 5\.7\.8'
}
t_unknown_user() {
    no submit nobody@e2e.test $ANNA $BEN x
    says '^<~\* 535 5\.7\.8'
}
t_forged_sender_refused() {
    no submit $ANNA $BEN $BEN x
    says '^<~\* 553 5\.7\.1'
}
t_foreign_sender_refused() {
    no submit $ANNA erik@sender.test $BEN x
    says '^<~\* 553 5\.7\.1'
}
t_own_alias_as_sender() {
    local s
    s=$(unique alias)
    submit $ANNA info@e2e.test $BEN "$s" || fail "refused"
    arrives $BEN "$s"
}
t_address_in_alias_domain_as_sender() {
    local s
    s=$(unique alias)
    submit $ANNA anna@alias.test $BEN "$s" || fail "refused"
    arrives $BEN "$s"
}
t_client_address_is_not_told() {
    sent
    got_not "Received: from laptop\.sender\.test .*$C4"
    got_not "^\s+\(.*\[$C4\]"
}
t_gtube_from_a_user() {
    message $ANNA $BEN "$(unique gtube)" \
        'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X' >"$T/mail.eml"
    no client timeout 60 swaks --server $H4 --port $SUBMISSION --tls --auth PLAIN --auth-user $ANNA \
        --auth-password "$PASSWORD" --from $ANNA --to $BEN --data "@$T/mail.eml" >"$T/out" 2>&1
    says '^<~\* 55[04] '
}
t_bad_recipient_refused_at_once() {
    no submit $ANNA $ANNA nobody@e2e.test x
    says '^<~\* 550 5\.1\.1'
}

# Both signatures verify against what `dns records` prints, by another implementation.
t_dkim() {
    sent
    m dns records --format json >"$T/records.json"
    imap $BEN "INBOX;MAILINDEX=$(found $BEN INBOX "$(sed -n 's/^Subject: //p' "$T/got" | head -n 1)")" >"$T/raw.eml"
    /usr/bin/python3 - "$T/raw.eml" "$T/records.json" <<'END'
import dkim, json, re, sys

message = open(sys.argv[1], "rb").read()
records = {}

def walk(x):
    if isinstance(x, dict):
        if x.get("type") == "TXT":
            data = x.get("data") or x.get("value") or x.get("text")
            if isinstance(data, list):
                data = "".join(data)
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"', data)
            records[x["name"].rstrip(".").lower()] = "".join(parts).replace("\\;", ";") if parts else data
        for v in x.values():
            walk(v)
    elif isinstance(x, list):
        for v in x:
            walk(v)

walk(json.load(open(sys.argv[2])))

def txt(name, timeout=5):
    return records.get(name.decode().rstrip(".").lower(), "").encode()

n = len(re.findall(rb"(?mi)^DKIM-Signature:", message))
seen = set()
for i in range(n):
    d = dkim.DKIM(message)
    if not d.verify(idx=i, dnsfunc=txt):
        sys.exit(f"signature {i} does not verify")
    seen.add(d.signature_fields[b"a"].decode())
    print(d.signature_fields[b"a"], d.signature_fields[b"s"], d.signature_fields[b"d"])
    if d.signature_fields[b"d"] != b"e2e.test":
        sys.exit("signed for another domain")
if seen != {"rsa-sha256", "ed25519-sha256"}:
    sys.exit(f"signed with {seen}")
END
}
# a sender of an alias domain signs for that domain, or not at all for another one
t_dkim_alias_domain() {
    local s
    s=$(unique alias)
    submit $ANNA anna@alias.test $BEN "$s"
    arrives $BEN "$s"
    got 'd=alias\.test'
    got_not '^DKIM-Signature:.*d=e2e\.test'
}
# no process of Postfix sticks to the Dovecot of before
t_log_in_right_after_a_restart_of_dovecot() {
    for _ in 1 2; do
        sent
        status 0 m restart dovecot
        sent
    done
}
t_ipv6() {
    local s
    s=$(unique six)
    message $ANNA $BEN "$s" >"$T/mail.eml"
    client timeout 60 swaks -6 --server $H6 --port $SUBMISSION --tls --auth PLAIN --auth-user $ANNA \
        --auth-password "$PASSWORD" --from $ANNA --to $BEN --data "@$T/mail.eml" >"$T/out" 2>&1
    arrives $BEN "$s"
}

run_tests "$@"
