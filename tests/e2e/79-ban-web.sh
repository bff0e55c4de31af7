#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bans after failed log-ins in the browser: webmail and PostfixAdmin, switched on here and off again at the end.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
URL=https://$HOST:$HTTPS
MAIL=$NET4.110 ADMIN=$NET4.111 GOOD=$NET4.112

banned() { m ban list --json | jq -e --arg a "$1" --arg j "$2" 'any(.[]; .address == $a and .jail == $j)' >/dev/null; }
page() { # page ADDRESS CURL-ARG...
    client curl -sS --max-time 30 --interface "$1" --cacert "$CA" --resolve "$HOST:$HTTPS:$H4" -b "$T/jar" -c "$T/jar" "${@:2}"
}
# the hidden field of a form that it must be sent with
token() { grep -o "name=\"$1\" value=\"[^\"]*\"" | cut -d'"' -f4; }
webmail() { # webmail ADDRESS USER PASSWORD: the status of the log-in
    local t
    rm -f "$T/jar"
    t=$(page "$1" "$URL/webmail/" | token _token)
    page "$1" -o /dev/null -w '%{http_code}' --data-urlencode "_token=$t" --data-urlencode "_pass=$3" \
        -d "_task=login&_action=login&_user=$2" "$URL/webmail/?_task=login"
}
postfixadmin() { # postfixadmin ADDRESS USER PASSWORD
    local t
    rm -f "$T/jar"
    t=$(page "$1" "$URL/postfixadmin/login.php" | token token)
    page "$1" -o /dev/null -w '%{http_code}' --data-urlencode "token=$t" --data-urlencode "fPassword=$3" \
        -d "fUsername=$2&lang=en" "$URL/postfixadmin/login.php"
}

export limit_t_switched_on=600
t_switched_on() {
    cp "$SITE" "$E2E/site.before"
    sed -i "s/http: 0, https: 0/http: $HTTP, https: $HTTPS/; s/^ban: .*/ban: {maxretry: 3}/
        s/^components: .*/components: {roundcube: on, postfixadmin: on}/" "$SITE"
    status 0 m up
    must_wait 60 healthy
}
t_right_passwords_are_never_counted() {
    local secret
    secret=$(m secret show postfixadmin.admin)
    for _ in 1 2 3; do
        [ "$(webmail "$GOOD" anna@e2e.test "$PASSWORD")" = 302 ]
        [ "$(postfixadmin "$GOOD" admin@e2e.test "$secret")" = 302 ]
    done
}
t_wrong_passwords_lead_to_a_ban() {
    local i
    for i in 1 2 3; do
        [ "$(webmail "$MAIL" ben@e2e.test "wrong$i")" = 401 ]
        [ "$(postfixadmin "$ADMIN" anna@e2e.test "wrong$i")" = 200 ]
    done
    must_wait 20 banned "$MAIL" roundcube
    must_wait 20 banned "$ADMIN" postfixadmin
    for i in "$MAIL" "$ADMIN"; do no client timeout 2 nc -z -s "$i" $H4 "$HTTPS"; done
    # (Roundcube itself makes the owner of a name wait a minute after three failures.) The ones who know their password are let in, and webmail's own container is never meant
    i=$(webmail "$GOOD" anna@e2e.test "$PASSWORD")
    [ "$i" = 302 ] || fail "webmail says $i"
    [ "$(m ban list --json | jq length)" = 2 ]
}
t_everything_is_as_it_was() {
    m ban delete "$MAIL"
    m ban delete "$ADMIN"
    cp "$E2E/site.before" "$SITE"
    status 0 m up
}

run_tests "$@"
