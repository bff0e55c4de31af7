#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two sites exchange mail on the DNS that they print: a name server serves exactly that, signed. Then a
# record is taken away or changed: its own check turns red, and the mail behaves as the RFCs say. (45-dns.sh
# does it with every record; here are those that mail depends on.)
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-dnscheck.sh
. "$(dirname "$0")/lib-dnscheck.sh"
# shellcheck source=tests/e2e/lib-sites.sh
. "$(dirname "$0")/lib-sites.sh"

# red SITE "SCOPE ID=STATE"...: exactly these checks of the site are not in order
red() {
    at "$1"
    check "$ME.test" --json >"$T/out" 2>&1 || true # its status only says that something is red
    only_red "${@:2}"
}
# letter SITE: from the user of a site to the user of the other one. Its subject is in $s, its name in the
# sender's queue in $id, the time in $since; what follows is about the sender.
letter() {
    at "$1"
    s=$(unique letter) since=$(now)
    submit "user@$ME.test" "user@$ME.test" "user@$OTHER.test" "$s" || fail "submission at $1"
    id=$(sed -n 's/.* queued as \([0-9A-Z]*\).*/\1/p' "$T/out")
}
log_has() { logs postfix "$since" | grep -E "$1" >/dev/null; }
# comes [MAILBOX]: the other site has it; $T/got too
comes() {
    at $OTHER
    arrives "user@$ME.test" "$s" "${1:-INBOX}"
    at $OTHER
}
# waits REASON: it is put off for this reason, and the other site has not got it
waits() {
    must_wait 30 log_has "$id: to=<user@$OTHER.test>.* status=deferred .*($1)"
    at $OTHER
    no has "user@$ME.test" INBOX "$s"
    at $OTHER
    echo "$s" >>"$E2E/waiting"
}
# bounces REASON: it comes back with this reason
bounced() { # the last bounce is about it
    local last
    last=$(found "user@$ME.test" INBOX 'Undelivered Mail')
    [ -n "$last" ] && imap "user@$ME.test" "INBOX;MAILINDEX=${last##* }" | tr -d '\r' >"$T/got" && grep -qxF "Subject: $s" "$T/got"
}
bounces() {
    must_wait 30 bounced
    tr '\n' ' ' <"$T/got" | tr -s ' ' | grep -F "$1" >/dev/null || fail "not for the reason: $1"
}

# DANE's records name the key alone, so the key alone is shown (RFC 7250); MTA-STS wants the certificate
by_dane() { must_wait 10 log_has "Verified TLS connection established to mail.$OTHER.test.* raw public key"; }
by_mta_sts() {
    must_wait 10 log_has "Verified TLS connection established to mail.$OTHER.test"
    no log_has 'raw public key'
}

export limit_t_up=240
t_up() {
    sites_up
    sites_dns
    outside_up
}
t_all_green() {
    local s
    for s in alpha beta; do
        red $s
        status 0 check --all
        says '  ok +mta-sts-policy +mode enforce, allows mail\.'
        says '  ok +tls-served +TLSv1.3'
        says '  ok +outbound-25 '
        status 0 check "$s.test" --profile internet.nl
        says '^score: 100%'
    done
}
t_mail_goes_both_ways() {
    local site
    for site in alpha beta; do
        letter $site
        comes
        got "^Received: from mail.$site.test \(mail.$site.test \[$H4\]\)"
        got "^	dkim=pass header.d=$site.test header.s=ms-rsa"
        got "^	dkim=pass header.d=$site.test header.s=ms-ed25519"
        got "^	spf=pass .*designates $H4 as permitted sender"
        got "^	dmarc=pass "
        by_dane
    done
}

# --- records of the sender

t_spf_away() {
    zone_of alpha '/^alpha\.test\. .* TXT "v=spf1/d'
    red alpha 'alpha.test spf=fail'
    letter alpha
    comes
    got '^	spf=none'
    got '^	dkim=pass .*ms-rsa'
    got '^	dmarc=pass '
}
t_one_dkim_key_away() {
    zone_of alpha '/^ms-rsa\._domainkey/d'
    red alpha 'alpha.test dkim-ms-rsa=fail'
    letter alpha
    comes
    got '^	dkim=pass .*ms-ed25519'
    got_not '^	dkim=pass .*ms-rsa'
    got '^	dmarc=pass '
}
# Nothing proves the sender, and its DMARC record asks for quarantine: Junk.
t_spf_and_dkim_away() {
    zone_of alpha '/^alpha\.test\. .* TXT "v=spf1/d; /^ms-(rsa|ed25519)\._domainkey/d'
    red alpha 'alpha.test spf=fail' 'alpha.test dkim-ms-rsa=fail' 'alpha.test dkim-ms-ed25519=fail'
    letter alpha
    comes Junk
    got '^	dmarc=fail '
}
t_dmarc_away() {
    zone_of alpha '/^_dmarc\.alpha\.test/d; /^alpha\.test\. .* TXT "v=spf1/d; /^ms-(rsa|ed25519)\._domainkey/d'
    red alpha 'alpha.test dmarc=fail' 'alpha.test spf=fail' 'alpha.test dkim-ms-rsa=fail' 'alpha.test dkim-ms-ed25519=fail'
    letter alpha
    comes
    got '^	dmarc=none'
}
t_ptr_away() {
    zone_of alpha
    grep in-addr "$E2E/ptr" | grep -v 'mail.alpha' | dns_again 198.in-addr.arpa
    sites_forget
    red alpha 'mail.alpha.test ptr-v4=fail'
    letter alpha
    comes
    got "^Received: from mail.alpha.test \(unknown \[$H4\]\)"
    grep in-addr "$E2E/ptr" | dns_again 198.in-addr.arpa
}

# --- records of the receiver

t_tlsa_away() {
    zone_of beta '/^_25\._tcp/d'
    red beta 'mail.beta.test tlsa-smtp=fail'
    letter alpha
    comes
    by_mta_sts
}
# Another key than the record says: nothing is sent, though MTA-STS would be content (RFC 8461 section 2).
t_tlsa_of_another_key() {
    zone_of beta 's/^(_25\._tcp.* 3 1 1 ).*/\1000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f/'
    red beta 'mail.beta.test tlsa-smtp=fail'
    letter alpha
    waits '[Cc]ertificate|TLSA'
}
# A mail server that the policy does not name.
t_mx_that_the_policy_does_not_name() {
    zone_of beta 's/^(beta\.test\. .* MX 10 ).*/\1mx2.beta.test./; s/^(mail\.beta\.test\. .* A )(.*)/&\nmx2.beta.test. 3600 IN A \2/'
    red beta 'beta.test mx=fail'
    letter alpha
    waits 'does not match|server unavailable'
}
# The record is gone: a policy that is known holds until its max_age (RFC 8461 section 3.3).
t_mta_sts_away() {
    zone_of beta '/^_mta-sts\.beta/d; /^_25\._tcp/d'
    red beta 'beta.test mta-sts=fail' 'mail.beta.test tlsa-smtp=fail'
    letter alpha
    comes
    by_mta_sts
}
t_mx_away() {
    zone_of beta '/^beta\.test\. .* MX /d'
    red beta 'beta.test mx=fail'
    letter alpha
    bounces 'Host found but no data record of requested type'
}
t_host_address_away() {
    zone_of beta '/^mail\.beta\.test\. .* A(AAA)? /d'
    red beta 'mail.beta.test host-a=fail' 'mail.beta.test host-aaaa=fail'
    letter alpha
    bounces 'Host found but no data record of requested type'
}
served_without_signatures() {
    client timeout 5 /usr/bin/python3 -c '
import sys, dns.message, dns.query, dns.rdatatype
for a in sys.argv[2:]:
    r = dns.query.udp(dns.message.make_query(sys.argv[1], "MX", want_dnssec=True), a, timeout=2)
    assert [x.rdtype for x in r.answer] == [dns.rdatatype.MX]' "$1" "$DNS4" "$DNS4B"
}
# Signatures that are not right: the zone is not believed, and not taken for one without signatures.
t_bogus() {
    zone_of beta
    cp "$DNS/zones/beta.test" "$DNS/served/beta.test"
    kill -HUP "$(cat "$DNS/pid")"
    must_wait 20 served_without_signatures beta.test
    sites_forget
    letter alpha
    waits 'Name service error'
    at beta
    check beta.test --dns-only --json >"$T/out" 2>&1 || true
    jq -e '[.checks[] | select(.state == "fail") | .id] == ["dnssec"]' "$T/out"
}
# --- what waited

t_as_before() {
    zone_of beta
    red beta
    red alpha
    at alpha
    m queue flush >"$T/out"
    while read -r s; do
        comes
        at alpha
    done <"$E2E/waiting"
    letter beta
    comes
}
t_down() {
    outside_down
    sites_down
}

run_tests "$@"
