#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong: kills at every phase of up, services that are away, a second run, a busy port, an engine that is not there, images
# that cannot be made, containers that do not get healthy, full disks, and site.yaml files that are no such thing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

worker() { pgrep -f -- "-x job --site $SITE --state $STATE" | head -n 1; }
supervisor() { cat "$STATE/mailsteadd.pid"; }
# up_until PATTERN: `up` in the background until its output says PATTERN
up_until() {
    : >"$T/up"
    m up >"$T/up" 2>&1 &
    UP=$!
    must_wait 60 grep -qE -- "$1" "$T/up"
}
ends() { wait "$1" || true; }
no_worker() { [ -z "$(worker)" ]; }
serves() {
    local s
    must_wait 60 healthy
    s=$(unique)
    hand_over erik@sender.test anna@e2e.test "$s"
    comes_through "$s"
}
# accepted is promised; what a service did not take at once waits for the next run of the queue
flushed() { m queue flush >/dev/null && has anna@e2e.test INBOX "$1"; }
comes_through() {
    wait_for 5 has anna@e2e.test INBOX "$1" || must_wait 60 flushed "$1"
    arrives anna@e2e.test "$1"
}
# killed PHASE PROCESS: `up` from nothing, whose PROCESS (a function that tells the number) is killed in that
# phase; `up` may have been quicker, then once more
killed() {
    local try pid
    for try in 1 2 3; do
        status 0 m down
        up_until "^\.\.\. +$1"
        pid=$("$2") && [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null && break
        ends "$UP"
        [ $try -lt 3 ] || fail "never killed in time in phase $1"
    done
    ends "$UP"
}

export limit_t_worker_killed_in_each_phase=420
t_worker_killed_in_each_phase() {
    local phase
    for phase in 'network backend' 'create mariadb' directory 'create dovecot' 'create postfix' 'create edge'; do
        killed "$phase" worker
        status 0 m up
    done
    serves
}
export limit_t_supervisor_killed_in_each_phase=300
t_supervisor_killed_in_each_phase() {
    local phase
    for phase in 'network backend' 'create rspamd' 'create postfix'; do
        killed "$phase" supervisor
        status 0 m up
    done
    serves
}
# Whoever asked for a restart did not ask for what was written to site.yaml since.
t_killed_restart_applies_no_edit() {
    local size pid
    size=$(m exec postfix -- postconf -h message_size_limit)
    sed -i 's/message_size: [0-9]*M/message_size: 9M/' "$SITE"
    m restart mariadb >"$T/restart" 2>&1 &
    pid=$!
    must_wait 30 grep -qE '^\.\.\. +restart mariadb' "$T/restart"
    kill -KILL "$(worker)" "$(supervisor)"
    ends "$pid"
    setsid "$BIN/mailsteadd" --site "$SITE" --state "$STATE" </dev/null >"$T/supervisor" 2>&1 &
    must_wait 60 eval "m status --json | jq -e '.job == null and .ok'"
    [ "$(m exec postfix -- postconf -h message_size_limit)" = "$size" ] || fail "an edit nobody planned was applied"
    m status >"$T/out" 2>&1 || true
    says 'site.yaml was changed since'
    sed -i "s/message_size: 9M/message_size: $((size / 1048576))M/" "$SITE"
    status 0 m up
    says '^nothing to change$'
}
t_mail_flows_without_the_supervisor() {
    local s
    kill -KILL "$(supervisor)"
    s=$(unique)
    hand_over erik@sender.test anna@e2e.test "$s"
    comes_through "$s"
    status 4 m status
    says 'does not answer'
    status 0 m up
}
# from outside the engine, for which `docker kill` would be a stop that was wanted
process() { docker inspect -f '{{.State.Pid}}' "$(container "$1")"; }
kill_container() { kill -KILL "$(process "$1")"; }
other_process() { [ "$(process "$1")" != 0 ] && [ "$(process "$1")" != "$2" ]; }
export limit_t_every_container_killed=300
t_every_container_killed() {
    local s before
    for s in mariadb valkey unbound rspamd dovecot postfix edge; do
        before=$(process "$s")
        kill -KILL "$before"
        must_wait 60 other_process "$s" "$before"
        must_wait 60 healthy
    done
    serves
}
# The kernel kills what grows beyond the container's limit; it is seen even if the container goes on.
t_out_of_memory_is_seen() {
    # shellcheck disable=SC2016 # text for another shell
    docker exec "$(container unbound)" sh -c 'head -c 400000000 /dev/zero | tail -c 399999999 >/dev/null' >"$T/out" 2>&1 || true
    must_wait 20 eval "m status | holds -E '^unbound: killed [0-9]+ times for want of memory, last at .*; its limit is [0-9]+ MiB'"
    m status --json | jq -e '.services[] | select(.name == "unbound") | .oom.count >= 1 and .memory_limit > 0' >/dev/null
    must_wait 60 healthy
}
t_container_killed_during_up() {
    status 0 m down
    up_until '^\.\.\. +create postfix'
    kill_container dovecot
    ends "$UP"
    status 0 m up
    serves
}

# away SERVICE: while it is stopped mail is put off, not refused for good; afterwards it is taken
away() {
    local s
    s=$(unique)
    docker stop "$(container "$1")" >/dev/null
    message erik@sender.test anna@e2e.test "$s" >"$T/mail.eml"
    sign "$T/mail.eml"
    # put off: 4xx, or no answer in time; never a 5xx
    no smtp "$T/mail.eml" --from erik@sender.test --to anna@e2e.test
    says_not '^<\*\* +5'
    docker start "$(container "$1")" >/dev/null
    must_wait 60 healthy
    must_wait 60 smtp "$T/mail.eml" --from erik@sender.test --to anna@e2e.test
    comes_through "$s"
}
t_mariadb_away() { away mariadb; }
t_rspamd_away() { away rspamd; }

t_accepted_mail_waits_for_dovecot() {
    local s
    s=$(unique)
    # accepted first, delivered when Dovecot is back: the queue holds it meanwhile
    docker pause "$(container dovecot)" >/dev/null
    message erik@sender.test anna@e2e.test "$s" >"$T/mail.eml"
    sign "$T/mail.eml"
    (smtp "$T/mail.eml" --from erik@sender.test --to anna@e2e.test || true)
    docker unpause "$(container dovecot)" >/dev/null
    must_wait 60 healthy
    grep -q '250 2.0.0 Ok: queued' "$T/out" || must_wait 60 smtp "$T/mail.eml" --from erik@sender.test --to anna@e2e.test
    must_wait 60 flushed "$s"
}
t_two_at_once() {
    m down >/dev/null 2>&1
    m up >"$T/first" 2>&1 &
    m up >"$T/second" 2>&1 || fail "$(tail -n 5 "$T/second")"
    wait "$!" || fail "$(tail -n 5 "$T/first")"
    must_wait 60 healthy
}

# --- a second site, of its own tree where something is broken

S2=$E2E/second.yaml
ST2=$E2E/second-state
m2() { "${TREE:-$ROOT}/build/mailstead" --site "$S2" --state "$ST2" "$@"; }
second_site() {
    cat >"$S2" <<END
hostname: mail.second.test
contact: admin@second.test
network:
  ipv4: off
  ipv6: off
  bind: ["127.0.0.1"]
  subnet: $SUBNET2.0/24
  ports: {smtp: $SMTP2, submissions: 0, submission: 0, imap: 0, imaps: $IMAPS2, pop3: 0, pop3s: 0, sieve: 0, http: 0, https: 0}
domains: {second.test: {}}
dns: {resolver: isolated}
components: {roundcube: off}
END
}
# a copy of what the programs need, to break
broken_tree() {
    TREE=$E2E/tree
    rm -rf "$TREE"
    mkdir -p "$TREE/build"
    cp "$BIN/mailstead" "$BIN/mailsteadd" "$TREE/build/"
    cp -R compose images "$TREE/"
    for d in modules/*/templates; do
        mkdir -p "$TREE/$d"
        cp "$d"/* "$TREE/$d/"
    done
}
second_down() {
    m2 down --volumes --yes >/dev/null 2>&1 || true
    rm -rf "$ST2" "$E2E/tree"
}

t_port_in_use_names_the_process() {
    second_site
    python3 -c 'import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(); print("ready", flush=True); time.sleep(60)' "$SMTP2" >"$T/holder" &
    local holder=$!
    must_wait 10 grep -q ready "$T/holder"
    status 1 m2 up
    kill "$holder"
    says "port $SMTP2 \(smtp\) is in use by python3.*$holder"
    second_down
}
t_engine_not_there() {
    second_site
    DOCKER_HOST=unix:///nonexistent/docker.sock status 4 m2 up
    says 'does not answer'
    second_down
}
t_engine_socket_not_permitted() {
    local dir
    second_site
    dir=$(mktemp -d)
    cp "$S2" "$dir/site.yaml"
    cp "$BIN/mailstead" "$BIN/mailsteadd" "$dir/"
    chmod -R a+rX "$dir"
    chown nobody "$dir"
    status 4 setpriv --reuid nobody --regid nogroup --clear-groups "$dir/mailstead" --site "$dir/site.yaml" --state "$dir/state" up
    says 'ermi'
    rm -rf "$dir"
}
t_image_that_cannot_be_made() {
    second_site
    broken_tree
    printf '\nRUN echo building the impossible && no-such-command\n' >>"$TREE/images/valkey/Dockerfile"
    status 1 m2 up
    says 'valkey'
    says 'no-such-command'
    second_down
}
export limit_t_container_that_never_gets_healthy=240
t_container_that_never_gets_healthy() {
    second_site
    broken_tree
    sed -i 's/+PONG/+NEVER/; s/start: [0-9]*s/start: 3s/' "$TREE/compose/valkey.yaml"
    status 1 m2 up
    says 'valkey.*not healthy after 3 s: probe '
    says 'last log lines'
    says 'Ready to accept connections|[Vv]alkey'
    second_down
}
export limit_t_disk_full=240
t_disk_full() {
    second_site
    mkdir -p "$ST2"
    mount -t tmpfs -o size=120k,mode=0755 mailstead-test "$ST2"
    status 1 m2 up
    says 'No space left on device'
    mount -o remount,size=64m "$ST2"
    status 0 m2 up
    status 0 m2 status
    m2 down --volumes --yes >/dev/null 2>&1
    umount "$ST2"
    second_down
}

# refused FILE PATTERN: `check` says so at once, with status 2
refused() {
    status 2 timeout 10 "$BIN/mailstead" --site "$1" check
    says "$2"
}
t_not_a_site() {
    head -c 100000 /dev/urandom >"$T/binary.yaml"
    refused "$T/binary.yaml" 'binary.yaml'
    : >"$T/empty.yaml"
    refused "$T/empty.yaml" 'hostname: is missing'
    printf 'hostname: [\n' >"$T/broken.yaml"
    refused "$T/broken.yaml" 'broken.yaml:[0-9]+:[0-9]+: error'
    { printf 'a: '; printf '[%.0s' {1..2000}; } >"$T/deep.yaml"
    refused "$T/deep.yaml" 'deep'
    { printf 'hostname: mail.example.test\n#'; head -c 35000000 /dev/zero | tr '\0' '#'; } >"$T/huge.yaml"
    refused "$T/huge.yaml" 'larger|32'
}
t_stack_is_whole_after_all_that() {
    status 0 m up
    serves
}

run_tests "$@"
