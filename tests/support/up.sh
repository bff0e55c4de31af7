#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make up` does once packages are there and the programs are built: start a container engine if
# none answers, write a demonstration site if there is no site, bring all up, make a mailbox, send a
# message, and tell how to go on. Run again it changes nothing.
set -eu
cd "$(dirname "$0")/../.."
SITE=${SITE:-site.yaml}
STATE=${STATE:-/var/lib/mailstead}
DEMO=example.test

m() { build/mailstead --site "$SITE" --state "$STATE" "$@"; }
die() { echo "make up: $*" >&2; exit 1; }
engine_answers() { m version --json | grep -q '"engine": {'; }

# A dockerd of ours, for machines without systemd. Its process is noted so that `make down` can end it.
start_engine() {
    if [ -d /run/systemd/system ]; then
        systemctl start docker || die "systemctl start docker failed"
    else
        # a file left by an engine that is gone, whose number another process has now
        if [ -r /var/run/docker.pid ] && ! grep -qs '^dockerd$' "/proc/$(cat /var/run/docker.pid)/comm"; then
            rm -f /var/run/docker.pid
        fi
        setsid dockerd </dev/null >>"$STATE/dockerd.log" 2>&1 &
        echo $! >"$STATE/dockerd.pid"
    fi
    tries=0
    until engine_answers; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ] || { [ -r "$STATE/dockerd.pid" ] && ! kill -0 "$(cat "$STATE/dockerd.pid")" 2>/dev/null; }; then
            rm -f "$STATE/dockerd.pid"
            tail -n 5 "$STATE/dockerd.log" >&2 2>/dev/null || true
            die "the container engine does not start; its log is $STATE/dockerd.log"
        fi
        sleep 0.2
    done
}

[ "$(id -u)" = 0 ] || die "run it as root: it opens ports below 1024 and drives the container engine"
mkdir -p "$(dirname "$STATE")"
[ -d "$STATE" ] || mkdir -m 0750 "$STATE"
if ! engine_answers; then
    echo "Starting the container engine ..." >&2
    start_engine
fi
if [ ! -e "$SITE" ]; then
    m --quiet init --hostname "mail.$DEMO" --domain "$DEMO"
    echo "There was no $SITE: wrote one for the demonstration domain $DEMO." >&2
fi

result=$(m up)
echo "$result"
[ "$result" = "nothing to change" ] || rm -f "$STATE/up-tested"
summary=$(m check --json)
field() { printf '%s\n' "$summary" | sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" | head -n 1; }
domain=$(field primary_domain)
cli="build/mailstead --site $SITE --state $STATE"
user="NAME@$domain"
password="(none yet: $cli mailbox add $user; of one in $SITE: mailbox passwd)"
if [ "$domain" = "$DEMO" ]; then
    user="demo@$DEMO"
    password="(as printed when it was made; for a new one: $cli mailbox passwd $user)"
    m mailbox show "$user" >/dev/null 2>&1 || {
        password=$(m --quiet mailbox add "$user" --name Demonstration)
        m --quiet alias add "postmaster@$DEMO" "$user"
    }
fi
if [ ! -e "$STATE/up-tested" ]; then
    m test
    : >"$STATE/up-tested"
fi

show_port() { # label, key, text
    port=$(field "$2")
    [ "${port:-0}" = 0 ] || printf '  %-13s port %s, %s\n' "$1" "$port" "$3"
}
cat <<END

The mail server $(field hostname) runs on this machine. Log in:
  user          $user
  password      $password
  server        $(field hostname), at this machine's address (here: 127.0.0.1)
END
show_port "read mail" imaps "IMAP over TLS"
show_port "" imap "IMAP with STARTTLS"
show_port "" pop3s "POP3 over TLS"
show_port "send mail" submission "SMTP with STARTTLS"
show_port "" submissions "SMTP over TLS"
printf '%s\n' "$summary" | sed -n 's/^ *"url": "\(.*\)",\{0,1\}$/\1/p' | while read -r url; do
    echo "  in a browser  $url"
done
[ ! -e "$STATE/keys/tls/ca.pem" ] ||
    echo "  CA file       $STATE/keys/tls/ca.pem (the certificate is self-signed: trust this one)"
echo
echo "DNS records to set:"
m dns records
names=
[ "$SITE" = site.yaml ] || names=" SITE=$SITE"
[ "$STATE" = /var/lib/mailstead ] || names="$names STATE=$STATE"
cat <<END

Next (m stands for: $cli):
  m status                       what runs, and is it healthy?
  m mailbox add NAME@DOMAIN      one more mailbox
  m plan                         after a change of $SITE: what would change?
  make up$names: make it so; run again it changes nothing
  make down$names: stop everything; mail and keys stay
END
