# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Mail of a known score, and what counts as spam for whom; after lib.sh. Sourced.
ANNA=anna@e2e.test
BEN=ben@e2e.test

# the header by which a message says its score
POINTS=X-E2E-Points
# offer POINTS FROM TO...: a message of about that score (0, 8 or 20), signed; its subject is in $s
offer() {
    local points=$1 from=$2 to
    shift 2
    s=$(unique offer)
    to=$(IFS=, && echo "$*")
    message "$from" "$1" "$s" >"$T/offer.eml"
    [ "$points" = 0 ] || sed -i "1i $POINTS: $points\r" "$T/offer.eml"
    sign "$T/offer.eml"
    smtp "$T/offer.eml" --from "$from" --to "$to"
}
taken() { offer "$@" || fail "refused: $*"; }
refused() {
    no offer "$@"
    says '^<\*\* 55[04] 5\.7\.1'
}
# what the directory holds of them is gone
nothing_set() {
    local who senders
    for who in $ANNA $BEN e2e.test; do
        status 0 m spam set "$who" --junk-score default --reject-score default
        mapfile -t senders < <(m spam show "$who" --json | jq -r '.allow[], .deny[]')
        [ "${#senders[@]}" = 0 ] || status 0 m spam forget "$who" "${senders[@]}"
    done
}
