#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compare what is said about each case's site.yaml with its expected/diagnostics.txt, and check the
# schema. UPDATE=1 rewrites the expected files. BIN is the folder of the programs (build). Prints "ok NAME"
# or "not ok NAME" for each case.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$here/../.." && cd "${BIN:-build}" && pwd)
failed=0 cases=0
out=$(mktemp)
trap 'rm -f "$out" "$out.diff"' EXIT
result() { # status, name
    if [ "$1" = 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}
for case in "$here"/*/; do
    want=${case}expected/diagnostics.txt
    [ -f "$want" ] || continue
    cases=$((cases + 1))
    status=0
    (cd "$case" && "$bin/site-check" site.yaml) >"$out" 2>/dev/null || status=$?
    echo "exit status $status" >>"$out"
    [ "${UPDATE:-0}" != 1 ] || cp "$out" "$want"
    status=0
    diff -u "$want" "$out" >"$out.diff" || status=1
    result $status "$(basename "$case")"
    cat "$out.diff"
done
[ "$cases" -gt 0 ] || failed=1
status=0
"$bin/site-check" --schema >"$out"
python3 "$here/../support/schema_check.py" "$out" "$here" || status=$?
result $status schema
exit "$failed"
