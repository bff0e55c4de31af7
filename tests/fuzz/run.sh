#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh SECONDS [NAME]: run each fuzz target (or fuzz_NAME) for that long on its corpus. New inputs go to a temporary folder; what
# breaks a target stays in build/fuzz/found. Closes with one line "N passed, N failed".
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
only=${2:-}
found=build/fuzz/found
mkdir -p "$found"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for target in build/fuzz/bin/fuzz_*; do
    name=${target##*/fuzz_}
    [ -x "$target" ] || continue
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    mkdir -p "$work/$name" "tests/fuzz/corpus/$name"
    if "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$found/$name-" "$work/$name" "tests/fuzz/corpus/$name" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $name  $(sed -n 's/^stat::number_of_executed_units: */runs /p' "$work/log")"
    else
        failed=$((failed + 1))
        tail -n 30 "$work/log"
        echo "not ok  $name"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
