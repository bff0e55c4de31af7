#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the named Debian packages that are missing; NAME- keeps a package out. Quiet when nothing is to do.
# NO_SERVICES=1: no service of theirs is started.
set -eu
export DEBIAN_FRONTEND=noninteractive
have=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii *//p')
missing='' out=''
for p in "$@"; do
    case $p in
    *-) out="$out $p" ; continue ;;
    docker.io) if command -v dockerd >/dev/null 2>&1; then continue; fi ;; # another package of the engine
    esac
    case "
$have
" in
    *"
$p
"*) ;;
    *) missing="$missing $p" ;;
    esac
done
[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "missing packages, to be installed as root:$missing" >&2; exit 1; }
echo "installing:$missing" >&2
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
if [ "${NO_SERVICES:-}" = 1 ] && [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy
fi
# shellcheck disable=SC2086 # lists of names
if ! { apt-get update && apt-get install -y --no-install-recommends $missing $out; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
rm -f "$log"
