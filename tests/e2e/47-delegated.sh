#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The mail names of a domain are delegated to the site's own name server: the records that `dns records` says to
# set are put into the parent zone, and a validating resolver (BIND, in the client's namespace) trusts what our
# server answers, also after keys changed, after restarts, and when its volume is lost.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-dns.sh
. "$(dirname "$0")/lib-dns.sh"

R=$NET4.55
N=$E2E/named
ours() { m dns records --format zone --zone "$1" | grep -vE '^(;|\$|$)'; }
ask() { client dig +time=3 +tries=2 "@$R" "$@"; }
# trusted NAME TYPE PATTERN: the resolver has that answer, and validated it
trusted() {
    ask +dnssec "$1" "$2" >"$T/dig"
    grep -qE '^;; flags:.* ad[ ;]' "$T/dig" && grep -qE -- "$3" "$T/dig"
}
must_trust() { must_wait 15 trusted "$@"; }
serial() { client dig +short "@$H4" "$1" SOA | cut -d ' ' -f 3; }
forget() { kill -HUP "$(cat "$N/pid")"; client rndc -c "$N/rndc.conf" flush >/dev/null; }
# state ID: of that check of e2e.test or the host, "ok", "fail" ...
check() { m dns check e2e.test --dns-only --json --resolver "$R" --trust-anchor "$DNS/anchor" >"$T/out" 2>&1 || true; }
state() { jq -r --arg s "$1" --arg i "$2" '.checks[] | select(.scope == $s and .id == $i) | .state' "$T/out"; }
is() { [ "$(state "$1" "$2")" = "$3" ] || { jq -c --arg i "$2" '.checks[] | select(.id == $i)' "$T/out" >&2; fail "$2 of $1 is not $3"; }; }
reds() { jq -r '.checks[] | select(.state == "fail" or .state == "warn" or .state == "unknown") | .id' "$T/out" | sort -u | tr '\n' ' '; }
edit() { sed -i "$1" "$SITE"; }
resolver_up() {
    local key
    mkdir -p "$N"
    client ip addr add "$R/24" dev "mst${SLOT}in" 2>/dev/null || true
    key=$(sed 's/.*DNSKEY //; s/ [^ ]*$/&/' "$DNS/anchor" | awk '{ k = $4; for (i = 5; i <= NF; i++) k = k $i; print $1, $2, $3, "\"" k "\"" }')
    printf '. 3600 IN NS ns1.test.\nns1.test. 3600 IN A %s\n' "$DNS4" >"$N/hints"
    rndc-confgen -a -c "$N/rndc.key" -k e2e >/dev/null 2>&1
    cat >"$N/rndc.conf" <<END
include "$N/rndc.key";
options { default-server $R; default-port 9953; default-key "e2e"; };
END
    cat >"$N/named.conf" <<END
include "$N/rndc.key";
controls { inet $R port 9953 allow { any; } keys { "e2e"; }; };
options { directory "$N"; pid-file "$N/pid"; session-keyfile "$N/session"; listen-on port 53 { $R; }; listen-on-v6 { none; };
    recursion yes; allow-query { any; }; dnssec-validation yes; empty-zones-enable no; max-ncache-ttl 1; synth-from-dnssec no; servfail-ttl 0; };
trust-anchors { test. static-key $key; };
zone "." { type hint; file "$N/hints"; };
END
    client setsid named -f -c "$N/named.conf" </dev/null >"$N/log" 2>&1 &
    must_wait 20 ask +short test SOA
}

export limit_t_up=300
t_up() {
    cp "$SITE" "$E2E/site.yaml.manual"
    edit "s/^dns: .*/dns: {resolver: isolated, authority: delegated, listen: [\"$H4\", \"$H6\"]}/; s/ports: {/&dns: 53, /"
    status 0 m up
    status 0 m status
    says 'knot +healthy'
    dns_up
    ours e2e.test >"$T/zone"
    grep -qE '^_domainkey\.e2e\.test\. 3600 IN DS [0-9]+ 13 2 [0-9a-f]{64}$' "$T/zone"
    no grep -E '^(ms-|_dmarc\.e2e\.test\. .* TXT|_25\._tcp)' "$T/zone"
    dns_zone e2e.test <"$T/zone"
    dns_publish
    resolver_up
}
t_answers_are_trusted() {
    must_trust ms-rsa._domainkey.e2e.test TXT '"v=DKIM1; k=rsa; p='
    must_trust ms-ed25519._domainkey.e2e.test TXT '"v=DKIM1; k=ed25519; p='
    must_trust _dmarc.e2e.test TXT '"v=DMARC1; p=quarantine'
    must_trust _smtp._tls.e2e.test TXT '"v=TLSRPTv1'
    must_trust "_25._tcp.$HOST" TLSA "3 1 1 $(openssl x509 -in "$STATE/keys/tls/cert.pem" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -c 1-32 | tr a-f A-F)"
    # what is not there is denied, signed
    ask +dnssec nobody._domainkey.e2e.test TXT >"$T/out"
    says '^;; .*status: NXDOMAIN'
    says '^;; flags:.* ad[ ;]'
    # over TCP and IPv6, too
    client dig +tcp +short "@$H4" _dmarc.e2e.test TXT | holds -E DMARC1
    client dig +short "@$H6" _dmarc.e2e.test TXT | holds -E DMARC1
    # the empty zone of a policy that is off is no lame delegation
    client dig "@$H4" _mta-sts.e2e.test SOA >"$T/out"
    says '^;; flags: qr aa'
}
t_answers_nothing_else() {
    client dig "@$H4" e2e.test MX >"$T/out"
    says 'status: REFUSED'
    client dig "@$H4" sender.test A >"$T/out"
    says 'status: REFUSED'
    client dig "@$H4" _dmarc.e2e.test AXFR >"$T/out"
    says_not 'DMARC1'
    [ -z "$(client dig +short "@$H4" version.bind TXT CH)" ]
    printf 'server %s\nzone _dmarc.e2e.test\nupdate add x._dmarc.e2e.test 60 TXT x\nsend\n' "$H4" >"$T/update"
    no client nsupdate -t 5 "$T/update"
}
t_nothing_to_push() {
    status 0 m dns push --yes
    says '^zone e2e\.test \(delegated\)'
    says '^not applicable: '
}
t_checks() {
    local id
    check
    for id in dkim-ms-rsa dkim-ms-ed25519 dmarc tlsrpt ns-domainkey ds-domainkey served-domainkey ns-mta-sts ds-mta-sts dnssec delegation; do is e2e.test $id ok; done
    for id in ns-tcp ds-tcp served-tcp tlsa-smtp host-dmarc; do is $HOST $id ok; done
    [ "$(reds)" = "ptr-v4 ptr-v6 " ] || fail "red: $(reds)"
    jq -e '.checks[] | select(.id == "served-dmarc" and .scope == "e2e.test") | .observed == "answers, signed and trusted"' "$T/out"
}
t_checks_turn_red() {
    # without the delegation
    grep -vE '^_dmarc\.e2e\.test\. ' "$T/zone" | dns_again e2e.test
    forget
    check
    is e2e.test ns-dmarc fail
    is e2e.test dmarc fail
    says 'delegate _dmarc.e2e.test to this host'
    is e2e.test dkim-ms-rsa ok
    # another key
    sed -E 's/^(_dmarc\.e2e\.test\. .* DS .*)....$/\10000/' "$T/zone" | dns_again e2e.test
    forget
    check
    is e2e.test ds-dmarc fail
    is e2e.test served-dmarc fail
    says 'set, in place of other DS records: _dmarc\.e2e\.test\. 3600 IN DS'
    # unsigned, which works
    grep -vE '^_dmarc\.e2e\.test\. .* DS' "$T/zone" | dns_again e2e.test
    forget
    check
    is e2e.test ds-dmarc fail
    is e2e.test served-dmarc ok
    is e2e.test dmarc ok
    dns_again e2e.test <"$T/zone"
    forget
    # the server is down
    docker stop "$(container knot)" >/dev/null
    check
    is e2e.test ns-dmarc ok
    is e2e.test served-dmarc fail
    status 0 m up
    forget
    must_wait 30 served_again
}
served_again() {
    check
    is e2e.test served-dmarc ok
}
export limit_t_keys_change=200
t_keys_change() {
    local before started
    before=$(serial _domainkey.e2e.test)
    started=$(docker inspect -f '{{.State.StartedAt}}' "$(container knot)")
    m dkim rotate e2e.test >"$T/out"
    must_trust ms-2-rsa._domainkey.e2e.test TXT '"v=DKIM1; k=rsa; p='
    must_trust ms-2-ed25519._domainkey.e2e.test TXT '"v=DKIM1; k=ed25519; p='
    must_trust ms-rsa._domainkey.e2e.test TXT '"v=DKIM1; k=rsa; p='
    [ "$(serial _domainkey.e2e.test)" -gt "$before" ] || fail "the serial number does not grow"
    # both, the new ones alone, the old ones revoked
    m dkim rotate e2e.test --now >"$T/out"
    m dkim rotate e2e.test --now >"$T/out"
    m dkim rotate e2e.test --now >"$T/out"
    forget
    must_wait 20 revoked
    # the end: their records go
    m dkim rotate e2e.test --now >"$T/out"
    must_wait 20 gone
    [ "$(docker inspect -f '{{.State.StartedAt}}' "$(container knot)")" = "$started" ] || fail "it was restarted"
}
revoked() { client dig +short "@$H4" ms-rsa._domainkey.e2e.test TXT | holds -E '^"v=DKIM1;.* p="$'; }
gone() { client dig "@$H4" ms-rsa._domainkey.e2e.test TXT | holds -E 'status: NXDOMAIN'; }
t_domain_at_run_time() {
    status 0 m domain add new.test
    must_wait 20 new_is_served
    status 0 m domain delete new.test --yes
    must_wait 20 new_is_refused
}
new_is_served() { client dig +short "@$H4" ms-rsa._domainkey.new.test TXT | holds -E DKIM1; }
new_is_refused() { client dig "@$H4" ms-rsa._domainkey.new.test TXT | holds -E 'status: REFUSED'; }
export limit_t_the_key_stays=300
t_the_key_stays() {
    local key
    key=$(client dig +short "@$H4" _dmarc.e2e.test DNSKEY)
    status 0 m restart knot
    must_wait 20 same_key "$key"
    # the volume is lost
    docker rm -f "$(container knot)" >/dev/null
    docker volume rm "$(project)_knot" >/dev/null
    status 0 m up
    must_wait 20 same_key "$key"
    forget
    must_trust _dmarc.e2e.test TXT '"v=DMARC1'
}
same_key() { [ "$(client dig +short "@$H4" _dmarc.e2e.test DNSKEY)" = "$1" ]; }
t_end() {
    kill "$(cat "$N/pid")"
    dns_down
    cp "$E2E/site.yaml.manual" "$SITE"
    status 0 m up
    no docker inspect "$(container knot)"
}

run_tests "$@"
