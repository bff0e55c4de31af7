#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The engine client against the real container engine: image, network, volume, container, exec with input, logs, events,
# stop, remove. Everything is named engine-e2e*; the subnet is 172.29.10.0/24. Needs root or group docker.
# shellcheck disable=SC2016 # text for other shells
set -eu
cd "$(dirname "$0")/../.."
TRY="${BIN:-build}/engine-try"
P=engine-e2e
work=$(mktemp -d)
events_pid=
holder_pid=
image=

cleanup() {
    status=$?
    exec 9>&- || :
    [ -z "$events_pid" ] || kill "$events_pid" 2>/dev/null || :
    [ -z "$holder_pid" ] || kill "$holder_pid" 2>/dev/null || :
    for c in $P-box-1 $P-box-run $P-extra-1; do "$TRY" remove "$c" 2>/dev/null || :; done
    for n in ${P}_front ${P}_back; do "$TRY" network-remove "$n" 2>/dev/null || :; done
    "$TRY" volume-remove ${P}_data 2>/dev/null || :
    [ "$status" = 0 ] || for f in "$work"/*.out; do [ ! -f "$f" ] || { echo "--- $f"; tail -n 20 "$f"; }; done >&2
    [ -z "$image" ] || "$TRY" image-remove "$image" 2>/dev/null || :
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail() { echo "engine.sh: $*" >&2; exit 1; }
is() { [ "$2" = "$3" ] || fail "$1: expected \"$3\", got \"$2\""; }
has() { case $2 in *"$3"*) ;; *) fail "$1: expected \"$3\" in: $2" ;; esac; }
until_true() { # until_true WHAT COMMAND...: at most 20 s
    what=$1; shift
    n=0
    until "$@"; do
        n=$((n + 1)); [ $n -lt 200 ] || fail "$what: not within 20 s"
        sleep 0.1
    done
}

has info "$("$TRY" info)" "api=1.4"

# --- images: the base once, one built on it, the same content again is not built again
base=$("$TRY" base "$work" | tail -n 1)
has base "$base" "mailstead/base:"
mkdir -p "$work/images/engine-box"
printf 'ARG BASE\nFROM ${BASE}\nCOPY hello /hello\nRUN echo built-line && cat /hello\n' >"$work/images/engine-box/Dockerfile"
echo "hello-from-the-context $work" >"$work/images/engine-box/hello"
"$TRY" build "$work" engine-box >"$work/build.out"
image=$(tail -n 1 "$work/build.out")
has build "$(cat "$work/build.out")" built-line
has build "$(cat "$work/build.out")" hello-from-the-context
is "build again" "$("$TRY" build "$work" engine-box)" "$image"
has find "$("$TRY" image-find "$image")" sha256:
is "find absent" "$("$TRY" image-find mailstead/engine-absent:1)" none
"$TRY" image-tag "$image" mailstead/engine-tagged:x
has tag "$("$TRY" image-find mailstead/engine-tagged:x)" sha256:
"$TRY" image-remove mailstead/engine-tagged:x
is untag "$("$TRY" image-find mailstead/engine-tagged:x)" none
mkdir -p "$work/images/engine-broken"
printf 'ARG BASE\nFROM ${BASE}\nRUN echo last-words && exit 7\n' >"$work/images/engine-broken/Dockerfile"
if "$TRY" build "$work" engine-broken >"$work/broken.out" 2>&1; then fail "a broken build succeeded"; fi
has "broken build" "$(grep -A 20 ^engine: "$work/broken.out")" last-words
has "broken build" "$(cat "$work/broken.out")" "returned a non-zero code: 7"

# --- events, in the background until descriptor 9 is closed
mkfifo "$work/hold"
"$TRY" events $P <"$work/hold" >"$work/events.out" 2>&1 &
events_pid=$!
exec 9>"$work/hold"
until_true "events connect" grep -q ^connected "$work/events.out"

# --- networks and volumes
"$TRY" network-create $P front '{"ipam":{"config":[{"subnet":"172.29.10.0/28","gateway":"172.29.10.1"}]}}'
"$TRY" network-create $P back '{"internal":true,"ipam":{"config":[{"subnet":"172.29.10.16/28"}]}}'
"$TRY" volume-create $P data
"$TRY" volume-create $P data
if "$TRY" network-create $P front '{}' 2>"$work/twice.out"; then fail "the same network twice"; fi
has "network twice" "$(cat "$work/twice.out")" "already exists"

# --- a container with all that fragments use
mkdir "$work/conf"
echo from-the-bind >"$work/conf/file"
spec=$(cat <<JSON
{"hostname": "box.example.test", "image": "ignored", "command": ["-c", "echo out-line; echo err-line >&2; cat /conf/file; exec tail -f /dev/null"],
 "entrypoint": ["/bin/sh"], "environment": {"GREETING": "hi there", "N": 3}, "user": "1000:1000",
 "volumes": [{"type": "bind", "source": "$work/conf", "target": "/conf", "read_only": true}, "data:/data"],
 "tmpfs": ["/run:uid=1000,gid=1000,mode=0750,size=1m"], "networks": {"front": {"ipv4_address": "172.29.10.5"}, "back": {"ipv4_address": "172.29.10.21"}},
 "cap_drop": ["ALL"], "cap_add": ["CHOWN"], "security_opt": ["no-new-privileges:true"], "read_only": true, "init": true,
 "ulimits": {"nofile": {"soft": 1048576, "hard": 1048576}}, "deploy": {"resources": {"limits": {"memory": "64M", "pids": 50, "cpus": "0.5"}}},
 "restart": "no", "stop_grace_period": "3s", "stop_signal": "SIGKILL", "logging": {"driver": "json-file", "options": {"max-size": "1m"}},
 "sysctls": {"net.ipv4.ip_unprivileged_port_start": 0}, "extra_hosts": ["peer:192.0.2.7"], "shm_size": "8m", "labels": {"a": "b"},
 "healthcheck": {"test": ["CMD", "false"]}, "depends_on": {"x": {"condition": "service_started"}}}
JSON
)
id=$("$TRY" create $P box "$image" "$spec")
"$TRY" start "$id"
until_true "logs" sh -c "\"$TRY\" logs $P-box-1 now 2>/dev/null | grep -q from-the-bind"
is "stdout of logs" "$("$TRY" logs "$id" now 2>/dev/null)" "out-line
from-the-bind"
is "stderr of logs" "$("$TRY" logs "$id" now 2>&1 >/dev/null)" err-line
snap=$("$TRY" snapshot $P)
has snapshot "$snap" "container $P-box-1 box running try"
has snapshot "$snap" "network ${P}_front try"
has snapshot "$snap" "network ${P}_back try"
has snapshot "$snap" "volume ${P}_data"
has inspect "$("$TRY" inspect "$id")" "state=running exit=0 oom=0"
in_box() { "$TRY" exec "$id" none "$@"; }
is environment "$(in_box sh -c 'echo "$GREETING $N"')" "hi there 3"
is user "$(in_box id -u)" 1000
is hostname "$(in_box cat /etc/hostname)" box.example.test
has addresses "$(in_box cat /proc/net/fib_trie)" 172.29.10.5
has addresses "$(in_box cat /proc/net/fib_trie)" 172.29.10.21
has hosts "$(in_box cat /etc/hosts)" 192.0.2.7
has capabilities "$(in_box grep CapBnd /proc/self/status)" 0000000000000001
has privileges "$(in_box grep NoNewPrivs /proc/self/status)" 1
if in_box sh -c 'echo x >/conf/file' 2>/dev/null; then fail "a read-only bind can be written"; fi
if in_box sh -c 'echo x >/x' 2>/dev/null; then fail "the read-only root can be written"; fi
in_box sh -c 'echo x >/run/x'
got=0; in_box sh -c 'exit 42' || got=$?
is "exit status" "$got" 42

# --- exec with input: all of it arrives, the end is seen
head -c 3000000 /dev/urandom >"$work/input"
is "exec with input" "$("$TRY" exec "$id" "$work/input" sha256sum | cut -d' ' -f1)" "$(sha256sum <"$work/input" | cut -d' ' -f1)"
is "exec with input echoed" "$("$TRY" exec "$id" "$work/input" cat | sha256sum)" "$(sha256sum <"$work/input")"
"$TRY" exec "$id" "$work/input" true || fail "a command that reads nothing"

# --- run: a throw-away container of the same service
is run "$("$TRY" run $P box "$image" "$spec" cat /conf/file)" from-the-bind
is "run has no network" "$("$TRY" run $P box "$image" "$spec" sh -c 'ls /sys/class/net')" lo
got=0; "$TRY" run $P box "$image" "$spec" sh -c 'exit 9' || got=$?
is "run status" "$got" 9
case $("$TRY" snapshot $P) in *-run*) fail "run left its container" ;; esac

# --- restart, kill, stop, remove; what is absent is not found
"$TRY" restart "$id"
has restart "$("$TRY" inspect "$id")" "state=running"
"$TRY" kill "$id" KILL
until_true "kill" sh -c "\"$TRY\" inspect $id | grep -q 'state=exited exit=137'"
"$TRY" start "$id"
"$TRY" start "$id"
"$TRY" logs "$id" follow >"$work/follow.out" 2>&1 &
holder_pid=$!
"$TRY" stop "$id"
wait "$holder_pid" || fail "following logs failed at the end"
holder_pid=
has "stopped" "$("$TRY" inspect "$id")" "state=exited"
"$TRY" stop "$id"
if in_box true 2>"$work/exec.out"; then fail "exec in a stopped container"; fi
has "exec stopped" "$(cat "$work/exec.out")" "not running"
"$TRY" remove "$id"
if "$TRY" inspect "$id" 2>"$work/absent.out"; then fail "removed, but there"; fi
has absent "$(cat "$work/absent.out")" "not-found: "
if "$TRY" create $P extra mailstead/engine-absent:1 '{}' 2>"$work/noimage.out"; then fail "created without an image"; fi
has "no image" "$(cat "$work/noimage.out")" "not-found: create extra: No such image"
extra=$("$TRY" create $P extra "$image" '{"command": ["true"], "networks": ["front", "missing"]}')
if "$TRY" start "$extra" 2>"$work/nonet.out"; then fail "started without its network"; fi
has "no network" "$(cat "$work/nonet.out")" "${P}_missing not found"
"$TRY" remove "$extra"

# --- what the events said
until_true "events" grep -q 'container destroy service=box' "$work/events.out"
for want in 'container create service=box' 'container start service=box' 'container die service=box exit=137'; do
    grep -q "^$want" "$work/events.out" || fail "no event \"$want\""
done
exec 9>&-
wait "$events_pid" || fail "events ended badly"
events_pid=
"$TRY" network-remove ${P}_front
"$TRY" network-remove ${P}_back
"$TRY" volume-remove ${P}_data
is "nothing is left" "$("$TRY" snapshot $P)" ""
"$TRY" image-remove "$image"
image=
echo "engine.sh: ok"
