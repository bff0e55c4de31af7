#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Browsers and mail programs over HTTP: the TLS front, webmail, PostfixAdmin. The first test switches
# these components on, the last one off again: other scripts see the stack without them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib-tls.sh
. tests/e2e/lib-tls.sh

URL=https://$HOST:$HTTPS
SHOTS=$E2E/screenshots

# Names of mail domains are not in the certificate: only the host's own name is judged.
web() { client curl -sS --max-time 20 --cacert "$CA" --resolve "*:$HTTPS:$H4" --resolve "*:$HTTP:$H4" "$@"; }
web_any() { web -k "$@"; }
browser() { client timeout 240 "$ROOT/tests/browser/$1.py" "$H4" "${@:2}"; }
# header NAME FILE: its value; fails unless it is there exactly once
header() {
    [ "$(grep -ci "^$1:" "$2")" = 1 ] || { cat "$2" >&2; fail "$1: not there once"; }
    tr -d '\r' <"$2" | sed -n "s/^$1: *//Ip"
}
post_xml() { web_any -H 'Content-Type: text/xml' --data-binary "$1" "https://autodiscover.e2e.test:$HTTPS/Autodiscover/Autodiscover.xml"; }
request() {
    echo "<?xml version=\"1.0\"?><Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\"><Request><EMailAddress>$1</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/${2:-outlook/responseschema/2006a}</AcceptableResponseSchema></Request></Autodiscover>"
}
# has_form NAME FILE: the file is of the vendor's documented form
has_form() { xmllint --noout --nonet --schema "$ROOT/tests/support/forms/$1.xsd" "$2" >"$T/out" 2>&1 || fail "$(cat "$T/out" "$2")"; }
# xml FILE EXPRESSION: what an XPath expression says, without namespaces
xml() {
    python3 - "$1" "$2" <<'END'
import re, sys, xml.etree.ElementTree as tree
text = re.sub(r' xmlns="[^"]*"', '', open(sys.argv[1], encoding="utf-8").read())
print(tree.fromstring(re.sub(r'<\?xml[^>]*>|<!DOCTYPE[^>]*>', '', text)).findtext(sys.argv[2]))
END
}

export limit_t_switched_on=900
t_switched_on() {
    [ -f "$E2E/site.yaml.without-web" ] || cp "$SITE" "$E2E/site.yaml.without-web"
    cp "$E2E/site.yaml.without-web" "$SITE"
    sed -i "s/http: 0, https: 0/http: $HTTP, https: $HTTPS/; s/^    quota: 100M/&\n    mta_sts: testing/" "$SITE"
    sed -i 's/^components: .*/components: {roundcube: on, postfixadmin: on}/' "$SITE"
    status 0 m up
    if ! grep -q '^nothing to change' "$T/out"; then # where to go, and how to log in
        says "^roundcube: $URL/webmail/ "
        says "^postfixadmin: $URL/postfixadmin/ .*secret show postfixadmin.admin"
    fi
    must_wait 60 healthy
    status 0 m status
    for s in web roundcube postfixadmin; do says "$s +healthy"; done
    m mailbox delete webby@e2e.test --yes >/dev/null 2>&1 || true
    echo 'first-Secret-1' | m mailbox add webby@e2e.test --password-file - >/dev/null
}

t_http_leads_to_https() {
    [ "$(web -o /dev/null -w '%{http_code} %{redirect_url}' "http://$HOST:$HTTP/webmail/?a=b")" = "301 $URL/webmail/?a=b" ]
    # but not what certificate authorities ask for
    docker run --rm -v "$(project)_challenges:/a" --entrypoint sh "$(docker inspect -f '{{.Config.Image}}' "$(container web)")" \
        -c 'echo proof >/a/token-1'
    [ "$(web_any "http://mail.e2e.test:$HTTP/.well-known/acme-challenge/token-1")" = proof ]
    [ "$(web_any -o /dev/null -w '%{http_code}' "http://mail.e2e.test:$HTTP/.well-known/acme-challenge/../nginx.conf")" != 200 ]
}

t_by_address() {
    [ "$(web_any -o /dev/null -w '%{http_code}' "https://$H4:$HTTPS/webmail/")" = 200 ]
    [ "$(web_any -o /dev/null -w '%{http_code}' "https://[$H6]:$HTTPS/webmail/")" = 200 ]
    [ "$(web_any -o /dev/null -w '%{http_code}' "https://other.test:$HTTPS/webmail/")" = 404 ]
}

t_headers() {
    local path
    for path in / /webmail/ /postfixadmin/login.php /nothing /mail/config-v1.1.xml /autodiscover/autodiscover.xml; do
        web -D "$T/head" -o /dev/null "$URL$path"
        [ "$(header Strict-Transport-Security "$T/head")" = max-age=31536000 ]
        [ "$(header X-Content-Type-Options "$T/head")" = nosniff ]
        [ "$(header Referrer-Policy "$T/head")" = no-referrer ]
        header Content-Security-Policy "$T/head" | holds "frame-ancestors '\(none\|self\)'"
        ! grep -qiE '^(X-Powered-By|Server: .*[0-9])' "$T/head" || fail "$path: tells versions"
    done
    web -D "$T/head" -o /dev/null "$URL/webmail/"
    header Set-Cookie "$T/head" | holds -i 'secure; HttpOnly; SameSite=Strict'
}

t_tls() {
    scan https $HTTPS
    has_ems $HTTPS ''
    signs_well $HTTPS ''
    refuses_renegotiation $HTTPS ''
    web --http2 -o /dev/null -w '%{http_version}' "$URL/" | holds '^2'
}

t_thunderbird() {
    local domain path
    for domain in e2e.test alias.test; do
        for path in /mail/config-v1.1.xml /.well-known/autoconfig/mail/config-v1.1.xml; do
            web_any -f "https://autoconfig.$domain:$HTTPS$path?emailaddress=anna%40$domain" >"$T/xml"
            [ "$(xml "$T/xml" emailProvider/domain)" = $domain ]
            has_form autoconfig "$T/xml"
            web_any -f "https://autoconfig.$domain:$HTTPS$path" >"$T/xml"
            [ "$(xml "$T/xml" emailProvider/domain)" = $domain ]
        done
    done
    [ "$(xml "$T/xml" 'emailProvider/incomingServer/hostname')" = $HOST ]
    [ "$(xml "$T/xml" "emailProvider/incomingServer[socketType='SSL'][@type='imap']/port")" = $IMAPS ]
    [ "$(xml "$T/xml" "emailProvider/outgoingServer[socketType='SSL']/port")" = $SUBMISSIONS ]
    [ "$(xml "$T/xml" 'emailProvider/outgoingServer/username')" = '%EMAILADDRESS%' ]
    # a host name that is none does not come back
    web -H 'Host: <evil>' "$URL/mail/config-v1.1.xml" >"$T/out" || true
    says_not evil
    web "$URL/mail/config-v1.1.xml?emailaddress=a@%3Cevil%3E" >"$T/out"
    says_not evil
}

# mail programs ask the usual ports: in the client's namespace they lead to ours
usual_port() { client iptables -t nat -C "$@" 2>/dev/null || client iptables -t nat -A "$@"; }
export limit_t_thunderbird_sets_itself_up=300
t_thunderbird_sets_itself_up() {
    local subject address
    usual_port OUTPUT -p tcp -d $H4 --dport 443 -j DNAT --to-destination $H4:$HTTPS
    usual_port OUTPUT -p tcp -d $H4 --dport 80 -j DNAT --to-destination $H4:$HTTP
    subject=$(unique hello)
    post tester@sender.test anna@e2e.test "$subject"
    arrives anna@e2e.test "$subject"
    for address in anna@e2e.test anna@alias.test; do
        client "$ROOT/tests/browser/thunderbird.sh" $H4 "$CA" $address "$PASSWORD" "$E2E/thunderbird" >"$T/json"
        jq -e --arg s "$subject" --arg a $address --arg h $HOST --argjson i $IMAPS --argjson o $SUBMISSIONS '
            .source == "xml" and .verified and .error == null and (.subjects | index($s)) and
            .incoming == {type: "imap", hostname: $h, port: $i, username: $a, tls: true} and
            .outgoing == {type: "smtp", hostname: $h, port: $o, username: $a, tls: true}' "$T/json" >/dev/null ||
            fail "$(cat "$T/json" "$E2E/thunderbird/log")"
    done
    rm -rf "$E2E/thunderbird"
}

t_outlook() {
    local body
    post_xml "$(request anna@e2e.test)" >"$T/xml"
    [ "$(xml "$T/xml" "Response/Account/Protocol[Type='IMAP']/LoginName")" = anna@e2e.test ]
    [ "$(xml "$T/xml" "Response/Account/Protocol[Type='IMAP']/Port")" = $IMAPS ]
    [ "$(xml "$T/xml" "Response/Account/Protocol[Type='SMTP']/Server")" = $HOST ]
    [ "$(xml "$T/xml" Response/Account/Action)" = settings ]
    has_form autodiscover "$T/xml"
    # what it cannot answer: the documented error
    for body in "$(request anna@e2e.test mobilesync/responseschema/2006)" "$(request 'a<b>@e2e.test')" \
        "$(request 'a&amp;b"@e2e.test')" '<x/>' not-xml; do
        post_xml "$body" >"$T/xml"
        [ "$(xml "$T/xml" Response/Error/ErrorCode)" = 600 ] || fail "answered: $body"
        has_form autodiscover "$T/xml"
    done
    [ "$(web -o /dev/null -w '%{http_code}' --data-binary "@$ROOT/build/mailstead" "$URL/autodiscover/autodiscover.xml")" = 413 ]
    web_any "https://autodiscover.alias.test:$HTTPS/autodiscover/autodiscover.json?Email=anna%40alias.test&Protocol=Autodiscoverv1" >"$T/json"
    [ "$(jq -r .Url "$T/json")" = "$URL/autodiscover/autodiscover.xml" ]
    [ "$(web -o "$T/json" -w '%{http_code}' "$URL/autodiscover/autodiscover.json/v1.0/anna@e2e.test?Protocol=ActiveSync")" = 400 ]
    [ "$(jq -r .ErrorCode "$T/json")" = ProtocolNotSupported ]
}

t_apple() {
    local first second
    web -D "$T/head" "$URL/email.mobileconfig?email=anna%40e2e.test" >"$T/profile"
    header Content-Type "$T/head" | holds '^application/x-apple-aspen-config'
    python3 - "$T/profile" "$HOST" $IMAPS $SUBMISSIONS <<'END'
import plistlib, sys, uuid
p = plistlib.load(open(sys.argv[1], "rb"))
a = p["PayloadContent"][0]
assert a["EmailAddress"] == a["IncomingMailServerUsername"] == "anna@e2e.test", a
assert a["IncomingMailServerHostName"] == a["OutgoingMailServerHostName"] == sys.argv[2], a
assert (a["IncomingMailServerPortNumber"], a["OutgoingMailServerPortNumber"]) == (int(sys.argv[3]), int(sys.argv[4])), a
assert a["IncomingMailServerUseSSL"] is True and a["OutgoingMailServerUseSSL"] is True
assert uuid.UUID(p["PayloadUUID"]).version == uuid.UUID(a["PayloadUUID"]).version == 4
assert p["PayloadUUID"] != a["PayloadUUID"]
# the keys that Apple's documentation requires, and no others than it knows (Device Management, Mail)
top = {"PayloadContent", "PayloadDisplayName", "PayloadIdentifier", "PayloadOrganization",
       "PayloadRemovalDisallowed", "PayloadType", "PayloadUUID", "PayloadVersion"}
assert set(p) == top and p["PayloadType"] == "Configuration" and p["PayloadVersion"] == 1, p
assert a["PayloadType"] == "com.apple.mail.managed" and a["PayloadVersion"] == 1
assert a["PayloadIdentifier"].startswith(p["PayloadIdentifier"] + ".")
assert a["EmailAccountType"] == "EmailTypeIMAP"
assert a["IncomingMailServerAuthentication"] == a["OutgoingMailServerAuthentication"] == "EmailAuthPassword"
mail = {"EmailAccountDescription", "EmailAccountName", "OutgoingMailServerUsername", "OutgoingPasswordSameAsIncomingPassword",
        "PreventMove", "PreventAppSheet", "SMIMEEnabled", "disableMailRecentsSyncing", "allowMailDrop"}
unknown = {k for k in a if not k.startswith(("Payload", "IncomingMailServer", "OutgoingMailServer"))} - mail
assert unknown == {"EmailAddress", "EmailAccountType"}, unknown
END
    first=$(web -o /dev/null -w '%{http_code}' "$URL/email.mobileconfig?email=%3Cscript%3E@e2e.test")
    second=$(web -o /dev/null -w '%{http_code}' "$URL/email.mobileconfig")
    [ "$first $second" = "400 400" ]
}

t_mta_sts() {
    local domain
    for domain in e2e.test alias.test; do
        web_any -f -D "$T/head" "https://mta-sts.$domain:$HTTPS/.well-known/mta-sts.txt" >"$T/out"
        header Content-Type "$T/head" | holds '^text/plain'
        printf 'version: STSv1\nmode: testing\nmx: %s\nmax_age: 604800\n' $HOST | cmp - "$T/out"
    done
    [ "$(web_any -o /dev/null -w '%{http_code}' "https://mta-sts.catch.test:$HTTPS/.well-known/mta-sts.txt")" = 404 ]
}

# photos FROM TO SUBJECT: a message with two attachments
photos() {
    message "$1" "$2" "$3" >"$T/mail.eml"
    python3 - "$T/mail.eml" <<'END'
import email, email.policy, sys
plain = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.SMTP)
plain.make_mixed()
for name in ("beans.jpg", "peas.jpg"):
    plain.add_attachment(b"\xff\xd8" + b"green" * 1000, maintype="image", subtype="jpeg", filename=name)
open(sys.argv[1], "wb").write(plain.as_bytes())
END
    sign "$T/mail.eml"
    accepted "$T/mail.eml" --from "$1" --to "$2"
}

export limit_t_webmail_in_a_browser=400
t_webmail_in_a_browser() {
    local token start taught
    token=$(token)
    start=$(now)
    taught=$(learned spam)
    post tester@sender.test webby@e2e.test "letter $token"
    post tester@sender.test webby@e2e.test "bill $token"
    message tester@sender.test webby@e2e.test "pills $token" \
        "Cheap watches $(token), order at once $(token), best prices of the year $(token), offer ends today $(token)" >"$T/mail.eml"
    sign "$T/mail.eml"
    accepted "$T/mail.eml" --from tester@sender.test --to webby@e2e.test
    photos tester@sender.test webby@e2e.test "photos $token"
    IMAP_PASSWORD=first-Secret-1 arrives webby@e2e.test "photos $token"
    browser webmail "$URL/webmail/" webby@e2e.test first-Secret-1 "$token" second-Secret-2 "$SHOTS/webmail" ||
        fail "see $SHOTS/webmail/failed.png"
    # the log-in has the client's own address everywhere
    logs roundcube "$start" >"$T/out"
    says "userlogins: Failed login for webby@e2e.test from $C4 in session [0-9a-f]+ \(error: 0\)\$"
    says "Successful login for webby@e2e.test .* from $C4"
    logs dovecot "$start" >"$T/out"
    says "auth_failed.*user=<webby@e2e.test>.*rip=$C4,"
    says "Logged in: user=<webby@e2e.test>.*rip=$C4,"
    logs postfix "$start" >"$T/out"
    says "postfix/webmail/smtpd.*client=.*\[$C4\], sasl_method=PLAIN, sasl_username=webby@e2e.test"
    # the password is the new one, and hashed as ours
    must_wait 20 imap_login webby@e2e.test second-Secret-2
    ! imap_login webby@e2e.test first-Secret-1 || fail "the old password is taken"
    # the rule acts on the next message
    export IMAP_PASSWORD=second-Secret-2
    post tester@sender.test webby@e2e.test "about rule $token today"
    arrives webby@e2e.test "about rule $token today" Trash
    # a copy of the answer is in Sent, with its attachment
    arrives webby@e2e.test "Re: letter $token" Sent
    got 'filename=.?garden.txt'
    arrives webby@e2e.test "rich $token"
    got '^Content-Type: text/html'
    got 'filename=.?large.txt'
    # junk was taught to the filter
    arrives webby@e2e.test "pills $token" Junk
    must_wait 30 learned_more_than spam "$taught"
    arrives webby@e2e.test "bill $token" Archive
    # others are told that the user is away
    PASSWORD=e2e-Secret-1 submit ben@e2e.test ben@e2e.test webby@e2e.test "question $token"
    IMAP_PASSWORD=e2e-Secret-1 arrives ben@e2e.test "In the garden"
    got 'in the garden until Monday'
}
imap_login() { IMAP_PASSWORD=$2 imap "$1" INBOX -X NOOP >/dev/null 2>&1; }

no_log_in() { ! imap_login "$@"; }

export limit_t_postfixadmin_in_a_browser=300
# what webmail does: IMAP and SMTP on the private bridge, from its own container
webmail_in() {
    local plain
    plain=$(printf '\0%s\0%s' anna@e2e.test "$1" | base64 -w 0)
    docker exec -i "$(container roundcube)" bash -eu -s "$SUBNET" "anna@e2e.test" "$1" "$plain" <<'END'
answer() { # the last line of it is in $line
    while IFS= read -r -t 30 line <&3; do case $line in [0-9][0-9][0-9]\ * | "* OK"* | "a "*) return 0 ;; esac; done
    return 1
}
talk() { # talk PORT OK TEXT...: each after the answer to what came before
    local port=$1 want=$2 line text
    shift 2
    exec 3<>"/dev/tcp/$port"
    answer
    for text; do
        printf '%s\r\n' "$text" >&3
        answer
    done
    case $line in $want*) return 0 ;; esac
    return 1
}
talk "$1.24/143" "a OK" "a LOGIN $2 $3"
talk "$1.25/10587" 235 "EHLO webmail" "AUTH PLAIN $4"
END
}
t_webmail_takes_the_main_password_only() {
    trap 'm mailbox set anna@e2e.test --require-app-password no >/dev/null; m app-password delete --yes anna@e2e.test reader >/dev/null 2>&1 || true' EXIT
    app=$(m --quiet app-password add anna@e2e.test reader 2>/dev/null)
    m mailbox set anna@e2e.test --require-app-password yes >/dev/null
    no imap anna@e2e.test INBOX -X NOOP
    IMAP_PASSWORD=$app imap anna@e2e.test INBOX -X NOOP >/dev/null
    webmail_in "$PASSWORD" || fail "webmail refuses the main password"
    ! webmail_in "$app" || fail "webmail lets an app password in"
}
t_postfixadmin_in_a_browser() {
    local address subject start contact secret
    address="made-$(unique x | cut -d' ' -f2)@e2e.test"
    start=$(now)
    contact=$(sed -n 's/^contact: *//p' "$SITE")
    secret=$(m secret show postfixadmin.admin)
    browser postfixadmin "$URL/postfixadmin/" "$contact" "$secret" \
        "$address" made-Secret-1 "$SHOTS/postfixadmin" || fail "see $SHOTS/postfixadmin/failed.png"
    logs postfixadmin "$start" >"$T/out"
    says "\] PostfixAdmin admin login failed \(username: $contact, ip_address: $C4\)\$"
    m mailbox list >"$T/out"
    says "^$address +Made in the browser"
    subject=$(unique made)
    post tester@sender.test "$address" "$subject"
    IMAP_PASSWORD=made-Secret-1 arrives "$address" "$subject"
    # a password of its own, no log of the supervisor has it
    ! grep -rqF "$secret" "$STATE"/*.log "$STATE/journal" 2>/dev/null || fail "the secret is in a log"
    # deleted there: gone for mail and for us at once
    browser postfixadmin "$URL/postfixadmin/" "$contact" "$secret" "$address" '' "$SHOTS/postfixadmin" ||
        fail "see $SHOTS/postfixadmin/failed.png"
    m mailbox list >"$T/out"
    says_not "^$address "
    housekeeping
    docker exec -u 5000 "$(container dovecot)" sh -c "ls -d /var/vmail/.deleted/e2e.test/${address%@*}.*/Maildir && [ ! -e /var/vmail/e2e.test/${address%@*} ]"
    must_wait 75 no_log_in "$address" made-Secret-1 # Dovecot remembers a log-in for a minute
    no post tester@sender.test "$address" "$subject again"
    says '^<.* 550 5\.1\.1'
}

t_postfixadmin_is_closed_and_finds_nothing_to_upgrade() {
    local page
    for page in setup.php upgrade.php xmlrpc.php backup.php ../config.inc.php common.php; do
        [ "$(web --path-as-is -o /dev/null -w '%{http_code}' "$URL/postfixadmin/$page")" != 200 ] || fail "$page answers"
    done
    docker exec -i "$(container postfixadmin)" php -r '
        define("POSTFIXADMIN", 1);
        define("POSTFIXADMIN_CLI", 1);
        require "/usr/share/postfixadmin/common.php";
        Config::write("database_user", "mailstead");
        Config::write("database_password", trim(stream_get_contents(STDIN)));
        require "/usr/share/postfixadmin/public/upgrade.php";' <"$STATE/secrets/mariadb.admin" >"$T/out" 2>&1
    says 'Database is up to date: ([0-9]+)/\1'
}

t_database_users_may_little() {
    local user
    for user in roundcube postfixadmin; do
        docker exec -i "$(container $user)" php -r '
            mysqli_report(MYSQLI_REPORT_OFF);
            $db = new mysqli($argv[1], $argv[2], trim(stream_get_contents(STDIN)), "mailstead");
            foreach (["SELECT password FROM mailbox", "INSERT INTO ms_declared VALUES ()", "SELECT 1 FROM mysql.user",
                "UPDATE mailbox SET active = 1", "DROP TABLE alias"] as $q) {
                echo "$q: ", $db->query($q) === false ? "refused" : "allowed", "\n";
            }' "$(mariadb_address)" "$user" <"$STATE/secrets/$user.database" >"$T/out"
        says 'ms_declared VALUES \(\): refused'
        says 'mysql.user: refused'
        says 'DROP TABLE alias: refused'
        [ $user = postfixadmin ] || says 'SELECT password FROM mailbox: refused'
        [ $user = postfixadmin ] || says 'SET active = 1: refused'
    done
}
mariadb_address() { docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(container mariadb)"; }

# both ways, and reading
mail_works() {
    local subject
    subject=$(unique alone)
    post tester@sender.test anna@e2e.test "$subject"
    arrives anna@e2e.test "$subject"
    submit anna@e2e.test anna@e2e.test ben@e2e.test "back $subject"
    arrives ben@e2e.test "back $subject"
}
t_mail_does_not_need_the_web() {
    # shellcheck disable=SC2064 # the names as they are now
    trap "docker start $(container web) $(container roundcube) >/dev/null 2>&1 || true" EXIT
    docker stop -t 2 "$(container roundcube)" "$(container web)" >/dev/null
    mail_works
    docker start "$(container web)" "$(container roundcube)" >/dev/null
    must_wait 60 healthy
    must_wait 20 web -f -o /dev/null "$URL/webmail/"
}

t_php_dies() {
    local before php
    before=$(docker inspect -f '{{.RestartCount}}' "$(container roundcube)")
    php=$(docker top "$(container roundcube)" -o pid,args | awk '/php-fpm: master/ { print $1 }')
    kill -KILL "$php"
    mail_works
    restarted() { [ "$(docker inspect -f '{{.RestartCount}}' "$(container roundcube)")" -gt "$before" ]; }
    must_wait 30 restarted
    must_wait 60 healthy
    must_wait 20 web -f -o /dev/null "$URL/webmail/"
}

export limit_t_switched_off=300
t_switched_off() {
    mv "$E2E/site.yaml.without-web" "$SITE"
    m mailbox delete webby@e2e.test --yes >/dev/null
    status 0 m up
    [ -z "$(docker ps -aq --filter "name=^$(container web)\$")" ] || fail "web is still there"
    ! web -o /dev/null "$URL/" 2>/dev/null || fail "the port is still open"
    must_wait 60 healthy
}

run_tests "$@"
