#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records are written into real zones: BIND and Knot DNS by signed updates, PowerDNS by its API. Nothing of
# others is lost, a second push changes nothing, a wrong key or clock is told, and a push that stopped half-way is
# finished by the next. No stack is needed: the servers run in a network namespace of their own.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-build}
D=$(mktemp -d) || exit 1
NS=mspush$$
PIDS=()
in_ns() { ip netns exec "$NS" "$@"; }
clean() {
    [ ${#PIDS[@]} = 0 ] || kill "${PIDS[@]}" 2>/dev/null
    wait
    ip netns del "$NS" 2>/dev/null
    rm -rf "$D"
}
trap clean EXIT
tests/support/apt.sh bind9 bind9-dnsutils knot pdns-server pdns-backend-sqlite3 sqlite3 faketime curl jq || exit 1
ip netns add "$NS" && ip -n "$NS" link set lo up && ip -n "$NS" addr add 198.18.66.1/32 dev lo &&
    ip -n "$NS" addr add 198.18.66.2/32 dev lo || exit 1

ZONE='$TTL 300
@ IN SOA ns.push.test. h.push.test. 1 3600 900 604800 300
@ IN NS ns.push.test.
@ IN MX 10 old.push.test.
@ IN TXT "v=spf1 include:_spf.other.test -all"
@ IN TXT "other-verification=123"
@ IN NS ns2.push.test.
ns IN A 198.18.66.1
ns2 IN A 198.18.66.2
www IN A 192.0.2.9
_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:x@other.test"
* IN TXT "wild"'

# site LINE-OF-DNS [DOMAIN-SETTINGS]
site() {
    cat >"$D/site.yaml" <<END
hostname: mail.push.test
contact: postmaster@push.test
network: {ipv4: 192.0.2.10, ipv6: off}
domains: {push.test: {${2:-}}}
dns: {resolver: ${RESOLVER:-isolated}, $1}
END
}
m() {
    status=0
    in_ns ${CLOCK:+faketime -f "$CLOCK"} "$BIN/mailstead" --site "$D/site.yaml" --state "$D/$state" "$@" >"$D/out" 2>&1 || status=$?
}
fail() {
    echo "# $*"
    sed 's/^/#   /' "$D/out"
    return 1
}
says() { grep -qE -- "$1" "$D/out" || fail "nothing matches $1"; }
ends() { [ "$status" = "$1" ] || fail "exit status $status, not $1"; }
# has NAME TYPE PATTERN
has() {
    in_ns dig +short +tcp -p "$port" @127.0.0.1 "$1" "$2" >"$D/out" 2>&1
    says "$3"
}
key() { tsig-keygen -a hmac-sha256 "$2" >"$D/$1" && chmod 600 "$D/$1"; }
# await PORT [ADDRESS]: it answers
await() {
    for _ in $(seq 100); do
        ! in_ns bash -c "exec 3<>/dev/tcp/${2:-127.0.0.1}/$1" 2>/dev/null || return 0
        sleep 0.1
    done
    tail -n 5 "$D"/*.log >"$D/out"
    fail "nothing listens at port $1"
}

start_bind() {
    mkdir "$D/named" && echo "$ZONE" >"$D/named/push.test.zone" && cp "$D/right.key" "$D/named/key"
    cat >"$D/named/named.conf" <<END
include "$D/named/key";
options { directory "$D/named"; listen-on port 5301 { 127.0.0.1; }; listen-on port 53 { 198.18.66.1; }; listen-on-v6 { none; }; recursion no;
  dnssec-validation no; pid-file "$D/named/pid"; session-keyfile "$D/named/session"; allow-transfer { none; }; };
controls { };
zone push.test { type primary; file "push.test.zone"; update-policy { ${1:-grant mailstead zonesub ANY;} }; };
END
    ip netns exec "$NS" named -f -c "$D/named/named.conf" >"$D/named.log" 2>&1 &
    PIDS+=($!) bind=$!
    await 5301
}
start_knot() {
    mkdir -p "$D/knot" && echo "$ZONE" >"$D/knot/push.test.zone"
    cat >"$D/knot/knot.conf" <<END
server:
    rundir: "$D/knot"
    listen: 127.0.0.1@5302
database:
    storage: "$D/knot"
key:
  - id: mailstead
    algorithm: hmac-sha256
    secret: $(sed -n 's/.*secret "\(.*\)";/\1/p' "$D/right.key")
acl:
  - id: push
    key: mailstead
    action: [update, query]
template:
  - id: default
    storage: "$D/knot"
    file: "%s.zone"
zone:
  - domain: push.test
    acl: push
END
    ip netns exec "$NS" knotd -c "$D/knot/knot.conf" >"$D/knot.log" 2>&1 &
    PIDS+=($!)
    await 5302
}
start_pdns() {
    mkdir "$D/pdns" && sqlite3 "$D/pdns/db" </usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql >/dev/null || return 1
    cat >"$D/pdns/pdns.conf" <<END
launch=gsqlite3
gsqlite3-database=$D/pdns/db
socket-dir=$D/pdns
local-address=127.0.0.1
local-port=5303
webserver=yes
webserver-port=8303
api=yes
api-key=token-of-the-test
zone-cache-refresh-interval=0
query-cache-ttl=0
cache-ttl=0
negquery-cache-ttl=0
END
    ip netns exec "$NS" pdns_server --config-dir="$D/pdns" --daemon=no --guardian=no >"$D/pdns.log" 2>&1 &
    PIDS+=($!)
    await 8303
    jq -n --arg zone "${ZONE//@/push.test.}" '{name: "push.test.", kind: "Native", zone: ($zone | sub("\n\\* "; "\n*.push.test. ") | gsub("\n(?<n>ns|ns2|www|_dmarc) "; "\n\(.n).push.test. "))}' |
        in_ns curl -sS -f -H 'X-API-Key: token-of-the-test' -d @- http://127.0.0.1:8303/api/v1/servers/localhost/zones >"$D/out" 2>&1 || fail "the zone is not taken"
}

# what holds for every server
push_and_look() {
    m dns diff && ends 3 && says '^add +mail\.push\.test\. A ' &&
        says '^change +push\.test\. TXT .*SPF record that is not ours' &&
        m dns push --dry-run && ends 3 && has push.test MX '^10 old\.push\.test\.$' &&
        m dns push --yes && ends 0 && says 'sets written, read again: as wanted$' &&
        has push.test MX '^10 mail\.push\.test\.$' &&
        has push.test TXT '^"v=spf1 include:_spf\.other\.test mx -all"$' &&
        has push.test TXT '^"other-verification=123"$' && has www.push.test A '^192\.0\.2\.9$' &&
        has nobody.push.test TXT '^"wild"$' && has _imaps._tcp.push.test SRV '993 mail' &&
        m dns push --yes && ends 0 && says ' 0 to write' &&
        m dns diff push.test && ends 0
}

t_bind() {
    state=bind port=5301
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key'
    start_bind && push_and_look
}
t_bind_wrong_key() {
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: wrong.key'
    m dns push --yes && ends 1 && says 'another secret .*BADSIG' || return 1
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: other.key'
    m dns push --yes && ends 1 && says 'does not know the TSIG key other\. .*BADKEY' || return 1
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key'
    CLOCK=+1h m dns push --yes
    ends 1 && says 'more than 300 s apart'
}
# our terms in the record of others change, and nothing else does
t_bind_spf_changes() {
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key' 'spf: {include: [new.test]}'
    m dns push --yes && ends 0 && has push.test TXT 'include:_spf\.other\.test mx include:new\.test -all"$' || return 1
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key'
    m dns push --yes && ends 0 && has push.test TXT '^"v=spf1 include:_spf\.other\.test mx -all"$'
}
# only what we put there is removed
t_bind_removes_ours() {
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key' 'mta_sts: enforce'
    m dns push --yes && ends 0 && has _mta-sts.push.test TXT 'v=STSv1' || return 1
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key'
    m dns diff && says '^remove +_mta-sts\.push\.test\. TXT' && m dns push --yes && ends 0 &&
        has _mta-sts.push.test TXT '^"wild"$'
}
# a change of DKIM keys writes its records by itself, and at its end takes those of the old keys away
rotate() {
    echo '{"op": "dkim-rotate", "domain": "push.test", "now": true, "force": true}' |
        in_ns "$BIN/mailsteadd" -x call --site "$D/site.yaml" --state "$D/$state" >"$D/out" 2>&1
}
# gone SELECTOR: the server says that there is no such name
gone() {
    in_ns dig +tcp -p "$port" @127.0.0.1 "$1._domainkey.push.test" TXT >"$D/out" 2>&1
    says 'status: NXDOMAIN'
}
t_bind_dkim_change() {
    local step
    site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key'
    "$BIN/dkim-try" "$D/$state" push.test 127.0.0.1 begin >"$D/out" 2>&1 && m dns push --yes && ends 0 &&
        has ms-rsa._domainkey.push.test TXT 'k=rsa; p=MII' && has ms-2-rsa._domainkey.push.test TXT 'k=rsa; p=MII' || return 1
    for step in both retire revoke; do
        rotate && says "\"phase\": ?\"$step\"" && says '"problems": ?\[\]' || return 1
    done
    has ms-rsa._domainkey.push.test TXT 'p="$' && rotate && says '"phase": ?"idle"' &&
        gone ms-rsa && gone ms-ed25519 &&
        has ms-2-rsa._domainkey.push.test TXT 'k=rsa; p=MII' && has _dmarc.push.test TXT DMARC1 &&
        m dns push --yes && ends 0 && says ' 0 to write'
}
# the server takes no changes of some names: told, nothing written; then it does, and the next push finishes
t_bind_refuses() {
    kill "$bind" && wait "$bind"
    rm -rf "$D/named" && start_bind 'deny mailstead name push.test MX; grant mailstead zonesub ANY;' || return 1
    state=refused
    m dns push --yes && ends 1 && says 'stopped after 0 of .*REFUSED' && says 'Running it again does the rest' &&
        has push.test MX '^10 old\.push\.test\.$' || return 1
    kill "$bind" && wait "$bind"
    rm -rf "$D/named" && start_bind && m dns push --yes && ends 0 && has push.test MX '^10 mail\.push\.test\.$'
}
# ns2 has an old zone that nobody updates: told by name
t_servers_that_disagree() {
    kill "$bind" && wait "$bind"
    rm -rf "$D/named" && start_bind || return 1
    mkdir "$D/lag" && echo "$ZONE" >"$D/lag/push.test.zone"
    cat >"$D/lag/knot.conf" <<END
server:
    rundir: "$D/lag"
    listen: 198.18.66.2@53
database:
    storage: "$D/lag"
zone:
  - domain: push.test
    storage: "$D/lag"
    file: "%s.zone"
END
    ip netns exec "$NS" knotd -c "$D/lag/knot.conf" >"$D/lag.log" 2>&1 &
    PIDS+=($!)
    await 53 198.18.66.2 || return 1
    state=lag
    RESOLVER='[198.18.66.1]' site 'authority: rfc2136, server: "127.0.0.1:5301", key: right.key'
    m dns push --yes && ends 3 && says '^ns\.push\.test\. 198\.18\.66\.1: has all of it$' &&
        says '^ns2\.push\.test\. 198\.18\.66\.2: .* sets are not there yet \(' && m dns push --yes && ends 0
}
t_knot() {
    state=knot port=5302
    site 'authority: rfc2136, server: "127.0.0.1:5302", zone: push.test, key: right.key'
    start_knot && push_and_look
}
t_knot_wrong_key() {
    site 'authority: rfc2136, server: "127.0.0.1:5302", key: wrong.key'
    m dns push --yes && ends 1 && says 'BADSIG' || return 1
    site 'authority: rfc2136, server: "127.0.0.1:5302", key: right.key'
    CLOCK=-1h m dns push --yes
    ends 1 && says 'more than 300 s apart'
}
t_powerdns() {
    state=pdns port=5303
    printf 'token-of-the-test\n' >"$D/token" && chmod 600 "$D/token"
    site 'authority: powerdns, api: "http://127.0.0.1:8303", token_file: token'
    start_pdns && push_and_look || return 1
    printf 'another\n' >"$D/token"
    m dns diff && ends 1 && says 'refuses the token'
}
t_manual_is_not_applicable() {
    state=manual
    site 'authority: manual'
    m dns push --yes && ends 0
}

key right.key mailstead && key wrong.key mailstead && key other.key other
state=none port=0 status=0 failed=0
for t in bind bind_wrong_key bind_spf_changes bind_removes_ours bind_dkim_change bind_refuses servers_that_disagree knot knot_wrong_key powerdns manual_is_not_applicable; do
    if "t_$t"; then echo "ok dns-push $t"; else
        echo "not ok dns-push $t"
        failed=1
    fi
done
exit $failed
