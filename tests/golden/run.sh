#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compare what is said about each case's site.yaml with its expected/diagnostics.txt. UPDATE=1
# rewrites the expected files. BIN is the folder of the programs (build).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$here/../.." && cd "${BIN:-build}" && pwd)
failed=0 cases=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for case in "$here"/*/; do
    want=${case}expected/diagnostics.txt
    [ -f "$want" ] || continue
    cases=$((cases + 1))
    status=0
    (cd "$case" && "$bin/site-check" site.yaml) >"$out" 2>/dev/null || status=$?
    echo "exit status $status" >>"$out"
    if [ "${UPDATE:-0}" = 1 ]; then
        cp "$out" "$want"
    elif ! diff -u "$want" "$out"; then
        echo "golden: ${case#"$here"/}: the diagnostics differ"
        failed=1
    fi
done
echo "golden: $cases cases"
[ "$cases" -gt 0 ] || failed=1
if python3 -c 'import jsonschema, yaml; jsonschema.Draft202012Validator' 2>/dev/null; then
    "$bin/site-check" --schema >"$out"
    python3 "$here/../support/schema_check.py" "$out" "$here" || failed=1
else
    echo "golden: the schema is not checked (python3-jsonschema, python3-yaml)"
fi
exit "$failed"
