#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What counts as spam for a mailbox and for a domain: scores, allowed and denied senders.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-spam.sh
. "$(dirname "$0")/lib-spam.sh"

t_as_the_site_has_it() {
    nothing_set
    taken 0 erik@sender.test $ANNA
    arrives $ANNA "$s"
    taken 8 erik@sender.test $ANNA
    arrives $ANNA "$s" Junk
    got '^X-Spam-Score: [78](\.|$)'
    refused 20 erik@sender.test $ANNA
}
t_junk_score_of_each_mailbox() {
    nothing_set
    status 0 m spam set $ANNA --junk-score 10
    says '^junk score +10\.00'
    # one message, two recipients, two opinions
    taken 8 erik@sender.test $ANNA $BEN
    arrives $ANNA "$s"
    arrives $BEN "$s" Junk
    # whoever is reached by another name has the same
    taken 8 erik@sender.test info@e2e.test
    arrives $ANNA "$s"
    status 0 m spam set $ANNA --junk-score default
    taken 8 erik@sender.test $ANNA
    arrives $ANNA "$s" Junk
}
t_scores_of_a_domain() {
    nothing_set
    status 0 m spam set e2e.test --junk-score 10 --reject-score 30
    taken 8 erik@sender.test $BEN
    arrives $BEN "$s"
    taken 20 erik@sender.test $BEN
    arrives $BEN "$s" Junk
    # a mailbox's own goes before
    status 0 m spam set $BEN --junk-score 5
    taken 8 erik@sender.test $BEN
    arrives $BEN "$s" Junk
}
t_refused_when_all_recipients_agree() {
    nothing_set
    status 0 m spam set $ANNA --junk-score 5 --reject-score 6.5
    refused 8 erik@sender.test $ANNA
    refused 8 erik@sender.test anna+shop@e2e.test
    taken 8 erik@sender.test $ANNA $BEN
    arrives $ANNA "$s" Junk
    arrives $BEN "$s" Junk
    status 0 m spam set $BEN --junk-score 5 --reject-score 6.5
    refused 8 erik@sender.test $ANNA $BEN
}
t_allowed_sender() {
    nothing_set
    status 0 m spam allow $ANNA Erik@Sender.Test
    says '^allow +erik@sender\.test'
    taken 8 erik@sender.test $ANNA
    arrives $ANNA "$s"
    taken 20 erik@sender.test $ANNA
    arrives $ANNA "$s"
    # others are not, nor is he for others
    refused 20 eric@sender.test $ANNA
    refused 20 erik@sender.test $BEN
    # what his domain asks to refuse, and what is refused for its content, still is
    message erik@sender.test $ANNA "$(unique forged)" >"$T/forged.eml"
    no smtp "$T/forged.eml" --from erik@strict.test --to $ANNA
    says '^<\*\* 55[04] '
    message erik@sender.test $ANNA "$(unique gtube)" \
        'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X' >"$T/forged.eml"
    sign "$T/forged.eml"
    no smtp "$T/forged.eml" --from erik@sender.test --to $ANNA
}
t_denied_sender() {
    nothing_set
    status 0 m spam deny $ANNA sender.test
    taken 0 erik@sender.test $ANNA $BEN
    arrives $ANNA "$s" Junk
    arrives $BEN "$s"
    # allowed goes before denied, and a mailbox's list before its domain's
    status 0 m spam allow $ANNA erik@sender.test
    taken 0 erik@sender.test $ANNA
    arrives $ANNA "$s"
    status 0 m spam deny e2e.test erik@sender.test
    taken 0 erik@sender.test $ANNA $BEN
    arrives $ANNA "$s"
    arrives $BEN "$s" Junk
    status 0 m spam forget $ANNA erik@sender.test
    says_not 'erik@sender'
    status 1 m spam forget $ANNA erik@sender.test
    says 'is in no list'
}
t_allowed_for_a_domain() {
    nothing_set
    status 0 m spam allow e2e.test sender.test
    taken 20 erik@sender.test $BEN
    arrives $BEN "$s"
    status 0 m spam deny $BEN erik@sender.test
    refused 20 erik@sender.test $BEN
}
t_patterns_are_texts() {
    nothing_set
    # neither a dot nor a plus means anything else, and a domain is the whole of it
    status 0 m spam deny $ANNA a.b@sender.test x+y@sender.test nder.test
    taken 0 axb@sender.test $ANNA
    arrives $ANNA "$s"
    taken 0 xxy@sender.test $ANNA
    arrives $ANNA "$s"
    taken 0 x+y@sender.test $ANNA
    arrives $ANNA "$s" Junk
}
t_full_lists_are_read() {
    nothing_set
    local many i
    for who in $ANNA e2e.test; do
        many=()
        for ((i = 0; i < 76; i++)); do many+=("$(printf 'sender-number-%02d@shop.other.test' $i)"); done
        status 0 m spam deny "$who" "${many[@]:0:74}"
        status 2 m spam deny "$who" "${many[@]:74}"
        says 'too many senders'
    done
    status 0 m spam allow $ANNA erik@sender.test
    taken 20 erik@sender.test $ANNA
    arrives $ANNA "$s"
}
t_wrong_input() {
    nothing_set
    status 1 m spam set nobody@e2e.test --junk-score 3
    says 'does not exist'
    status 2 m spam set $ANNA --junk-score 2000
    status 2 m spam set $ANNA --junk-score high
    status 2 m spam set $ANNA --junk-score 9 --reject-score 3
    says 'above reject_score'
    status 2 m spam allow $ANNA 'a|b@sender.test'
    says 'cannot hold'
    status 2 m spam allow $ANNA 'no domain'
    status 0 m spam show $ANNA --json
    [ "$(jq -r '.junk_score, .reject_score, (.allow + .deny | length)' "$T/out" | xargs)" = "null null 0" ]
}
# No look-up goes through the supervisor.
t_counts_without_the_supervisor() {
    nothing_set
    local pid
    status 0 m spam set $ANNA --junk-score 10
    pid=$(cat "$STATE/mailsteadd.pid")
    kill -STOP "$pid"
    # shellcheck disable=SC2064 # the number as it is now
    trap "kill -CONT $pid" EXIT
    taken 8 erik@sender.test $ANNA
    arrives $ANNA "$s"
    kill -CONT "$pid"
}
# With Dovecot away the site's scores count, and mail is taken.
t_filter_without_dovecot() {
    nothing_set
    status 0 m spam allow $ANNA erik@sender.test
    docker pause "$(container dovecot)" >/dev/null
    # shellcheck disable=SC2064
    trap "docker unpause $(container dovecot) >/dev/null 2>&1 || true" EXIT
    # (Postfix asks Dovecot for the quota: straight to the filter)
    message erik@sender.test $ANNA "$(unique direct)" >"$T/direct.eml"
    sed -i '1i X-E2E-Points: 20\r' "$T/direct.eml"
    if [ "${E2E_SITE:-}" = classic ]; then
        python3 tests/e2e/milter.py "$SUBNET.43" 10024 $C4 erik@sender.test $ANNA "$T/direct.eml" >"$T/out"
        says '^554 5\.7\.1'
    else
        docker exec -i "$(container rspamd)" rspamc -h "$SUBNET.12:11334" -P "$(cat "$STATE/secrets/rspamd.controller")" \
            --rcpt $ANNA --from erik@sender.test -i $C4 symbols <"$T/direct.eml" >"$T/out" 2>&1 || true
        says 'Action: reject'
    fi
    docker unpause "$(container dovecot)" >/dev/null
    must_wait 60 healthy
}
t_declared_in_site_yaml() {
    nothing_set
    cp "$SITE" "$T/site.before"
    # shellcheck disable=SC2064
    trap "cp '$T/site.before' '$SITE'; m up >/dev/null 2>&1 || true" EXIT
    sed -i 's|^      anna: {name: Anna,|      anna: {name: Anna, spam: {junk_score: 9.5, allow: [friend@sender.test], deny: [sender.test]},|' "$SITE"
    m up >"$T/out" 2>&1 || { tail "$T/out"; fail "up"; }
    status 0 m spam show $ANNA
    says '^junk score +9\.50'
    says '^allow +friend@sender\.test'
    taken 8 friend@sender.test $ANNA
    arrives $ANNA "$s"
    taken 0 erik@sender.test $ANNA
    arrives $ANNA "$s" Junk
}
t_deleted_with_the_mailbox() {
    nothing_set
    echo "$PASSWORD" | status 0 m mailbox add emma@e2e.test --password-file -
    status 0 m spam set emma@e2e.test --junk-score 1
    status 0 m spam deny emma@e2e.test sender.test
    status 0 m mailbox delete emma@e2e.test --yes
    echo "$PASSWORD" | status 0 m mailbox add emma@e2e.test --password-file -
    status 0 m spam show emma@e2e.test
    says '^junk score +default'
    says_not sender
    status 0 m mailbox delete emma@e2e.test --yes
}
t_goes_with_a_renamed_mailbox() {
    nothing_set
    echo "$PASSWORD" | status 0 m mailbox add frida@e2e.test --password-file -
    status 0 m spam set frida@e2e.test --junk-score 1
    status 0 m spam deny frida@e2e.test sender.test
    status 0 m mailbox rename frida@e2e.test frieda@e2e.test
    status 0 m spam show frieda@e2e.test
    says '^junk score +1\.00'
    says '^deny +sender\.test'
    taken 0 erik@sender.test frieda@e2e.test
    arrives frieda@e2e.test "$s" Junk
    status 0 m mailbox delete frieda@e2e.test --yes
}
# a user's own rules see the score too: 10 of 10 is what goes to Junk
t_spamtest_in_own_scripts() {
    nothing_set
    cat >"$T/score.sieve" <<'END'
require ["spamtest", "relational", "comparator-i;ascii-numeric", "fileinto", "mailbox"];
if spamtest :value "ge" :comparator "i;ascii-numeric" "5" { fileinto :create "Doubtful"; }
END
    sieve() { echo "$PASSWORD" | client timeout 30 python3 tests/e2e/managesieve.py $H4 $SIEVE $HOST "$CA" $ANNA "$@" >"$T/out" 2>&1; }
    status 0 m spam set $ANNA --junk-score 14
    sieve put score "$T/score.sieve"
    sieve activate score
    taken 8 erik@sender.test $ANNA
    arrives $ANNA "$s" Doubtful
    taken 0 erik@sender.test $ANNA
    arrives $ANNA "$s"
    sieve activate ''
    sieve delete score
}

run_tests "$@"
