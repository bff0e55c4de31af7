#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What mailboxes and aliases can do besides taking mail: app passwords, sending as others, a new name, an
# end, warnings before they are full.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
ANNA=anna@e2e.test BEN=ben@e2e.test

# as PASSWORD COMMAND...: curl and the like with that password
as() { IMAP_PASSWORD=$1 PASSWORD=$1 "${@:2}"; }
# from any of many addresses, others for what is refused: who was refused waits longer each time
GOOD=120 BAD=100
some_address() { echo "$NET4.$((${RANGE:-$GOOD} + RANDOM % 20))"; }
imap_in() { imap "$1" INBOX -X NOOP --interface "$(some_address)"; }
pop3_in() {
    client curl -sS --max-time 20 --cacert "$CA" --resolve "$HOST:$POP3S:$H4" --user "$1:$PASSWORD" \
        --interface "$(some_address)" "pop3s://$HOST:$POP3S/"
}
sieve_in() {
    echo "$PASSWORD" | SOURCE=$(some_address) client timeout 30 \
        python3 tests/e2e/managesieve.py $H4 $SIEVE $HOST "$CA" "$1" list
}
smtp_in() { submit "$1" "$1" "$ANNA" "$(unique)" --local-interface "$(some_address)"; }
# lets USER PASSWORD PROTOCOL... and refuses USER PASSWORD PROTOCOL...: each log-in is tried, all at once
log_ins() {
    local p pids=()
    for p in "${@:3}"; do
        T=$T/$p
        mkdir -p "$T"
        as "$2" "${p}_in" "$1" >"$T/in" 2>&1 &
        pids+=($!)
        T=${T%/*}
    done
    for p in "${pids[@]}"; do if wait "$p"; then echo in; else echo out; fi; done
}
lets() {
    local got
    got=$(log_ins "$@" | paste -sd' ')
    case $got in *out*)
        tail -n 5 "$T"/*/in "$T"/*/out >&2 2>/dev/null || true
        fail "refuses $1: $got for ${*:3}"
        ;;
    esac
}
refuses() {
    local got
    got=$(RANGE=$BAD log_ins "$@" | paste -sd' ')
    case $got in *in*) fail "lets $1 in: $got for ${*:3}" ;; esac
}
soon() { (RANGE=$BAD lets "$@"); }
# app USER NAME [OPTION...]: a new app password
app() { m --quiet app-password add "$@" 2>/dev/null; }

t_app_password_logs_in_everywhere() {
    app $ANNA phone >"$T/phone"
    [ "$(wc -c <"$T/phone")" = 25 ]
    lets $ANNA "$(cat "$T/phone")" imap pop3 sieve smtp
    lets $ANNA "$PASSWORD" imap
}
t_app_password_of_some_protocols() {
    app $ANNA "Anna's printer: \"scan\"" --protocols smtp >"$T/printer"
    lets $ANNA "$(cat "$T/printer")" smtp
    refuses $ANNA "$(cat "$T/printer")" imap pop3 sieve
    app $ANNA reader --protocols imap,pop3 >"$T/reader"
    lets $ANNA "$(cat "$T/reader")" imap pop3
    refuses $ANNA "$(cat "$T/reader")" smtp sieve
    status 2 m app-password add $ANNA other --protocols imap,ftp
    says 'ftp'
}
t_app_password_by_alias_domain_and_for_nobody_else() {
    lets anna@alias.test "$(cat "$T/phone")" imap
    refuses $BEN "$(cat "$T/phone")" imap pop3 sieve smtp
}
# refuses_each USER PASSWORD...: none of them logs in by IMAP
refuses_each() {
    local p pids=() RANGE=$BAD
    for p in "${@:2}"; do
        as "$p" imap_in "$1" >/dev/null 2>&1 &
        pids+=($!)
    done
    for p in "${pids[@]}"; do ! wait "$p" || fail "one of these lets $1 in: ${*:2}"; done
}
t_parts_of_an_app_password_do_not_log_in() {
    local phone
    phone=$(cat "$T/phone")
    refuses_each $ANNA "${phone:0:6}" "${phone:0:23}" "${phone:0:6}${phone:5}" "${phone}x"
}
t_strange_passwords_are_only_wrong() {
    refuses_each $ANNA "' OR '" x $'\\\'"%{user}' $'\xc3\xa4\xc3\xa4\xc3\xa4\xe2\x82\xac'
    lets $ANNA "$PASSWORD" imap
}
t_app_password_list_shows_no_secret() {
    status 0 m app-password list $ANNA
    says '^phone +imap, pop3, smtp, sieve +20'
    says '^reader +imap, pop3 +20'
    says_not "$(cut -c1-6 "$T/phone")"
    status 0 m app-password list $ANNA --json
    says_not "$(cut -c1-6 "$T/phone")"
    status 1 m app-password add $ANNA phone
    says 'already'
}
t_revoked_at_once_and_logged_out() {
    local phone pid
    phone=$(cat "$T/phone")
    lets $ANNA "$phone" imap smtp # it is remembered now
    rm -f "$T/fifo"
    mkfifo "$T/fifo"
    client timeout 60 openssl s_client -quiet -connect "$H4:$IMAPS" <"$T/fifo" >"$T/idle" 2>/dev/null &
    pid=$!
    exec 5>"$T/fifo"
    printf 'a LOGIN %s %s\r\nb SELECT INBOX\r\nc IDLE\r\n' $ANNA "$phone" >&5
    must_wait 15 grep -q '^+ idling' "$T/idle"
    status 2 m app-password delete $ANNA phone
    status 0 m app-password delete --yes $ANNA phone
    must_wait 10 eval "! kill -0 $pid"
    exec 5>&-
    refuses $ANNA "$phone" imap pop3 sieve smtp
    lets $ANNA "$(cat "$T/reader")" imap
    status 1 m app-password delete --yes $ANNA phone
}
t_only_app_passwords() {
    lets $ANNA "$PASSWORD" imap pop3 sieve smtp
    status 0 m mailbox set $ANNA --require-app-password yes
    refuses $ANNA "$PASSWORD" imap pop3 sieve smtp
    refuses anna@alias.test "$PASSWORD" imap
    lets $ANNA "$(cat "$T/reader")" imap pop3
    lets $ANNA "$(cat "$T/printer")" smtp
    lets $BEN "$PASSWORD" imap smtp
    status 0 m mailbox show $ANNA
    says '^log-in +with app passwords'
    status 0 m mailbox set $ANNA --require-app-password no
    # each protocol's refusal is remembered for seconds
    must_wait 60 soon $ANNA "$PASSWORD" imap pop3 sieve smtp
}
t_a_new_password_counts_at_once() {
    m domain add feature.test >/dev/null
    echo "$PASSWORD" >"$T/password"
    m mailbox add gina@feature.test --password-file "$T/password" >/dev/null
    lets gina@feature.test "$PASSWORD" imap
    echo new-Secret-3 >"$T/password"
    m mailbox passwd gina@feature.test --password-file "$T/password" >/dev/null
    refuses gina@feature.test "$PASSWORD" imap
    lets gina@feature.test new-Secret-3 imap
    echo "$PASSWORD" >"$T/password"
    m mailbox passwd gina@feature.test --password-file "$T/password" >/dev/null
}
t_app_passwords_go_with_their_mailbox() {
    app gina@feature.test tablet >"$T/tablet"
    lets gina@feature.test "$(cat "$T/tablet")" imap
    status 0 m mailbox delete --yes gina@feature.test
    m mailbox add gina@feature.test --password-file "$T/password" >/dev/null
    refuses gina@feature.test "$(cat "$T/tablet")" imap
}

# --- sending as others

# sends USER FROM, and may_not USER FROM
sends() { submit "$1" "$2" $BEN "$(unique)" || fail "$1 may not send as $2"; }
may_not() {
    no submit "$1" "$2" $BEN x
    says '^<~\* 553 5\.7\.1'
}
t_send_as() {
    sends $ANNA info@e2e.test # an alias that goes to nobody else
    may_not $ANNA team@e2e.test
    may_not $ANNA $BEN
    status 0 m mailbox set $ANNA --send-as team@e2e.test,$BEN
    sends $ANNA team@e2e.test
    sends $ANNA team@alias.test
    sends $ANNA $BEN
    sends $BEN $BEN
    may_not $BEN $ANNA
    status 0 m mailbox show $ANNA
    says '^sends as +ben@e2e\.test, team@e2e\.test'
    status 0 m mailbox set $ANNA --send-as none
    may_not $ANNA team@e2e.test
}
t_send_as_a_whole_domain() {
    local s
    may_not $ANNA shop@catch.test # the catch-all gives no right
    status 0 m mailbox set $ANNA --send-as @catch.test
    sends $ANNA shop@catch.test
    s=$(unique)
    submit $ANNA office@catch.test $BEN "$s"
    arrives $BEN "$s"
    got 'DKIM-Signature:.*d=catch\.test|d=catch\.test'
    status 0 m mailbox set $ANNA --send-as none
    may_not $ANNA shop@catch.test
    status 2 m mailbox set $ANNA --send-as somebody@elsewhere.test
    says 'not in a domain of this site'
}

# --- aliases

t_alias_to_several_and_outside() {
    local s
    s=$(unique)
    status 0 m alias add news@feature.test $ANNA $BEN erik@sender.test
    post erik@sender.test news@feature.test "$s"
    arrives $ANNA "$s"
    arrives $BEN "$s"
    must_wait 20 eval 'logs postfix | holds "to=<erik@sender.test>, orig_to=<news@feature.test>"'
    status 0 m --yes queue delete ALL
}
t_catch_all_takes_the_rest() {
    local s
    s=$(unique)
    post erik@sender.test "any$(token)@catch.test" "$s"
    arrives $ANNA "$s"
}
refused_now() {
    ! smtp "$T/mail.eml" --from erik@sender.test --to "$1" --quit-after RCPT && grep -q '550 5\.1\.1' "$T/out"
}
t_temporary_alias() {
    local s
    s=$(unique)
    status 0 m alias add trial@feature.test $ANNA --expires 1h
    status 0 m alias list feature.test
    says '^trial@feature\.test +anna@e2e\.test +20[0-9-]+T[0-9:]+Z'
    post erik@sender.test trial@feature.test "$s"
    arrives $ANNA "$s"
    status 0 m alias add short@feature.test $ANNA --expires 1s
    message erik@sender.test short@feature.test x >"$T/mail.eml"
    must_wait 10 refused_now short@feature.test
    status 0 m alias add trial@feature.test $ANNA # without an end now
    [ "$(m alias list feature.test --json | jq -r '.[] | select(.address == "trial@feature.test") | .expires')" = null ]
    status 2 m alias add trial@feature.test $ANNA --expires yesterday
    says 'neither a duration'
    status 2 m alias add trial@feature.test $ANNA --expires 2020-01-01
    says 'in the past'
}

# --- mailboxes that fill, move and end

t_quota_warnings() {
    local n text
    m mailbox add small@feature.test --quota 200K --password-file "$T/password" >/dev/null
    text=$(head -c 45000 /dev/zero | tr '\0' x | fold -w 70)
    for n in 1 2; do message $BEN small@feature.test "big $n" "$text" | store small@feature.test; done
    no has small@feature.test INBOX "Your mailbox is"
    for n in 3 4; do message $BEN small@feature.test "big $n" "$text" | store small@feature.test; done
    arrives small@feature.test "Your mailbox is 80 % full"
    got '^From: .*<admin@e2e\.test>'
    got '^Auto-Submitted: auto-generated'
    got 'write to admin@e2e\.test'
    for n in 5 6 7; do message $BEN small@feature.test "small $n" "${text:0:6000}" | store small@feature.test; done
    arrives small@feature.test "Your mailbox is 95 % full"
    arrives small@feature.test "Your mailbox is 80 % full" # once
}
# store USER: a message from standard input by LMTP, as Postfix does
store() {
    local user=$1
    cat >"$T/store.eml"
    timeout 30 swaks --protocol LMTP --server "$SUBNET.24:24" --from $BEN --to "$user" --data "@$T/store.eml" >"$T/out" 2>&1 ||
        { tail -n 5 "$T/out" >&2; fail "LMTP"; }
}

# what is in the mail volume
volume() { docker exec -u 5000 "$(container dovecot)" sh -c "cd /var/vmail && $1"; }
t_rename() {
    local s
    m mailbox add old@feature.test --name Olga --password-file "$T/password" >/dev/null
    app old@feature.test phone >"$T/phone"
    m alias add desk@feature.test old+desk@feature.test $BEN >/dev/null
    m mailbox set $BEN --send-as old@feature.test >/dev/null
    s=$(unique)
    post erik@sender.test old@feature.test "$s"
    arrives old@feature.test "$s"
    imap old@feature.test "" -X 'CREATE Work' >/dev/null
    imap old@feature.test INBOX -X 'COPY 1 Work' >/dev/null
    echo 'keep;' >"$T/keep.sieve"
    echo "$PASSWORD" | client python3 tests/e2e/managesieve.py $H4 $SIEVE $HOST "$CA" old@feature.test put mine "$T/keep.sieve" >/dev/null
    status 0 m mailbox rename old@feature.test new@feature.test --keep-alias
    has new@feature.test INBOX "$s"
    has new@feature.test Work "$s"
    lets new@feature.test "$(cat "$T/phone")" imap smtp
    refuses old@feature.test "$PASSWORD" imap
    as "$PASSWORD" sieve_in new@feature.test >"$T/scripts"
    grep -q '"mine"' "$T/scripts"
    sends $BEN new@feature.test
    [ "$(m alias list feature.test --json | jq -c '[.[] | select(.address == ("desk@feature.test", "old@feature.test")) | .targets]')" = \
        '[["new+desk@feature.test","ben@e2e.test"],["new@feature.test"]]' ]
    s=$(unique)
    post erik@sender.test old@feature.test "$s"
    arrives new@feature.test "$s"
    volume '[ ! -e feature.test/old ] && [ -d feature.test/new ]'
    m mailbox set $BEN --send-as none >/dev/null
}
t_rename_refused() {
    local line
    line=$(grep -n '^      anna:' "$SITE" | cut -d: -f1)
    status 1 m mailbox rename $ANNA other@e2e.test
    says "site\.yaml:$line"
    status 1 m mailbox rename new@feature.test $BEN
    says 'exists'
    status 1 m mailbox rename new@feature.test new@nowhere.test
    status 1 m mailbox rename nobody@feature.test new2@feature.test
}
t_rename_of_a_mailbox_with_mail_in_the_queue() {
    local s
    s=$(unique)
    m mailbox rename new@feature.test newer@feature.test >/dev/null
    message erik@sender.test new@feature.test "$s" | store new@feature.test # the queue has the old name
    arrives newer@feature.test "$s"
    no post erik@sender.test new@feature.test x
}
# killed after each of its steps, with mail that comes meanwhile, then repeated
directory() {
    DIRECTORY_PASSWORD=$(cat "$STATE/secrets/mariadb.admin") "$BIN/directory-try" "$SUBNET.10" 3306 mailstead mailstead "$@"
}
t_rename_goes_on_after_a_kill() {
    local first second step from=newer to
    first=$(unique)
    message erik@sender.test newer@feature.test "$first" | store newer@feature.test
    for step in 1 2 3; do
        to=step$step second=$(unique)
        directory mailbox-rename $from@feature.test $to@feature.test
        [ $step -lt 2 ] || docker exec "$(container dovecot)" rename-mail move feature.test/$from feature.test/$to
        [ $step -lt 3 ] || directory rename-moved $to@feature.test
        message erik@sender.test $to@feature.test "$second" | store $to@feature.test
        must_wait 10 has $to@feature.test INBOX "$first" # no log-in is remembered for seconds
        no m mailbox add $from@feature.test --password-file "$T/password"
        no m mailbox delete --yes $to@feature.test
        status 1 m mailbox rename $to@feature.test elsewhere@feature.test
        says 'not finished yet'
        status 0 m mailbox rename $from@feature.test $to@feature.test
        has $to@feature.test INBOX "$first"
        has $to@feature.test INBOX "$second"
        volume "[ ! -e feature.test/$from ] && [ -d feature.test/$to ]"
        from=$to
    done
}
t_old_name_is_free_again() {
    m mailbox add newer@feature.test --password-file "$T/password" >/dev/null
    [ -z "$(imap newer@feature.test INBOX -X 'SEARCH ALL' | tr -d '\r' | sed -n 's/^\* SEARCH *//p')" ]
}
t_delete_puts_mail_aside() {
    m alias delete --yes desk@feature.test >/dev/null
    m alias delete --yes old@feature.test >/dev/null
    status 0 m mailbox delete --yes newer@feature.test
    says '\.deleted/feature\.test/newer\..* for 30 days'
    status 0 m mailbox delete --yes --keep-mail step3@feature.test
    says '\.kept/feature\.test/step3'
    volume 'ls -d .kept/feature.test/step3.*/Maildir' >/dev/null
    # as 31 days later
    volume 'mkdir -p .deleted/feature.test/ancient.20200101T000000Z/Maildir .kept/feature.test/ancient.20200101T000000Z'
    docker exec "$(container dovecot)" purge-mail 30 >"$T/out"
    [ "$(cat "$T/out")" = feature.test/ancient.20200101T000000Z ]
    volume '[ -d .kept/feature.test/ancient.20200101T000000Z ] && ls -d .deleted/feature.test/newer.*' >/dev/null
}
# as the administrator of PostfixAdmin does it
sql() { printf '%s\n' "$1" | docker exec -i "$(container mariadb)" mariadb -N -h "$SUBNET.10" -u mailstead -p"$(cat "$STATE/secrets/mariadb.admin")" mailstead; }
t_deleted_by_another_program() {
    local s name n
    for name in paul rita; do
        m mailbox add $name@feature.test --password-file "$T/password" >/dev/null
        s=$(unique $name)
        post erik@sender.test $name@feature.test "$s"
        arrives $name@feature.test "$s"
        status 0 m spam deny $name@feature.test sender.test
    done
    hold_still
    sql "DELETE FROM alias WHERE domain = 'feature.test' AND address IN ('paul@feature.test', 'rita@feature.test');
        DELETE FROM mailbox WHERE username IN ('paul@feature.test', 'rita@feature.test')"
    [ "$(sql 'SELECT COUNT(*) FROM ms_spam_sender')" = 0 ] || fail "their lists are still there"
    # nobody else gets the mail: a new mailbox waits for it, or has it put aside at once
    no sql "INSERT INTO mailbox (username, password, name, maildir, local_part, domain) VALUES
        ('paul@feature.test', '', '', 'feature.test/paul/', 'paul', 'feature.test')" 2>"$T/out"
    says 'is not put aside yet'
    go_on
    status 0 m mailbox add paul@feature.test --password-file "$T/password"
    no has paul@feature.test INBOX paul
    volume 'ls -d .deleted/feature.test/paul.*/Maildir' >/dev/null
    housekeeping
    volume 'ls -d .deleted/feature.test/rita.*/Maildir && [ ! -e feature.test/rita ]' >/dev/null
    [ "$(sql 'SELECT COUNT(*) FROM ms_deleted')" = 0 ] || fail "not done"
    m mailbox delete --yes paul@feature.test >/dev/null
}
# with Dovecot away it is put aside later, and kept if that was said
t_deleted_while_dovecot_is_away() {
    local s
    m mailbox add sven@feature.test --password-file "$T/password" >/dev/null
    s=$(unique sven)
    post erik@sender.test sven@feature.test "$s"
    arrives sven@feature.test "$s"
    docker stop -t 5 "$(container dovecot)" >/dev/null
    m mailbox delete --yes --keep-mail sven@feature.test >"$T/out" 2>&1 || true
    says 'put aside later'
    status 1 m mailbox add sven@feature.test --password-file "$T/password"
    says 'not put aside yet'
    docker start "$(container dovecot)" >/dev/null
    must_wait 60 healthy
    housekeeping
    volume 'ls -d .kept/feature.test/sven.*/Maildir' >/dev/null
}
# what site.yaml declares comes back with its mail
t_declared_comes_back_with_its_mail() {
    local s
    s=$(unique back)
    post erik@sender.test dora@gone.test "$s"
    arrives dora@gone.test "$s"
    sql "DELETE FROM mailbox WHERE username = 'dora@gone.test'"
    sed -i 's/name: Dora/name: Dora D/' "$SITE"
    m up >"$T/up" 2>&1 || { tail -n 30 "$T/up" >&2; fail "up"; }
    has dora@gone.test INBOX "$s"
    sed -i 's/name: Dora D/name: Dora/' "$SITE"
    m up >"$T/up" 2>&1
}
t_a_large_domain_is_deleted_fast() {
    local n start
    m domain add large.test >/dev/null
    for n in {1..100}; do echo "large.test/user$n"; done >"$T/homes"
    docker exec -i -u 5000 "$(container dovecot)" sh -c 'cd /var/vmail && xargs mkdir -p' <"$T/homes"
    directory bulk-mailboxes large.test 100
    start=$SECONDS
    status 0 m domain delete --yes --with-content large.test
    says 'the mail of its 100 mailboxes'
    [ $((SECONDS - start)) -lt 10 ] || fail "$((SECONDS - start)) s"
    volume '[ "$(ls .deleted/large.test | wc -l)" = 100 ] && [ -z "$(ls large.test)" ]'
}
t_domain_goes() { status 0 m domain delete --yes --with-content feature.test; }

run_tests "$@"
