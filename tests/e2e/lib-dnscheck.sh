# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# `dns check` against a real name server that serves what `dns records` printed, signed. For scripts that have sourced lib.sh.
# shellcheck source=tests/e2e/lib-dns.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-dns.sh"

check() { m dns check "$@" --resolver "$DNS4" --trust-anchor "$DNS/anchor" --ca "$CA"; }
# the site's own records of a zone, as printed
ours() { m dns records --format zone --zone "$1" | grep -vE '^(;|\$|$)'; }
# only_red WANT...: exactly these checks are not in order in what `check --json` said to $T/out ("SCOPE ID=STATE")
only_red() {
    jq -r '.checks[] | select(.state == "warn" or .state == "fail" or .state == "unknown") | "\(.scope) \(.id)=\(.state)"' \
        "$T/out" | sort >"$T/red"
    printf '%s\n' "$@" | grep . | sort >"$T/want" || true
    diff "$T/want" "$T/red" >&2 || {
        jq -c '.checks[] | select(.state != "ok" and .state != "not-applicable")' "$T/out" >&2
        fail "other checks are red"
    }
}
# red WANT...: of e2e.test and its host
red() {
    check e2e.test --dns-only --json >"$T/out" 2>&1 || true # its status only says that something is red
    only_red "$@"
}
# changed SED: the zone of e2e.test with its lines edited
changed() { sed -E "$1" "$T/zone-e2e.test" | dns_again e2e.test; }

# the zones of the site, served; and somebody else's mail server
check_up() {
    local zone
    dns_up
    for zone in e2e.test catch.test gone.test alias.test; do
        ours "$zone" >"$T/zone-$zone"
        dns_zone "$zone" <"$T/zone-$zone"
    done
    m dns records --json | jq -r '.records[] | select(.type == "PTR") | "\(.name) 3600 IN PTR \(.value)"' >"$T/ptr"
    grep in-addr "$T/ptr" | dns_zone 198.in-addr.arpa
    grep ip6 "$T/ptr" | dns_zone d.f.ip6.arpa
    outside_zone
    dns_publish
    outside_up
}
# somebody's mail server, to see whether mail can leave
outside_zone() {
    printf '%s\n' "gmail.com. IN MX 10 mx.gmail.com." "mx.gmail.com. IN A $C4" | dns_unsigned gmail.com
}
outside_up() {
    client setsid python3 -m http.server 25 --bind "$C4" </dev/null >"$T/outside.log" 2>&1 &
    echo $! >"$T/outside"
    wait_for 20 takes_connections || { cat "$T/outside.log" >&2; fail "nobody listens on port 25 of $C4"; }
}
outside_down() { kill "$(cat "$T/outside")" 2>/dev/null || true; }
takes_connections() { timeout 2 bash -c "true <>/dev/tcp/$C4/25"; }
check_down() {
    dns_down
    outside_down
}
