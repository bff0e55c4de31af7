#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reports of other servers come back: DMARC and TLS reports that arrive by mail are read and summed up.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# report KIND [NAME=VALUE...]: such a mail from the foreign host to the address in the records
report() {
    python3 tests/e2e/report_mail.py "$@" >"$T/report.eml"
    [ "${SIGNED:-1}" = 0 ] || sign "$T/report.eml"
    smtp "$T/report.eml" --from "${FROM:-reports@sender.test}" --to admin@e2e.test || fail "refused: $*"
}
waiting() { docker exec -u 5000 "$(container dovecot)" sh -c 'ls /var/vmail/.reports 2>/dev/null | grep -c "^[0-9]" || true'; }
all_waiting() { [ "$(waiting)" = "$1" ]; }
# sums DOMAIN FILTER: of `dns reports --json`
sums() { m dns reports "$1" --json | jq -c ".domains[0] | $2"; }
is() { [ "$2" = "$3" ] || fail "$1: $2, not $3"; }

t_nothing_yet() {
    status 0 m dns reports
    says 'no reports came in the last 30 days'
    status 0 m dns reports --json
    is "domains" "$(jq '.domains | length' "$T/out")" 0
}
t_reports_arrive() {
    local id
    id=$(token)
    hold_still
    report dmarc id="$id-1" pack=gzip good=60
    report dmarc id="$id-2" pack=zip good=40 bad=1
    report dmarc id="$id-3" pack=xml good=10
    # the same once more
    report dmarc id="$id-2" pack=zip good=40 bad=1
    report tls id="$id-4" pack=gzip good=50
    report tls id="$id-5" pack=json good=7 domain=alias.test mode=enforce bad=3
    must_wait 30 all_waiting 6
    housekeeping
    go_on
    is "report mails left" "$(waiting)" 0
    is "problems" "$(jq -c .result.problems "$T/out")" '[]'
    is "DMARC" "$(sums e2e.test '.dmarc | [.reports, .messages, .passed, .policy, .organisations]')" \
        '[3,111,110,"none",["Sender Inc"]]'
    is "sources" "$(sums e2e.test '.dmarc.sources | map([.ip, .messages, .passed])')" \
        '[["203.0.113.66",1,0],["198.51.100.7",110,110]]'
    is "TLS" "$(sums e2e.test '.tls | [.reports, .sessions, .failed, .mode]')" '[1,50,0,"testing"]'
    # the mails are where they were delivered
    has ben@e2e.test INBOX "Report-ID: $id-2"
}
t_what_follows() {
    status 0 m dns reports e2e.test
    says 'DMARC: 3 reports of 20.* from Sender Inc$'
    says 'p=none can become p=quarantine: 110 of 111 messages in 16 days passed'
    says 'MTA-STS can change from testing to enforce: 0 of 50 TLS sessions in 16 days failed'
    status 0 m dns reports alias.test
    says '3 of 10 TLS sessions in 16 days failed: the certificate has expired \(3, mail\.e2e\.test\)'
    status 0 m dns reports --days 1
    says 'no reports'
    status 2 m dns reports --days 0
    status 1 m dns reports nowhere.test
}
# bombs, entities, broken ones, strangers: none harms, none counts, none is lost
t_bad_reports() {
    local id before
    id=$(token)
    before=$(sums e2e.test '[.dmarc.reports, .dmarc.messages]')
    hold_still
    report dmarc id="$id-bomb" pack=bomb
    report dmarc id="$id-xxe" pack=xxe
    report dmarc id="$id-broken" pack=broken
    report dmarc id="$id-binary" pack=binary
    report dmarc id="$id-other" domain=not-ours.test
    report dmarc id="$id-old" begin=1000000000
    must_wait 30 all_waiting 6
    housekeeping
    go_on
    is "report mails left" "$(waiting)" 0
    jq -r '.result.problems[]' "$T/out" >"$T/problems"
    cp "$T/problems" "$T/out"
    says 'would be too big'
    says 'document type declaration'
    says 'is broken'
    says 'no report is in the mail'
    says 'not-ours\.test, which is no domain of ours'
    says 'long past'
    is "what counts" "$(sums e2e.test '[.dmarc.reports, .dmarc.messages]')" "$before"
    has ben@e2e.test INBOX "Report-ID: $id-bomb"
    grep -q root: "$STATE"/*.log && fail "a file was read"
    return 0
}
# whose sender nobody vouches for
t_unverified_reports() {
    local before
    before=$(sums e2e.test '.dmarc.messages')
    hold_still
    SIGNED=0 FROM=someone@nobody.test report dmarc id="$(token)" from=someone@nobody.test good=1000
    must_wait 30 all_waiting 1
    housekeeping
    go_on
    is "what counts" "$(sums e2e.test '.dmarc.messages')" "$before"
    is "not counted" "$(sums e2e.test '.dmarc.unverified')" 1
    status 0 m dns reports e2e.test
    says '1 more not counted'
}

run_tests "$@"
