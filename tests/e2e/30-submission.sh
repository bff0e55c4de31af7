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

# signers SUBJECT: the selectors that signed the message to Ben; each signature verifies against what `dns
# records` prints, by another implementation
signers() {
    imap $BEN "INBOX;MAILINDEX=$(found $BEN INBOX "$1")" >"$T/raw.eml"
    /usr/bin/python3 tests/support/dkim_verify.py "$T/raw.eml" "$T/records.json" e2e.test
}
t_dkim() {
    sent
    m dns records --format json >"$T/records.json"
    [ "$(signers "$(sed -n 's/^Subject: //p' "$T/got" | head -n 1)")" = "ms-ed25519 ms-rsa" ]
}
# The keys are changed while mail goes out: every message verifies, with the records of its time.
export limit_t_dkim_rotation=300
t_dkim_rotation() {
    local s pid stream=$T/stream
    mkdir "$stream"
    # shellcheck disable=SC2030 # a process of its own, with files of its own
    (
        trap - EXIT
        T=$stream
        for _ in $(seq 60); do # at most, should the test fail
            [ -d "$T" ] && [ ! -e "$T/enough" ] || break
            s=$(unique rotation)
            submit $ANNA $ANNA $BEN "$s" >/dev/null 2>&1 && echo "$s" >>"$T/subjects"
            sleep 0.3
        done
    ) &
    pid=$!
    trap 'touch "$T/stream/enough"' EXIT
    must_wait 20 test -s "$stream/subjects"
    m dkim rotate e2e.test >"$T/out"
    says 'e2e\.test +ms-2-rsa +rsa +published'
    says 'e2e\.test +ms-rsa +rsa +signing'
    m dns records e2e.test --format zone | holds '^ms-2-rsa\._domainkey\.e2e\.test\. .*p=M'
    no m dkim rotate e2e.test >"$T/out" 2>&1
    says 'is under way'
    m dkim rotate e2e.test --now >"$T/out"
    says 'ms-2-rsa +rsa +signing +both'
    says 'ms-rsa +rsa +signing +both'
    must_wait 30 signs_with 'ms-2-ed25519 ms-2-rsa ms-ed25519 ms-rsa'
    m dkim rotate e2e.test --now >"$T/out"
    says 'ms-rsa +rsa +retired'
    must_wait 30 signs_with 'ms-2-ed25519 ms-2-rsa'
    touch "$stream/enough"
    wait $pid
    m dns records --format json >"$T/records.json"
    while read -r s; do
        arrives $BEN "$s"
        signers "$s" >>"$T/signers"
    done <"$stream/subjects"
    [ "$(wc -l <"$T/signers")" = "$(wc -l <"$stream/subjects")" ]
    m dkim rotate e2e.test --now >"$T/out"
    says 'ms-rsa +rsa +revoked'
    m dns records e2e.test --format zone | holds '^ms-rsa\._domainkey\.e2e\.test\. .*"v=DKIM1; k=rsa; p="$'
    m dkim rotate e2e.test --now >"$T/out"
    says_not ' ms-rsa '
    [ "$(m dkim list e2e.test --json | jq -r '.[0] | "\(.phase) \(.keys | length)"')" = "idle 2" ]
    [ ! -e "$STATE/keys/dkim/e2e.test/ms-rsa.key" ]
}
# signs_with SELECTORS: what is sent now is signed by these
signs_with() {
    local s
    s=$(unique signs)
    submit $ANNA $ANNA $BEN "$s" >/dev/null
    m dns records --format json >"$T/records.json"
    arrives $BEN "$s"
    [ "$(signers "$s")" = "$1" ]
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
