#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nobody relays mail without a log-in: from no address, over no family, by no way into the containers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
MTA=$SUBNET.66 # Postfix on the network that the edge uses

# relays COMMAND...: COMMAND is swaks in some place, up to its server; whether any form of a foreign
# recipient is accepted
relays() {
    local to from
    for from in erik@sender.test anna@e2e.test '<>'; do
        for to in victim@elsewhere.test 'victim%elsewhere.test@e2e.test' 'victim@elsewhere.test@e2e.test' \
            '@e2e.test:victim@elsewhere.test' 'elsewhere.test!victim' '"victim@elsewhere.test"' \
            "victim@[$NET4.9]" 'anna@e2e.test,victim@elsewhere.test'; do
            "$@" --ehlo mx.sender.test --from "$from" --to "$to" --quit-after RCPT >"$T/out" 2>&1 || true
            # accepted: an answer 2xx after RCPT TO with the foreign name in it
            if awk -v net="$NET4" '/-> RCPT TO/ { rcpt = index($0, "elsewhere") || index($0, net ".9"); next }
                rcpt && /^ *<[-~*]*.? +25[0-9] / { bad = 1 } { rcpt = 0 } END { exit !bad }' "$T/out"; then
                grep -E -A 1 'RCPT' "$T/out" >&2
                return 0
            fi
        done
    done
    # an answer must have come at all, or nothing was tested
    grep -qE '^ *<[-~*]+ +5[0-9][0-9] ' "$T/out" || { tail -n 5 "$T/out" >&2; return 0; }
    return 1
}

t_foreign_address() { no relays client timeout 30 swaks --server $H4 --port $SMTP; }
t_foreign_address_ipv6() { no relays client timeout 30 swaks -6 --server $H6 --port $SMTP; }
t_second_foreign_address() {
    no relays client timeout 40 swaks --server $H4 --port $SMTP --local-interface "$NET4.3"
}
t_host_itself() { no relays timeout 30 swaks --server 127.0.0.1 --port $SMTP; }
t_host_itself_ipv6() { no relays timeout 30 swaks -6 --server ::1 --port $SMTP; }
t_hosts_public_address() { no relays timeout 30 swaks --server $H4 --port $SMTP; }
t_submission_port() { no relays client timeout 30 swaks --server $H4 --port $SUBMISSION --tls; }

# From the host the container's address can be reached: the gateway's address is no reason to relay,
# neither with the PROXY header of a trusted client.
t_gateway_with_proxy() {
    no relays timeout 30 swaks --server $MTA --port 25 --proxy "TCP4 127.0.0.1 127.0.0.1 4000 25"
}
t_gateway_with_proxy_of_gateway() {
    no relays timeout 30 swaks --server $MTA --port 25 --proxy "TCP4 $SUBNET.65 $MTA 4000 25"
}
t_gateway_with_proxy_of_dovecot() {
    no relays timeout 30 swaks --server $MTA --port 25 --proxy "TCP4 $SUBNET.24 $MTA 4000 25"
}
t_gateway_without_proxy() {
    timeout 30 swaks --server $MTA --port 25 --from a@sender.test --to anna@e2e.test >"$T/out" 2>&1 || true
    says_not 'queued as'
}
t_probe_port_does_not_relay() { no relays timeout 30 swaks --server "$SUBNET.25" --port 10025; }
t_sieve_port_does_not_relay() { no relays timeout 30 swaks --server "$SUBNET.25" --port 10026; }
t_lmtp_is_not_for_clients() {
    client timeout 5 bash -c "exec 3<>/dev/tcp/$SUBNET.24/24" >"$T/out" 2>&1 && fail "LMTP reachable" || true
}

# a container of somebody else cannot reach the services at all
t_other_container() {
    local image to
    image=$(docker inspect -f '{{.Config.Image}}' "$(container postfix)")
    # shellcheck disable=SC2016 # text for another shell
    docker run --rm --name "mstest-other-$SLOT" --entrypoint /bin/bash "$image" -c '
        for to; do
            timeout 3 bash -c "exec 3<>/dev/tcp/$to && echo reached $to" &
        done 2>/dev/null
        wait' bash "$MTA/25" "$MTA/587" "$SUBNET.25/10025" "$SUBNET.25/10026" "$SUBNET.24/24" "$SUBNET.82/143" \
        "$SUBNET.10/3306" "$SUBNET.11/6379" "$SUBNET.12/11334" "$SUBNET.12/11332" "$SUBNET.13/53" >"$T/out" 2>&1
    says_not reached
}
# within the stack the PROXY ports are on networks of their own
t_own_container_cannot_use_proxy() {
    for to in "$MTA 25" "$MTA 587" "$SUBNET.82 143" "$SUBNET.82 993"; do
        no docker exec "$(container rspamd)" timeout 3 bash -c "exec 3<>/dev/tcp/${to% *}/${to#* }" >"$T/out" 2>&1
    done
}
# the client from outside cannot reach a container, whatever its route says
t_no_route_into_the_stack() {
    for to in "$MTA 25" "$SUBNET.25 10025" "$SUBNET.10 3306"; do
        no client timeout 5 bash -c "exec 3<>/dev/tcp/${to% *}/${to#* }" >"$T/out" 2>&1
    done
}
t_dovecot_takes_no_proxy_from_others() {
    # on the network of the other services there is no port that reads the header
    docker exec "$(container rspamd)" timeout 5 bash -c "exec 3<>/dev/tcp/$SUBNET.24/143 && \
        printf 'PROXY TCP4 1.2.3.4 1.2.3.4 1 143\r\na LOGOUT\r\n' >&3 && cat <&3" >"$T/out" 2>&1 || true
    logs dovecot | tail -n 50 >"$T/out"
    says_not 'rip=1\.2\.3\.4'
}

run_tests "$@"
