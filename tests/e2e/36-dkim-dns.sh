#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A change of DKIM keys waits for all name servers of the domain.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-dns.sh
. "$(dirname "$0")/lib-dns.sh"

try() { client "$BIN/dkim-try" "$T/dkim" dkim.test "$DNS4" "$1" >"$T/out" 2>&1; }
# serve PATTERN: the zone with those records of our keys that match
serve() {
    try records
    grep -E "$1" "$T/out" >"$T/records" || true
    dns_zone dkim.test <"$T/records"
    dns_publish
}

t_waits_for_every_name_server() {
    dns_up
    try begin
    says 'set the TXT records ms-2-\*\._domainkey\.dkim\.test now'
    # a zone that does not exist, then one with the old records, then with one of the new ones
    try step
    says 'last look: '
    serve '^ms-(rsa|ed25519)\.'
    try step
    says 'last look: ns[12]\.test\. does not have ms-2-'
    serve '^ms-(2-)?rsa\.|^ms-ed25519\.'
    try step
    says 'does not have ms-2-ed25519\._domainkey\.dkim\.test'
    says '^phase publish$'
    # another value
    try records
    sed 's/p=MI/p=MJ/' "$T/out" >"$T/records"
    dns_zone dkim.test <"$T/records"
    dns_publish
    try hurry
    says 'has another record at ms-'
    # all of them: now the time is waited for
    serve .
    try step
    says 'known everywhere and begin to sign at 20'
    # one server that is silent is enough to wait
    client ip addr del "$DNS4B/24" dev "mst${SLOT}in"
    client ip -6 addr del "$DNS6B/64" dev "mst${SLOT}in"
    try hurry
    says 'ns2\.test\. does not answer'
    says '^phase publish$'
    client ip addr add "$DNS4B/24" dev "mst${SLOT}in"
    client ip addr add "$DNS6B/64" dev "mst${SLOT}in" nodad preferred_lft 0
    try hurry
    says '^phase both$'
    dns_down
}

run_tests "$@"
