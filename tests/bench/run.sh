#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Print the figures of the README: run.sh [check] [dns] [dns_check] [up] [compose] [mail] [restart] [memory] (default: all). Nothing here passes or
# fails. It has a site and a state of its own, on high ports, and takes both away at the end; traffic stays on this machine.
set -eu
cd "$(dirname "$0")/../.."
work=$PWD/build/bench
site=$work/site.yaml state=$work/state
subnet=172.30.252 smtp=14025
image=mailstead-bench/compose
m() { build/mailstead --site "$site" --state "$state" "$@"; }
project() { m compose --json >/dev/null && echo "mailstead-$(printf '%s' "$state" | sha256sum | cut -c1-8)"; }

ns_pid=
clean_up() {
    [ -z "$ns_pid" ] || kill "$ns_pid" 2>/dev/null || true
    m down --volumes --yes >/dev/null 2>&1 || echo "bench: the stack could not be taken down" >&2
    rm -rf "$work"
}

set_up() {
    rm -rf "$work"
    mkdir -p "$work"
    cat >"$site" <<END
hostname: mail.bench.test
contact: box0@bench.test
network:
  ipv4: 198.18.0.1
  ipv6: off
  bind: ["127.0.0.1"]
  subnet: $subnet.0/24
  ports: {smtp: $smtp, submissions: 0, submission: 14587, imap: 0, imaps: 14993, pop3: 0, pop3s: 0, sieve: 0, http: 0, https: 0}
domains:
  bench.test:
    mailboxes: {box0: {}, box1: {}, box2: {}, box3: {}, box4: {}, box5: {}, box6: {}, box7: {}, box8: {}, box9: {}}
dns: {resolver: isolated}
filter: {greylisting: off}
components: {roundcube: off}
END
}

ms() { echo $((($(date +%s%N) - $1) / 1000000)); }
timed() { # timed LABEL COMMAND...
    local begin label=$1
    shift
    begin=$(date +%s%N)
    "$@" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
    printf '%-44s %6s ms\n' "$label" "$(ms "$begin")"
}

bench_check() {
    tests/bench/gen_site.sh >"$work/large.yaml"
    echo "check of 1,000 domains and 50,000 mailboxes, $(stat -c %s "$work/large.yaml") bytes (five runs: s, KiB):"
    for _ in 1 2 3 4 5; do
        /usr/bin/time -f '  %e s  %M KiB' build/mailstead --site "$work/large.yaml" check >/dev/null
    done
}

# large_site N: a site with N domains. The two keys of one domain serve for all: private parts are not read.
large_site() {
    local keys=$work/large/keys/dkim i
    rm -rf "$work/large"
    mkdir -p "$keys/d1.bench.test"
    {
        printf 'hostname: mail.bench.test\ncontact: info@d1.bench.test\nnetwork: {ipv4: 198.18.0.1}\ndomains:\n'
        for i in $(seq "$1"); do echo "  d$i.bench.test: {}"; done
    } >"$work/large.yaml"
    printf 'v=DKIM1; k=rsa; p=%s' "$(openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -outform DER 2>/dev/null | base64 -w 0)" \
        >"$keys/d1.bench.test/ms-rsa.txt"
    printf 'v=DKIM1; k=ed25519; p=%s' "$(head -c 32 /dev/urandom | base64)" >"$keys/d1.bench.test/ms-ed25519.txt"
    touch "$keys/d1.bench.test/ms-rsa.key" "$keys/d1.bench.test/ms-ed25519.key"
    for i in $(seq 2 "$1"); do cp -r "$keys/d1.bench.test" "$keys/d$i.bench.test"; done
}
large() { build/mailstead --site "$work/large.yaml" --state "$work/large" "$@"; }

bench_dns() {
    large_site 1000
    echo "dns records for 1,000 domains (five runs: s, KiB):"
    for _ in 1 2 3 4 5; do
        /usr/bin/time -f '  %e s  %M KiB' build/mailstead --site "$work/large.yaml" --state "$work/large" dns records >/dev/null
    done
}

# A name server on a loopback address of its own with the root and each domain, as `dns records` prints them.
NS=127.53.0.1
zone_head() { printf '%s %s IN SOA ns.bench.test. h.bench.test. 1 3600 600 86400 60\n%s 3600 IN NS ns.bench.test.\n' "$1" 3600 "$1"; }
name_server() {
    local zones=$work/zones f
    rm -rf "$zones"
    mkdir -p "$zones"
    { zone_head . && zone_head bench.test. | tail -n 1 && echo "ns.bench.test. 3600 IN A $NS"; } >"$zones/root"
    large dns records --format zone | awk -v d="$zones" '/^[^;$ ]/ {
        zone = match($1, /d[0-9]+\.bench\.test\.$/) ? substr($1, RSTART) : "bench.test."; print >(d "/" zone) }'
    for f in "$zones"/*.test.; do
        f=${f##*/}
        { zone_head "$f" && cat "$zones/$f"; } >"$work/zone" && mv "$work/zone" "$zones/$f"
        [ "$f" = bench.test. ] || printf '%s 3600 IN NS ns.bench.test.\n' "$f" >>"$zones/delegations"
    done
    { echo "ns.bench.test. 3600 IN A $NS" && cat "$zones/delegations"; } >>"$zones/bench.test."
    rm "$zones/delegations"
    {
        printf 'server:\n  ip-address: %s\n  username: ""\n  chroot: ""\n  pidfile: "%s/nsd.pid"\n  database: ""\n' "$NS" "$work"
        printf '  xfrdfile: ""\n  zonelistfile: "%s/zonelist"\n  xfrdir: "%s"\n  zonesdir: "%s"\n  rrl-ratelimit: 0\n' "$work" "$work" "$zones"
        printf 'remote-control:\n  control-enable: no\n'
        for f in "$zones"/*; do
            f=${f##*/}
            printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' "$([ "$f" = root ] && echo . || echo "$f")" "$f"
        done
    } >"$work/nsd.conf"
    nsd -d -c "$work/nsd.conf" >"$work/nsd.log" 2>&1 &
    ns_pid=$!
    until dig +short +tries=1 +time=1 "@$NS" SOA d1.bench.test | grep -q .; do kill -0 "$ns_pid"; done
}

# Budget: 30 s, and the memory does not grow with the domains.
bench_dns_check() {
    local n
    # an anchor elsewhere: these zones are not signed
    echo "other.test. IN DS 1 13 2 $(printf '%064d' 0)" >"$work/anchor"
    for n in 100 1000; do
        large_site $n
        name_server
        echo "dns check of $n domains against a local server (three runs: s, KiB, results):"
        for _ in 1 2 3; do
            /usr/bin/time -o "$work/time" -f '  %e s  %M KiB' build/mailstead --site "$work/large.yaml" --state "$work/large" \
                dns check --dns-only --resolver "$NS" --trust-anchor "$work/anchor" >"$work/checked" 2>&1 || true
            echo "$(grep -v status "$work/time")  $(tail -n 1 "$work/checked")"
        done
        kill "$ns_pid"
        wait "$ns_pid" 2>/dev/null || true
        ns_pid=
    done
}

bench_up() {
    m up >/dev/null 2>&1 # the images
    for _ in 1 2 3; do
        m down --volumes --yes >/dev/null 2>&1
        timed "up, images present, volumes empty" m up
    done
    m up --verbose 2>&1 | tail -n 1
    for _ in 1 2 3 4 5; do
        timed "up, nothing to change" m up
    done
}

compose() { # docker compose v2 of Debian 13, on the engine of this machine
    docker run --rm -i -v /var/run/docker.sock:/var/run/docker.sock "$image" docker compose -p "$(project)" -f - "$@" <"$work/compose.yaml"
}

bench_compose() {
    local base
    m up >/dev/null 2>&1
    m compose >"$work/compose.yaml"
    base=$(m compose --json | sed -n 's/.*"BASE": *"\([^"]*\)".*/\1/p' | head -n 1)
    docker build -q -t "$image" - >/dev/null <<END
FROM $base
RUN apt-get update && apt-get install -y --no-install-recommends docker-compose docker-cli && rm -rf /var/lib/apt/lists/*
END
    for _ in 1 2 3; do
        m down --volumes --yes >/dev/null 2>&1
        timed "compose v2 up --wait, volumes empty" compose up -d --wait --no-build
        timed "compose v2 up --wait, nothing to change" compose up -d --wait --no-build
        compose down -v >/dev/null 2>&1
    done
}

source_run() { # source_run ADDRESS:PORT N: messages per second until the last is accepted
    local begin tag
    tag=$(m compose --json | sed -n 's/.*"image": *"\(mailstead\/postfix:[^"]*\)".*/\1/p')
    begin=$(date +%s%N)
    docker run --rm --network host --entrypoint smtp-source "$tag" -s 20 -l 5120 -m "$2" -f sender@bench.test \
        -t "box$((RANDOM % 10))@bench.test" "$1" >/dev/null
    awk -v n="$2" -v t="$(ms "$begin")" 'BEGIN {printf "%.1f", n * 1000 / t}'
}

bench_mail() {
    local edge direct
    m up >/dev/null 2>&1
    echo "messages of 5 KiB per second, 20 sessions, accepted through the filter (edge, direct, ratio):"
    for _ in 1 2 3 4; do
        edge=$(source_run "127.0.0.1:$smtp" 500)
        direct=$(source_run "$subnet.25:10025" 500)
        awk -v e="$edge" -v d="$direct" 'BEGIN {printf "  %6.1f  %6.1f  %.2f\n", e, d, e / d}'
    done
}

bench_restart() {
    m up >/dev/null 2>&1
    for service in postfix rspamd mariadb; do
        tests/bench/knock.py 127.0.0.1 "$smtp" 8 >"$work/knock" &
        m restart "$service" >/dev/null 2>&1
        wait "$!" || true
        printf 'restart %-10s port 25 every 20 ms: %s\n' "$service" "$(cat "$work/knock")"
    done
}

# The proportional set size of everything in the containers, and of the supervisor, a while after the start.
bench_memory() {
    local c pid all=0 sum
    m up >/dev/null 2>&1
    sleep 20
    for c in $(docker ps --filter "label=com.docker.compose.project=$(project)" --format '{{.Names}}' | sort); do
        sum=0
        for pid in $(docker top "$c" -o pid | tail -n +2); do
            sum=$((sum + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || echo 0)))
        done
        printf 'idle memory %-30s %5d MiB\n' "$c" $((sum / 1024))
        all=$((all + sum))
    done
    printf 'idle memory of the whole stack %17d MiB\n' $((all / 1024))
    awk '/^Pss:/ { printf "idle memory of the supervisor  %17d MiB\n", $2 / 1024 }' "/proc/$(cat "$state/mailsteadd.pid")/smaps_rollup"
}

set_up
trap clean_up EXIT
[ $# -gt 0 ] || set -- check dns dns_check up compose mail restart memory
for what; do
    "bench_$what"
done
