# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A name server (nsd) in the client's namespace: the root and .test, signed, with delegations, and the zones
# that a script puts there, signed. For scripts that have sourced lib.sh.
#   dns_up                     the addresses, and the server with the root and .test
#   dns_zone ZONE <RECORDS     a signed zone below .test (or a reverse zone: not signed); SOA and NS are
#                              added; again for the same zone: its new content
#   dns_unsigned ZONE <RECORDS the same without signatures
#   dns_publish                sign, load, and wait until it is served
#   dns_again ZONE <RECORDS    a zone that is served already, with other records: signed, loaded, and served
#   $DNS/anchor $DNS/root.key  the trust anchors of .test and of the root, in zone-file form; $DNS4 $DNS6, $DNS4B $DNS6B the
#                              two servers ns1.test and ns2.test
#   dns_down
DNS=$E2E/dns

# the addresses belong to the slot, which is chosen when the host is set up
dns_numbers() {
    DNS4=$NET4.53 DNS4B=$NET4.54 DNS6=$NET6::53 DNS6B=$NET6::54
}
dns_numbers

dns_key() { # dns_key ZONE: its one key, made once
    local key
    key=$(echo "$DNS/keys/K${1%.}."*.key)
    [ -f "$key" ] || (cd "$DNS/keys" && dnssec-keygen -q -a ECDSAP256SHA256 -f KSK "$1" >/dev/null)
    echo "$DNS/keys/K${1%.}."*.key
}
dns_head() { # dns_head ZONE: SOA and NS; a serial that grows
    local serial
    serial=$(($(cat "$DNS/serial" 2>/dev/null || echo 0) + 1))
    echo $serial >"$DNS/serial"
    echo "\$TTL 3600"
    echo "$1. 3600 IN SOA ns1.test. hostmaster.test. $serial 3600 600 86400 60"
    echo "$1. 3600 IN NS ns1.test."
    echo "$1. 3600 IN NS ns2.test."
}
dns_zone() {
    mkdir -p "$DNS/zones"
    { dns_head "$1"; grep -vE '^(;|\$TTL|$)'; } >"$DNS/zones/$1"
    case $1 in *.arpa) touch "$DNS/zones/$1.unsigned" ;; *) rm -f "$DNS/zones/$1.unsigned" ;; esac
}
dns_unsigned() {
    dns_zone "$1"
    touch "$DNS/zones/$1.unsigned"
}
dns_names() { find "$DNS/zones" -type f ! -name '*.unsigned' -printf '%f\n' | sort; }

dns_sign() { # dns_sign ZONE FILE [NAME]: the served form goes to $DNS/served/ZONE (NAME), DS records to $DNS/ds
    local key
    if [ -f "$DNS/zones/$1.unsigned" ]; then
        cp "$2" "$DNS/served/$1"
        return
    fi
    key=$(dns_key "$1")
    cat "$2" "$key" >"$DNS/work"
    (cd "$DNS/keys" && dnssec-signzone -q -z -o "$1" -f "$DNS/served/${3:-$1}" "$DNS/work" "$key") >"$DNS/log" 2>&1 ||
        { cat "$DNS/log" >&2; fail "dnssec-signzone $1"; }
    dnssec-dsfromkey -2 "$key" >>"$DNS/ds"
}
dns_parents() {
    local zone
    {
        dns_head test
        echo "ns1.test. 3600 IN A $DNS4"
        echo "ns1.test. 3600 IN AAAA $DNS6"
        echo "ns2.test. 3600 IN A $DNS4B"
        echo "ns2.test. 3600 IN AAAA $DNS6B"
        dns_names | while read -r zone; do
            case $zone in
            *.*.test | *.arpa) ;; # its parent has the delegation in the records given
            *.test) printf '%s. 3600 IN NS ns1.test.\n%s. 3600 IN NS ns2.test.\n' "$zone" "$zone" ;;
            esac
        done
        grep -E '^[^.]+\.test\. ' "$DNS/ds" || true
    } >"$DNS/test"
    dns_sign test "$DNS/test"
    grep DNSKEY "$(dns_key test)" | grep -v '^;' | tr '\t' ' ' >"$DNS/anchor"
    {
        echo ". 3600 IN SOA ns1.test. hostmaster.test. $(cat "$DNS/serial") 3600 600 86400 60"
        echo ". 3600 IN NS ns1.test."
        echo ". 3600 IN NS ns2.test."
        echo "test. 3600 IN NS ns1.test."
        echo "test. 3600 IN NS ns2.test."
        grep -vE '(SOA|NS|RRSIG|NSEC)' "$DNS/test" | grep -E '^ns[12]\.test\. ' || true
        { dns_names | grep '\.arpa$' || true; } | while read -r zone; do
            printf '%s. 3600 IN NS ns1.test.\n%s. 3600 IN NS ns2.test.\n' "$zone" "$zone"
        done
        grep -E '^test\. ' "$DNS/ds"
    } >"$DNS/root"
    dns_sign . "$DNS/root" root
    grep DNSKEY "$(dns_key .)" | grep -v '^;' | tr '\t' ' ' >"$DNS/root.key"
}
dns_config() {
    local zone
    cat <<END
server:
    ip-address: $DNS4
    ip-address: $DNS4B
    ip-address: $DNS6
    ip-address: $DNS6B
    username: ""
    chroot: ""
    pidfile: "$DNS/pid"
    database: ""
    xfrdfile: "$DNS/xfrd"
    zonelistfile: "$DNS/zonelist"
    xfrdir: "$DNS"
    server-count: 1
    xfrd-reload-timeout: 0
    rrl-ratelimit: 0
    zonesdir: "$DNS/served"
remote-control:
    control-enable: no
zone:
    name: "."
    zonefile: "root"
END
    { echo test; dns_names; } | while read -r zone; do
        printf 'zone:\n    name: "%s"\n    zonefile: "%s"\n' "$zone" "$zone"
    done
}
# dns_served ZONE SERIAL: both addresses have it
dns_served() {
    client timeout 5 /usr/bin/python3 -c '
import sys, dns.message, dns.query
for a in sys.argv[3:]:
    r = dns.query.udp(dns.message.make_query(sys.argv[1], "SOA"), a, timeout=2)
    assert str(r.answer[0][0].serial) == sys.argv[2]' "$1." "$2" "$DNS4" "$DNS4B"
}
dns_serial() { awk '$4 == "SOA" { print $7; exit }' "$1"; }
dns_again() {
    dns_zone "$1"
    dns_sign "$1" "$DNS/zones/$1"
    kill -HUP "$(cat "$DNS/pid")"
    wait_for 20 dns_served "$1" "$(dns_serial "$DNS/zones/$1")" || fail "$1 is not served anew"
}
dns_publish() {
    local zone
    mkdir -p "$DNS/served" "$DNS/keys" "$DNS/zones"
    : >"$DNS/ds"
    # a zone below another one is signed before it, and its DS goes into the records of that one
    while read -r zone; do dns_sign "$zone" "$DNS/zones/$zone"; done < <(dns_names)
    dns_parents
    dns_config >"$DNS/nsd.conf"
    dns_down # it takes new zones at its start only
    dns_start
    wait_for 20 dns_served test "$(dns_serial "$DNS/test")" || { tail -n 20 "$DNS/nsd.log" >&2; fail "the name server does not serve"; }
}
dns_start() {
    client setsid nsd -d -c "$DNS/nsd.conf" </dev/null >"$DNS/nsd.log" 2>&1 &
    must_wait 10 test -s "$DNS/pid"
}
dns_up() {
    local a dev=mst${SLOT}in
    dns_numbers
    dns_down
    rm -rf "$DNS"
    mkdir -p "$DNS/served" "$DNS/keys" "$DNS/zones"
    for a in "$DNS4/24" "$DNS4B/24"; do client ip addr add "$a" dev "$dev" 2>/dev/null || true; done
    # never the source of what the client sends (RFC 6724 rule 3)
    for a in "$DNS6/64" "$DNS6B/64"; do client ip addr add "$a" dev "$dev" nodad preferred_lft 0 2>/dev/null || true; done
    dns_publish
}
dns_down() {
    local pid
    pid=$(cat "$DNS/pid" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null || true
    wait_for 10 test ! -e "/proc/$pid" || fail "nsd does not end"
    rm -f "$DNS/pid"
}
