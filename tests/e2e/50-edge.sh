#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The edge: clients keep their addresses, and a service that restarts refuses nobody.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

t_received_has_ipv4() {
    local s
    s=$(unique)
    post erik@sender.test anna@e2e.test "$s"
    arrives anna@e2e.test "$s"
    got "Received: from mx\.sender\.test \(mx\.sender\.test \[$C4\]\)"
}
t_received_has_ipv6() {
    local s
    s=$(unique)
    message erik@sender.test anna@e2e.test "$s" >"$T/mail.eml"
    sign "$T/mail.eml"
    client timeout 60 swaks -6 --server $H6 --port $SMTP --ehlo mx.sender.test --from erik@sender.test \
        --to anna@e2e.test --data "@$T/mail.eml" >"$T/out" 2>&1 || fail "refused"
    arrives anna@e2e.test "$s"
    got "Received: from mx\.sender\.test \(mx\.sender\.test \[IPv6:$C6\]\)"
    got 'spf=pass'
}
t_dovecot_knows_the_address() {
    local since
    since=$(now)
    imap anna@e2e.test INBOX -X NOOP >/dev/null
    client curl -sS --max-time 20 --cacert "$CA" --resolve "$HOST:$IMAPS:[$H6]" \
        --user "anna@e2e.test:$PASSWORD" "imaps://$HOST:$IMAPS/" -X NOOP >/dev/null
    logged dovecot "$since" "rip=$C4"
    logged dovecot "$since" "rip=$C6"
}
t_postfix_knows_who_logs_in() {
    local since
    since=$(now)
    submit anna@e2e.test anna@e2e.test ben@e2e.test "$(unique)"
    logged postfix "$since" "client=.*\[$C4\], sasl_method=PLAIN, sasl_username=anna@e2e\.test"
}

# knock PORT TLS EXPECT FILE: a connection every 20 ms, from 40 hosts in turn, 40 at once at most, until FILE exists; the number of those that got no
# greeting goes to FILE.result as "CONNECTIONS REFUSED SLOWEST_MS"
knock() {
    client python3 - $H4 "$1" "$2" "$3" "$4" "$NET4" <<'END' &
import os, socket, ssl, sys, threading, time
host, port, tls, expect, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "tls", sys.argv[4].encode(), sys.argv[5]
results, threads = [], []
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
def one():
    start = time.monotonic()
    good, why = False, ""
    try:
        source = "%s.%d" % (sys.argv[6], 100 + len(threads) % 40)
        with socket.create_connection((host, port), 60, (source, 0)) as raw:
            raw.settimeout(60)
            s = context.wrap_socket(raw) if tls else raw
            line = s.recv(200)
            good, why = line.startswith(expect), repr(line)
            s.sendall(b"QUIT\r\n" if expect != b"* OK" else b"a LOGOUT\r\n")
            if tls:
                s.close()
    except Exception as e:
        why = repr(e)
    results.append((good, time.monotonic() - start, why))
while not os.path.exists(stop):
    if threading.active_count() > 40: # (one from each host at a time)
        time.sleep(0.02)
        continue
    t = threading.Thread(target=one)
    t.start()
    threads.append(t)
    time.sleep(0.02)
for t in threads:
    t.join()
bad = [r for r in results if not r[0]]
for r in bad[:5]:
    print(r[2], file=sys.stderr)
with open(stop + ".result", "w") as f:
    print(len(results), len(bad), int(1000 * max(r[1] for r in results)), file=f)
END
}
# restarts SERVICE PORT TLS EXPECT: three restarts while a client knocks: nobody is refused
restarts() {
    local stop=$T/stop-$1 pid i all bad slowest
    rm -f "$stop" "$stop.result"
    knock "$2" "$3" "$4" "$stop"
    pid=$!
    for i in 1 2 3; do status 0 m restart "$1"; done
    touch "$stop"
    wait $pid
    read -r all bad slowest <"$stop.result"
    echo "restart of $1: $all connections, $bad refused, slowest $slowest ms"
    [ "$all" -ge 50 ] || fail "too few connections: $all"
    [ "$bad" = 0 ] || fail "$bad of $all connections to port $2 were refused"
}
export limit_t_restart_postfix=240 limit_t_restart_dovecot=240 limit_t_restart_mariadb=240
t_restart_postfix() { restarts postfix $SMTP plain 220; }
t_restart_postfix_submission() { restarts postfix $SUBMISSION plain 220; }
t_restart_dovecot() { restarts dovecot $IMAPS tls '* OK'; }
t_restart_dovecot_plain() { restarts dovecot $IMAP plain '* OK'; }

# Messages sent while Postfix, Dovecot and Rspamd restart arrive once each.
export limit_t_mail_during_restarts=300
t_mail_during_restarts() {
    local tag i pid
    tag=$(unique during)
    # a sender that tries again, as a mail server does
    (
        for i in $(seq 1 30); do
            message erik@sender.test anna@e2e.test "$tag-no$i" >"$T/during.eml"
            sign "$T/during.eml"
            until client timeout 60 swaks --server $H4 --port $SMTP --ehlo mx.sender.test \
                --from erik@sender.test --to anna@e2e.test --data "@$T/during.eml" >"$T/during.out" 2>&1; do
                grep -E '^<\*\* 5' "$T/during.out" && exit 1
                read -r -t 0.2 <> <(:) || true
            done
        done
    ) &
    pid=$!
    for i in postfix dovecot rspamd postfix; do status 0 m restart $i; done
    wait $pid || fail "a message was refused for good: $(cat "$T/during.out")"
    # what Dovecot's restart deferred would wait for the next run of the queue
    m queue flush >/dev/null
    for i in $(seq 1 30); do
        must_wait 60 has anna@e2e.test INBOX "$tag-no$i"
    done
    # once: the tag is in each
    [ "$(found anna@e2e.test INBOX "$tag" | wc -w)" = 30 ] ||
        fail "$(found anna@e2e.test INBOX "$tag" | wc -w) messages of 30"
}
t_healthy_afterwards() { must_wait 60 healthy; }

run_tests "$@"
