#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that is checked without running the programs: tests/lint/run.sh [PART...]
# (default: every part). ALL=1 analyses in depth and from scratch. Exit status 1 on any finding.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || set -- format layers sizes banned copies docs headers symbols generated shell spell tidy
failed=0
for part in "$@"; do
    start=$EPOCHREALTIME
    status=ok
    if ! output=$("tests/lint/$part.sh" 2>&1); then
        status=FAILED failed=1
    fi
    awk -v n="$part" -v s="$status" -v a="$start" -v b="$EPOCHREALTIME" \
        'BEGIN { printf "%-10s %-6s %6.1f s\n", n, s, b - a }'
    [ -z "$output" ] || printf '%s\n' "$output" | sed 's/^/    /'
done
exit $failed
