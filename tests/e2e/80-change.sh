#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# site.yaml and overrides change: what did not change is not touched, what is wrong changes nothing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

starts() { docker ps -q --filter "label=com.docker.compose.project=$(project)" --filter label=com.docker.compose.oneoff=False | xargs docker inspect -f '{{.Name}} {{.State.StartedAt}}' | sort; }
edit() { sed -i "$1" "$SITE"; }

t_message_size_reloads() {
    starts >"$T/starts"
    edit 's/message_size: 2M/message_size: 3M/'
    status 3 m plan
    says '^reload postfix: main.cf changed$'
    says_not '^recreate|^[a-z]+ mariadb'
    status 0 m up
    [ "$(m exec postfix -- postconf -h message_size_limit)" = 3145728 ]
    starts | diff "$T/starts" -
    status 0 m up
    says '^nothing to change$'
}
t_an_edit_is_not_applied_by_other_verbs() {
    edit 's/message_size: 3M/message_size: 4M/'
    status 0 m restart valkey
    status 0 m domain add other.test
    [ "$(m exec postfix -- postconf -h message_size_limit)" = 3145728 ] || fail "an edit nobody planned was applied"
    status 0 m domain delete --yes other.test
    edit 's/message_size: 4M/message_size: 3M/'
    status 0 m up
}
t_override_is_applied_and_listed() {
    mkdir -p "$E2E/site/overrides/postfix"
    # shellcheck disable=SC2016 # for Postfix
    echo 'smtpd_banner = $myhostname ESMTP ours' >"$E2E/site/overrides/postfix/main.cf"
    status 3 m plan
    says 'note: override: overrides/postfix/main.cf is added'
    status 0 m up
    [ "$(m exec postfix -- postconf -h smtpd_banner)" = "\$myhostname ESMTP ours" ]
    m exec postfix -- postconf -n >"$T/out" 2>&1
    says_not 'overriding earlier'
}
t_bad_override_is_refused_and_changes_nothing() {
    local before
    before=$(docker inspect -f '{{.State.StartedAt}}' "$(container dovecot)")
    mkdir -p "$E2E/site/overrides/dovecot"
    echo 'this is { no setting' >"$E2E/site/overrides/dovecot/dovecot.conf"
    status 1 m up
    says 'dovecot'
    says 'its own check refuses'
    [ "$(docker inspect -f '{{.State.StartedAt}}' "$(container dovecot)")" = "$before" ]
    imap anna@e2e.test INBOX -X NOOP >/dev/null
    rm -r "$E2E/site/overrides/dovecot"
    status 0 m up
}
t_file_changed_by_hand_is_put_right() {
    echo '# by hand' >>"$STATE/config/postfix/main.cf"
    status 3 m plan
    says 'main.cf \(was changed by hand\)'
    status 0 m up
    no grep -q 'by hand' "$STATE/config/postfix/main.cf"
}
t_domain_that_leaves_keeps_its_mail() {
    local s
    s=$(unique)
    post erik@sender.test dora@gone.test "$s"
    arrives dora@gone.test "$s"
    cp "$SITE" "$T/site.keep"
    sed -i '/^  gone.test:/,/^      dora/d' "$SITE"
    status 3 m plan
    says 'note: domain gone.test is no longer declared'
    status 0 m up
    arrives dora@gone.test "$s"
    status 0 m domain list
    says '^gone\.test'
    cp "$T/site.keep" "$SITE"
    status 0 m up
}
t_twenty_mistakes_change_nothing() {
    cp "$SITE" "$T/site.keep"
    cp tests/golden/bad-twenty/site.yaml "$SITE"
    status 2 m up
    [ "$(grep -c ': error: ' "$T/out")" = 20 ] || fail "$(grep -c ': error: ' "$T/out") errors"
    cp "$T/site.keep" "$SITE"
    status 0 m up
    says '^nothing to change$'
}
t_too_little_memory_changes_nothing() {
    starts >"$T/starts"
    edit 's/limits: {/limits: {memory: 512M, /'
    status 1 m plan
    says 'need at least [0-9]+ MiB of memory, there are 512 \(limits.memory\): switch'
    status 1 m up
    starts | diff "$T/starts" -
    edit 's/memory: 512M/memory: 1G/'
    status 3 m plan
    says 'memory limits: [0-9]+ of 1024 MiB \(limits.memory\): .*postfix [0-9]+'
    edit 's/memory: 1G, //'
}
t_containers_of_one_service_are_replaced_alone() {
    starts >"$T/starts"
    edit "s/ports: {smtp: $SMTP, /ports: {smtp: $OTHER_SMTP, /"
    status 0 m up
    starts | diff "$T/starts" - >"$T/out" || true
    says_not 'postfix|dovecot|mariadb'
    client timeout 10 bash -c "exec 3<>/dev/tcp/$H4/$OTHER_SMTP; read -r line <&3; [[ \$line == 220* ]]"
    edit "s/ports: {smtp: $OTHER_SMTP, /ports: {smtp: $SMTP, /"
    status 0 m up
}

run_tests "$@"
