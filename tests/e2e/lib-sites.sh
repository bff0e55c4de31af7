# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Two whole sites beside the shared one, alpha.test and beta.test: each with an address of its own, on the
# standard ports, and with its own resolver, which begins at the name server of lib-dns.sh. For scripts that
# have sourced lib.sh and lib-dnscheck.sh.
#   at SITE            what follows is about this site (alpha or beta): m, submit, imap, logs, container ...
#   sites_up           both
#   sites_dns          serve what both print, signed, and their reverse zone
#   zone_of SITE SED   serve its zone with its lines edited; without SED as printed
#   sites_forget       nobody remembers an answer from before
#   sites_down
# A site's own address is the source of what it sends to the other one: to an address of this very host the
# engine does not translate, so a rule of the packet filter does.

# shellcheck disable=SC2034 # names that lib.sh uses
at() {
    OTHER=beta
    [ "$1" = alpha ] || OTHER=alpha
    ME=$1 HOST=mail.$1.test SITE=$E2E/$1/site.yaml STATE=$E2E/$1/state
    CA=$E2E/sites-ca.crt SMTP=25 SUBMISSION=587 IMAPS=993
    case $1 in
    alpha) NUMBER=11 SUBNET=172.29.$((2 * SLOT)) ;;
    beta) NUMBER=12 SUBNET=172.29.$((2 * SLOT + 1)) ;;
    esac
    H4=$NET4.$NUMBER H6=$NET6::$NUMBER
}
# of lib.sh, which knows one site only
project() { cat "$E2E/${ME:-.}/project"; }

site_certificate() {
    local d=$E2E/$ME
    [ -f "$E2E/sites-ca.key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$E2E/sites-ca.key" \
        -out "$CA" -days 30 -subj '/CN=Authority of the two sites' -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$d/key.pem" -subj "/CN=$HOST" -out "$d/csr" 2>/dev/null
    openssl x509 -req -in "$d/csr" -CA "$CA" -CAkey "$E2E/sites-ca.key" -days 30 -CAcreateserial -out "$d/own.pem" \
        -extfile <(printf 'authorityKeyIdentifier=keyid\nsubjectAltName=DNS:%s,DNS:mta-sts.%s,DNS:autoconfig.%s,DNS:autodiscover.%s\n' \
            "$HOST" "$ME.test" "$ME.test" "$ME.test") 2>/dev/null
    cat "$d/own.pem" "$CA" >"$d/cert.pem"
    chmod 600 "$d/key.pem"
}
# its resolver knows no other root than ours, and its programs no other authority
site_overrides() {
    local own=$E2E/$ME/overrides
    mkdir -p "$own/unbound" "$own/postfix" "$own/mtasts"
    cp "$CA" "$own/postfix/test-ca.pem"
    cp "$CA" "$own/mtasts/test-ca.pem"
    echo 'smtp_tls_CAfile = /config/local/test-ca.pem' >"$own/postfix/main.cf"
    cp "$DNS/root.key" "$own/unbound/root.key"
    printf '%s\n' ". 3600 IN NS ns1.test." ". 3600 IN NS ns2.test." "ns1.test. 3600 IN A $DNS4" "ns2.test. 3600 IN A $DNS4B" \
        >"$own/unbound/root.hints"
    cat >"$own/unbound/root.conf" <<END
server:
    local-zone: "test." nodefault
    local-zone: "d.f.ip6.arpa." nodefault
END
}
site_write() {
    at "$1"
    mkdir -p "$E2E/$ME"
    site_certificate
    site_overrides
    cat >"$SITE" <<END
hostname: $HOST
contact: admin@$ME.test
network:
  ipv4: $H4
  ipv6: "$H6"
  bind: ["$H4", "$H6"]
  subnet: $SUBNET.0/24
domains:
  $ME.test:
    mta_sts: enforce
    mailboxes:
      user: {name: User, password_hash: "{SHA512-CRYPT}$(openssl passwd -6 -salt mstestsalt "$PASSWORD")"}
    aliases: {admin: [user@$ME.test]}
tls: {mode: files, certificate: cert.pem, key: key.pem}
filter: {antivirus: off} # its signatures would come from the Internet
ban: {ignore: ["$NET4.0/24", "$NET6::/64"]}
END
}
site_start() {
    local rule
    at "$1"
    ip addr add "$H4/24" dev "mst${SLOT}out" 2>/dev/null || true
    ip -6 addr add "$H6/64" dev "mst${SLOT}out" nodad preferred_lft 0 2>/dev/null || true
    rule="INPUT -s $SUBNET.128/28 -d $NET4.0/24 -j SNAT --to-source $H4"
    # shellcheck disable=SC2086 # words
    iptables -t nat -C $rule 2>/dev/null || iptables -t nat -A $rule
    m up >"$E2E/$ME/up.log" 2>&1 || { tail -n 30 "$E2E/$ME/up.log" >&2; fail "up of $1"; }
    docker inspect -f '{{index .Config.Labels "com.docker.compose.project"}}' \
        "$(m status --json | jq -r '.services[0].container.id')" >"$E2E/$ME/project"
}
sites_up() {
    local second
    dns_up
    site_write alpha
    site_write beta
    (site_start beta) &
    second=$!
    (site_start alpha)
    wait $second || fail "beta"
}

# the records that a site prints for itself
site_records() { m dns records --format zone --zone "$ME.test" | grep -vE '^(;|\$|$)'; }
sites_dns() {
    local s
    : >"$E2E/ptr"
    for s in alpha beta; do
        at $s
        site_records >"$E2E/$ME/records"
        dns_zone "$ME.test" <"$E2E/$ME/records"
        m dns records --json | jq -r '.records[] | select(.type == "PTR") | "\(.name) 3600 IN PTR \(.value)"' >>"$E2E/ptr"
    done
    grep in-addr "$E2E/ptr" | dns_zone 198.in-addr.arpa
    grep ip6 "$E2E/ptr" | dns_zone d.f.ip6.arpa
    outside_zone
    dns_publish
    sites_forget
}
zone_of() {
    sed -E "${2:-}" "$E2E/$1/records" >"$T/records"
    dns_again "$1.test" <"$T/records"
    sites_forget
}
filter_workers() {
    ps -o pid=,args= --ppid "$(docker inspect -f '{{.State.Pid}}' "$(container rspamd)")" | awk '/rspamd_proxy/ { print $1 }'
}
fresh_workers() { [ "$(filter_workers | grep -cvxF "$1")" -ge 2 ]; }
# resolver and filter remember answers, and Postfix TLSA records
sites_forget() {
    local before
    for ME in alpha beta; do
        docker exec "$(container unbound)" sh -c 'kill -HUP 1'
        # (its clients only: a reload can end a session that has just come)
        docker top "$(container postfix)" -eo pid,comm | awk '$2 == "smtp" { print $1 }' | xargs -r kill
        before=$(filter_workers)
        docker exec "$(container rspamd)" sh -c 'kill -HUP 1'
        must_wait 20 fresh_workers "$before"
    done
}
sites_down() {
    other_sites_down >"$T/out" 2>&1
    dns_down
}
