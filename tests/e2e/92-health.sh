#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The supervisor as three processes: what each may do, and that one which is killed takes nothing with it. What does not
# work is seen, with whose fault it is, and that alone is restarted.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

engine() { cat "$STATE/mailsteadd.pid"; }
# role NAME: its process id as the supervisor says
role() { { m status --json || true; } | jq -e ".supervisor.roles.$1.pid | select(. > 0)"; }
proc() { awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"; }
# the processes of all containers, which no restart leaves the same
containers() { docker ps -q --filter "label=com.docker.compose.project=$(project)" | sort | xargs docker inspect -f '{{.Name}} {{.State.Pid}}'; }

t_roles_have_no_rights() {
    local r pid
    for r in api probe; do
        pid=$(role $r)
        [ "$(proc "$pid" Seccomp)" = 2 ] || fail "$r: no filter of system calls"
        [ "$(proc "$pid" NoNewPrivs)" = 1 ] || fail "$r: new privileges are possible"
        [ "$(proc "$pid" Uid)" -gt 60000 ] || fail "$r: runs as $(proc "$pid" Uid)"
        [ "$(proc "$pid" CapEff)" = 0000000000000000 ] || fail "$r: has capabilities"
        [ "$(proc "$pid" PPid)" = "$(engine)" ] || fail "$r: is nobody's child"
        # nothing but pipes, sockets and the event queues of its own
        find "/proc/$pid/fd" -lname '/*' ! -lname '/dev/null' ! -lname '*.log' ! -lname '/dev/pts/*' \
            ! -lname '*/tmp/*' ! -lname '*/e2e/*supervisor*' -printf '%l\n' >"$T/out"
        [ ! -s "$T/out" ] || fail "$r has open: $(cat "$T/out")"
    done
    [ "$(proc "$(role api)" Uid)" != "$(proc "$(role probe)" Uid)" ] || fail "both have one user"
}

# Questions all the time, as many as are answered; the number of those that were not is in $T/load.
load() {
    python3 - "$STATE/control.sock" "$T/load" <<'END' &
import http.client, os, socket, sys, time
class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(sys.argv[1])
good = bad = 0
end = time.monotonic() + 150
c = None
while time.monotonic() < end:
    try:
        c = c or Unix("x")
        c.request("GET", "/api/v1/status")
        assert c.getresponse().read().startswith(b"{")
        good += 1
    except Exception:
        bad += 1
        c = None
    with open(sys.argv[2] + ".new", "w") as f:
        f.write(f"{good} {bad}\n")
    os.rename(sys.argv[2] + ".new", sys.argv[2])
END
    LOAD=$!
    must_wait 10 test -s "$T/load"
}

# killed ROLE OTHER: it is back, and nobody else was touched
killed() {
    local before other pid engine
    before=$(containers) other=$(role "$2") pid=$(role "$1") engine=$(engine)
    kill -KILL "$pid"
    must_wait 30 eval "[ \$(role $1) -gt 0 ] && [ \$(role $1) != $pid ]"
    [ "$(engine)" = "$engine" ] && kill -0 "$engine" || fail "the engine was touched"
    [ "$(role "$2")" = "$other" ] || fail "$2 was touched"
    [ "$(containers)" = "$before" ] || fail "containers were touched"
    must_wait 60 healthy
}
t_killed_under_load() {
    local s good
    load
    # shellcheck disable=SC2064 # the number as it is now
    trap "kill $LOAD" EXIT
    killed api probe
    killed probe api
    # it answers all the time again
    good=$(cut -d' ' -f1 "$T/load")
    must_wait 30 eval "[ \$(cut -d' ' -f1 $T/load) -gt $((good + 20)) ]"
    [ "$(cut -d' ' -f2 "$T/load")" -lt 20 ] || fail "too many were not answered: $(cat "$T/load")"
    s=$(unique)
    hand_over erik@sender.test anna@e2e.test "$s"
    arrives anna@e2e.test "$s"
}
# A job goes on whatever happens to the process that shows it; its events are told again from the start.
t_job_outlives_the_api() {
    local pid
    pid=$(role api)
    m restart valkey >"$T/restart" 2>&1 &
    must_wait 30 grep -qE '^\.\.\. +restart valkey' "$T/restart"
    kill -KILL "$pid"
    must_wait 60 eval "m status --json | jq -e '.job == null and .ok'"
    curl -sS --unix-socket "$STATE/control.sock" http://x/api/v1/jobs >"$T/out"
    jq -e 'last | .kind == "restart" and .state == "ended" and .ok' "$T/out" >/dev/null || fail "$(cat "$T/out")"
    curl -sS --max-time 10 --unix-socket "$STATE/control.sock" "http://x/api/v1/jobs/$(jq -r 'last.id' "$T/out")/events" >"$T/events"
    grep -q '"state":"end"' "$T/events" || fail "its events are lost"
}
t_engine_killed() {
    local before api probe
    before=$(containers) api=$(role api) probe=$(role probe)
    kill -KILL "$(engine)"
    must_wait 20 eval "! kill -0 $api 2>/dev/null && ! kill -0 $probe 2>/dev/null"
    status 0 m up
    says '^nothing to change$'
    [ "$(containers)" = "$before" ] || fail "containers were touched"
    must_wait 60 healthy
}
t_told_to_end() {
    local api probe
    api=$(role api) probe=$(role probe)
    curl -sS --unix-socket "$STATE/control.sock" -X POST -d '{}' http://x/api/v1/shutdown >"$T/out"
    says '^\{\}$'
    must_wait 20 eval "! kill -0 $api 2>/dev/null && ! kill -0 $probe 2>/dev/null"
    status 0 m up
    must_wait 60 healthy
}

# state SERVICE: its state and the reason
state() { { m status --json || true; } | jq -r ".services[] | select(.name == \"$1\") | \"\(.state): \(.reason)\""; }
is() { state "$1" | grep -E -- "$2" >/dev/null; }
pid_of() { docker inspect -f '{{.State.Pid}}' "$(container "$1")"; }

t_killed_service_is_noticed_at_once() {
    local killed noticed
    must_wait 60 healthy
    killed=$(date +%s%3N)
    kill -KILL "$(pid_of valkey)"
    must_wait 10 eval "m history --json --max 30 | jq -e '[.[] | select(.who == \"valkey\" and (.text | startswith(\"failed\")))] | length > 0'"
    noticed=$(m history --json --max 30 | jq -r '[.[] | select(.who == "valkey" and (.text | startswith("failed")))] | last | .time')
    noticed=$(date -d "$noticed" +%s%3N)
    echo "noticed after $((noticed - killed)) ms"
    [ "$((noticed - killed))" -lt 3000 ] || fail "only after $((noticed - killed)) ms"
    must_wait 60 healthy
}
# Paused is seen; whoever needs it is degraded because of it; nothing is restarted.
t_whose_fault() {
    local before
    before=$(containers)
    docker pause "$(container mariadb)" >/dev/null
    # shellcheck disable=SC2064
    trap "docker unpause $(container mariadb) >/dev/null 2>&1 || true" EXIT
    must_wait 10 is mariadb '^stopped: the container is paused$'
    must_wait 10 is dovecot '^degraded: because mariadb is stopped'
    must_wait 10 is postfix '^degraded: because mariadb is stopped'
    status 3 m status
    says '^mariadb +stopped '
    [ "$({ m status --json || true; } | jq -r '.services[] | select(.name == "dovecot") | .because')" = mariadb ] || fail "no cause"
    docker unpause "$(container mariadb)" >/dev/null
    must_wait 60 healthy
    [ "$(containers)" = "$before" ] || fail "something was restarted"
    status 0 m history
    says ' dovecot +degraded, was healthy: because mariadb is stopped'
    says ' dovecot +healthy, was degraded'
}
# It runs but does not answer: it alone is restarted, and the history says why.
t_what_hangs_is_restarted() {
    local before pid
    must_wait 60 healthy
    before=$(containers | grep -v mtasts) pid=$(pid_of mtasts)
    kill -STOP "$pid"
    must_wait 30 is mtasts '^failed: policy: no answer within'
    is postfix '^degraded: because mtasts is failed' || fail "$(state postfix)"
    must_wait 60 eval "m history --json --max 20 | jq -e '.[] | select(.what == \"restart\" and .who == \"mtasts\") | .text | startswith(\"policy: no answer\")'"
    must_wait 60 healthy
    [ "$(pid_of mtasts)" != "$pid" ] || fail "not restarted"
    [ "$(containers | grep -v mtasts)" = "$before" ] || fail "others were restarted"
}
run_tests "$@"
