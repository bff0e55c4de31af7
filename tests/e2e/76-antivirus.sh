#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The virus scanner with signatures of our own: viruses, archives that are made to hurt, its absence.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-filters.sh
. "$(dirname "$0")/lib-filters.sh"
MARK=mailstead-own-signature

signature() { echo "$1:0:*:$(printf %s "$2" | od -An -v -tx1 | tr -d ' \n')"; }

export limit_t_antivirus_on=300
t_antivirus_on() {
    mkdir -p "$OWN/clamav" "$E2E/signatures"
    signature Own.Test $MARK >"$OWN/clamav/own.ndb"
    signature Dir.Test mailstead-folder-signature >"$E2E/signatures/dir.ndb"
    echo nonsense >"$E2E/signatures/broken.ndb"
    touch -d '30 days ago' "$E2E/signatures/dir.ndb" "$E2E/signatures/broken.ndb"
    chmod -R a+rX "$E2E/signatures"
    filter "antivirus: on, greylisting: off, antivirus_signatures: $E2E/signatures"
    must_wait 60 healthy
}
t_virus_refused() {
    archives
    no attach "$T/eicar.com"
    virus_refused Mailstead.Test.EICAR
    no attach "$T/nested.zip"
    virus_refused Mailstead.Test.EICAR
}
own_refused() { # own_refused TEXT SIGNATURE
    message $FROM $ANNA "$(unique own)" "here it is: $1" >"$T/mail.eml"
    sign "$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to $ANNA
    virus_refused "$2"
}
t_own_signature() { own_refused $MARK Own.Test; }
t_folder_of_signatures() {
    own_refused mailstead-folder-signature Dir.Test
    logs clamav >"$T/out"
    says 'broken.ndb is left out'
}
t_bad_signature_is_not_taken() {
    echo "not a signature" >"$OWN/clamav/bad.ndb"
    no m up >"$T/out" 2>&1
    says 'check refuses'
    rm "$OWN/clamav/bad.ndb"
    m up >"$T/out" 2>&1
    no attach "$T/eicar.com"
    virus_refused EICAR
}
t_archives_that_cannot_be_opened() {
    archives
    passes "$T/locked.zip"
    got '^X-Unscanned: letter.txt'
    got_not 'made up by the sender'
    passes "$T/many.zip"
    got '^X-Unscanned: Limits Exceeded'
    refuses "$T/deep.zip" 'archives in archives'
    alive clamav rspamd
    healthy || fail "not healthy after a bomb"
}
t_scanner_away() {
    local s
    s=$(unique away)
    docker pause "$(container clamav)" >/dev/null
    SECONDS=0
    no post $FROM $ANNA "$s"
    says '^<\*\* 451 4\.7\.1 .*virus scanner'
    [ $SECONDS -le 40 ] || fail "it took $SECONDS s"
    docker unpause "$(container clamav)" >/dev/null
    must_wait 60 post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}
t_age_in_status() {
    must_wait 60 noted clamav
    service clamav .note >"$T/out"
    says '^virus signatures of 20[0-9-]+, 0 days old'
    m status >"$T/out" || true
    says 'clamav +healthy .*virus signatures of'
    # old ones are a warning
    rm "$OWN/clamav/own.ndb"
    filter "antivirus: on, greylisting: off, antivirus_signatures: $E2E/signatures, antivirus_max_age: 29"
    must_wait 60 warned
    status 3 m status
    says 'clamav +degraded .* 30 days old: more than 29 days are too old'
    filter "antivirus: on, greylisting: off, antivirus_signatures: $E2E/signatures, antivirus_max_age: 30"
    must_wait 60 healthy
}
warned() { [ "$(service clamav .state)" = degraded ]; }
export limit_t_off_again=300
t_off_again() {
    rm -rf "$OWN/clamav"
    filter_off
    no docker inspect "$(container clamav)" >"$T/out" 2>&1
    rm -rf "$E2E/signatures"
}

run_tests "$@"
