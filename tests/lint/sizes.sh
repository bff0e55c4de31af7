#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A file has at most 600 lines; a function 60 lines, complexity 15 (a switch counts once), 6 parameters
# and nesting 4. Exceptions are in sizes.exceptions: DATE FUNCTION-PATTERN WHAT REASON.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
exceptions=tests/lint/sizes.exceptions

excepted() { # function, what
    local date pattern what rest
    while read -r date pattern what rest; do
        case $date in \#* | '') continue ;; esac
        # shellcheck disable=SC2254 # a pattern
        case $1 in $pattern) [ "$what" != "$2" ] || return 0 ;; esac
    done <"$exceptions"
    return 1
}
report() { # where, function, what, text
    excepted "$2" "$3" || finding "$1: $2: $4"
}

mapfile -t all < <(files '*.c' '*.h')
mapfile -t sources < <(files '*.c')
while read -r n f; do
    [ "$f" = total ] || [ "$n" -le 600 ] || finding "$f: $n lines (600)"
done < <(wc -l "${all[@]}" tests/run.sh tests/*/*.sh)
while IFS=$'\t' read -r complexity _ _ _ lines where; do
    name=${where##*: } where=${where%: *}
    [ "$complexity" -le 15 ] || report "$where" "$name" complexity "complexity $complexity (15)"
    [ "$lines" -le 60 ] || report "$where" "$name" lines "$lines lines (60)"
done < <(pmccabe "${sources[@]}")
FLAGS=$(flags | tr "\n" " ")
export FLAGS
while IFS= read -r line; do
    case $line in
    *" error: function '"* | *" warning: function '"*)
        where=${line%%: *} name=${line#*function \'} name=${name%%\'*}
        ;;
    *"note: "*" parameters (threshold"*)
        text=${line#*note: }
        report "${where#"$PWD"/}" "$name" parameters "$text"
        ;;
    *"note: nesting level"*)
        report "${where#"$PWD"/}" "$name" nesting "${line#*note: }"
        ;;
    esac
done < <(printf '%s\n' "${sources[@]}" | xargs -P 2 -n 20 sh -c 'clang-tidy --quiet \
    --config="{Checks: \"-*,readability-function-size\", CheckOptions: [{key: readability-function-size.LineThreshold, value: 100000}, {key: readability-function-size.StatementThreshold, value: 100000}, {key: readability-function-size.BranchThreshold, value: 100000}, {key: readability-function-size.ParameterThreshold, value: 6}, {key: readability-function-size.NestingThreshold, value: 4}]}" \
    "$@" -- $FLAGS 2>/dev/null' lint)
exit $found
