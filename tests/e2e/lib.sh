#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the end-to-end scripts share. A script sources this file, defines functions t_... and ends with
# `run_tests "$@"`: each function is a test of its own, run in the order of the file in a process of its
# own under `set -e`, in a limit of time; `limit_t_name=SECONDS` before it sets another limit than 180 s.
# All scripts use one stack (README.md): the first that finds none brings it up. `tests/e2e/lib.sh down`
# removes it, with the client's network namespace and the engine if it was started here. KEEP=1 keeps all.
# Ports, subnets and the namespace belong to a slot, the first that is free, so that two runs on one
# machine, or what a killed one left, are not in each other's way.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
ROOT=$PWD
export LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
BIN=${BIN:-build}
E2E=$ROOT/build/e2e
SITE=$E2E/site/site.yaml
STATE=$E2E/state
HOST=mail.e2e.test
PASSWORD='e2e-Secret-1'
# shellcheck disable=SC2034 # most are for the scripts
use_slot() { # use_slot N: the names and numbers of slot N (0 to 15)
    local p=$((15 + $1))
    SLOT=$1 CLIENT=mstest-$1
    NET4=198.18.$1 # of the foreign hosts; 1 is this host, 2 has a name, 3 and 100 to 139 have none
    NET6=fd00:18:0:$((1 + $1))
    H4=$NET4.1 H6=$NET6::1 C4=$NET4.2 C6=$NET6::2
    SUBNET=172.30.$((251 - 2 * $1)) SUBNET2=172.30.$((250 - 2 * $1))
    SMTP=${p}025 SUBMISSIONS=${p}465 SUBMISSION=${p}587 IMAP=${p}143 IMAPS=${p}993 POP3=${p}110 POP3S=${p}995
    SIEVE=${p}190 HTTP=${p}080 HTTPS=${p}443 OTHER_SMTP=${p}026 SMTP2=${p}125 IMAPS2=${p}193
}
use_slot "$(cat "$E2E/slot" 2>/dev/null || echo 0)"
CA=$STATE/keys/tls/ca.pem
T=$E2E/tmp

m() { "$BIN/mailstead" --site "$SITE" --state "$STATE" "$@"; }
# in the client's namespace: a foreign host
client() { nsenter --net=/run/netns/$CLIENT "$@"; }
fail() {
    echo "FAIL: $*" >&2
    exit 1
}
# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        read -r -t 0.2 <> <(:) || true
    done
}
must_wait() {
    wait_for "$@" || fail "not within $1 s: ${*:2}"
}
# status WANTED COMMAND...: its exit status; its output goes to $T/out
status() {
    local want=$1 got=0
    shift
    "$@" >"$T/out" 2>&1 || got=$?
    [ "$got" = "$want" ] || {
        tail -n 40 "$T/out" >&2
        fail "exit status $got, not $want: $*"
    }
}
# no COMMAND...: it must fail (`! command` would not end a test)
no() {
    ! "$@" || { tail -n 40 "$T/out" >&2; fail "succeeded: $*"; }
}
# at the end of a pipe; `grep -q` ends at the first hit, and what still writes then fails
holds() { grep "$@" >/dev/null; }
says() { grep -qE -- "$1" "$T/out" || { grep -v "^ -> " "$T/out" | tail -n 25 >&2; fail "not said: $1"; }; }
says_not() { ! grep -qE -- "$1" "$T/out" || { grep -v "^ -> " "$T/out" | tail -n 25 >&2; fail "said: $1"; }; }

project() { cat "$E2E/project"; }
container() { echo "$(project)-$1-1"; }
# everything that a container says since TIME (of `now`)
logs() { docker logs --since "${2:-0}" "$(container "$1")" 2>&1; }
now() { date +%s.%N; }
# logged SERVICE TIME PATTERN: it says that since TIME; what it writes takes a moment to be there
logged() { must_wait 15 in_log "$@"; }
in_log() { logs "$1" "$2" | holds -E -- "$3"; }

# message FROM TO SUBJECT [TEXT]: as a client would write it
message() {
    printf 'From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n%s\r\n' \
        "$1" "$2" "$3" "$(date -R)" "$(token)$(token)" "${1#*@}" \
        "${4:-Dear reader, this is an ordinary letter about the garden. Regards, the sender.}"
}
# a subject that no other message has
unique() { echo "${1:-note} $(token)"; }
token() { printf '%04x%04x%04x' $RANDOM $RANDOM $RANDOM; }

# smtp FILE ARG...: swaks from the foreign host to port 25; what it says is in $T/out
smtp() {
    local file=$1 code=0
    shift
    client timeout 60 swaks --server $H4 --port $SMTP --ehlo mx.sender.test --data "@$file" \
        "$@" >"$T/out" 2>&1 || code=$?
    [ $code = 0 ] || why_not
    return $code
}
# the lines in which swaks was told no
why_not() { grep '^<[*~]* *[45]' "$T/out" >&2 || true; }
# post FROM TO SUBJECT [SWAKS ARG...]: a signed message from the foreign host to port 25
post() {
    message "$1" "$2" "$3" >"$T/mail.eml"
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from "$1" --to "$2" "${@:4}"
}
# hand_over FROM TO SUBJECT: as a server does it, again for 30 s while it is put off (4xx, no connection)
hand_over() {
    local end=$((SECONDS + 30))
    until post "$@"; do
        ! grep -q '^<[*~]* *5' "$T/out" || fail "refused for good"
        [ "$SECONDS" -lt "$end" ] || fail "put off for 30 s"
        read -r -t 0.5 <> <(:) || true
    done
}
# accepted FILE SWAKS-ARG...: and nothing else
accepted() { smtp "$@" || fail "refused"; }
# sign FILE [DOMAIN]: with the foreign domain's key
sign() {
    dkimsign --identity "@${2:-sender.test}" k1 "${2:-sender.test}" "$E2E/sender.key" <"$1" >"$1.signed" &&
        mv "$1.signed" "$1"
}
# submit USER FROM TO SUBJECT [SWAKS ARG...]: through port 587 with STARTTLS
submit() {
    local code=0
    message "$2" "$3" "$4" >"$T/mail.eml"
    client timeout 60 swaks --server $H4 --port $SUBMISSION --ehlo laptop.sender.test --tls \
        --auth PLAIN --auth-user "$1" --auth-password "$PASSWORD" --from "$2" --to "$3" \
        --data "@$T/mail.eml" "${@:5}" >"$T/out" 2>&1 || code=$?
    [ $code = 0 ] || why_not
    return $code
}

# imap USER PATH [CURL ARG...]
imap() {
    client curl -sS --max-time 20 --cacert "$CA" --resolve "$HOST:$IMAPS:$H4" \
        --user "$1:${IMAP_PASSWORD:-$PASSWORD}" "imaps://$HOST:$IMAPS/$2" "${@:3}"
}
# found USER MAILBOX SUBJECT: sequence numbers of the messages with it
found() {
    imap "$1" "$2" -X "SEARCH HEADER SUBJECT \"$3\"" | tr -d '\r' | sed -n 's/^\* SEARCH *//p'
}
has() { [ -n "$(found "$@")" ]; }
# arrives USER SUBJECT [MAILBOX]: the message is there within 60 s, once; its text goes to $T/got
arrives() {
    local number
    must_wait 60 has "$1" "${3:-INBOX}" "$2"
    number=$(found "$1" "${3:-INBOX}" "$2")
    [ "$number" = "${number% *}" ] || fail "$1 has \"$2\" more than once: $number"
    imap "$1" "${3:-INBOX};MAILINDEX=$number" | tr -d '\r' >"$T/got"
}
got() { grep -qiE -- "$1" "$T/got" || { sed -n '1,/^$/p' "$T/got" >&2; fail "the message has no $1"; }; }
got_not() { ! grep -qiE -- "$1" "$T/got" || { sed -n '1,/^$/p' "$T/got" >&2; fail "the message has $1"; }; }

# learned spam|ham: a number that grows with each message that the filter was taught to be that. (SpamAssassin counts each class, and
# takes one that changes its class from the other.)
learned() {
    if [ "${E2E_SITE:-}" = classic ]; then
        docker exec "$(container amavis)" sa-learn --dump magic 2>/dev/null | awk -v c="n$1" '$NF == c { print $3 }'
    else
        curl -sS --max-time 10 -H "Password: $(cat "$STATE/secrets/rspamd.controller")" "http://$SUBNET.12:11334/stat" | jq .learned
    fi
}
learned_more_than() { [ "$(learned "$1")" -gt "$2" ]; }

healthy() { m status >/dev/null 2>&1; }

# What the supervisor does every five minutes; between the two calls it holds still, so that nobody but the
# test does it, and answers no command.
hold_still() {
    HELD=$(cat "$STATE/mailsteadd.pid")
    # shellcheck disable=SC2064 # the number as it is now
    trap "kill -CONT $HELD" EXIT
    kill -STOP "$HELD"
    must_wait 60 no_worker
}
go_on() { kill -CONT "$HELD"; }
no_worker() { ! ps -o args= --ppid "$HELD" | holds -E " -x (call|job|certs)( |\$)"; }
housekeeping() { echo '{"op": "housekeeping"}' | "$BIN/mailsteadd" -x call --site "$SITE" --state "$STATE" >"$T/out" 2>&1; }

# --- the host of the tests

start_engine() {
    docker info >/dev/null 2>&1 && return
    setsid dockerd </dev/null >"$E2E/dockerd.log" 2>&1 &
    echo $! >"$E2E/dockerd.pid"
    must_wait 60 docker info
}

# no listening socket on its ports, no network on its subnets
slot_is_free() {
    ! ss -Hltn | awk '{ sub(/.*:/, "", $4); print $4 }' | holds -E "^${SMTP%025}[0-9]{3}\$" &&
        ! ip -4 -o addr | holds -E " ($SUBNET|$SUBNET2)\.[0-9]+/" &&
        [ ! -e "/sys/class/net/mst${SLOT}out" ]
}
# the namespace is made at once with the choice: two runs cannot have the same one
choose_slot() {
    local n
    [ -f "$E2E/slot" ] && return
    for n in {0..15}; do
        use_slot "$n"
        slot_is_free && ip netns add "$CLIENT" 2>/dev/null || continue
        echo "$n" >"$E2E/slot"
        return
    done
    fail "no free slot: 'ip netns' and 'docker ps' tell what earlier runs left"
}

start_client() {
    local out=mst${SLOT}out in=mst${SLOT}in
    [ -e "/sys/class/net/$out" ] && return
    ip link add "$out" type veth peer name "$in" netns $CLIENT
    ip addr add $H4/24 dev "$out"
    ip -6 addr add $H6/64 dev "$out" nodad
    ip link set "$out" up
    client ip addr add $C4/24 dev "$in"
    client ip -6 addr add $C6/64 dev "$in" nodad
    # a second foreign host, of no name
    client ip addr add "$NET4.3/24" dev "$in"
    # and many more
    seq -f "addr add $NET4.%g/24 dev $in" 100 139 | client ip -batch -
    client ip link set lo up
    client ip link set "$in" up
    client ip route add default via $H4
    # nobody asks the name servers of this host: that fails at once
    sed -n 's/^nameserver \([0-9.]*\)$/\1/p' /etc/resolv.conf | while read -r ns; do
        client ip route add unreachable "$ns" 2>/dev/null || client ip route replace unreachable "$ns"
    done
}

# What the site has: E2E_SITE=everything, E2E_SITE=classic, or little, which is quick
choose_components() {
    WEB_PORTS="http: 0, https: 0" COMPONENTS="roundcube: off" FILTER=
    [ -n "${E2E_SITE:-}" ] || return 0
    WEB_PORTS="http: $HTTP, https: $HTTPS" COMPONENTS="roundcube: on, postfixadmin: on"
    mkdir -p "$E2E/site/signatures" "$E2E/site/overrides/postgrey" "$E2E/site/overrides/amavis"
    echo "E2E.Test:0:*:$(printf mailstead-e2e-signature | od -An -v -tx1 | tr -d ' \n')" >"$E2E/site/signatures/e2e.ndb"
    case $E2E_SITE in
    everything) FILTER="greylisting: on" ;;
    classic) # 77-filters.sh is about who is put off
        FILTER="engine: amavis, greylisting: postgrey"
        { seq -f "$NET4.%g" 1 138; echo "$NET6::/64"; } >"$E2E/site/overrides/postgrey/whitelist_clients"
        ;;
    *) fail "E2E_SITE=$E2E_SITE: everything or classic" ;;
    esac
    FILTER="filter: {$FILTER, antivirus: on, antivirus_signatures: $E2E/site/signatures}"
}
write_site() {
    local hash WEB_PORTS COMPONENTS FILTER
    choose_components
    mkdir -p "$E2E/site/overrides/unbound" "$T"
    hash=$(openssl passwd -6 -salt mstestsalt "$PASSWORD")
    cat >"$SITE" <<END
hostname: $HOST
contact: admin@e2e.test
network:
  ipv4: $H4
  ipv6: "$H6"
  bind: ["127.0.0.1", "$H4", "::1", "$H6"]
  subnet: $SUBNET.0/24
  ports: {smtp: $SMTP, submissions: $SUBMISSIONS, submission: $SUBMISSION, imap: $IMAP, imaps: $IMAPS, pop3: $POP3, pop3s: $POP3S, sieve: $SIEVE, $WEB_PORTS}
domains:
  e2e.test:
    quota: 100M
    mailboxes:
      anna: {name: Anna, password_hash: "{SHA512-CRYPT}$hash"}
      ben: {name: Ben, password_hash: "{SHA512-CRYPT}$hash"}
      full: {name: Full, quota: 1M, password_hash: "{SHA512-CRYPT}$hash"}
    aliases:
      admin: [ben@e2e.test]
      info: [anna@e2e.test]
      team: [anna@e2e.test, ben@e2e.test]
  catch.test:
    catch_all: anna@e2e.test
  gone.test:
    mailboxes:
      dora: {name: Dora, password_hash: "{SHA512-CRYPT}$hash"}
  alias.test: {alias_for: e2e.test}
tls: {mode: selfsigned}
limits: {message_size: 2M}
# the tests' clients: only 78-ban.sh has them banned
ban: {ignore: ["$NET4.0/24", "$NET6::/64"]}
dns: {resolver: isolated}
components: {$COMPONENTS}
$FILTER
END
    # mail can say what its score is
    mkdir -p "$E2E/site/overrides/rspamd"
    cat >"$E2E/site/overrides/rspamd/multimap.conf" <<'END'
e2e_points_8 { type = "header"; header = "X-E2E-Points"; map = "/config/local/8.map"; symbol = "E2E_POINTS_8"; score = 8.0; }
e2e_points_20 { type = "header"; header = "X-E2E-Points"; map = "/config/local/20.map"; symbol = "E2E_POINTS_20"; score = 20.0; }
END
    echo 'whitelist_symbols = ["E2E_POINTS_8", "E2E_POINTS_20"];' >"$E2E/site/overrides/rspamd/greylist.conf"
    echo 8 >"$E2E/site/overrides/rspamd/8.map"
    echo 20 >"$E2E/site/overrides/rspamd/20.map"
    [ ! -d "$E2E/site/overrides/amavis" ] || printf 'header E2E_POINTS_%s X-E2E-Points =~ /^%s$/\nscore E2E_POINTS_%s %s\n' \
        8 8 8 8 20 20 20 20 >"$E2E/site/overrides/amavis/local.cf"
    openssl genrsa -traditional -out "$E2E/sender.key" 2048 2>/dev/null
    local public
    public=$(openssl rsa -in "$E2E/sender.key" -pubout -outform DER 2>/dev/null | base64 -w 0)
    cat >"$E2E/site/overrides/unbound/zones.conf" <<END
server:
    local-zone: "sender.test." static
    local-data: "sender.test. IN SOA ns.sender.test. host.sender.test. 1 3600 600 86400 60"
    local-data: "sender.test. IN MX 10 mx.sender.test."
    local-data: 'sender.test. IN TXT "v=spf1 ip4:$C4 ip6:$C6 -all"'
    local-data: "mx.sender.test. IN A $C4"
    local-data: "mx.sender.test. IN AAAA $C6"
    local-data: "laptop.sender.test. IN A $C4"
    local-data: '_dmarc.sender.test. IN TXT "v=DMARC1; p=reject; adkim=s; aspf=s"'
    local-data: 'k1._domainkey.sender.test. IN TXT "v=DKIM1; k=rsa; p=${public:0:200}" "${public:200}"'
    local-zone: "strict.test." static
    local-data: "strict.test. IN SOA ns.strict.test. host.strict.test. 1 3600 600 86400 60"
    local-data: "strict.test. IN MX 10 mx.strict.test."
    local-data: "mx.strict.test. IN A 198.18.99.9"
    local-data: 'strict.test. IN TXT "v=spf1 ip4:198.18.99.9 -all"'
    local-data: '_dmarc.strict.test. IN TXT "v=DMARC1; p=reject"'
    local-zone: "2.$SLOT.18.198.in-addr.arpa." static
    local-data-ptr: "$C4 mx.sender.test"
    local-zone: "8.1.0.0.0.0.d.f.ip6.arpa." transparent
    local-data-ptr: "$C6 mx.sender.test"
END
}

host_up() {
    [ "$(id -u)" = 0 ] || fail "needs root: the container engine and network namespaces"
    mkdir -p "$E2E" "$T"
    start_engine
    choose_slot
    start_client
    [ -f "$SITE" ] || write_site
}

stack_up() {
    host_up
    m up >"$E2E/up.log" 2>&1 || { tail -n 30 "$E2E/up.log" >&2; fail "mailstead up"; }
    note_project
}
# the Compose project that the containers belong to
note_project() {
    local id
    id=$(m status --json | jq -r '.services[0].container.id')
    docker inspect -f '{{index .Config.Labels "com.docker.compose.project"}}' "$id" >"$E2E/project" ||
        fail "the containers have no Compose project"
}

# sites that a script had beside the shared one, in $E2E/NAME/, and the packet filter's rules for them
other_sites_down() {
    local f d rule
    for f in "$E2E"/*/site.yaml; do
        d=${f%/site.yaml}
        [ -d "$d/state" ] && [ "$f" != "$SITE" ] || continue
        timeout 120 "$BIN/mailstead" --site "$f" --state "$d/state" down --volumes --yes || echo "mailstead down failed: $d"
        rm -rf "$d"
    done
    iptables -t nat -S INPUT | grep -F -- "-d $NET4.0/24" | sed 's/^-A/-D/' | while read -r rule; do
        # shellcheck disable=SC2086 # words
        iptables -t nat $rule
    done
}

all_down() {
    local pid
    [ "${KEEP:-0}" = 0 ] || return 0
    # the slot was chosen after this script began; without one the namespace would be another run's
    [ ! -f "$E2E/slot" ] || use_slot "$(cat "$E2E/slot")"
    if [ -f "$SITE" ] && docker info >/dev/null 2>&1; then
        timeout 120 "$BIN/mailstead" --site "$SITE" --state "$STATE" down --volumes --yes ||
            echo "mailstead down failed"
        if [ -s "$E2E/project" ]; then # whatever it left is named and removed
            docker ps -aq --filter "label=com.docker.compose.project=$(project)" | while read -r c; do
                echo "left behind: container $(docker inspect -f '{{.Name}}' "$c")"
                docker rm -f "$c" >/dev/null
            done
            docker network ls -q --filter "label=com.docker.compose.project=$(project)" | xargs -r docker network rm >/dev/null
            docker volume ls -q --filter "label=com.docker.compose.project=$(project)" | xargs -r docker volume rm >/dev/null
        fi
    fi
    other_sites_down
    pid=$(cat "$STATE/mailsteadd.pid" 2>/dev/null) && grep -qs '^mailsteadd' "/proc/$pid/comm" && kill "$pid"
    if [ -f "$E2E/slot" ] && [ -e /run/netns/$CLIENT ]; then
        ip netns pids $CLIENT | xargs -r kill 2>/dev/null
        ip link del "mst${SLOT}out" 2>/dev/null
        ip netns del $CLIENT
    fi
    # another run may use the engine
    if pid=$(cat "$E2E/dockerd.pid" 2>/dev/null) && [ -z "$(docker ps -q)" ]; then
        kill "$pid" && wait_for 30 test ! -e "/proc/$pid"
    fi
    rm -rf "$E2E"
}

# --- the tests of a script

run_tests() {
    local t limit start bad=0 code log
    if [ "${1:-}" = --one ]; then
        mkdir -p "$T"
        set -eEuo pipefail
        # shellcheck disable=SC2154 # set by the trap itself
        trap 'echo "$0: line $LINENO: $BASH_COMMAND" >&2' ERR
        "$2"
        exit 0
    fi
    if [ "$(basename "$0")" != 10-up.sh ] && ! [ -f "$E2E/project" ]; then
        [ "${E2E_SHARED:-0}" = 0 ] || { echo "not ok $(basename "$0" .sh): the stack is not up"; exit 1; }
        (stack_up) || { all_down; exit 1; }
    fi
    mkdir -p "$E2E"
    [ "${E2E_SHARED:-0}" = 1 ] || trap 'all_down >/dev/null' EXIT
    trap 'exit 130' INT TERM
    log=$E2E/log
    while read -r t; do
        [ $# -eq 0 ] || case " $* " in *" $t "*) ;; *) continue ;; esac
        limit=limit_$t
        start=$EPOCHREALTIME
        code=0
        timeout -k 10 "${!limit:-180}" bash "$0" --one "$t" >"$log" 2>&1 </dev/null || code=$?
        if [ $code = 0 ]; then
            echo "ok $(basename "$0" .sh) ${t#t_} ($(took "$start") s)"
        else
            echo "not ok $(basename "$0" .sh) ${t#t_} (status $code, $(took "$start") s)"
            # the CI's report leaves out lines with addresses
            tail -n 60 "$log" | sed 's/^/    /; s/@/(at)/g'
            bad=1
            [ -f "$E2E/project" ] || break # no stack, no tests
        fi
    done < <(grep -oE '^t_[a-z0-9_]+\(\)' "$0" | tr -d '()')
    exit $bad
}
took() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    case ${1:-} in
    down) all_down ;;
    *)
        echo "usage: tests/e2e/lib.sh down" >&2
        exit 2
        ;;
    esac
fi
