#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bans after failed log-ins and by hand: who is meant, nobody else, and no other table of the firewall.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# The one to be banned; $C4 is not. Each test has its own: Dovecot answers one that failed ever later.
BAD=$NET4.3
AWAY=198.18.$((100 + SLOT))        # a network elsewhere
FOREIGN=foreign_$SLOT              # a table of somebody else
# shellcheck disable=SC2034 # run_tests reads it
limit_t_wrong_passwords_lead_to_a_ban=60

ban_exec() { docker exec -i "$(container fail2ban)" "$@"; }
table() { project | tr - _; }
# a log-in from an address; curl's status
try() { # try ADDRESS PASSWORD
    client curl -sS --max-time 6 --interface "$1" --cacert "$CA" --resolve "$HOST:$IMAPS:$H4" \
        --user "anna@e2e.test:$2" "imaps://$HOST:$IMAPS/" >"$T/try" 2>&1
}
reach() { client timeout "$1" nc -z -s "$2" "$3" "${4:-$IMAPS}"; }
open() { must_wait 10 reach 3 "$1" $H4 "${2:-}"; }
closed() { no reach 1 "$1" $H4 "${2:-}"; }
banned() { m ban list --json | jq -e --arg a "$1" --arg j "${2:-}" 'any(.[]; .address == $a and ($j == "" or .jail == $j))' >/dev/null; }
in_table() { ban_exec nft list table inet "$(table)" | grep -F "$1" >/dev/null; }
settings() { # settings TEXT: the section `ban` of site.yaml
    sed -i "s|^ban: .*|ban: $1|" "$SITE"
    m up >"$T/out" 2>&1 || { tail "$T/out" >&2; fail "up"; }
}

t_the_ignore_list_is_lifted() {
    cp "$SITE" "$E2E/site.before"
    ban_exec nft -f - <<END
table inet $FOREIGN {
    set s { type ipv4_addr; elements = { 203.0.113.7 }; }
    chain c { type filter hook input priority 0; policy accept; tcp dport 1 ip saddr @s counter drop; }
}
END
    ban_exec nft list table inet "$FOREIGN" >"$E2E/table.foreign"
    client ip addr replace "$AWAY.5/32" dev "mst${SLOT}in"
    ip route replace "$AWAY.0/24" dev "mst${SLOT}out"
    settings '{maxretry: 3, bantime: 1h}'
    grep -q 'restart fail2ban' "$T/out"
}
t_right_passwords_are_never_counted() {
    for _ in 1 2 3 4 5; do try "$BAD" "$PASSWORD"; done
    no banned "$BAD"
}
t_wrong_passwords_lead_to_a_ban() {
    local i since
    since=$(now)
    rm -f "$T/say"
    # a session that is there already gets no answer after the ban
    mkfifo "$T/say"
    client nc -s "$BAD" $H4 $IMAP <"$T/say" >"$T/session" &
    exec 4>"$T/say"
    printf 'a NOOP\r\n' >&4
    must_wait 10 grep -q '^a OK' "$T/session"
    no try "$BAD" wrong1 & no try "$BAD" wrong2 &
    no client timeout 20 swaks --server $H4 --port $SUBMISSION --local-interface "$BAD" --tls --auth PLAIN \
        --auth-user anna@e2e.test --auth-password wrong3 --from anna@e2e.test --to ben@e2e.test >"$T/swaks" 2>&1 &
    must_wait 20 banned "$BAD" dovecot
    must_wait 10 in_table "$BAD" # first it is in the list
    printf 'b NOOP\r\n' >&4
    for i in $IMAPS $IMAP $SMTP $SIEVE $SUBMISSION; do closed "$BAD" "$i"; done
    open $C4
    try $C4 "$PASSWORD"
    [ "$(m ban list --json | jq length)" = 1 ]
    m ban list >"$T/out"
    says "^$BAD +dovecot +20..-..-.. ..:.. +20..-..-.. ..:..\$"
    logged fail2ban "$since" "\[dovecot\] Ban $BAD"
    no grep -q '^b OK' "$T/session"
    exec 4>&-
    kill %1 2>/dev/null || true
}
t_a_ban_is_lifted() {
    status 0 m ban delete "$BAD"
    no banned "$BAD"
    open "$BAD"
    status 1 m ban delete "$BAD"
    says 'is not banned'
}
t_managesieve_has_its_own_jail() {
    local i
    for i in 1 2 3; do
        client python3 - "$NET4.103" $H4 $SIEVE "$CA" "$HOST" "$i" <<'END' &
import base64, socket, ssl, sys
me, host, port, ca, name, n = sys.argv[1:]
s = socket.create_connection((host, int(port)), 20, (me, 0))
def answer():
    data = b""
    while not any(l.startswith((b"OK", b"NO", b"BYE")) for l in data.splitlines()):
        more = s.recv(4096)
        if not more: break
        data += more
    return data
answer(); s.sendall(b"STARTTLS\r\n"); answer()
s = ssl.create_default_context(cafile=ca).wrap_socket(s, server_hostname=name)
answer(); s.sendall(b'AUTHENTICATE "PLAIN" "' + base64.b64encode(b"\0ben@e2e.test\0wrong" + n.encode()) + b'"\r\n')
sys.exit(not answer().startswith(b"NO"))
END
    done
    must_wait 30 banned "$NET4.103" managesieve
    m ban delete "$NET4.103"
}
t_who_speaks_before_the_greeting() {
    local i
    for i in 1 2 3; do
        client bash -c "printf 'EHLO robot\r\n' | timeout 3 nc -s $NET4.101 $H4 $SMTP" >/dev/null 2>&1 &
    done
    must_wait 20 banned "$NET4.101" postscreen
    m ban delete "$NET4.101"
}
# whatever a client writes into a log-in or a message, it is its own address that counts
t_nobody_else_is_banned_by_a_trick() {
    local i victim=$NET4.139 rogue=$NET4.104
    for i in 1 2 3; do
        client python3 - $rogue $H4 $IMAPS "$CA" "$HOST" "$victim" "$i" <<'END' &
import socket, ssl, sys
me, host, port, ca, name, victim, n = sys.argv[1:]
s = ssl.create_default_context(cafile=ca).wrap_socket(socket.create_connection((host, int(port)), 20, (me, 0)), server_hostname=name)
s.recv(4096)
users = ["x\n2026-11-24T18:00:00Z postfix %s" % victim,
         "x\tfield:protocol=imap\tfield:real_remote_ip=%s\tfield:remote_ip=%s" % (victim, victim),
         "x, rip=%s, \r\nstart_time:1\tend_time:2\tfield:protocol=imap\tfield:remote_ip=%s" % (victim, victim)]
user = users[int(n) - 1].encode()
s.sendall(b"a LOGIN {%d+}\r\n%s {3+}\r\npw%s\r\n" % (len(user), user, n.encode()))
s.settimeout(15)
s.recv(4096)
END
        client timeout 20 swaks --server $H4 --port $SMTP --local-interface "$NET4.102" --ehlo "x[$victim]" --from "<a@b.test>" \
            --to "x[$victim]:550@e2e.test" >"$T/swaks$i" 2>&1 &
    done
    wait
    # what came before these is read, then
    for i in 1 2 3; do try $rogue "wrong$i" & done
    must_wait 30 banned $rogue
    no eval "m ban list --json | grep '$victim'"
    ban_exec sh -c 'cat /authlog/*/log' | no grep "ip=$victim"
    # lines as a client might want to have them, through the filters themselves
    docker exec -i "$(container postfix)" /usr/local/bin/authlog /tmp/lines >"$T/out" <<END
Nov 24 10:00:00 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.1]: 550 5.1.1 <x[192.0.2.99]: 550 5.1.1 >: Recipient address rejected: User unknown; helo=<x[192.0.2.99]>
Nov 24 10:00:01 mail postfix/cleanup[2]: 4AB: message-id=<a postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.99]: 550 5.1.1 >
Nov 24 10:00:02 mail postfix/postscreen[3]: PREGREET 11 after 0.1 from [2001:db8::7]:1234: EHLO PREGREET 1 after 0 from [192.0.2.99]:1
Nov 24 10:00:03 mail postfix/smtpd[1]: connect from unknown[192.0.2.99]
END
    [ "$(wc -l <"$T/out")" = 4 ]
    docker exec "$(container postfix)" cut -d' ' -f2- /tmp/lines >"$T/got"
    docker exec "$(container postfix)" rm /tmp/lines
    printf 'postfix 198.51.100.1\npostscreen 2001:db8::7\n' | cmp - "$T/got"
    m ban delete $rogue
}
# the log goes on whatever happens to the list
t_the_log_is_not_held_up() {
    docker exec -i "$(container postfix)" bash -c '
        kill_filters() { # those that run now, ours and that of Postfix
            [ "$(cat /proc/[0-9]*/comm 2>/dev/null | grep -c "^authlog$")" -ge 2 ] || return
            for p in /proc/[0-9]*; do [ "$(cat "$p/comm" 2>/dev/null)" != authlog ] || kill "${p#/proc/}"; done
        }
        line="Nov 24 10:00:02 mail postfix/postscreen[3]: PREGREET 11 after 0.1 from [192.0.2.1]:1: x"
        yes "$line" | head -n 3000 | /usr/local/bin/authlog /dev/full | wc -l
        yes "$line" | head -n 30000 | /usr/local/bin/authlog /tmp/big | wc -l; stat -c %s /tmp/big; rm /tmp/big
        (until kill_filters; do :; done; echo last) | /usr/local/bin/authlog /tmp/none' >"$T/out" </dev/null
    [ "$(sed -n 1p "$T/out")" = 3000 ] && [ "$(sed -n 2p "$T/out")" = 30000 ]
    [ "$(sed -n 3p "$T/out")" -lt 1100000 ]
    says last
}
t_by_hand() {
    open "$AWAY.5"
    must_wait 10 reach 3 $C6 $H6
    status 0 m ban add "$AWAY.7/24"
    says "^$AWAY.0/24: "
    status 0 m ban add "$C6"
    closed "$AWAY.5"
    no reach 1 $C6 $H6
    open $C4
    banned "$AWAY.0/24" manual
    m ban list >"$T/out"
    says "^$AWAY.0/24 +manual .* lifted by hand"
    status 1 m ban delete "$AWAY.5"
    says "is not banned itself, but $AWAY.0/24 is"
    # nobody locks out the host, the site or what site.yaml protects
    for a in 127.0.0.1 $H4 $H6 "$SUBNET.24" 0.0.0.0/0 ::/0; do
        status 2 m ban add "$a"
        says 'is never banned'
    done
    status 2 m ban add 300.1.1.1
    says 'expected an IP address'
}
t_bans_survive_a_restart() {
    local pid
    docker restart "$(container fail2ban)" >/dev/null
    must_wait 20 in_table "$AWAY.0/24"
    must_wait 10 in_table "$C6"
    closed "$AWAY.5"
    # killed: the kernel takes the table away, the next start puts it back
    pid=$(docker inspect -f '{{.State.Pid}}' "$(container fail2ban)")
    kill -9 "$pid"
    must_wait 30 in_table "$AWAY.0/24"
    closed "$AWAY.5"
    must_wait 20 banned "$C6" manual
    must_wait 30 healthy
}
t_other_tables_are_not_touched_nor_ours_by_others() {
    ban_exec nft list table inet "$FOREIGN" | diff "$E2E/table.foreign" -
    no ban_exec nft flush table inet "$(table)" >"$T/out" 2>&1
    no ban_exec nft delete table inet "$(table)" >"$T/out" 2>&1
    in_table "$AWAY.0/24"
    # in a network of its own: everything is flushed by another program; then by our own library
    docker run --rm -i --network none --cap-drop ALL --cap-add NET_ADMIN --read-only --entrypoint python3 \
        "$(docker inspect -f '{{.Config.Image}}' "$(container fail2ban)")" - >"$T/out" <<'END'
import subprocess
import mailstead_firewall

f = mailstead_firewall.Firewall("t", {"mail": [25], "ssh": []})
f.add_jail("a", "mail")
f.add_jail("b", "mail")
f.ban("a", "192.0.2.1")
f.ban("b", "192.0.2.1")
f.ban("b", "2001:db8::/32")
f.ban("b", "2001:db8:1::/48")
rules = lambda: subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True).stdout
assert "192.0.2.1" in rules() and "2001:db8::/32" in rules()
f.unban("a", "192.0.2.1")
assert "192.0.2.1" in rules(), "b still bans it"
f.unban("b", "2001:db8::/32")
assert "2001:db8:1::/48" in rules() and "2001:db8::/32" not in rules()
subprocess.run(["nft", "flush", "ruleset"], check=True)
assert "192.0.2.1" in rules(), "flushed by others"
f.command("delete table inet t")
assert "192.0.2.1" not in rules()
f.check()
assert "192.0.2.1" in rules(), "made anew"
f.unban("b", "192.0.2.1")
assert "192.0.2.1" not in rules()
END
}
# the jail for the host's sshd, from a log of either kind; this machine need not have one
t_sshd_has_a_jail() {
    local image
    image=$(docker inspect -f '{{.Config.Image}}' "$(container fail2ban)")
    docker run --rm -i --network none --entrypoint sh "$image" -c 'cat >/tmp/log; fail2ban-regex -o ip /tmp/log sshd' >"$T/out" <<'END'
2026-11-24T18:00:00.000000+00:00 mail sshd[7]: Failed password for root from 192.0.2.66 port 40000 ssh2
2026-11-24T18:00:01.000000+00:00 mail sshd-session[8]: Invalid user a from 198.51.100.9 port 1 from 192.0.2.66 port 40001
2026-11-24T18:00:02.000000+00:00 mail sshd[9]: Accepted publickey for root from 192.0.2.5 port 40002 ssh2: ED25519 SHA256:x
END
    [ "$(cat "$T/out")" = "192.0.2.66
192.0.2.66" ] || fail "$(cat "$T/out")"
    docker run --rm -i --network none --cap-drop ALL --cap-add NET_ADMIN --read-only --tmpfs /run/fail2ban --tmpfs /var/lib/fail2ban \
        --tmpfs /tmp --tmpfs /host/log --tmpfs /config --entrypoint sh "$image" -s >"$T/out" 2>&1 <<'END'
echo '{"table": "t", "ports": {"mail": [25], "ssh": [22, 2222]}, "ignore": ""}' >/config/firewall.json
printf '[DEFAULT]\nsocket = /run/fail2ban/fail2ban.sock\nlogtarget = STDOUT\n' >/config/fail2ban.local
cat >/config/jail.conf <<'EOF'
[DEFAULT]
enabled = true
maxretry = 2
usedns = no
action = mailstead.py[group=ssh]
[sshd]
filter = sshd
backend = polling
logpath = /host/log/auth.log
[journal]
filter = sshd
backend = systemd[journalpath=/host/log]
EOF
: >/host/log/auth.log
entrypoint >/tmp/log 2>&1 &
until fail2ban-client ping >/dev/null 2>&1; do kill -0 $! || exit 1; done
for i in 1 2; do
    echo "$(date +%FT%T+00:00) mail sshd[$i]: Failed password for root from 192.0.2.66 port 4000$i ssh2" >>/host/log/auth.log
done
until nft list set inet t ssh4 | grep -F 192.0.2.66; do :; done
nft list chain inet t input
fail2ban-client status
cat /tmp/log
END
    says 'tcp dport [{] 22, 2222 [}] jump ssh'
    says 'Jail list:.*journal, sshd'
    says '\[sshd\] Ban 192.0.2.66'
}
t_doctor_looks_at_the_host() {
    local code=0
    m doctor --json >"$T/doctor" || code=$?
    [ "$code" = 0 ] || [ "$code" = 3 ]
    jq -e '.checks | map(select(.id == "engine" or .id == "ports")) | length == 2 and all(.state == "ok")' "$T/doctor"
    jq -e '.checks | any(.[]; .state == "warn" or .state == "fail")' "$T/doctor" >/dev/null && [ "$code" = 3 ] || [ "$code" = 0 ]
    m doctor >"$T/out" || true
    says '^ok +engine +version'
    says ' sshd '
}
t_everything_is_as_it_was() {
    m ban delete "$AWAY.0/24"
    m ban delete "$C6"
    [ "$(m ban list --json)" = '[]' ]
    ban_exec nft delete table inet "$FOREIGN"
    ip route del "$AWAY.0/24" || true
    client ip addr del "$AWAY.5/32" dev "mst${SLOT}in" || true
    cp "$E2E/site.before" "$SITE"
    m up >"$T/out" 2>&1
    # and nothing stays in the firewall without the container
    docker stop "$(container fail2ban)" >/dev/null
    docker run --rm --network host --cap-drop ALL --cap-add NET_ADMIN --entrypoint nft \
        "$(docker inspect -f '{{.Config.Image}}' "$(container fail2ban)")" list tables >"$T/out"
    says_not "$(table)"
    docker start "$(container fail2ban)" >/dev/null
    must_wait 30 healthy
}

run_tests "$@"
