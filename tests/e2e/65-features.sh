#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What mailboxes and aliases can do besides taking mail: app passwords, sending as others, a new name, an
# end, warnings before they are full.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
ANNA=anna@e2e.test BEN=ben@e2e.test

# as PASSWORD COMMAND...: curl and the like with that password
as() { IMAP_PASSWORD=$1 PASSWORD=$1 "${@:2}"; }
# from any of many addresses: who was refused waits longer each time
some_address() { echo "$NET4.$((100 + RANDOM % 40))"; }
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
    got=$(log_ins "$@" | paste -sd' ')
    case $got in *in*) fail "lets $1 in: $got for ${*:3}" ;; esac
}
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
t_parts_of_an_app_password_do_not_log_in() {
    local phone
    phone=$(cat "$T/phone")
    refuses $ANNA "${phone:0:6}" imap
    refuses $ANNA "${phone:0:23}" imap
    refuses $ANNA "${phone:0:6}${phone:5}" imap
    refuses $ANNA "${phone}x" imap
}
t_strange_passwords_are_only_wrong() {
    refuses $ANNA "' OR '" imap
    refuses $ANNA "x" imap
    refuses $ANNA $'\\\'"%{user}' imap
    refuses $ANNA $'\xc3\xa4\xc3\xa4\xc3\xa4\xe2\x82\xac' imap
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
    must_wait 10 as "$PASSWORD" imap_in $ANNA # a refusal is remembered for seconds
    lets $ANNA "$PASSWORD" pop3 sieve smtp
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

run_tests "$@"
