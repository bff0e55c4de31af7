#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A clean start, and mail after it, leave no warning in any log. What cannot be avoided is listed here with its reason.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

export limit_t_clean_start=300
t_clean_start() {
    local s
    status 0 m down
    status 0 m up
    s=$(unique)
    post erik@sender.test anna@e2e.test "$s"
    arrives anna@e2e.test "$s"
    s=$(unique)
    submit anna@e2e.test anna@e2e.test ben@e2e.test "$s"
    arrives ben@e2e.test "$s"
    status 0 m test
}
# Valkey asks for vm.overcommit_memory: a setting of the host that no container may change.
# Rspamd's signer (classic filters) switches groups off, and names those of their symbols that no module has.
ALLOWED='Memory overcommit must be enabled|vm\.overcommit_memory|cannot find a symbol to disable [A-Z0-9_]+ when processing settings'
quiet() {
    docker logs "$(container "$1")" 2>&1 |
        grep -iE 'warning|error|fatal|panic|critical|cannot|denied|refused|failed' |
        grep -vE "$ALLOWED" >"$T/out" || true
    [ ! -s "$T/out" ] || fail "$1: $(head -n 20 "$T/out")"
}
t_postfix_is_quiet() { quiet postfix; }
t_dovecot_is_quiet() { quiet dovecot; }
t_rspamd_is_quiet() { quiet rspamd; }
t_mariadb_is_quiet() { quiet mariadb; }
t_valkey_is_quiet() { quiet valkey; }
t_unbound_is_quiet() { quiet unbound; }
t_edge_is_quiet() { quiet edge; }
t_fail2ban_is_quiet() { quiet fail2ban; }

run_tests "$@"
