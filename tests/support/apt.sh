#!/bin/sh
# Install the named Debian packages that are missing; NAME- keeps a package out. Quiet when nothing is to do.
set -eu
export DEBIAN_FRONTEND=noninteractive
missing=
for p in "$@"; do
    case $p in
    *-) continue ;;
    docker.io) command -v dockerd >/dev/null 2>&1 && continue ;;
    esac
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "missing packages (install as root):$missing" >&2; exit 1; }
for p in "$@"; do
    case $p in *-) missing="$missing $p" ;; esac
done
echo "installing:$missing" >&2
log=$(mktemp)
# shellcheck disable=SC2086 # a list of names
if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
rm -f "$log"
