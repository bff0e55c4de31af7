#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Certificates from an authority: pebble, in the client's namespace, asks the names at this host's address.
# The first test switches mode acme on, the last one off again. Authorities that refuse, limit or say nothing
# are stand-ins (acme_standin.py).
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

AUTHORITY=$C4:14000
P=$E2E/acme
LONER=autodiscover.catch.test # a name that leads nowhere

acme_site() { # acme_site DIRECTORY [MORE OF tls]: the site with that authority
    sed "s|^tls: .*|tls: {mode: acme, directory: '$1', acme: {ca: pebble-ca.pem, names: [mail.alias.test]}${2:-}}|; s/http: 0, https: 0/http: $HTTP, https: $HTTPS/; s/^    quota: 100M/&\n    mta_sts: testing/" \
        "$E2E/site.yaml.without-acme" >"$SITE"
}
stop() { # stop NAME: a server of these tests
    local pid
    pid=$(cat "$P/$1.pid" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null || true
    wait_for 10 test ! -e "/proc/$pid" || true
    rm -f "$P/$1.pid"
}
serve() { # serve NAME COMMAND...: in the client's namespace
    stop "$1"
    setsid nsenter --net=/run/netns/$CLIENT "${@:2}" >"$P/$1.log" 2>&1 </dev/null &
    echo $! >"$P/$1.pid"
}
listens() { client ss -Hltn "sport = :$1" | holds .; }
start_pebble() { # start_pebble [DNS-SERVER]
    export PEBBLE_VA_NOSLEEP=1 PEBBLE_AUTHZREUSE=0
    serve pebble pebble -config "$P/pebble.json" -dnsserver "${1:-127.0.0.1:8053}"
    must_wait 20 listens 14000
}
challtest() { client curl -sSf --max-time 5 -d "$2" "http://127.0.0.1:8055/$1" >/dev/null; }

# issuer_at PORT NAME [STARTTLS]: of the certificate that is served for the name; its serial number
cert_at() {
    client timeout 10 openssl s_client -connect $H4:"$1" -servername "$2" ${3:+-starttls $3} </dev/null 2>/dev/null |
        openssl x509 -noout -issuer -serial -ext subjectAltName 2>/dev/null
}
is_served() { # is_served PORT NAME [STARTTLS]: from pebble, and for that name
    local c
    c=$(cert_at "$@") && grep -q 'issuer=CN = Pebble' <<<"$c" && grep -q "DNS:$2\$" <<<"$c"
}
serial() { cert_at "$@" | sed -n 's/^serial=//p'; }
error_of() { { m cert status --json || true; } | jq -r --arg n "$1" '.certificates[] | select(.name == $n) | .error'; }
key_of() { openssl pkey -in "$STATE/keys/tls/$1" -pubout | sha256sum; }

export limit_t_comes_up_without_an_authority=900
t_comes_up_without_an_authority() {
    mkdir -p "$P"
    [ -f "$E2E/site.yaml.without-acme" ] || cp "$SITE" "$E2E/site.yaml.without-acme"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$P/key.pem" -out "$P/cert.pem" \
        -days 2 -subj "/CN=authority" -addext "subjectAltName=IP:$C4" 2>/dev/null
    cp "$P/cert.pem" "$E2E/site/pebble-ca.pem"
    cat >"$P/pebble.json" <<END
{"pebble": {"listenAddress": "$AUTHORITY", "managementListenAddress": "127.0.0.1:15000", "certificate": "$P/cert.pem",
 "privateKey": "$P/key.pem", "httpPort": $HTTP, "tlsPort": $HTTPS, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
END
    acme_site "https://$AUTHORITY/dir"
    status 0 m check
    status 0 m up
    m status >"$T/out" || true
    says 'acme +healthy'
    says 'web +healthy'
    # mail and web work with the self-signed one; the failure is told, with its reason
    client curl -sS --max-time 20 --cacert "$CA" --resolve "*:$HTTPS:$H4" -o /dev/null "https://$HOST:$HTTPS/"
    must_wait 60 has_error "$HOST"
    status 3 m status
    says "certificate $HOST: no certificate from the authority, another one is in use: the authority's server refuses the connection"
    status 3 m status --json
    jq -e '.ok == false and .certificates.with_problems > 0' "$T/out" >/dev/null
    status 3 m cert status
    says "^$HOST +mailstead CA .* refuses the connection"
}
has_error() { [ "$(error_of "$1")" != null ]; }

export limit_t_http_01=300
t_http_01() {
    local spki next
    serve challtest pebble-challtestsrv -dns01 127.0.0.1:8053 -http01 "" -https01 "" -tlsalpn01 "" \
        -management 127.0.0.1:8055 -defaultIPv4 $H4 -defaultIPv6 ""
    must_wait 10 listens 8055
    challtest set-servfail "{\"host\": \"$LONER.\"}"
    start_pebble
    m cert renew >"$T/out" || true # 3 while a name fails that is needed
    # the one that fails is told, and blocks no other
    [ "$(m cert status --json | jq -r '[.certificates[] | select(.error != null) | .name] | join(" ")')" = "$LONER" ]
    [ "$(m cert status --json | jq '[.certificates[] | select(.own)] | length')" = 11 ]
    says "^$LONER .*could not resolve URL"
    status 0 m status # programs do without it
    openssl x509 -in "$STATE/keys/tls/cert.pem" -noout -text | holds 'ASN1 OID: prime256v1'
    [ "$(stat -c %a "$STATE/keys/tls/key.pem" "$STATE/keys/tls/.next.key" "$STATE/keys/acme/account.key" | sort -u)" = 600 ]
    # what DNS has to say about the key and the account
    [[ $(jq -r .account "$STATE/keys/tls/.account.json") == "https://$AUTHORITY/"* ]]
    spki=$(openssl x509 -in "$STATE/keys/tls/cert.pem" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1)
    next=$(openssl pkey -in "$STATE/keys/tls/.next.key" -pubout -outform DER | sha256sum | cut -d ' ' -f 1)
    m dns records --format zone >"$T/zone"
    grep -q "^_25\._tcp\.$HOST\. 3600 IN TLSA 3 1 1 $spki\$" "$T/zone"
    grep -q "^_25\._tcp\.$HOST\. 3600 IN TLSA 3 1 1 $next\$" "$T/zone"
    # no key is in arguments, environment or the volume that the web front reads
    docker inspect "$(container acme)" | no grep -q 'PRIVATE KEY'
    [ -z "$(docker exec "$(container acme)" ls /srv/acme)" ]
}

t_names_choose_their_certificate() {
    local name
    for name in $HOST mail.alias.test autoconfig.e2e.test mta-sts.e2e.test mta-sts.alias.test; do
        must_wait 20 is_served $HTTPS $name
        must_wait 20 is_served $IMAPS $name
        must_wait 20 is_served $SUBMISSIONS $name
    done
    for name in $HOST mail.alias.test; do
        must_wait 20 is_served $IMAP $name imap
        must_wait 20 is_served $SMTP $name smtp
        must_wait 20 is_served $SUBMISSION $name smtp
        must_wait 20 is_served $POP3S $name
    done
    # any other name: the host's certificate
    [ "$(serial $IMAPS $LONER)" = "$(serial $IMAPS $HOST)" ]
    [ "$(serial $HTTPS other.test)" = "$(serial $HTTPS $HOST)" ]
    [ "$(serial $SUBMISSIONS other.test)" = "$(serial $SUBMISSIONS $HOST)" ]
    # and the outside sees a chain
    client curl -sSk --max-time 10 https://127.0.0.1:15000/roots/0 >"$P/root.pem"
    client curl -sS --max-time 10 --cacert "$P/root.pem" --resolve "*:$HTTPS:$H4" \
        "https://mta-sts.e2e.test:$HTTPS/.well-known/mta-sts.txt" | holds 'mode: testing'
}

export limit_t_a_renewal_cuts_no_session=400
t_a_renewal_cuts_no_session() {
    local before after key next started subject
    subject=$(unique renewal)
    before=$(serial $IMAPS $HOST)
    key=$(key_of key.pem)
    next=$(key_of .next.key)
    started=$(docker inspect -f '{{.State.StartedAt}}' "$(container dovecot)" "$(container postfix)" "$(container web)" "$(container edge)")
    client timeout 380 python3 - $H4 $IMAPS "$PASSWORD" "$P/idle" >"$P/idle.log" 2>&1 <<'END' &
import imaplib, ssl, sys
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
m = imaplib.IMAP4_SSL(sys.argv[1], int(sys.argv[2]), ssl_context=c)
m.login("anna@e2e.test", sys.argv[3]); m.select("INBOX")
m.send(b"i1 IDLE\r\n")
while True:
    line = m.readline().decode().strip()
    print(line, flush=True)
    assert line, "the session was cut"
    if line.startswith("+"):
        open(sys.argv[4], "w").write("idle")
    if "EXISTS" in line:
        open(sys.argv[4], "w").write("told")
        break
m.send(b"DONE\r\n"); print(m.readline()); m.logout()
END
    must_wait 20 test -s "$P/idle"
    status 0 m cert renew --force
    must_wait 30 is_served $IMAPS $HOST
    after=$(serial $IMAPS $HOST)
    [ "$after" != "$before" ] || fail "the old certificate is served"
    for p in $HTTPS $SUBMISSIONS; do [ "$(serial "$p" $HOST)" = "$after" ] || fail "port $p has another one"; done
    [ "$(key_of key.pem) $(key_of .next.key)" = "$key $next" ] || fail "the keys changed"
    [ "$started" = "$(docker inspect -f '{{.State.StartedAt}}' "$(container dovecot)" "$(container postfix)" "$(container web)" "$(container edge)")" ] ||
        fail "a container was restarted"
    # Dovecot cuts old sessions a minute after a reload, unless told otherwise
    ! wait_for 70 no_idle || fail "IDLE: $(cat "$P/idle.log")"
    post tester@sender.test anna@e2e.test "$subject"
    must_wait 30 grep -q told "$P/idle"
}

no_idle() { [ "$(cat "$P/idle")" != idle ] || holds -E 'BYE|Error' "$P/idle.log"; }

# stand_in KIND: the authority is one that ...
stand_in() {
    serve standin python3 tests/e2e/acme_standin.py "$1" $C4 14002
    must_wait 10 listens 14002
}
export limit_t_authorities_that_fail=300
t_authorities_that_fail() {
    local wait serial
    serial=$(serial $IMAPS $HOST)
    acme_site "http://$C4:14002/dir"
    stand_in limits
    status 0 m up
    must_wait 60 has_error "$HOST"
    error_of "$HOST" >"$T/out"
    says 'too many orders'
    # not before the authority allows it
    wait=$(($(date -d "$(m cert status --json | jq -r ".certificates[0].next")" +%s) - $(date +%s)))
    [ "$wait" -gt 7000 ] || fail "next try in $wait s"
    m status >"$T/out" && fail "status finds nothing wrong"
    says "certificate $HOST: .*too many orders"
    stand_in breaks
    m cert renew >"$T/out" || true
    says "^$HOST .*HTTP status 500|^$HOST .*out of order"
    stand_in hangs
    m cert renew >"$T/out" || true
    says "^$HOST .*(does not answer in time|not done in time)"
    # what was there stays in use
    [ "$(serial $IMAPS $HOST)" = "$serial" ]
    stop standin
}

export limit_t_dns_01=300
t_dns_01() {
    tsig-keygen -a hmac-sha256 acme-test >"$E2E/site/tsig.key"
    chmod 600 "$E2E/site/tsig.key"
    rm -rf "$P/named"
    mkdir -p "$P/named"
    cat >"$P/named/zone" <<END
\$TTL 60
@ IN SOA ns.sender.test. host.sender.test. 1 3600 600 86400 60
@ IN NS ns.sender.test.
END
    cat "$E2E/site/tsig.key" - >"$P/named/named.conf" <<END
options { directory "$P/named"; listen-on port 8054 { $C4; 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; pid-file "$P/named/pid"; session-keyfile "$P/named/session"; };
controls { };
$(for z in e2e.test catch.test gone.test alias.test; do
        cp "$P/named/zone" "$P/named/$z"
        echo "zone \"$z\" { type primary; file \"$P/named/$z\"; update-policy { grant acme-test zonesub TXT TLSA; }; };"
    done)
END
    serve named named -g -c "$P/named/named.conf"
    must_wait 20 listens 8054
    start_pebble 127.0.0.1:8054
    acme_site "https://$AUTHORITY/dir" ", challenge: dns-01"
    sed -i "s/^dns: {/dns: {authority: rfc2136, server: '$C4:8054', key: tsig.key, /" "$SITE"
    status 0 m up
    m cert renew --force >"$T/out" || { cat "$P/named.log" >&2; cat "$T/out" >&2; fail "renew"; }
    m cert status --json | jq -e '[.certificates[] | .own] | all' >/dev/null
    # nothing is left in the zone, and the key is in no argument
    [ -z "$(client dig +short @$C4 -p 8054 TXT _acme-challenge.$HOST)" ]
    grep -q "updating zone 'e2e.test/IN': adding an RR at '_acme-challenge" "$P/named.log"
    # a change of DKIM keys writes its records there, and no others
    m dkim rotate e2e.test >"$T/out" 2>&1
    says 'the new keys are known everywhere|the records of the new keys are being published'
    says_not '^mailstead: warning|^warning'
    client dig +short @$C4 -p 8054 TXT ms-2-rsa._domainkey.e2e.test | holds 'p=MI'
    client dig +short @$C4 -p 8054 TXT ms-ed25519._domainkey.e2e.test | holds 'k=ed25519'
    [ -z "$(client dig +short @$C4 -p 8054 TXT _dmarc.e2e.test)" ]
    for _ in both retire revoke; do m dkim rotate e2e.test --now >"$T/out" 2>&1; done
    client dig +short @$C4 -p 8054 TXT ms-rsa._domainkey.e2e.test | holds -x '"v=DKIM1; k=rsa; p="'
    m dkim rotate e2e.test --now >"$T/out"
}

spki_of() { openssl pkey -in "$STATE/keys/tls/$1" -pubout -outform DER | sha256sum | cut -d ' ' -f 1; }
# tlsa_at: the hashes that the name server has for the mail server, in one line
tlsa_at() {
    client dig +short @$C4 -p 8054 TLSA "_25._tcp.$HOST" | sed 's/^3 1 1 //; s/ //g' | tr 'A-F' 'a-f' | sort | xargs
}
has_tlsa() { [ "$(tlsa_at)" = "$(printf '%s\n' "$@" | sort | xargs)" ]; }
# served_key PORT [STARTTLS]: the hash of the key that is served
served_key() {
    client timeout 10 openssl s_client -connect $H4:"$1" -servername $HOST ${2:+-starttls $2} </dev/null 2>/dev/null |
        openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1
}
serves_key() { [ "$(served_key $IMAPS)" = "$1" ] && [ "$(served_key $SMTP smtp)" = "$1" ]; }
roll_is() { [ "$(jq -r .phase "$STATE/keys/tls/.roll.json" 2>/dev/null || echo idle)" = "$1" ]; }
# The key of the host changes: its record is with the name server before, and the old one until the new key is served.
export limit_t_tlsa_roll_over=400
t_tlsa_roll_over() {
    local old next third
    old=$(spki_of key.pem) next=$(spki_of .next.key)
    serves_key "$old"
    status 0 m cert rotate
    says "3 1 1 $next"
    no m cert rotate >"$T/out" 2>&1
    m cert renew >"$T/out" || true # its turn, now
    must_wait 60 roll_is known
    has_tlsa "$old" "$next"
    # for an hour somebody may remember the records of before: a renewal keeps the key
    m cert renew --force >"$T/out" || true
    must_wait 30 serves_key "$old"
    roll_is known
    jq -c '.since -= 3601' "$STATE/keys/tls/.roll.json" >"$P/roll"
    cat "$P/roll" >"$STATE/keys/tls/.roll.json"
    m cert renew >"$T/out" || true
    must_wait 90 serves_key "$next"
    [ "$(spki_of key.pem)" = "$next" ]
    third=$(spki_of .next.key)
    [ "$third" != "$next" ] && [ "$third" != "$old" ]
    m cert renew >"$T/out" || true
    must_wait 60 no test -e "$STATE/keys/tls/.roll.json"
    must_wait 60 has_tlsa "$next" "$third"
    stop named
    start_pebble
}

export limit_t_files=300
t_files() {
    local before
    make_pair one 30
    sed "s|^tls: .*|tls: {mode: files, certificate: pair.pem, key: pair.key}|" "$E2E/site.yaml.without-acme" >"$SITE"
    use_pair one
    status 0 m up
    must_wait 60 healthy
    before=$(serial $IMAPS $HOST)
    [ "$before" = "$(serial_of one)" ]
    # a good pair is taken over by itself
    make_pair two 60
    use_pair two
    must_wait 60 serves_pair two
    # one that does not match is refused with one clear message, and the old one stays
    make_pair three 60
    cp "$P/three.pem" "$E2E/site/pair.pem"
    must_wait 60 has_error $HOST
    status 3 m status
    says "certificate $HOST: .*pair.key is not the key of the first certificate in .*pair.pem"
    [ "$(serial $IMAPS $HOST)" = "$(serial_of two)" ]
    status 0 m domain add later.test # other work goes on
    must_wait 30 no_job
    status 0 m domain delete later.test --yes
    [ "$(serial $SUBMISSIONS $HOST)" = "$(serial_of two)" ]
    # expired, unreadable
    make_pair four -1
    use_pair four
    must_wait 60 says_error 'the certificate expired'
    use_pair three
    must_wait 60 serves_pair three
    chmod 644 "$E2E/site/pair.key"
    touch "$E2E/site/pair.pem"
    must_wait 60 says_error 'open to everybody'
    chmod 600 "$E2E/site/pair.key"
    must_wait 60 healthy
}
make_pair() { # make_pair NAME DAYS
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$P/$1.key" -out "$P/$1.csr" \
        -subj "/CN=$HOST" -addext "subjectAltName=DNS:$HOST" 2>/dev/null
    openssl x509 -req -in "$P/$1.csr" -signkey "$P/$1.key" -days "$2" -copy_extensions copy -out "$P/$1.pem" 2>/dev/null
}
use_pair() {
    install -m 600 "$P/$1.key" "$E2E/site/pair.key"
    cp "$P/$1.pem" "$E2E/site/pair.pem"
}
serial_of() { openssl x509 -in "$P/$1.pem" -noout -serial | sed 's/^serial=//'; }
serves_pair() { [ "$(serial $IMAPS $HOST)" = "$(serial_of "$1")" ] && [ "$(serial $SUBMISSIONS $HOST)" = "$(serial_of "$1")" ]; }
says_error() { error_of $HOST | holds "$1"; }
no_job() { [ "$(m status --json | jq .job)" = null ]; }

export limit_t_switched_off=300
t_switched_off() {
    for s in pebble challtest named standin; do stop $s; done
    mv "$E2E/site.yaml.without-acme" "$SITE"
    status 0 m up
    must_wait 60 healthy
    [ -z "$(docker ps -aq --filter "name=^$(container acme)\$")" ] || fail "acme is still there"
    imap anna@e2e.test INBOX -X NOOP >/dev/null
}

run_tests "$@"
