#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `dns check`: each record is taken away, one after the other, and its own check turns red, and no other. It ends
# in time when nobody answers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-dnscheck.sh
. "$(dirname "$0")/lib-dnscheck.sh"

t_up() { check_up; }
# Each record is taken out of the zone.
export limit_t_record_missing=120
t_record_missing() {
    local id scope state line services
    m dns records e2e.test --json | jq -r '.records[] | select(.foreign | not) | "\(.id) \(.scope) \(.need) \(.name) \(.type) \(.value)"' >"$T/records"
    while read -r id scope state line; do
        case $id in srv-*) continue ;; esac
        [ "$state" = optional ] && state=warn || state=fail
        N=${line%% *} REST=${line#* } awk '{
            value = $0; sub(/^[^ ]+ [^ ]+ IN /, "", value); gsub(/"/, "", value)
            want = ENVIRON["REST"]; gsub(/"/, "", want); gsub(/ /, "", want); gsub(/ /, "", value)
            if ($1 != ENVIRON["N"] || value != want) print }' "$T/zone-e2e.test" >"$T/zone"
        [ $(($(wc -l <"$T/zone") + 1)) = "$(wc -l <"$T/zone-e2e.test")" ] || fail "$id is not one line of the zone"
        dns_again e2e.test <"$T/zone"
        red "$scope $id=$state"
        says "set: ${line%% *} "
    done <"$T/records"
    # those that are alike go together
    grep -v ' SRV ' "$T/zone-e2e.test" | dns_again e2e.test
    mapfile -t services < <(sed -n 's/^\(srv-[^ ]*\) \([^ ]*\) .*/\2 \1=warn/p' "$T/records")
    red "${services[@]}"
    dns_again e2e.test <"$T/zone-e2e.test"
    red
}
# Nothing answers: it ends in time all the same.
t_no_answer() {
    local begun=$EPOCHREALTIME
    dns_down
    client iptables -A INPUT -p udp --dport 53 -j DROP
    status 3 check e2e.test --dns-only
    client iptables -F INPUT
    says 'fail +delegation +no answer'
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 11) }' || fail "$(took "$begun") s"
}
t_end() { check_down; }

run_tests "$@"
