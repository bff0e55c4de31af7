#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What else can judge mail: fetched signatures, Postgrey, the classic filter (AMaViS, SpamAssassin), and
# changing from one to the other while mail is on its way.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-filters.sh
. "$(dirname "$0")/lib-filters.sh"
# shellcheck source=tests/e2e/lib-spam.sh
. "$(dirname "$0")/lib-spam.sh"
# shellcheck disable=SC2034 # by offer: what SpamAssassin counts, and Rspamd does not
POINTS=X-Amavis-Points
MIRROR=$E2E/mirror
PORT=8098

signature() { echo "$1:0:*:$(printf %s "$2" | od -An -v -tx1 | tr -d ' \n')" >"$MIRROR/fetched.ndb"; }
# text TEXT [SUBJECT]: a signed message with it
text() {
    message $FROM $ANNA "${2:-$(unique text)}" "$1" >"$T/mail.eml"
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to $ANNA
}
text_refused() { ! text "$1" && grep -qE "^<\*\* 554 5\.7\.1 .*$2" "$T/out"; }
# the rows of docs/hardening.md, for what runs now
hardened() {
    E2E_SHARED=1 bash tests/e2e/95-hardening.sh t_capabilities t_read_only_and_unprivileged t_limits \
        t_networks t_mounts >"$T/out" || { cat "$T/out" >&2; fail "docs/hardening.md"; }
}

# A server beside the site: a mirror of files. It ends with the client's namespace.
export limit_t_fetching_on=300
t_fetching_on() {
    mkdir -p "$MIRROR/public"
    signature Fetched.Test mailstead-fetched-signature
    cd "$MIRROR"
    client setsid python3 -m http.server --bind $C4 $PORT >"$E2E/mirror.log" 2>&1 </dev/null &
    cd "$ROOT"
    filter "antivirus: on, antivirus_urls: ['http://$C4:$PORT/fetched.ndb'], encrypted_archives: reject, antivirus_on_error: accept, greylisting: off"
}
t_fetched_signature() {
    must_wait 60 text_refused mailstead-fetched-signature Fetched.Test
}
# freshclam finds a newer file and tells clamd, which reads it without a restart
t_newer_signature() {
    text mailstead-newer-signature || fail "refused before it is known"
    signature Newer.Test mailstead-newer-signature
    touch -d '1 minute' "$MIRROR/fetched.ndb"
    docker kill -s USR1 "$(container freshclam)" >/dev/null
    must_wait 60 text_refused "$(token) mailstead-newer-signature" Newer.Test
    alive clamav freshclam
}
t_age_of_fetched() {
    must_wait 60 noted clamav
    service clamav .note >"$T/out"
    says '^virus signatures of .* days old$'
    m exec clamav -- /usr/local/bin/signatures >"$T/out" 2>&1
    says 'fetched.ndb: 20.* days old'
    says 'none of the public sets'
}
t_archives_refused() {
    archives
    refuses "$T/locked.zip" '(password|ncrypted)'
    refuses "$T/many.zip" 'Too large to be scanned'
    refuses "$T/bomb.zip" 'Too large to be scanned'
    refuses "$T/deep.zip" 'archives in archives'
    no attach "$T/nested.zip"
    virus_refused EICAR
    alive clamav rspamd
}
t_scanner_away_accept() {
    local s
    s=$(unique accept)
    docker pause "$(container clamav)" >/dev/null
    post $FROM $ANNA "$s" || { docker unpause "$(container clamav)"; fail "refused"; }
    docker unpause "$(container clamav)" >/dev/null
    arrives $ANNA "$s"
}

# the same server as a private mirror of the public sets; they cannot be made here, for want of a signature
export limit_t_postgrey_on=300
t_postgrey_on() {
    mkdir -p "$OWN/postgrey"
    echo "delay=2" >"$OWN/postgrey/postgrey.env"
    filter "antivirus: on, antivirus_mirror: 'http://$C4:$PORT/public', greylisting: postgrey, greylisting_clients: ['$NET4.3'], greylisting_recipients: [ben@e2e.test]"
}
asked() { grep -q "\"\(GET\|HEAD\) /public/$1" "$E2E/mirror.log"; }
t_private_mirror_is_asked() {
    must_wait 60 asked daily.cvd
    must_wait 60 eval '[ "$(service clamav .state)" = degraded ]'
    service clamav .reason >"$T/out"
    says 'none of the public sets was fetched yet'
}
t_first_try_deferred_second_accepted() {
    local s from
    s=$(unique grey)
    from=first-$RANDOM@sender.test
    no post "$from" $ANNA "$s"
    says '^<\*\* 450 4\.2\.0 .*Greylisted'
    says_not '^ -> DATA'
    must_wait 20 post "$from" $ANNA "$s"
    arrives $ANNA "$s"
    got '^X-Greylist: delayed'
}
t_postgrey_unknown_recipient() {
    message $FROM nobody@e2e.test x >"$T/mail.eml"
    no smtp "$T/mail.eml" --from "n$RANDOM@sender.test" --to nobody@e2e.test
    says '^<\*\* 550 5\.1\.1'
}
t_postgrey_allow_lists() {
    message $FROM postmaster@e2e.test x >"$T/mail.eml"
    smtp "$T/mail.eml" --from "p$RANDOM@sender.test" --to postmaster@e2e.test --quit-after RCPT
    # of site.yaml: a recipient, a client
    smtp "$T/mail.eml" --from "p$RANDOM@sender.test" --to ben@e2e.test --quit-after RCPT
    smtp "$T/mail.eml" --from "p$RANDOM@sender.test" --to $ANNA --quit-after RCPT --local-interface "$NET4.3"
    no smtp "$T/mail.eml" --from "p$RANDOM@sender.test" --to $ANNA --quit-after RCPT
}
t_postgrey_not_for_users() {
    local s
    s=$(unique user)
    submit $ANNA $ANNA ben@e2e.test "$s"
    arrives ben@e2e.test "$s"
}
t_postgrey_remembers() {
    post $FROM $ANNA "$(unique known)" || must_wait 20 post $FROM $ANNA "$(unique known)"
    docker restart -t 5 "$(container postgrey)" >/dev/null
    must_wait 60 healthy_but clamav
    post $FROM $ANNA "$(unique known)" || fail "forgotten"
}
healthy_but() {
    m status --json >"$T/status.json" || true
    jq -e --arg s "$1" 'all(.services[]; .state == "healthy" or .name == $s)' "$T/status.json" >/dev/null
}
# a client whose mail passed often enough is not asked again, whoever writes to whom
export limit_t_postgrey_auto_allow_list=200
t_postgrey_auto_allow_list() {
    local from=auto-$RANDOM@sender.test
    printf 'delay=2\nauto_whitelist_clients=1\n' >"$OWN/postgrey/postgrey.env"
    m up >"$T/up" 2>&1
    must_wait 20 post "$from" $ANNA "$(unique auto)"
    post "other-$RANDOM@sender.test" $ANNA "$(unique auto)" || fail "asked again"
}
t_postgrey_hardened() { hardened; }

# Mail that waits: one deferred, one held. Nothing may happen to them.
export limit_t_amavis_on=400
t_amavis_on() {
    local id
    submit $ANNA $ANNA someone@mx.sender.test "$(unique queued)"
    submit $ANNA $ANNA other@mx.sender.test "$(unique held)"
    must_wait 30 waits someone@mx.sender.test
    must_wait 30 waits other@mx.sender.test
    id=$(queue_id other@mx.sender.test)
    m queue hold "$id" >"$T/out" 2>&1
    must_wait 10 held
    mkdir -p "$OWN/amavis"
    cat >"$OWN/amavis/local.cf" <<'END'
body MSTEST_JUNK /mailstead-junk-marker/
score MSTEST_JUNK 9
header MSTEST_8 X-Amavis-Points =~ /^8$/
score MSTEST_8 8
header MSTEST_20 X-Amavis-Points =~ /^20$/
score MSTEST_20 20
END
    filter "engine: amavis, antivirus: on, greylisting: off"
    both_wait
}
queue_id() { m queue list --json 2>/dev/null | jq -r --arg a "$1" '.[] | select(.recipients[].address == $a) | .queue_id'; }
waits() { [ -n "$(queue_id "$1")" ]; }
held() { m queue list --json 2>/dev/null | jq -e '.[] | select(.recipients[].address == "other@mx.sender.test" and .queue_name == "hold")'; }
both_wait() {
    waits someone@mx.sender.test || fail "the queue lost the deferred message"
    held >/dev/null || fail "the queue lost the held message"
}
t_amavis_gtube_refused() {
    no text 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
    says '^<\*\* 554 5\.7\.1 .*spam'
}
t_amavis_virus_refused() {
    archives
    no attach "$T/eicar.com"
    virus_refused Mailstead.Test.EICAR
    no attach "$T/nested.zip"
    virus_refused Mailstead.Test.EICAR
}
t_amavis_archives() {
    archives
    passes "$T/locked.zip"
    got '^X-Unscanned: letter.txt'
    got_not 'made up by the sender'
    passes "$T/many.zip"
    got 'AV:Heuristics.Limits.Exceeded'
    passes "$T/bomb.zip"
    got 'AV:Heuristics.Limits.Exceeded'
    refuses "$T/deep.zip" 'Limits.Exceeded.MaxRecursion'
    alive clamav amavis rspamd
}
t_amavis_clean_mail() {
    local s
    s=$(unique clean)
    post $FROM $ANNA "$s"
    arrives $ANNA "$s"
    got '^X-Spam-Flag: NO'
    tr -s '\n\t ' ' ' <"$T/got" >"$T/out"
    says 'Authentication-Results: mail.e2e.test; dkim=pass .* spf=pass .* dmarc=pass'
}
t_amavis_junk_is_filed() {
    local s
    s=$(unique junk)
    text mailstead-junk-marker "$s"
    arrives $ANNA "$s" Junk
    got '^X-Spam-Flag: YES'
}
# as 68-spam-prefs.sh has it with Rspamd
t_amavis_scores_of_recipients() {
    nothing_set
    taken 8 $FROM $ANNA
    arrives $ANNA "$s" Junk
    got '^X-Spam-Score: [78]'
    refused 20 $FROM $ANNA
    status 0 m spam set $ANNA --junk-score 5 --reject-score 6.5
    refused 8 $FROM $ANNA
    refused 8 $FROM anna+shop@e2e.test
    # not refused for one of two, and lost for none
    taken 8 $FROM $ANNA $BEN
    arrives $ANNA "$s" Junk
    arrives $BEN "$s" Junk
    status 0 m spam set e2e.test --junk-score 10 --reject-score 30
    taken 20 $FROM $BEN
    arrives $BEN "$s" Junk
    # the mailbox's own goes before
    refused 8 $FROM $ANNA
    nothing_set
}
t_amavis_lists_of_recipients() {
    nothing_set
    status 0 m spam allow $ANNA Erik@Sender.Test
    taken 20 $FROM $ANNA
    arrives $ANNA "$s"
    refused 20 eric@sender.test $ANNA
    refused 20 $FROM $BEN
    no text 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
    status 0 m spam deny e2e.test sender.test
    taken 0 $FROM $ANNA $BEN
    arrives $ANNA "$s"
    arrives $BEN "$s" Junk
    status 0 m spam allow e2e.test sender.test
    status 0 m spam deny $BEN $FROM
    refused 20 $FROM $BEN
    nothing_set
}
# without an answer the site's score counts
t_amavis_scores_without_the_directory() {
    nothing_set
    status 0 m spam allow $ANNA $FROM
    docker pause "$(container mariadb)" >/dev/null
    # shellcheck disable=SC2064
    trap "docker unpause $(container mariadb) >/dev/null 2>&1 || true" EXIT
    message $FROM $ANNA "$(unique direct)" >"$T/direct.eml"
    sed -i '1i X-Amavis-Points: 20\r' "$T/direct.eml"
    python3 tests/e2e/milter.py "$SUBNET.43" 10024 $C4 $FROM $ANNA "$T/direct.eml" >"$T/out"
    docker unpause "$(container mariadb)" >/dev/null
    says '^554 5\.7\.1'
    must_wait 60 healthy_but clamav
    python3 tests/e2e/milter.py "$SUBNET.43" 10024 $C4 $FROM $ANNA "$T/direct.eml" >"$T/out"
    says '^accept'
    nothing_set
}
t_amavis_dmarc_reject() {
    message ceo@strict.test $ANNA "$(unique forged)" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from ceo@strict.test --to $ANNA
    says '^<\*\* 554 5\.7\.1'
}
t_amavis_submission_is_signed() {
    local s
    s=$(unique signed)
    submit $ANNA $ANNA ben@e2e.test "$s"
    arrives ben@e2e.test "$s"
    got '^DKIM-Signature:.*rsa-sha256'
    got '^DKIM-Signature:.*ed25519-sha256'
    got_not '^X-Spam-(Flag|Score)'
}
learned() { docker exec "$(container amavis)" sa-learn --dump magic 2>/dev/null | awk -v w="non-token data: n$1" 'index($0, w) && $3 >= '"$2"' { found = 1 } END { exit !found }'; }
t_amavis_learns_from_junk() {
    local s n
    s=$(unique teach)
    post $FROM $ANNA "$s"
    arrives $ANNA "$s"
    n=$(found $ANNA INBOX "$s")
    imap $ANNA INBOX -X "MOVE $n Junk" >/dev/null
    must_wait 60 learned spam 1
    n=$(found $ANNA Junk "$s")
    imap $ANNA Junk -X "MOVE $n INBOX" >/dev/null
    must_wait 60 learned ham 1
}
export limit_t_amavis_scanner_hangs=240
t_amavis_scanner_hangs() {
    local s
    s=$(unique hangs)
    docker pause "$(container clamav)" >/dev/null
    SECONDS=0
    no post $FROM $ANNA "$s" --timeout 58 || { docker unpause "$(container clamav)"; fail "accepted"; }
    docker unpause "$(container clamav)" >/dev/null
    says '^<(\*\*|~\*) 4[25]1 4\.'
    [ $SECONDS -le 60 ] || fail "it took $SECONDS s"
    must_wait 90 post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}
t_amavis_sending_rate() {
    sed -i 's|^limits: {|limits: {send_rate: {mailboxes: {dora@gone.test: 1/1h}}, |' "$SITE"
    m up >"$T/up" 2>&1 || { tail -n 30 "$T/up" >&2; fail "up with a rate"; }
    submit dora@gone.test dora@gone.test $ANNA "$(unique rate)"
    no submit dora@gone.test dora@gone.test $ANNA "$(unique rate)"
    says '451 4\.7\.1 Too many messages sent from this mailbox'
}
t_amavis_away_defers() {
    local s
    s=$(unique away)
    docker stop -t 5 "$(container amavis)" >/dev/null
    no post $FROM $ANNA "$s"
    says '^<(\*\*|~\*) 4[25]1 4\.'
    docker start "$(container amavis)" >/dev/null
    must_wait 90 post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}
t_amavis_hardened() {
    must_wait 60 healthy_but clamav
    hardened
}
export limit_t_amavis_refuses_archives=300
t_amavis_refuses_archives() {
    local s
    filter "engine: amavis, antivirus: on, greylisting: off, encrypted_archives: reject, antivirus_on_error: accept"
    archives
    refuses "$T/locked.zip" 'Heuristics.Encrypted'
    refuses "$T/bomb.zip" 'Limits.Exceeded'
    s=$(unique accept)
    docker stop -t 2 "$(container clamav)" >/dev/null
    post $FROM $ANNA "$s" || { docker start "$(container clamav)"; fail "refused"; }
    docker start "$(container clamav)" >/dev/null
    arrives $ANNA "$s"
}

export limit_t_back_to_rspamd=400
t_back_to_rspamd() {
    local s id
    both_wait
    rm -rf "$OWN/postgrey" "$OWN/amavis"
    filter_off
    both_wait
    for id in $(queue_id someone@mx.sender.test) $(queue_id other@mx.sender.test); do
        m queue delete "$id" --yes >/dev/null 2>&1
    done
    no docker inspect "$(container clamav)" >/dev/null 2>&1
    no docker inspect "$(container amavis)" >/dev/null 2>&1
    no docker inspect "$(container postgrey)" >/dev/null 2>&1
    s=$(unique back)
    post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}

run_tests "$@"
