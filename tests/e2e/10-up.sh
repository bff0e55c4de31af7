#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From nothing to a running stack, and what is said about it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# images may have to be made first
export limit_t_cold=900
t_cold() {
    host_up
    status 0 m check
    status 0 m up
    note_project
}

t_again_nothing_to_change() {
    local start=$EPOCHREALTIME
    status 0 m up
    says '^nothing to change$'
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print "took " b - a " s"; exit b - a >= 1 }' ||
        fail "took a second or more"
}

t_again_touches_no_container() {
    docker ps -q --no-trunc --filter "label=com.docker.compose.project=$(project)" | sort >"$T/before"
    xargs docker inspect -f '{{.Id}} {{.State.StartedAt}}' <"$T/before" >"$T/started"
    status 0 m up
    xargs docker inspect -f '{{.Id}} {{.State.StartedAt}}' <"$T/before" | diff "$T/started" -
}

t_plan_is_empty() {
    status 0 m plan
    says 'nothing to change'
}

# the least that there is; a site may have more
services() { m compose --json | jq -r '.services | keys[]'; }
t_services() {
    services >"$T/out"
    for s in edge postfix dovecot mariadb valkey unbound fail2ban; do says "^$s\$"; done
}

t_status() {
    must_wait 30 healthy
    status 0 m status
    for s in $(services); do says "$s +healthy"; done
    m status --json >"$T/status.json"
    [ "$(jq -r '[.services[] | select(.state != "healthy")] | length' "$T/status.json")" = 0 ]
    [ "$(jq '.services | length' "$T/status.json")" = "$(services | wc -l)" ]
}

t_every_container_runs() {
    docker ps --filter "label=com.docker.compose.project=$(project)" --format '{{.Names}} {{.Status}}' >"$T/out"
    [ "$(grep -c ' Up ' "$T/out")" = "$(services | wc -l)" ] || fail "$(cat "$T/out")"
    says_not 'unhealthy|Restarting'
    docker ps -q --filter "label=com.docker.compose.project=$(project)" | xargs docker inspect -f '{{.RestartCount}}' |
        sort -u >"$T/out"
    [ "$(cat "$T/out")" = 0 ] || fail "a container was restarted: $(cat "$T/out")"
}

t_compose_file_is_accepted() {
    m compose >"$T/compose.yaml"
    status 0 docker-compose -f "$T/compose.yaml" config
    docker-compose -f "$T/compose.yaml" config --services | sort >"$T/services"
    services | diff - "$T/services" || fail "services: $(cat "$T/services")"
    docker-compose -p "$(project)" -f "$T/compose.yaml" ps >"$T/ps" 2>&1 ||
        fail "docker-compose ps: $(cat "$T/ps")"
    grep -q postfix "$T/ps"
}

t_test_message() {
    status 0 m test
}

t_logs_and_exec() {
    m logs postfix >"$T/out" 2>&1
    says 'daemon started|starting the Postfix'
    status 0 m exec postfix -- postconf -h myhostname
    says "^$HOST\$"
    status 7 m exec postfix -- sh -c 'exit 7'
}

t_queue_is_empty() {
    status 0 m queue list
    [ "$(m queue list --json | jq length)" = 0 ]
}

t_secrets_are_files() {
    [ "$(stat -c %a "$STATE/secrets" 2>/dev/null || echo none)" = 700 ] || fail "secrets: mode"
    [ -z "$(find "$STATE/secrets" "$STATE/keys" -type f -name '*key*' -perm /077)" ] || fail "readable keys"
    # no secret is in an environment or an argument
    find "$STATE/secrets" -type f -exec cat {} + | tr -d '\n' >"$T/secrets"
    docker ps -q --filter "label=com.docker.compose.project=$(project)" | xargs docker inspect >"$T/inspect"
    find "$STATE/secrets" -type f | while read -r f; do
        secret=$(tr -d '\n' <"$f")
        [ "${#secret}" -ge 16 ] || fail "$f is short"
        if grep -qF -- "$secret" "$T/inspect"; then fail "$f is visible in docker inspect"; fi
    done
}

run_tests "$@"
