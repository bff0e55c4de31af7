#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `dns check` against a real name server that serves what `dns records` printed, signed; then records are changed:
# their own checks turn red, and no others.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-dnscheck.sh
. "$(dirname "$0")/lib-dnscheck.sh"

t_up() { check_up; }
t_all_green() {
    status 0 check
    says '^[0-9]+ ok, 0 to mend, 0 warnings, 0 unknown'
    status 0 check --all
    says '  ok +dnssec +the zone is signed and validates'
    says '  ok +outbound-25 '
    says '  ok +tls-served +TLSv1.3'
}
t_api() {
    curl -sS --max-time 60 --unix-socket "$STATE/control.sock" "http://x/api/v1/dns/checks?domain=e2e.test" >"$T/out"
    # by the stack's own resolver, which has the records of the site
    jq -e '[.checks[] | select(.state == "fail") | .id] == [] and (.checks | any(.id == "mx" and .state == "ok"))' "$T/out"
    curl -sS --max-time 60 --unix-socket "$STATE/control.sock" "http://x/api/v1/dns/checks?domain=not/one" >"$T/out"
    jq -e '.status >= 400 and .status < 500' "$T/out"
}
t_internet_nl() {
    status 0 check e2e.test --profile internet.nl
    says '^score: 100%'
}
t_record_changed() {
    local selector
    changed "s/^(mail\.e2e\.test\. .* A ).*/\1198.18.99.1/"
    red "mail.e2e.test host-a=fail"
    changed 's/^(e2e\.test\. .* MX 10 ).*/\1other.test./'
    red "e2e.test mx=fail"
    changed 's/^(e2e\.test\. .*)v=spf1 mx/\1v=spf1 a/'
    red "e2e.test spf=fail"
    selector=$(m dns records e2e.test --json | jq -r '[.records[] | select(.value | test("k=ed25519; p=."))][0].id | sub("^dkim-"; "")')
    changed "s/^($selector\\._domainkey.* p=)./\\1!/"
    red "e2e.test dkim-$selector=fail"
    changed 's/^(_dmarc\.e2e\.test\. .*)p=quarantine/\1p=none/'
    red "e2e.test dmarc=fail"
    says 'replace v=DMARC1; p=none.* by: _dmarc\.e2e\.test\. 3600 IN TXT'
}
t_foreign_terms_and_texts_are_no_fault() {
    {
        sed 's/"v=spf1 mx ~all"/"v=spf1 mx ip4:192.0.2.1 -all"/' "$T/zone-e2e.test"
        seq -f 'e2e.test. 3600 IN TXT "somebody%g=else"' 50
        printf 'e2e.test. 3600 IN TXT'
        for _ in {1..8}; do printf ' "%0255d"' 0; done
        echo
    } | dns_again e2e.test
    red
}
t_two_spf() {
    { cat "$T/zone-e2e.test"; echo 'e2e.test. 3600 IN TXT "v=spf1 include:other.test -all"'; } | dns_again e2e.test
    red "e2e.test spf=fail"
    says 'remove from e2e.test. TXT: v=spf1 include:other.test'
}
t_spf_look_ups() {
    {
        sed 's/"v=spf1 mx ~all"/"v=spf1 mx include:i1.e2e.test ~all"/' "$T/zone-e2e.test"
        seq 1 10 | while read -r n; do echo "i$n.e2e.test. 3600 IN TXT \"v=spf1 include:i$((n + 1)).e2e.test ?all\""; done
        echo 'i11.e2e.test. 3600 IN TXT "v=spf1 -all"'
    } | dns_again e2e.test
    red "e2e.test spf-lookups=fail"
    says 'observed": "12 look-ups'
}
t_wildcard_and_ttl() {
    { sed 's/^\(e2e.test.\) 3600 \(IN MX\)/\1 172800 \2/' "$T/zone-e2e.test"; echo '*.e2e.test. 3600 IN TXT "anything"'; } | dns_again e2e.test
    red "e2e.test ttl=warn" "e2e.test wildcard=warn"
}
t_cname_loop() {
    {
        grep -v '^_dmarc.e2e.test' "$T/zone-e2e.test"
        echo '_dmarc.e2e.test. 3600 IN CNAME loop.e2e.test.'
        echo 'loop.e2e.test. 3600 IN CNAME _dmarc.e2e.test.'
    } | dns_again e2e.test
    check e2e.test --dns-only --json >"$T/out" 2>&1 || true
    jq -e '[.checks[] | select(.state == "fail" or .state == "unknown") | .id] == ["dmarc"]' "$T/out"
}
t_lame_server() {
    { cat "$T/zone-e2e.test"; echo "e2e.test. 3600 IN NS ns3.e2e.test."; echo "ns3.e2e.test. 3600 IN A $C4"; } | dns_again e2e.test
    red "e2e.test delegation=warn"
    says "ns3.e2e.test. $C4: "
}
t_not_signed() {
    dns_unsigned e2e.test <"$T/zone-e2e.test"
    dns_publish
    red "e2e.test dnssec=warn"
    status 3 check e2e.test --dns-only --profile internet.nl
    says 'fail +dnssec-domain'
    says 'fail +dane-exists'
    says_not '^score: 100%'
}
t_bogus() {
    dns_zone e2e.test <"$T/zone-e2e.test"
    dns_publish
    cp "$DNS/zones/e2e.test" "$DNS/served/e2e.test" # the parent says that it is signed
    kill -HUP "$(cat "$DNS/pid")"
    must_wait 10 bogus_only
}
bogus_only() {
    check e2e.test --dns-only --json >"$T/out" 2>&1 || true
    jq -e '[.checks[] | select(.state == "fail") | .id] == ["dnssec"]' "$T/out"
}
t_end() { check_down; }

run_tests "$@"
