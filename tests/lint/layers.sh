#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which room may include which; no cycles; and no core room knows a component by name.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# ROOM: the rooms that it may include
allowed() {
    cat <<'END'
base:
yaml: base
site: base yaml
template: base
pki: base site
dns: base site pki
dkim: base site pki resolve
directory: base site
stack: base site yaml template images
engine: base stack
images: base site engine
render: base site template stack pki
health: base site stack
deploy: base site yaml stack render engine images directory pki dns health
api: base
resolve: base
priv: base
check: base
dnscheck: base site pki dns resolve check doctor
dnspush: base site pki dns resolve
doctor: base site check
sitecheck: base site stack health deploy dns dnscheck resolve check
reports: base
END
}
# Cycles that are known: a dated line with the reason. Each is an edge that the search leaves out.
#   2026-11-24 engine stack    the engine creates containers from the stack's description of a service; the
#                              stack asks `images` only for the name that the content of a folder has
known='engine stack'

edges() {
    files 'modules/core/*/*.c' 'modules/core/*/*.h' | while read -r f; do
        room=${f#modules/core/} && room=${room%%/*}
        grep -n '^ *# *include "modules/' "$f" | sed -E 's|^([0-9]+):.*"modules/([^"]*)".*|\1 \2|' |
            while read -r line path; do echo "$f:$line $room $path"; done
    done
}

declare -A may
while IFS=: read -r room rest; do may[$room]=" $rest "; done < <(allowed)
used=
while read -r where room path; do
    case $path in
    core/*/*)
        to=${path#core/} && to=${to%%/*}
        [ "$to" != "$room" ] || continue
        [ "${may[$room]+set}" ] || {
            finding "$where: the room $room is not in the list of tests/lint/layers.sh"
            continue
        }
        case ${may[$room]} in
        *" $to "*) used+="$room $to"$'\n' ;;
        *) finding "$where: $room may not include $to" ;;
        esac
        ;;
    core/module.h) ;;
    core/*) finding "$where: core rooms include rooms only" ;;
    *) finding "$where: a core room includes the component ${path%%/*}" ;;
    esac
done < <(edges)
printf '%s' "$used" | sort -u | grep -vxF "$known" | tsort >/dev/null 2>build/lint-cycles || {
    sed 's/^tsort: -: /cycle of rooms: /; s/^tsort: /    /' build/lint-cycles
    found=1
}
rm -f build/lint-cycles

# a component includes core and itself; a program includes core and itself
while read -r f; do
    own=$(dirname "$f")
    while read -r path; do
        case $path in
        modules/core/* | "$own"/*) ;;
        cmd/*) [ "${own%%/*}" = cmd ] && [ "$(dirname "$path")" = "$own" ] || finding "$f: includes $path" ;;
        *) finding "$f: includes $path" ;;
        esac
    done < <(sed -n 's/^ *# *include "\([^"]*\)".*/\1/p' "$f")
done < <(files 'modules/*/*.c' 'modules/*/*.h' 'cmd/*/*.c' 'cmd/*/*.h' | grep -v '^modules/core/')

# Names of components in core, comments aside. Allowed, each with its reason:
#   core/template    a destination syntax is named after the software that reads it (postfix-main)
#   core/directory   postfixadmin: the layout of the tables is PostfixAdmin's own
#   core/site        rspamd, amavis, postgrey: values of the keys filter.engine and filter.greylisting
#   core/site, pki, deploy   acme: the protocol (RFC 8555), a value of tls.mode
#   core/resolve     unbound: the library that it asks with (libunbound)
names=$(sed -n 's/^MS_COMPONENT(\([a-z0-9]*\),.*/\1/p' modules/modules.def | paste -sd'|')
[ -n "$names" ] || finding "modules/modules.def: no components"
while read -r f; do
    case $f in
    modules/core/template/*) continue ;;
    modules/core/directory/*) except=postfixadmin ;;
    modules/core/resolve/*) except=unbound ;;
    modules/core/site/tables.c | modules/core/site/tables_filter.c | modules/core/site/vars.c) except='rspamd|amavis|postgrey|acme' ;;
    modules/core/site/* | modules/core/pki/* | modules/core/deploy/wanted.c) except=acme ;;
    *) except=- ;;
    esac
    gcc -fpreprocessed -dD -E "$f" 2>/dev/null | awk -v file="$f" -v except="^($except)\$" \
        -v names="^($names)\$" '
        /^# [0-9]+ "/ { line = $2 - 1; next }
        {
            line++
            n = split($0, word, /[^A-Za-z0-9]+/)
            for (i = 1; i <= n; i++)
                if (word[i] ~ names && word[i] !~ except)
                    print file ":" line ": core knows the component " word[i] ": " $0
        }'
done < <(files 'modules/core/*.c' 'modules/core/*.h' 'modules/core/*/*.c' 'modules/core/*/*.h') \
    >build/lint-names
[ ! -s build/lint-names ] || {
    sort -u build/lint-names
    found=1
}
rm -f build/lint-names

# every component of the list that has a module has the rest too, and the other way round
while IFS='(,) ' read -r _ name kind _; do
    [ "$kind" != planned ] || continue
    for path in "modules/$name/module.c" "compose/$name.yaml" "images/$name/Dockerfile"; do
        [ -f "$path" ] || finding "modules.def names $name, but there is no $path"
    done
done < <(grep '^MS_COMPONENT(' modules/modules.def)
for d in modules/*/; do
    name=$(basename "$d")
    [ "$name" = core ] || grep -q "^MS_COMPONENT($name," modules/modules.def ||
        finding "$d: not in modules.def"
done
exit $found
