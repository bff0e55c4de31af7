#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `dns check` against a real name server that serves what `dns records` printed, signed; then each record is
# taken away or changed: its own check turns red, and no other.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-dns.sh
. "$(dirname "$0")/lib-dns.sh"

check() { m dns check "$@" --resolver "$DNS4" --trust-anchor "$DNS/anchor" --ca "$CA"; }
# the site's own records of a zone, as printed
ours() { m dns records --format zone --zone "$1" | grep -vE '^(;|\$|$)'; }
# red WANT...: exactly these checks of e2e.test and its host are not in order ("SCOPE ID=STATE")
red() {
    check e2e.test --dns-only --json >"$T/out" 2>&1 || true
    jq -r '.checks[] | select(.state == "warn" or .state == "fail" or .state == "unknown") | "\(.scope) \(.id)=\(.state)"' \
        "$T/out" | sort >"$T/red"
    printf '%s\n' "$@" | grep . | sort >"$T/want" || true
    diff "$T/want" "$T/red" >&2 || {
        jq -c '.checks[] | select(.state != "ok" and .state != "not-applicable")' "$T/out" >&2
        fail "other checks are red"
    }
}
# changed SED: the zone of e2e.test with its lines edited
changed() { sed -E "$1" "$T/zone-e2e.test" | dns_again e2e.test; }

t_up() {
    local zone
    dns_up
    for zone in e2e.test catch.test gone.test alias.test; do
        ours "$zone" >"$T/zone-$zone"
        dns_zone "$zone" <"$T/zone-$zone"
    done
    m dns records --json | jq -r '.records[] | select(.type == "PTR") | "\(.name) 3600 IN PTR \(.value)"' >"$T/ptr"
    grep in-addr "$T/ptr" | dns_zone 198.in-addr.arpa
    grep ip6 "$T/ptr" | dns_zone d.f.ip6.arpa
    # somebody's mail server, to see whether mail can leave
    printf '%s\n' "gmail.com. IN MX 10 mx.gmail.com." "mx.gmail.com. IN A $C4" | dns_unsigned gmail.com
    dns_publish
    client setsid python3 -m http.server 25 --bind "$C4" </dev/null >/dev/null 2>&1 &
    echo $! >"$T/outside"
}
t_all_green() {
    status 0 check
    says '^[0-9]+ ok, 0 to mend, 0 warnings, 0 unknown'
    status 0 check --all
    says '  ok +dnssec +the zone is signed and validates'
    says '  ok +outbound-25 '
    says '  ok +tls-served +TLSv1.3'
}
t_internet_nl() {
    status 0 check e2e.test --profile internet.nl
    says '^score: 100%'
}
# Each record is taken out of the zone.
export limit_t_record_missing=120
t_record_missing() {
    local id scope state line services
    m dns records e2e.test --json | jq -r '.records[] | select(.foreign | not) | "\(.id) \(.scope) \(.need) \(.name) \(.type) \(.value)"' >"$T/records"
    while read -r id scope state line; do
        case $id in srv-*) continue ;; esac
        [ "$state" = optional ] && state=warn || state=fail
        N=${line%% *} REST=${line#* } awk '{
            value = $0; sub(/^[^ ]+ [^ ]+ IN /, "", value); gsub(/"/, "", value)
            want = ENVIRON["REST"]; gsub(/"/, "", want); gsub(/ /, "", want); gsub(/ /, "", value)
            if ($1 != ENVIRON["N"] || value != want) print }' "$T/zone-e2e.test" >"$T/zone"
        [ $(($(wc -l <"$T/zone") + 1)) = "$(wc -l <"$T/zone-e2e.test")" ] || fail "$id is not one line of the zone"
        dns_again e2e.test <"$T/zone"
        red "$scope $id=$state"
        says "set: ${line%% *} "
    done <"$T/records"
    # those that are alike go together
    grep -v ' SRV ' "$T/zone-e2e.test" | dns_again e2e.test
    mapfile -t services < <(sed -n 's/^\(srv-[^ ]*\) \([^ ]*\) .*/\2 \1=warn/p' "$T/records")
    red "${services[@]}"
    dns_again e2e.test <"$T/zone-e2e.test"
    red
}
t_record_changed() {
    changed "s/^(mail\.e2e\.test\. .* A ).*/\1198.18.99.1/"
    red "mail.e2e.test host-a=fail"
    changed 's/^(e2e\.test\. .* MX 10 ).*/\1other.test./'
    red "e2e.test mx=fail"
    changed 's/^(e2e\.test\. .*)v=spf1 mx/\1v=spf1 a/'
    red "e2e.test spf=fail"
    changed 's/^(ms-ed25519\._domainkey.* p=)./\1!/'
    red "e2e.test dkim-ms-ed25519=fail"
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
# Nothing answers: it ends in time all the same.
t_no_answer() {
    local begun=$EPOCHREALTIME
    dns_down
    client iptables -A INPUT -p udp --dport 53 -j DROP
    status 3 check e2e.test --dns-only
    client iptables -F INPUT
    says 'fail +delegation +no answer'
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 11) }' || fail "$(took "$begun") s"
}
t_end() {
    dns_down
    kill "$(cat "$T/outside")" 2>/dev/null || true
}

run_tests "$@"
