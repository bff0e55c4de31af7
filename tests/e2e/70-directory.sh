#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Domains, mailboxes and aliases made while everything runs: they work at once, nothing is restarted.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

NEW='another-Secret-2'
starts() { docker ps -q --filter "label=com.docker.compose.project=$(project)" --filter label=com.docker.compose.oneoff=False | xargs docker inspect -f '{{.Name}} {{.State.StartedAt}}' | sort; }

t_domain_add() {
    starts >"$T/starts"
    status 0 m domain add shop.test
    status 0 m domain list
    says '^shop\.test'
    status 1 m domain add shop.test
    says 'exists'
}
t_mailbox_add_and_mail_arrives() {
    local s
    s=$(unique)
    printf '%s\n' "$PASSWORD" >"$T/password"
    status 0 m mailbox add clara@shop.test --name Clara --quota 20M --password-file "$T/password"
    post erik@sender.test clara@shop.test "$s"
    arrives clara@shop.test "$s"
    status 0 m mailbox list shop.test
    says 'clara@shop\.test +Clara +20 MiB'
}
t_nothing_was_restarted() { starts | diff "$T/starts" -; }
t_a_new_domain_signs() {
    local s
    s=$(unique)
    [ "$(m dns records shop.test --json | jq '[.records[] | select(.id | startswith("dkim"))] | length')" = 2 ] ||
        fail "no DKIM records for shop.test"
    submit clara@shop.test clara@shop.test anna@e2e.test "$s" || fail "refused: $(grep '^<' "$T/out")"
    arrives anna@e2e.test "$s"
    got 'DKIM-Signature:.*a=rsa-sha256'
    got 'd=shop\.test'
}
t_a_generated_password_is_printed_once() {
    status 0 m --quiet mailbox add dirk@shop.test
    IMAP_PASSWORD=$(tail -n 1 "$T/out") imap dirk@shop.test INBOX -X NOOP >/dev/null
    status 0 m mailbox show dirk@shop.test
    says_not "$(tail -n 1 "$T/out" | head -c 0)x{64}"
}
t_password_change() {
    printf '%s\n' "$NEW" >"$T/password"
    status 0 m mailbox passwd clara@shop.test --password-file "$T/password"
    must_wait 70 eval "IMAP_PASSWORD=$NEW imap clara@shop.test INBOX -X NOOP"
    no imap clara@shop.test INBOX -X NOOP
}
t_short_password_is_refused() {
    echo short >"$T/password"
    no m mailbox passwd clara@shop.test --password-file "$T/password"
}
t_alias_add_and_delete() {
    local s
    s=$(unique)
    status 0 m alias add sales@shop.test clara@shop.test anna@e2e.test
    post erik@sender.test sales@shop.test "$s"
    arrives anna@e2e.test "$s"
    status 0 m alias delete --yes sales@shop.test
    message erik@sender.test sales@shop.test "$s" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from erik@sender.test --to sales@shop.test
    says '550 5\.1\.1'
}
t_alias_loops_and_dangling_targets_are_refused() {
    no m alias add ghost@shop.test nobody@shop.test
    status 0 m alias add one@shop.test clara@shop.test
    status 0 m alias add two@shop.test one@shop.test
    no m --yes alias add one@shop.test two@shop.test
}
t_declared_objects_name_their_line() {
    local line
    line=$(grep -n '^      anna:' "$SITE" | cut -d: -f1)
    no m mailbox delete --yes anna@e2e.test >"$T/out" 2>&1
    m mailbox delete --yes anna@e2e.test >"$T/out" 2>&1 || true
    says "site\.yaml:$line"
}
t_mailbox_off_and_on() {
    status 0 m mailbox set dirk@shop.test --active off
    message erik@sender.test dirk@shop.test "$(unique)" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from erik@sender.test --to dirk@shop.test
    status 0 m mailbox set dirk@shop.test --active on
    accepted "$T/mail.eml" --from erik@sender.test --to dirk@shop.test
}
t_destructive_verbs_need_yes() {
    status 2 m mailbox delete dirk@shop.test
    status 2 m domain delete shop.test
}
t_domain_delete() {
    no m domain delete --yes shop.test
    status 0 m domain delete --yes --with-content shop.test
    message erik@sender.test clara@shop.test "$(unique)" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from erik@sender.test --to clara@shop.test
    says '554 5\.7\.1|550 5\.1'
}
t_unknown_names() {
    status 1 m mailbox show nobody@e2e.test
    says 'nobody@e2e\.test'
    no m mailbox add 'bad address'
    no m mailbox add anna@nowhere.test
}

run_tests "$@"
