#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make down` does: stop the mail server and its supervisor, then the container engine if
# `make up` started it. Mail, keys and directory stay.
set -eu
cd "$(dirname "$0")/../.."
SITE=${SITE:-site.yaml}
STATE=${STATE:-/var/lib/mailstead}
pid_file=$STATE/dockerd.pid

m() { build/mailstead --site "$SITE" --state "$STATE" "$@"; }

[ -x build/mailstead ] || { echo "make down: build/mailstead is not there: run make build" >&2; exit 1; }
if m version --json | grep -q '"engine": {'; then
    m down
else
    echo "no container engine answers: nothing runs" >&2
fi
if [ -r "$pid_file" ]; then
    pid=$(cat "$pid_file")
    if grep -qs '^dockerd$' "/proc/$pid/comm"; then
        kill "$pid"
        tries=0
        while [ -d "/proc/$pid" ] && [ $tries -lt 300 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
        [ ! -d "/proc/$pid" ] || { echo "make down: dockerd ($pid) does not end" >&2; exit 1; }
        echo "the container engine that make up started is stopped"
    fi
    rm -f "$pid_file"
fi
