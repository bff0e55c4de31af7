#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two sites that come up from nothing beside the first: one with every component, one with the classic
# filters. A message goes through every hop of each, and nothing of them stays.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
S3=$E2E/whole/site.yaml
ST3=$E2E/whole/state

m3() { "$BIN/mailstead" --site "$S3" --state "$ST3" "$@"; }
# whole_site FILTER
whole_site() {
    mkdir -p "$E2E/whole/signatures"
    echo "Whole.Test:0:*:$(printf mailstead-whole-signature | od -An -v -tx1 | tr -d ' \n')" >"$E2E/whole/signatures/whole.ndb"
    chmod -R a+rX "$E2E/whole/signatures"
    cat >"$S3" <<END
hostname: mail.whole.test
contact: admin@whole.test
network:
  ipv4: $H4
  ipv6: "$H6"
  bind: ["127.0.0.1", "$H4", "$H6"]
  subnet: $SUBNET2.0/24
  ports: {smtp: $SMTP2, submissions: 0, submission: 0, imap: 0, imaps: $IMAPS2, pop3: 0, pop3s: 0, sieve: 0, http: $HTTP, https: $HTTPS}
domains:
  whole.test: {mta_sts: testing}
tls: {mode: selfsigned}
filter: {$1, antivirus: on, antivirus_signatures: $E2E/whole/signatures}
components: {roundcube: on, postfixadmin: on}
ban: {ignore: ["$NET4.0/24", "$NET6::/64"]}
dns: {resolver: isolated}
END
}
all_works() {
    local s
    wait_for 180 m3 status || { m3 status >&2; fail "not healthy"; }
    m3 compose --json | jq -r '.services | keys[]' >"$T/out"
    for s in "$@"; do says "^$s\$"; done
    m3 status >"$T/out"
    for s in "$@"; do says "^$s +healthy"; done
    status 0 m3 test
    says 'mail works'
    client curl -sSf --max-time 20 --cacert "$ST3/keys/tls/ca.pem" --resolve "mail.whole.test:$HTTPS:$H4" \
        "https://mail.whole.test:$HTTPS/webmail/" >"$T/out"
    says 'rcmloginuser'
    status 0 m3 up
    says '^nothing to change$'
    status 0 m3 down --volumes --yes
    rm -rf "$E2E/whole"
}

export limit_t_everything=1200 limit_t_classic=1200
t_everything() {
    whole_site 'greylisting: on'
    status 0 m3 up
    all_works edge postfix dovecot rspamd clamav mariadb valkey unbound web roundcube postfixadmin fail2ban mtasts postsrsd
}
t_classic() {
    whole_site 'engine: amavis, greylisting: postgrey'
    status 0 m3 up
    all_works edge postfix dovecot amavis postgrey clamav mariadb unbound web roundcube postfixadmin fail2ban
}

run_tests "$@"
