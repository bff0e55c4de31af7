#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mail to other servers: forwards with a sender of ours (SRS), DANE, MTA-STS, TLS by destination, relay
# hosts, rates and lifetimes. The other servers are foreign.py in the client's namespace.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
OWN=$E2E/site/overrides
F=$E2E/foreign # what foreign.py reads and writes
ANNA=anna@e2e.test
PATTERN='SRS0=[A-Za-z0-9+/]+=[A-Z0-9]+=sender\.test=erik@mail\.e2e\.test'

# --- the other servers

# certificate NAME HOST...: F/NAME.pem of our authority, for these names
certificate() {
    local name=$1
    shift
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$F/$name.key" -subj "/CN=$1" \
        -out "$F/$name.csr" 2>/dev/null
    openssl x509 -req -in "$F/$name.csr" -CA "$F/ca.crt" -CAkey "$F/ca.key" -days 30 -CAcreateserial \
        -extfile <(printf 'authorityKeyIdentifier=keyid\nsubjectAltName=%s\n' "$(printf 'DNS:%s,' "$@" | sed 's/,$//')") -out "$F/$name.crt" 2>/dev/null
    cat "$F/$name.crt" "$F/$name.key" >"$F/$name.pem"
}
certificates() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$F/ca.key" -out "$F/ca.crt" \
        -days 30 -subj '/CN=Authority of the test' -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    certificate wrong some.other.test
    certificate plain mx.plain.test
    certificate secure mx.secure.test secure.test
    certificate dane mx.dane.test
    certificate sts mx.sts.test
    certificate relay relay.partner.test
    certificate policies mta-sts.sts.test mta-sts.stsbad.test mta-sts.ststry.test mta-sts.stsmx.test \
        mta-sts.stsaway.test mta-sts.both.dane.test
}
servers() {
    # address, kind, port, certificate, log-in, TLS from the start
    jq -Rn --arg net "$NET4" '[inputs | split(" ") | {address: ($net + "." + .[0]), kind: .[1], port: (.[2] | tonumber),
        cert: (if .[3] == "-" then null else .[3] end), login: (if .[4] == "-" then null else .[4] end), wrap: (.[5] == "tls")}]' \
        >"$F/servers.json" <<'END'
2 smtp 25 - - -
110 smtp 25 - - -
111 smtp 25 plain - -
112 smtp 25 wrong - -
113 smtp 25 secure - -
114 smtp 25 dane - -
115 smtp 25 sts - -
116 smtp 587 relay site:pass:word -
116 smtp 465 relay gone:secret tls
117 smtp 587 wrong site:pass:word -
120 https 443 policies - -
END
}
# policy DOMAIN MODE MX...: what its policy host answers
policy() {
    local domain=$1 mode=$2
    shift 2
    mkdir -p "$F/www"
    printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n' >"$F/www/mta-sts.$domain"
    printf 'version: STSv1\r\nmode: %s\r\nmax_age: 604800\r\n' "$mode" >>"$F/www/mta-sts.$domain"
    printf 'mx: %s\r\n' "$@" >>"$F/www/mta-sts.$domain"
}
policies() {
    policy sts.test enforce '*.sts.test'
    policy stsbad.test enforce mx.stsbad.test
    policy ststry.test testing mx.ststry.test
    policy stsmx.test enforce mx.elsewhere.test
    policy both.dane.test enforce mx.both.dane.test
    printf 'HTTP/1.1 302 Found\r\nLocation: https://mta-sts.stsbad.test/.well-known/mta-sts.txt\r\nContent-Length: 0\r\n\r\n' \
        >"$F/www/mta-sts.stsaway.test"
}
start_servers() {
    client setsid python3 tests/e2e/foreign.py "$F" >"$F/out" 2>&1 </dev/null &
    wait_for 10 test -s "$F/pid" || fail "foreign.py: $(cat "$F/out")"
}
stop_servers() {
    kill "$(cat "$F/pid")"
    wait_for 5 test ! -e "/proc/$(cat "$F/pid")" || fail "foreign.py does not end"
}

# --- their names

mail_domain() { # mail_domain DOMAIN LAST-NUMBER [STS-ID]: with its mail server, and policy host
    cat <<END
    local-zone: "$1." static
    local-data: "$1. 60 IN SOA ns.$1. host.$1. 1 3600 600 86400 60"
    local-data: "$1. 60 IN MX 10 mx.$1."
    local-data: "mx.$1. 60 IN A $NET4.$2"
END
    [ -z "${3:-}" ] || cat <<END
    local-data: '_mta-sts.$1. 1 IN TXT "v=STSv1; id=$3;"'
    local-data: "mta-sts.$1. 60 IN A $NET4.120"
END
}
names() { # names [STS-ID]: of sts.test
    echo server:
    mail_domain plain.test 111
    mail_domain open.test 110 # without TLS
    mail_domain must.test 110
    mail_domain secure.test 113
    mail_domain insecure.test 112
    mail_domain sts.test 115 "${1:-1}"
    mail_domain stsbad.test 112 1
    mail_domain ststry.test 112 1
    mail_domain stsmx.test 115 1
    mail_domain stsaway.test 112 1
    mail_domain partner.test 116
    cat <<END
    local-data: "relay.partner.test. 60 IN A $NET4.116"
    local-data: "wrong.partner.test. 60 IN A $NET4.117"
    local-zone: "dane.test." transparent
    trust-anchor: "$(cat "$F/anchor")"
auth-zone:
    name: "dane.test."
    zonefile: "/config/local/dane.zone"
    for-upstream: yes
    for-downstream: no
END
}
# A zone that is signed: good.dane.test, bad.dane.test (another key), both.dane.test (another key, and MTA-STS
# that would do).
signed_zone() {
    local hash name
    hash=$(openssl x509 -in "$F/dane.crt" -noout -pubkey | openssl pkey -pubin -outform DER | openssl sha256 -r | cut -d' ' -f1)
    {
        echo "dane.test. 60 IN SOA ns.dane.test. host.dane.test. 1 3600 600 86400 60"
        echo "dane.test. 60 IN NS ns.dane.test."
        echo "ns.dane.test. 60 IN A $NET4.2"
        for name in good bad both; do
            echo "$name.dane.test. 60 IN MX 10 mx.$name.dane.test."
            echo "mx.$name.dane.test. 60 IN A $NET4.114"
        done
        echo "_25._tcp.mx.good.dane.test. 60 IN TLSA 3 1 1 $hash"
        echo "_25._tcp.mx.bad.dane.test. 60 IN TLSA 3 1 1 ${hash:32}${hash:0:32}"
        echo "_25._tcp.mx.both.dane.test. 60 IN TLSA 3 1 1 ${hash:32}${hash:0:32}"
        echo '_mta-sts.both.dane.test. 60 IN TXT "v=STSv1; id=1;"'
        echo "mta-sts.both.dane.test. 60 IN A $NET4.120"
    } >"$F/dane.zone"
    (
        cd "$F"
        dnssec-keygen -q -a ECDSAP256SHA256 -f KSK dane.test >/dev/null
        cat Kdane.test.*.key >>dane.zone
        dnssec-signzone -q -z -o dane.test -f dane.signed dane.zone Kdane.test.*.key >/dev/null 2>&1
        grep -h DNSKEY Kdane.test.*.key | grep -v '^;' | tr '\t' ' ' >anchor
    )
}

# --- the site

# site LINES [SED]: the site with these lines added (and changes by sed), brought up
site() {
    [ -f "$SITE.before" ] || cp "$SITE" "$SITE.before"
    {
        sed "s/^    aliases:\$/    aliases:\\n      far: [erik@open.test]\\n      lost: [unknown@open.test]/; ${2:-}" "$SITE.before"
        echo "$1"
    } >"$SITE"
    m up >"$T/up" 2>&1 || { tail -n 30 "$T/up" >&2; fail "up with $1"; }
}
overrides() {
    mkdir -p "$OWN/postfix" "$OWN/mtasts"
    cp "$F/ca.crt" "$OWN/postfix/test-ca.pem"
    cp "$F/ca.crt" "$OWN/mtasts/test-ca.pem"
    echo 'smtp_tls_CAfile = /config/local/test-ca.pem' >"$OWN/postfix/main.cf"
    cp "$F/dane.signed" "$OWN/unbound/dane.zone"
    names >"$OWN/unbound/outbound.conf"
}
export limit_t_up=200
t_up() {
    rm -rf "$F"
    mkdir -p "$F"
    certificates
    signed_zone
    policies
    servers
    start_servers
    overrides
    site 'outbound: {tls: {must.test: encrypt, secure.test: secure, insecure.test: secure}}'
}

# taken SUBJECT: the line of the message that a foreign server took
taken() { grep -F "Subject: $1\\n" "$F/mail" 2>/dev/null | tail -n 1 | grep .; }
field() { taken "$1" | jq -r "$2"; }
# send TO: by Anna; the subject is in $s
send() {
    s=$(unique out)
    submit $ANNA $ANNA "$1" "$s" || { tail -n 5 "$T/out" >&2; fail "submission to $1"; }
}
delivered() {
    wait_for 30 taken "$s" || {
        logs postfix | grep -E 'status=|warning|TLS connection' | tail -n 8 >&2
        fail "not delivered: $s"
    }
}
log_says() { logs "${2:-postfix}" | grep -E "$1" >/dev/null; }
# deferred TO REASON: not delivered, for a reason that the log tells
deferred() {
    wait_for 30 log_says "to=<$1>.*status=deferred .*($2)" || {
        logs postfix | grep -E "to=<$1>|warning" | tail -n 8 >&2
        fail "not deferred: $1"
    }
    no taken "$s"
}

# --- TLS by destination

t_without_tls() {
    send erik@open.test
    delivered
    [ "$(field "$s" .tls)" = false ]
}
t_with_any_certificate() {
    send erik@plain.test
    delivered
    [ "$(field "$s" .tls)" = true ] && [ "$(field "$s" .from)" = $ANNA ]
}
t_required_tls() {
    send must1@must.test
    deferred must1@must.test 'TLS is required, but was not offered'
}
t_required_certificate() {
    send erik@secure.test
    delivered
    send in1@insecure.test
    deferred in1@insecure.test '[Cc]ertificate'
}

# --- DANE and MTA-STS

t_dane() {
    send erik@good.dane.test
    delivered
    [ "$(field "$s" .tls)" = true ]
    must_wait 10 log_says 'Verified TLS connection established to mx\.good\.dane\.test'
}
t_dane_wrong_key() {
    send bad1@bad.dane.test
    deferred bad1@bad.dane.test '[Cc]ertificate|TLSA'
}
t_mta_sts() {
    send erik@sts.test
    delivered
    must_wait 10 log_says 'Verified TLS connection established to mx\.sts\.test'
}
t_mta_sts_wrong_certificate() {
    send b1@stsbad.test
    deferred b1@stsbad.test '[Cc]ertificate'
}
t_mta_sts_other_mail_server() {
    send m1@stsmx.test
    deferred m1@stsmx.test 'server unavailable'
    log_says "MX name 'mx.stsmx.test' does not match STS MX pattern"
}
t_mta_sts_testing_is_not_enforced() {
    send erik@ststry.test
    delivered
}
t_mta_sts_redirect_is_no_policy() {
    send erik@stsaway.test
    delivered
    log_says 'stsaway.test: the policy was not fetched: status 302' mtasts
}
t_dane_before_mta_sts() {
    send both1@both.dane.test
    deferred both1@both.dane.test '[Cc]ertificate|TLSA'
    log_says 'both.dane.test: policy 1, mode enforce' mtasts
}
# The policy host is gone, the id in DNS is another one, the server has another certificate.
t_mta_sts_cache() {
    mv "$F/www/mta-sts.sts.test" "$F/away"
    cp "$F/sts.pem" "$F/sts.before"
    cp "$F/wrong.pem" "$F/sts.pem"
    names 2 >"$OWN/unbound/outbound.conf"
    m up >"$T/up" 2>&1 || fail "up"
    m restart mtasts >"$T/up" 2>&1 || fail "restart mtasts"
    send c1@sts.test
    deferred c1@sts.test '[Cc]ertificate'
    log_says 'sts.test: the policy was not fetched' mtasts
    mv "$F/away" "$F/www/mta-sts.sts.test"
    mv "$F/sts.before" "$F/sts.pem"
}

# --- forwards

t_forward() {
    s=$(unique forward)
    post erik@sender.test far@e2e.test "$s"
    delivered
    field "$s" .from | grep -E "^$PATTERN\$" || fail "the sender is $(field "$s" .from)"
    field "$s" .text | grep -i '^From: <erik@sender.test>'
}
t_local_copy_keeps_the_sender() {
    s=$(unique local)
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s"
    got '^Return-Path: <erik@sender\.test>'
}
t_own_sender_is_kept() {
    s=$(unique own)
    submit $ANNA $ANNA far@e2e.test "$s"
    delivered
    [ "$(field "$s" .from)" = $ANNA ]
}
t_bounce_comes_back() {
    local srs
    s=$(unique forward)
    post erik@sender.test far@e2e.test "$s"
    delivered
    srs=$(field "$s" .from)
    s=$(unique bounce)
    message mailer-daemon@open.test "$srs" "$s" >"$T/mail.eml"
    accepted "$T/mail.eml" --from '<>' --to "$srs"
    delivered
    [ "$(field "$s" '.to[0]')" = erik@sender.test ] && [ "$(field "$s" .server)" = $C4 ]
}
t_refused_forward_bounces() {
    s=$(unique lost)
    post erik@sender.test lost@e2e.test "$s"
    must_wait 30 grep -E '"from": "", "to": \["erik@sender.test"\].*'"$s" "$F/mail"
}
t_forged_srs_is_refused() {
    local to
    for to in SRS0=aaaaaa=AA=victim.test=joe@$HOST SRS1=aaaaaa=victim.test==bbbb=AA=x.test=joe@$HOST SRS0=joe@$HOST; do
        no client timeout 30 swaks --server $H4 --port $SMTP --ehlo mx.sender.test --from erik@sender.test \
            --to "$to" --quit-after RCPT >"$T/out" 2>&1
        says '^<\*\* 550 5\.1\.1 '
    done
}
t_srs_away_only_forwards_wait() {
    docker stop -t 2 "$(container postsrsd)" >/dev/null
    s=$(unique local)
    post erik@sender.test $ANNA "$s"
    arrives $ANNA "$s"
    send erik@plain.test
    delivered
    docker start "$(container postsrsd)" >/dev/null
    must_wait 30 healthy
}

# --- relay hosts

secret_file() { printf '%s\n' "$2" >"$E2E/site/$1" && chmod 600 "$E2E/site/$1"; }
t_relay() {
    secret_file relay.secret pass:word
    secret_file gone.secret secret
    site "relay: {host: '[relay.partner.test]:587', username: site, password_file: relay.secret}" \
        "s/^  gone.test:\$/  gone.test:\\n    relay: {host: '[relay.partner.test]:465', username: gone, password_file: gone.secret}/"
    send erik@plain.test
    delivered
    [ "$(field "$s" '[.server, .port, .tls, .user] | join(" ")')" = "$NET4.116 587 true site:pass:word" ]
    s=$(unique gone)
    submit dora@gone.test dora@gone.test erik@plain.test "$s"
    delivered
    [ "$(field "$s" '[.server, .port, .tls, .user] | join(" ")')" = "$NET4.116 465 true gone:secret" ]
    [ "$(stat -c '%a %u' "$STATE/config/postfix/relay_logins")" = "600 0" ]
    # forwards go there, too, with a sender of ours
    s=$(unique forward)
    post erik@sender.test far@e2e.test "$s"
    delivered
    field "$s" .from | grep -E "^$PATTERN\$"
    [ "$(field "$s" .port)" = 587 ]
}
t_relay_wrong_certificate() {
    : >"$F/logins"
    site "relay: {host: '[wrong.partner.test]:587', username: site, password_file: relay.secret}"
    send r1@plain.test
    deferred r1@plain.test '[Cc]ertificate'
    [ ! -s "$F/logins" ] || fail "the password was told: $(cat "$F/logins")"
}
t_relay_secret_open_to_all() {
    chmod 644 "$E2E/site/relay.secret"
    status 1 m up
    says 'relay.secret is open to everybody'
    chmod 600 "$E2E/site/relay.secret"
}

# --- rates and lifetimes

valkey() {
    docker exec "$(container valkey)" valkey-cli -h "$SUBNET.11" --no-auth-warning --user rspamd \
        --pass "$(cat "$STATE/secrets/rspamd.valkey")" "$@"
}
forget_rates() {
    local key
    valkey --scan --pattern 'RL*' | while read -r key; do valkey del "$key" >/dev/null; done
}
t_rates() {
    local i
    site "" "s|^limits: {|limits: {queue_lifetime: 2d, bounce_lifetime: 3h, send_rate: {user: 3/1h, domain: 5/1h, mailboxes: {dora@gone.test: 4/1h}}, |"
    forget_rates
    for i in 1 2 3; do
        submit $ANNA $ANNA ben@e2e.test "$(unique rate)" || fail "message $i"
    done
    no submit $ANNA $ANNA ben@e2e.test "$(unique rate)"
    says '^<[*~]* *4[0-9][0-9] .*Too many messages sent from this mailbox, please try again later'
    submit ben@e2e.test ben@e2e.test $ANNA "$(unique rate)"
    submit ben@e2e.test ben@e2e.test $ANNA "$(unique rate)"
    no submit ben@e2e.test ben@e2e.test $ANNA "$(unique rate)"
    says 'Too many messages sent from this domain'
    for i in 1 2 3 4; do
        submit dora@gone.test dora@gone.test $ANNA "$(unique rate)" || fail "message $i of dora"
    done
    no submit dora@gone.test dora@gone.test $ANNA "$(unique rate)"
    says 'Too many messages sent from this mailbox'
    # what others send is not counted
    post erik@sender.test $ANNA "$(unique in)"
}
t_lifetimes() {
    docker exec "$(container postfix)" postconf -h maximal_queue_lifetime bounce_queue_lifetime >"$T/out"
    [ "$(tr '\n' ' ' <"$T/out")" = "172800s 10800s " ]
}
t_down() {
    forget_rates
    m queue delete ALL --yes >"$T/out" 2>&1 || true
    stop_servers
    rm -rf "$OWN/postfix" "$OWN/mtasts" "$OWN/unbound/outbound.conf" "$OWN/unbound/dane.zone" "$E2E/site"/*.secret
    mv "$SITE.before" "$SITE"
    m up >"$T/up" 2>&1 || { tail -n 30 "$T/up" >&2; fail "up as before"; }
}

run_tests "$@"
