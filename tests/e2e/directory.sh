#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The directory against a real MariaDB: migrations, grants, ensure, run-time changes, the look-ups of
# README.md, and speed.
#     tests/e2e/directory.sh [HOST PORT USER]     password in DIRECTORY_PASSWORD
# Uses a database and users of its own (mstest...) and removes them. Without arguments it starts a server
# of its own (Debian: mariadb-server-core, mariadb-client-core) in a temporary folder.
set -u
BIN=${BIN:-build}
DB=mstest
README=modules/core/directory/README.md
work=$(mktemp -d) || exit 1
server=
failed=0
n=0

stop() {
    if [ -n "${host:-}" ]; then
        sql "DROP DATABASE IF EXISTS $DB; DROP DATABASE IF EXISTS mstestother;
            DROP USER IF EXISTS mstestreader@'%'" >/dev/null 2>&1
    fi
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    rm -rf "$work"
}
trap stop EXIT

start_server() {
    local try
    if ! command -v mariadbd >/dev/null || ! command -v mariadb-install-db >/dev/null; then
        echo "directory: skipped: mariadb-server-core is not installed"
        exit 77
    fi
    mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db --force \
        --datadir="$work/data" --user="$(id -un)" >"$work/install.log" 2>&1 || {
        cat "$work/install.log"
        exit 1
    }
    host=127.0.0.1 admin=mstestadmin
    port=${DIRECTORY_PORT:-33062}
    export DIRECTORY_PASSWORD=mstestadmin
    echo "CREATE USER $admin@'%' IDENTIFIED BY '$DIRECTORY_PASSWORD';
        GRANT ALL PRIVILEGES ON *.* TO $admin@'%' WITH GRANT OPTION;" >"$work/init.sql"
    mariadbd --no-defaults --user="$(id -un)" --datadir="$work/data" --bind-address=$host \
        --port="$port" --socket="$work/socket" --pid-file="$work/pid" --skip-name-resolve \
        --innodb-buffer-pool-size=32M --init-file="$work/init.sql" >"$work/server.log" 2>&1 &
    server=$!
    for ((try = 0; try < 150; try++)); do
        sql "SELECT 1" >/dev/null 2>&1 && return
        kill -0 "$server" 2>/dev/null || break
        read -r -t 0.2 <>/dev/zero || true
    done
    cat "$work/server.log"
    exit 1
}

# sql TEXT [USER PASSWORD]: run it, print rows separated by tabs
sql() {
    MYSQL_PWD="${3:-$DIRECTORY_PASSWORD}" mariadb --no-defaults --skip-ssl -h "$host" -P "$port" \
        -u "${2:-$admin}" --default-character-set=latin1 -N -r -e "$1"
}

dir() {
    "$BIN/directory-try" "$host" "$port" "$admin" "$DB" "$@" 2>&1
}

ok() {
    n=$((n + 1))
    if [ "$2" = "$3" ]; then
        return
    fi
    failed=$((failed + 1))
    printf 'not ok: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
}

has() {
    n=$((n + 1))
    case $3 in
    *"$2"*) return ;;
    esac
    failed=$((failed + 1))
    printf 'not ok: %s\n  wanted a part: %s\n  got: %s\n' "$1" "$2" "$3"
}

test_migrate() {
    sql "DROP DATABASE IF EXISTS $DB; CREATE DATABASE $DB CHARACTER SET utf8mb4"
    ok "fresh migration" 7 "$(dir migrate)"
    ok "again" 7 "$(dir migrate)"
    ok "PostfixAdmin's version" 1847 "$(sql "SELECT value FROM $DB.config WHERE name = 'version'")"
    # as after a kill between two statements of the first migration
    sql "DELETE FROM $DB.ms_schema; DROP TABLE $DB.ms_declared, $DB.ms_alias, $DB.ms_send_as, $DB.vacation_notification, $DB.vacation"
    ok "migration cut in the middle" 7 "$(dir migrate)"
    ok "all tables are back" 26 \
        "$(sql "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$DB'")"
    sql "INSERT INTO $DB.ms_schema VALUES (99, NOW())"
    has "newer schema" "database: directory: the schema is at version 99, made by a newer" "$(dir migrate)"
    sql "DELETE FROM $DB.ms_schema WHERE version = 99; UPDATE $DB.config SET value = '1835'"
    has "older PostfixAdmin" "run its upgrade.php first" "$(dir migrate)"
    sql "UPDATE $DB.config SET value = '1847'"
    # two at once
    (dir migrate >"$work/one") &
    ok "two at once" 7 "$(dir migrate)"
    wait $!
    ok "two at once, the other" 7 "$(cat "$work/one")"
}

test_unreachable() {
    has "no server" "unreachable: directory: " "$("$BIN/directory-try" 127.0.0.1 1 x y migrate 2>&1)"
    has "wrong password" "database: directory: Access denied" \
        "$(DIRECTORY_PASSWORD=secretword dir migrate 2>&1)"
    n=$((n + 1))
    case $(DIRECTORY_PASSWORD=secretword dir migrate 2>&1) in
    *secretword*)
        failed=$((failed + 1))
        echo "not ok: the password is in the message"
        ;;
    esac
    has "no database" "database: directory: Unknown database" \
        "$("$BIN/directory-try" "$host" "$port" "$admin" mstestnone migrate 2>&1)"
}

reader() {
    sql "$1" mstestreader pw 2>&1
}

test_grants() {
    sql "DROP USER IF EXISTS mstestreader@'%'; DROP DATABASE IF EXISTS mstestother;
        CREATE USER mstestreader@'%' IDENTIFIED BY 'pw';
        GRANT SELECT, DELETE ON $DB.mailbox TO mstestreader@'%';
        GRANT PROCESS ON *.* TO mstestreader@'%';
        GRANT SELECT ON $DB.* TO mstestreader@'%' WITH GRANT OPTION"
    ok "grant" "" "$(dir grant mstestreader "SELECT (username, maildir) ON mailbox" \
        "SELECT, INSERT ON quota2" "ALL ON mstestother.*")"
    ok "granted column" "" "$(reader "SELECT username FROM $DB.mailbox")"
    has "other column" "denied" "$(reader "SELECT password FROM $DB.mailbox")"
    has "other table" "denied" "$(reader "SELECT address FROM $DB.alias")"
    has "revoked deletion" "denied" "$(reader "DELETE FROM $DB.mailbox")"
    ok "other database" 1 "$(reader "CREATE TABLE mstestother.t (a INT); SELECT 1")"
    dir grant mstestreader "SELECT (maildir, username) ON mailbox"
    ok "exactly these" "SELECT mailbox maildir, SELECT mailbox username" \
        "$(sql "SELECT privilege_type, table_name, column_name FROM information_schema.column_privileges
            WHERE grantee LIKE '%mstestreader%' UNION SELECT privilege_type, table_name, ''
            FROM information_schema.table_privileges WHERE grantee LIKE '%mstestreader%'
            UNION SELECT privilege_type, table_schema, '' FROM information_schema.schema_privileges
            WHERE grantee LIKE '%mstestreader%' ORDER BY 3" | tr '\t' ' ' | paste -sd, | sed 's/,/, /g')"
    ok "none" "" "$(dir grant mstestreader)"
    has "all revoked" "denied" "$(reader "SELECT username FROM $DB.mailbox")"
    has "no such user" "not-found: " "$(dir grant mstestnobody "SELECT ON mailbox")"
    has "server's own tables" "invalid: " "$(dir grant mstestreader "SELECT ON mysql.*")"
    has "quoting" "invalid: " "$(dir grant "x'@'%" "SELECT ON mailbox")"
    has "text in a grant" "invalid: " "$(dir grant mstestreader "SELECT ON mailbox TO root")"
}

SITE='{"domains":[
{"name":"example.org","line":10,"quota":1000,"catch_all":"anna@example.org",
 "mailboxes":[{"local":"anna","name":"Anna Ä","quota":2000,"line":12,"password_hash":"{PLAIN}one"},
  {"local":"ben","quota":1000,"line":13}],
 "aliases":[{"local":"info","line":15,"targets":["anna@example.org","out@elsewhere.test"]}]},
{"name":"example.net","line":20,"alias_for":"example.org"}]}'

mailbox_row() {
    sql "SELECT password, quota, maildir, local_part, domain, active FROM $DB.mailbox
        WHERE username = '$1'" | tr '\t' ' '
}

test_ensure() {
    # domains 2, mailboxes 2, aliases 2
    ok "ensure" 6 "$(dir ensure "$SITE")"
    ok "again" 0 "$(dir ensure "$SITE")"
    ok "mailbox" "{PLAIN}one 2000 example.org/anna/ anna example.org 1" \
        "$(mailbox_row anna@example.org)"
    ok "mailbox without password" " 1000 example.org/ben/ ben example.org 1" \
        "$(mailbox_row ben@example.org)"
    ok "its own alias" "ben@example.org" \
        "$(sql "SELECT goto FROM $DB.alias WHERE address = 'ben@example.org'")"
    has "name in UTF-8" '"name":"Anna Ä"' "$(dir mailboxes example.org)"
    has "declared" '"declared":"site.yaml:12"' "$(dir mailboxes example.org)"
    ok "aliases" '[{"address":"@example.org","targets":["anna@example.org"],"active":true,"declared":"site.yaml:10","expires":null},{"address":"info@example.org","targets":["anna@example.org","out@elsewhere.test"],"active":true,"declared":"site.yaml:15","expires":null}]' \
        "$(dir aliases)"
    ok "domains" '[{"name":"example.net","alias_for":"example.org","mailboxes":0,"aliases":0,"quota":0,"active":true,"declared":"site.yaml:20"},{"name":"example.org","alias_for":null,"mailboxes":2,"aliases":2,"quota":1000,"active":true,"declared":"site.yaml:10"}]' \
        "$(dir domains)"
    ok "password at run time" "" "$(dir mailbox-set ben@example.org '{"password_hash":"{PLAIN}two"}')"
    ok "is kept" 0 "$(dir ensure "$SITE")"
    ok "as is" "{PLAIN}two 1000 example.org/ben/ ben example.org 1" "$(mailbox_row ben@example.org)"
    ok "quota at run time" "" "$(dir mailbox-set anna@example.org '{"quota":7}')"
    ok "is set back" 1 "$(dir ensure "$SITE")"
    ok "lines that move are no change" 0 "$(dir ensure "${SITE//\"line\":1/\"line\":3}")"
    ok "one line" "site.yaml 32" \
        "$(sql "SELECT file, line FROM $DB.ms_declared WHERE name = 'anna@example.org'" | tr '\t' ' ')"
}

test_declared() {
    dir ensure "$SITE" >/dev/null
    ok "delete declared mailbox" "busy: mailbox anna@example.org is declared in site.yaml:12" \
        "$(dir mailbox-delete anna@example.org)"
    ok "delete declared domain" "busy: domain example.org is declared in site.yaml:10" \
        "$(dir domain-delete example.org content)"
    ok "delete declared alias" "busy: alias info@example.org is declared in site.yaml:15" \
        "$(dir alias-delete info@example.org)"
    ok "change declared alias" "busy: alias info@example.org is declared in site.yaml:15" \
        "$(dir alias-set info@example.org ben@example.org)"
    # ben and info leave site.yaml: two marks go, the objects stay
    ok "no longer declared" 2 "$(dir ensure '{"domains":[{"name":"example.org","line":10,"quota":1000,
        "catch_all":"anna@example.org","mailboxes":[{"local":"anna","quota":2000,"line":12}]},
        {"name":"example.net","line":20,"alias_for":"example.org"}]}')"
    ok "ordinary now" "" "$(dir alias-delete info@example.org)"
    ok "deleted" "" "$(dir mailbox-delete ben@example.org)"
    ok "password without one in site.yaml" "{PLAIN}one 2000 example.org/anna/ anna example.org 1" \
        "$(mailbox_row anna@example.org)"
}

test_conflicts() {
    dir ensure "$SITE" >/dev/null
    ok "run-time mailbox" "" "$(dir mailbox-add carl@example.org '{"name":"Carl"}')"
    ok "alias over it" \
        "invalid: site.yaml:5: carl@example.org: exists in the directory as a mailbox" \
        "$(dir ensure '{"domains":[{"name":"example.org","line":1,"aliases":
            [{"local":"carl","line":5,"targets":["a@b.test"]}]}]}')"
    has "nothing was changed by the refusal" '"declared":"site.yaml:12"' "$(dir mailboxes example.org)"
    ok "run-time alias" "" "$(dir alias-set dora@example.org anna@example.org)"
    ok "mailbox over it" "invalid: site.yaml:6: dora@example.org: exists in the directory as an alias" \
        "$(dir ensure '{"domains":[{"name":"example.org","line":1,"mailboxes":
            [{"local":"dora","line":6}]}]}')"
    has "domain with content as alias" "cannot be an alias" \
        "$(dir ensure '{"domains":[{"name":"example.org","line":1,"alias_for":"example.net"},
            {"name":"example.net","line":2}]}')"
    dir alias-delete dora@example.org
    dir mailbox-delete carl@example.org
}

test_domains() {
    ok "add" "" "$(dir domain-add run.test)"
    ok "twice" "exists: domain run.test exists already" "$(dir domain-add run.test)"
    ok "alias domain" "" "$(dir domain-add alias.test run.test)"
    has "of nothing" "not-found: " "$(dir domain-add a.test none.test)"
    has "of an alias" "invalid: " "$(dir domain-add a.test alias.test)"
    has "rolled back" "not-found: " "$(dir domain-delete a.test)"
    has "mailbox in an alias domain" "invalid: domain alias.test is an alias of run.test" \
        "$(dir mailbox-add x@alias.test)"
    ok "target of an alias" "busy: domain alias.test is an alias of run.test: delete that first" \
        "$(dir domain-delete run.test)"
    ok "mailbox" "" "$(dir mailbox-add x@run.test)"
    ok "default quota" " 5000 run.test/x/ x run.test 1" "$(mailbox_row x@run.test)"
    ok "delete alias domain" "" "$(dir domain-delete alias.test)"
    ok "not empty" "busy: domain run.test still has mailboxes or aliases" "$(dir domain-delete run.test)"
    ok "with content" "" "$(dir domain-delete run.test content)"
    ok "nothing left" 0 "$(sql "SELECT (SELECT COUNT(*) FROM $DB.alias WHERE domain = 'run.test') +
        (SELECT COUNT(*) FROM $DB.mailbox WHERE domain = 'run.test') +
        (SELECT COUNT(*) FROM $DB.ms_domain WHERE domain = 'run.test')")"
    has "gone" "not-found: " "$(dir domain-delete run.test)"
}

test_mailboxes() {
    dir domain-add run.test
    has "no domain" "not-found: domain none.test does not exist" \
        "$(dir mailbox-add x@none.test)"
    has "folder" "invalid: " "$(dir mailbox-add 'a/b@run.test')"
    ok "add" "" "$(dir mailbox-add x@run.test '{"quota":0,"password_hash":"{PLAIN}x","name":"X"}')"
    ok "twice" "exists: mailbox x@run.test exists already" "$(dir mailbox-add x@run.test)"
    ok "as an alias" "exists: x@run.test exists already, as a mailbox" \
        "$(dir alias-set x@run.test a@b.test)"
    ok "off" "" "$(dir mailbox-set x@run.test '{"active":false}')"
    ok "both rows" "0 0" "$(sql "SELECT m.active, a.active FROM $DB.mailbox m JOIN $DB.alias a
        ON a.address = m.username WHERE m.username = 'x@run.test'" | tr '\t' ' ')"
    ok "the rest stays" "{PLAIN}x 0 run.test/x/ x run.test 0" "$(mailbox_row x@run.test)"
    has "set nobody" "not-found: " "$(dir mailbox-set y@run.test '{"quota":1}')"
    # hostile text is a value like any other
    ok "quotes" "" "$(dir mailbox-set x@run.test "{\"name\":\"Robert'); DROP TABLE mailbox; --\"}")"
    has "as they are" "Robert'); DROP TABLE mailbox; --" "$(dir mailboxes run.test)"
    dir alias-set to@run.test x@run.test
    ok "a target" "busy: alias to@run.test delivers to x@run.test" "$(dir mailbox-delete x@run.test)"
    dir alias-delete to@run.test
    ok "delete" "" "$(dir mailbox-delete x@run.test)"
    has "gone" "not-found: " "$(dir mailbox-delete x@run.test)"
    dir domain-delete run.test content
}

test_aliases() {
    dir domain-add run.test
    dir domain-add also.test run.test
    dir mailbox-add x@run.test
    ok "set" "" "$(dir alias-set a@run.test x@run.test out@elsewhere.test)"
    ok "replace" "" "$(dir alias-set a@run.test x@run.test)"
    ok "list" '[{"address":"a@run.test","targets":["x@run.test"],"active":true,"declared":null,"expires":null}]' \
        "$(dir aliases run.test)"
    ok "sub-address and alias domain" "" "$(dir alias-set b@run.test x+tag@run.test a@also.test)"
    ok "dangling" "invalid: target nobody@run.test does not exist" \
        "$(dir alias-set c@run.test nobody@run.test)"
    ok "itself" "invalid: alias loop: c@run.test leads back to c@run.test" \
        "$(dir alias-set c@run.test c@run.test)"
    ok "loop over two and the alias domain" \
        "invalid: alias loop: a@also.test leads back to a@run.test" \
        "$(dir alias-set a@run.test b@also.test)"
    ok "no target" "invalid: alias c@run.test: an alias needs a target" "$(dir alias-set c@run.test)"
    has "comma" "invalid: " "$(dir alias-set c@run.test "x@run.test,y@run.test")"
    ok "catch-all" "" "$(dir alias-set @run.test x@run.test)"
    ok "nothing dangles now" "" "$(dir alias-set c@run.test nobody@run.test)"
    has "loop over the catch-all" "invalid: alias loop" "$(dir alias-set @run.test nobody@run.test)"
    has "alias domain" "invalid: " "$(dir alias-set y@also.test x@run.test)"
    ok "still a target" "busy: alias b@run.test delivers to a@run.test" \
        "$(dir alias-delete a@run.test)"
    ok "delete" "" "$(dir alias-delete c@run.test)"
    has "a mailbox is no alias" "not-found: " "$(dir alias-delete x@run.test)"
    dir domain-delete also.test
    dir domain-delete run.test content
}

# The queries of README.md, asked as the services ask them, by a user with the grants written there.
query() {
    local text
    text=$(grep 'query = ' "$README" | sed 's/^ *\(iterate_\)\?query = //' | sed -n "$1p")
    text=${text//%\{user | username\}/${2%@*}}
    text=${text//%\{user | domain\}/${2##*@}}
    text=${text//%\{user\}/$2}
    text=${text//%\{protocol\}/${3:-}}
    text=${text//%\{password | substr(0, 6) | hexlify\}/$(printf %s "${4:-}" | od -An -tx1 | tr -d ' \n')}
    text=${text//%s/$2}
    sql "USE $DB; $text" mstestreader pw 2>&1 | tr '\t' ' ' | paste -sd' '
}

test_lookups() {
    local grants
    dir ensure "$SITE" >/dev/null
    dir alias-set team@example.org info@example.org >/dev/null
    mapfile -t grants < <(sed -n 's/^ *- "\(.* ON .*\)"$/\1/p' "$README")
    ok "grants of README.md" "" "$(dir grant mstestreader "${grants[@]}")"
    ok "domain" "example.org" "$(query 1 example.org)"
    ok "alias domain" "example.net" "$(query 1 example.net)"
    ok "other domain" "" "$(query 1 example.com)"
    ok "mailbox" "example.org/anna/" "$(query 2 anna@example.org)"
    ok "no mailbox" "" "$(query 2 nobody@example.org)"
    ok "alias of a mailbox" "ben@example.org" "$(query 3 ben@example.org)"
    ok "alias" "anna@example.org,out@elsewhere.test" "$(query 3 info@example.org)"
    ok "alias domain" "ben@example.org" "$(query 3 ben@example.net)"
    ok "unknown" "" "$(query 3 nobody@example.org)"
    ok "catch-all" "anna@example.org" "$(query 3 @example.org)"
    ok "catch-all of the alias domain" "anna@example.org" "$(query 3 @example.net)"
    ok "outside Latin-1" "" "$(query 3 'Ж@example.net')"
    ok "owner" "anna@example.org" "$(query 4 anna@example.org)"
    ok "owner by alias domain" "anna@example.org" "$(query 4 anna@example.net)"
    ok "not one owner of several" "" "$(query 4 info@example.org)"
    dir alias-set solo@example.org anna@example.org >/dev/null
    ok "owner of an alias" "anna@example.org" "$(query 4 solo@example.org)"
    ok "owner of an alias by alias domain" "anna@example.org" "$(query 4 solo@example.net)"
    ok "nobody owns the catch-all" "" "$(query 4 @example.org)"
    ok "log-in" "anna@example.org {PLAIN}one" "$(query 5 anna@example.org)"
    ok "log-in by alias domain" "anna@example.org {PLAIN}one" "$(query 5 anna@example.net)"
    ok "no password, no log-in" "" "$(query 5 ben@example.org)"
    ok "user" "anna@example.org /var/vmail/example.org/anna 2000B" "$(query 6 anna@example.org)"
    ok "all users" "anna@example.org ben@example.org" "$(query 7 x@x | tr ' ' '\n' | sort | paste -sd' ')"
    dir mailbox-set anna@example.org '{"active":false}' >/dev/null
    ok "inactive: mailbox, alias, log-in, user" "" \
        "$(query 2 anna@example.org)$(query 3 anna@example.org)$(query 5 anna@example.org)$(query 6 anna@example.org)"
    dir mailbox-set anna@example.org '{"active":true}' >/dev/null
    sql "UPDATE $DB.domain SET active = 0 WHERE domain = 'example.org'"
    ok "inactive domain" "" \
        "$(query 1 example.org)$(query 3 anna@example.org)$(query 5 anna@example.org)$(query 6 anna@example.org)"
    sql "UPDATE $DB.domain SET active = 1 WHERE domain = 'example.org'"
}

test_senders() {
    dir ensure "$SITE" >/dev/null
    ok "grants" "" "$(dir mailbox-set ben@example.org '{"send_as":["info@example.org","post@example.net"]}')"
    has "listed" '"send_as":["info@example.org","post@example.net"]' "$(dir mailboxes example.org)"
    ok "granted" "ben@example.org" "$(query 4 info@example.org)"
    ok "granted by alias domain" "ben@example.org" "$(query 4 info@example.net)"
    ok "granted in the alias domain" "ben@example.org" "$(query 4 post@example.net)"
    ok "others" "" "$(query 4 other@example.org)"
    ok "an owner besides" "anna@example.org ben@example.org" "$(dir mailbox-set ben@example.org \
        '{"send_as":["anna@example.org"]}'; query 4 anna@example.org)"
    ok "and no more" "" "$(query 4 info@example.org)"
    ok "a whole domain" "" "$(dir mailbox-set ben@example.org '{"send_as":["@example.org"]}')"
    ok "any address" "ben@example.org" "$(query 4 any@example.org)"
    ok "any address of the alias domain" "ben@example.org" "$(query 4 any@example.net)"
    ok "the owner too" "anna@example.org ben@example.org" "$(query 4 anna@example.org)"
    ok "not ours" "invalid: send-as: a@elsewhere.test is not in a domain of this site" \
        "$(dir mailbox-set ben@example.org '{"send_as":["a@elsewhere.test"]}')"
    ok "undone by the refusal" "ben@example.org" "$(query 4 any@example.org)"
    ok "none" "" "$(dir mailbox-set ben@example.org '{"send_as":[]}'; query 4 any@example.org)"
}

test_declared_senders() {
    local site='{"domains":[{"name":"example.org","line":10,"mailboxes":[{"local":"anna","line":12,
        "send_as":["crew@example.org","@example.org"]}]},{"name":"example.net","line":20,"alias_for":"example.org"}]}'
    dir ensure "$SITE" >/dev/null
    dir mailbox-set anna@example.org '{"send_as":["press@example.org","crew@example.org"]}'
    dir ensure "$site" >/dev/null
    ok "again" 0 "$(dir ensure "$site")"
    ok "granted" "anna@example.org" "$(query 4 crew@example.org)"
    ok "not taken away at run time" "anna@example.org" \
        "$(dir mailbox-set anna@example.org '{"send_as":[]}'; query 4 crew@example.org)"
    ok "two less" 2 "$(dir ensure "${site/\"crew@example.org\",\"@example.org\"/}")"
    ok "taken away" "" "$(query 4 crew@example.org)"
}

test_app_passwords() {
    dir ensure "$SITE" >/dev/null
    ok "add" "" "$(dir app-add anna@example.org phone aBcDeF '{PLAIN}aBcDeF123' 15)"
    ok "same name" 'exists: anna@example.org has an app password "phone" already' \
        "$(dir app-add anna@example.org phone gHiJkL '{PLAIN}x' 1)"
    ok "imap only" "" "$(dir app-add anna@example.org tablet gHiJkL '{PLAIN}gHiJkL456' 1)"
    has "nobody" "not-found: " "$(dir app-add nobody@example.org phone gHiJkL '{PLAIN}x' 1)"
    has "no name" "invalid: " "$(dir app-add anna@example.org "" gHiJkL '{PLAIN}x' 1)"
    has "listed" '[{"name":"phone","protocols":["imap","pop3","smtp","sieve"],"created":"20' \
        "$(dir app-list anna@example.org)"
    ok "found" "anna@example.org {PLAIN}aBcDeF123" "$(query 8 anna@example.org sieve aBcDeF)"
    ok "found by alias domain" "anna@example.org {PLAIN}aBcDeF123" "$(query 8 anna@example.net smtp aBcDeF)"
    ok "case counts" "" "$(query 8 anna@example.org smtp abcdef)"
    ok "protocol" "anna@example.org {PLAIN}gHiJkL456" "$(query 8 anna@example.org imap gHiJkL)"
    ok "other protocol" "" "$(query 8 anna@example.org smtp gHiJkL)"
    ok "webmail is no protocol" "" "$(query 8 anna@example.org webmail aBcDeF)"
    ok "another user" "" "$(query 8 ben@example.org imap aBcDeF)"
    ok "main password" "anna@example.org {PLAIN}one" "$(query 5 anna@example.org)"
    ok "not any more" "" "$(dir mailbox-set anna@example.org '{"require_app_password":true}'
        query 5 anna@example.org)"
    has "listed" '"require_app_password":true' "$(dir mailboxes example.org)"
    ok "again" "anna@example.org {PLAIN}one" "$(dir mailbox-set anna@example.org \
        '{"require_app_password":false}'; query 5 anna@example.org)"
    ok "revoke" "" "$(dir app-delete anna@example.org phone; query 8 anna@example.org imap aBcDeF)"
    has "twice" "not-found: " "$(dir app-delete anna@example.org phone)"
    # whoever deletes the mailbox, as PostfixAdmin does
    sql "DELETE FROM $DB.mailbox WHERE username = 'anna@example.org'"
    ok "gone with the mailbox" 0 "$(sql "SELECT COUNT(*) FROM $DB.ms_app_password")"
    dir ensure "$SITE" >/dev/null
}

test_expiry() {
    dir domain-add run.test
    dir mailbox-add x@run.test
    ok "set" "" "$(dir alias-until 3600 t@run.test x@run.test)"
    has "listed" '"expires":"20' "$(dir aliases run.test)"
    ok "delivers" "x@run.test" "$(query 3 t@run.test)"
    ok "may send" "x@run.test" "$(query 4 t@run.test)"
    ok "nothing expired" 0 "$(dir alias-expire)"
    sql "UPDATE $DB.ms_alias SET expires = UTC_TIMESTAMP() WHERE address = 't@run.test'"
    ok "refused" "" "$(query 3 t@run.test)"
    ok "may not send" "" "$(query 4 t@run.test)"
    dir alias-set u@run.test t@run.test
    ok "kept while a target" 0 "$(dir alias-expire)"
    dir alias-delete u@run.test
    ok "cleaned up" 1 "$(dir alias-expire)"
    ok "gone" "[]" "$(dir aliases run.test)"
    ok "without an end" "x@run.test" "$(dir alias-until 0 t@run.test x@run.test
        dir alias-set t@run.test x@run.test; query 3 t@run.test)"
    dir domain-delete run.test content
}

test_rename() {
    dir ensure "$SITE" >/dev/null
    dir domain-add run.test
    dir domain-add also.test run.test
    dir mailbox-add x@run.test '{"name":"X","password_hash":"{PLAIN}x","quota":77,"require_app_password":true}'
    dir app-add x@run.test phone aBcDeF '{PLAIN}aBcDeF123' 15
    dir mailbox-set ben@example.org '{"send_as":["x@run.test"]}'
    dir alias-set a@run.test x@run.test x+tag@also.test out@elsewhere.test
    dir alias-set @run.test x@run.test
    ok "declared" "busy: mailbox anna@example.org is declared in site.yaml:12" \
        "$(dir mailbox-rename anna@example.org other@example.org)"
    has "taken by an alias" "exists: " "$(dir mailbox-rename x@run.test a@run.test)"
    has "no domain" "not-found: " "$(dir mailbox-rename x@run.test x@none.test)"
    has "alias domain" "invalid: " "$(dir mailbox-rename x@run.test y@also.test)"
    ok "nothing happened" "run.test/x/" "$(query 2 x@run.test)"
    ok "rename" "" "$(dir mailbox-rename x@run.test y@example.org alias)"
    ok "again is no error" "" "$(dir mailbox-rename x@run.test y@example.org alias)"
    ok "same row, mail in its place" "{PLAIN}x 77 run.test/x/ y example.org 1" "$(mailbox_row y@example.org)"
    ok "targets" "y@example.org,y+tag@example.org,out@elsewhere.test" "$(query 3 a@run.test)"
    ok "catch-all" "y@example.org" "$(query 3 @run.test)"
    ok "old address" "y@example.org" "$(query 3 x@run.test)"
    ok "new address" "y@example.org" "$(query 3 y@example.org)"
    ok "app password" "y@example.org {PLAIN}aBcDeF123" "$(query 8 y@example.org imap aBcDeF)"
    ok "still required" "" "$(query 5 y@example.org)"
    ok "who may send as it" "ben@example.org y@example.org" \
        "$(query 4 y@example.org | tr ' ' '\n' | sort | paste -sd' ')"
    ok "user" "y@example.org /var/vmail/run.test/x 77B" "$(query 6 y@example.org)"
    ok "user of queued mail" "y@example.org /var/vmail/run.test/x 77B" "$(query 6 x@run.test)"
    ok "under way" '[{"address":"x@run.test","target":"y@example.org"}]' "$(dir renames)"
    has "no other meanwhile" "busy: a rename is not finished yet" "$(dir mailbox-rename y@example.org z@example.org)"
    has "no deletion" "busy: " "$(dir mailbox-delete y@example.org)"
    ok "moved" "/var/vmail/example.org/y" "$(dir rename-moved y@example.org; query 6 y@example.org | cut -d' ' -f2)"
    ok "done" "[]" "$(dir rename-done x@run.test; dir renames)"
    dir alias-delete x@run.test
    ok "twice" "" "$(dir mailbox-rename y@example.org z@run.test)"
    ok "the first name too" "z@run.test" "$(query 6 x@run.test | cut -d' ' -f1)"
    dir rename-moved z@run.test
    dir rename-done y@example.org
    ok "a new one of the old name" "" "$(dir mailbox-add x@run.test)"
    ok "is itself" "x@run.test" "$(query 6 x@run.test | cut -d' ' -f1)"
    ok "back" "" "$(dir alias-delete a@run.test; dir mailbox-rename z@run.test y@example.org)"
    ok "not from itself" "y@example.org" "$(query 6 y@example.org | cut -d' ' -f1)"
    sql "UPDATE $DB.ms_rename SET done = UTC_TIMESTAMP() - INTERVAL 8 DAY"
    ok "forgotten" "" "$(dir renames >/dev/null; query 6 z@run.test)"
    dir alias-delete @run.test
    dir mailbox-set ben@example.org '{"send_as":[]}'
    dir mailbox-delete y@example.org
    dir domain-delete also.test
    dir domain-delete run.test content
}

# A writer killed in the middle of ensure leaves nothing of it behind, and no lock.
# another program deletes rows: triggers do what is ours
test_deleted_elsewhere() {
    dir domain-add lost.test >/dev/null
    dir mailbox-add q@lost.test >/dev/null
    sql "INSERT INTO $DB.ms_spam (owner, junk_score) VALUES ('q@lost.test', 1), ('@lost.test', 2);
        INSERT INTO $DB.ms_spam_sender VALUES ('q@lost.test a.test', 'q@lost.test', 'a.test', 'allow')"
    sql "DELETE FROM $DB.alias WHERE domain = 'lost.test'; DELETE FROM $DB.mailbox WHERE domain = 'lost.test'"
    ok "its mail is to be put aside" '[{"address":"q@lost.test","home":"lost.test/q"}]' "$(dir deleted)"
    ok "its scores are gone" @lost.test "$(sql "SELECT owner FROM $DB.ms_spam UNION SELECT owner FROM $DB.ms_spam_sender")"
    has "none of the name meanwhile" "busy: mailbox q@lost.test was deleted" "$(dir mailbox-add q@lost.test)"
    has "nor by the other program" "is not put aside yet" "$(sql "INSERT INTO $DB.mailbox (username, password, name, maildir,
        local_part, domain) VALUES ('q@lost.test', '', '', 'lost.test/q/', 'q', 'lost.test')" 2>&1)"
    dir mailbox-add r@lost.test >/dev/null
    has "nor by a rename" "busy: mailbox q@lost.test was deleted" "$(dir mailbox-rename r@lost.test q@lost.test)"
    sql "DELETE FROM $DB.domain WHERE domain = 'lost.test'"
    ok "the domain's are gone" 0 "$(sql "SELECT COUNT(*) FROM $DB.ms_spam")"
    sql "DELETE FROM $DB.mailbox WHERE domain = 'lost.test'; DELETE FROM $DB.ms_deleted; DELETE FROM $DB.alias WHERE domain = 'lost.test'"
}

test_kill() {
    local pid try rows=0
    sql "DELETE FROM $DB.ms_declared WHERE name LIKE '%bulk%'; DELETE FROM $DB.alias WHERE domain LIKE
        'bulk%'; DELETE FROM $DB.mailbox WHERE domain LIKE 'bulk%'; DELETE FROM $DB.domain WHERE domain
        LIKE 'bulk%'"
    "$BIN/directory-try" "$host" "$port" "$admin" "$DB" bulk 10 100000 >"$work/killed" 2>&1 &
    pid=$!
    for ((try = 0; try < 20000; try++)); do
        kill -0 $pid 2>/dev/null || break
        read -r -t 0.15 <> <(:) || true # the server makes the view anew only 0.1 s after it was last read
        rows=$(sql "SELECT COALESCE(MAX(trx_rows_modified), 0) FROM information_schema.innodb_trx")
        [ "$rows" -gt 500 ] && break
    done
    ok "caught in the middle" yes "$([ "$rows" -gt 500 ] && kill -KILL $pid && echo yes)"
    wait $pid 2>/dev/null
    ok "nothing half done" 0 "$(dir domains | grep -c bulk)"
    ok "no mailbox" "" "$(sql "SELECT username FROM $DB.mailbox WHERE domain LIKE 'bulk%' LIMIT 1")"
    ok "the next one gets through" "" "$(dir domain-add bulknext.test)"
    ok "and back" "" "$(dir domain-delete bulknext.test)"
}

# Rows read for one look-up, whatever the size of the tables.
test_speed() {
    local changes ms i text plan
    read -r changes ms <<<"$(dir bulk "${BULK_DOMAINS:-1000}" "${BULK_MAILBOXES:-50000}")"
    ok "bulk: changes" $((${BULK_DOMAINS:-1000} + ${BULK_MAILBOXES:-50000} + 6)) "$changes"
    ok "bulk: within 60 s" yes "$([ "${ms:-99999}" -lt 60000 ] && echo yes || echo "$ms ms")"
    echo "directory: ${BULK_DOMAINS:-1000} domains and ${BULK_MAILBOXES:-50000} mailboxes in $ms ms"
    read -r changes ms <<<"$(dir bulk "${BULK_DOMAINS:-1000}" "${BULK_MAILBOXES:-50000}")"
    ok "bulk again: changes" 0 "$changes"
    ok "bulk again: within 20 s" yes "$([ "${ms:-99999}" -lt 20000 ] && echo yes || echo "$ms ms")"
    echo "directory: again without changes in $ms ms"
    for i in 1 2 3 4 5 6; do
        text=$(grep 'query = ' "$README" | sed 's/^ *query = //' | sed -n "${i}p")
        text=${text//%\{user | username\}/user7}
        text=${text//%\{user | domain\}/bulk7.test}
        text=${text//%\{user\}/user7@bulk7.test}
        text=${text//%s/user7@bulk7.test}
        plan=$(sql "USE $DB; EXPLAIN $text" | cut -f3,4 | grep -v 'NULL$' | grep -v '^<union' |
            grep -cv -e 'const$' -e 'ref$' -e 'range$')
        ok "look-up $i reads by key" 0 "$plan"
    done
}

if [ $# -ge 3 ]; then
    host=$1 port=$2 admin=$3
    : "${DIRECTORY_PASSWORD:?}"
    export DIRECTORY_PASSWORD
    sql "SELECT 1" >/dev/null || exit 1
else
    start_server
fi
test_migrate
test_unreachable
test_grants
test_ensure
test_conflicts
test_declared
test_domains
test_mailboxes
test_aliases
test_lookups
test_senders
test_declared_senders
test_app_passwords
test_expiry
test_rename
test_deleted_elsewhere
test_kill
test_speed
echo "directory: $n checks, $failed failed"
[ "$failed" = 0 ]
