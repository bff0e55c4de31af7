#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every running container against the table in docs/hardening.md.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# row SERVICE COLUMN: a cell of the table (2 user, 3 capabilities, 4 writable, 5 memory, 6 processes, 7 networks, 8 mounts)
row() { grep "^| $1 |" docs/hardening.md | head -n 1 | cut -d'|' -f"$(($2 + 1))" | sed 's/^ *//; s/ *$//'; }
services() { m compose --json | jq -r '.services | keys[]'; }
inspect() { docker inspect -f "$2" "$(container "$1")"; }
each() { # each FUNCTION: for every service
    local s
    for s in $(services); do
        [ -n "$(row "$s" 2)" ] || fail "docs/hardening.md has no row for $s"
        "$1" "$s"
    done
}

capabilities() {
    local want have
    want=$(row "$1" 3 | tr -d ' ' | tr ',' '\n' | sed '/^none$/d' | sort | tr '\n' ' ')
    have=$(inspect "$1" '{{range .HostConfig.CapAdd}}{{println .}}{{end}}' | sed 's/^CAP_//' | grep . | sort | tr '\n' ' ' || true)
    [ "$have" = "$want" ] || fail "$1 has the capabilities '$have', the table says '$want'"
    [ "$(inspect "$1" '{{.HostConfig.CapDrop}}')" = '[ALL]' ] || fail "$1 does not drop all capabilities"
}
t_capabilities() { each capabilities; }

closed() {
    [ "$(inspect "$1" '{{.HostConfig.ReadonlyRootfs}}')" = true ] || fail "$1: the root is writable"
    inspect "$1" '{{.HostConfig.SecurityOpt}}' | holds no-new-privileges || fail "$1: no-new-privileges is missing"
    [ "$(inspect "$1" '{{.HostConfig.Privileged}}')" = false ] || fail "$1 is privileged"
    no eval "inspect $1 '{{json .Mounts}} {{json .HostConfig.Binds}}' | holds docker.sock"
    [ "$(inspect "$1" '{{index .HostConfig.LogConfig.Config "max-size"}}')" = 10m ] || fail "$1: its log is not rotated"
}
t_read_only_and_unprivileged() { each closed; }

limits() {
    local memory limit pids size
    size=$(($(m exec postfix -- postconf -h message_size_limit) / 1048576))
    memory=$(($(row "$1" 5 | sed "s/ MB//; s/x message_size/* $size/")))
    pids=$(row "$1" 6)
    limit=$(m compose --json | jq -r ".services[\"$1\"].mem_limit | rtrimstr(\"M\")")
    [ "$limit" -le "$memory" ] || fail "$1: $limit MB of memory, the table says $memory"
    [ "$(inspect "$1" '{{.HostConfig.Memory}}')" = $((limit * 1048576)) ] || fail "$1: memory is not $limit MB"
    [ "$(inspect "$1" '{{.HostConfig.PidsLimit}}')" = "$pids" ] || fail "$1: processes are not $pids"
}
t_limits() { each limits; }

networks() {
    local want have
    want=$(row "$1" 7 | tr -d ' ' | tr ',' '\n' | sort | tr '\n' ' ')
    # shellcheck disable=SC2016 # a Go template
    have=$(inspect "$1" '{{range $k, $v := .NetworkSettings.Networks}}{{println $k}}{{end}}' | sed "s/^$(project)_//" | grep . | sort | tr '\n' ' ')
    [ "$have" = "host " ] && have="thehost's "
    [ "$have" = "$want" ] || fail "$1 is on '$have', the table says '$want'"
}
t_networks() { each networks; }

mounts() {
    local m
    for m in $(inspect "$1" '{{range .Mounts}}{{if eq .Type "bind"}}{{println .Destination .RW}}{{end}}{{end}}' | tr ' ' '='); do
        [ "${m#*=}" = false ] || fail "$1: ${m%=*} is mounted writable"
        row "$1" 8 | tr -d ' ' | tr ',' '\n' | holds -x "${m%=*}" || fail "$1: ${m%=*} is not in the table"
    done
    for m in $(inspect "$1" '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Destination}}{{end}}{{end}}'); do
        row "$1" 4 | holds -- "$m" || fail "$1: the volume $m is not in the table"
    done
}
t_mounts() { each mounts; }

# A port outside that postfix reaches, and those on internal networks only do not. (Their default route leads
# to the bridge, where the engine's rules end it.)
t_backends_have_no_way_out() {
    local s pid
    nsenter --net=/run/netns/$CLIENT python3 -m http.server --bind $C4 8099 >/dev/null 2>&1 &
    pid=$!
    # shellcheck disable=SC2064 # the number as it is now
    trap "kill $pid" EXIT
    must_wait 10 timeout 3 bash -c "exec 3<>/dev/tcp/$C4/8099"
    docker exec "$(container postfix)" timeout 5 bash -c "exec 3<>/dev/tcp/$C4/8099" || fail "postfix has no way out"
    for s in mariadb valkey rspamd postsrsd dovecot; do
        no docker exec "$(container "$s")" timeout 3 bash -c "exec 3<>/dev/tcp/$C4/8099" >"$T/out" 2>&1
    done
    kill -0 "$pid" || fail "the port outside was closed"
}
t_no_secret_can_be_read_by_others() {
    [ -z "$(find "$STATE/config" "$STATE/secrets" "$STATE/keys" "$STATE/generations" -name '*.key' -perm /077 -print)" ]
    [ "$(stat -c %a "$STATE/config")" = 700 ] && [ "$(stat -c %a "$STATE/secrets")" = 700 ] && [ "$(stat -c %a "$STATE/generations")" = 700 ]
}

run_tests "$@"
