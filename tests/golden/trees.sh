#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# For each case with expected/tree/: render everything that its site.yaml is turned into (render-site) and compare the two trees.
# Called by run.sh; prints "ok NAME" or "not ok NAME" and the difference. UPDATE=1 rewrites the expected trees.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$(cd "$root" && cd "${BIN:-build}" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
for case in "$here"/tree-*/; do
    name=$(basename "$case")
    rm -rf "$tmp/state" "$tmp/out"
    cp -R "$case/state" "$tmp/state"
    # the records are in the case; a private key only has to exist, and to be older
    find "$tmp/state/keys/dkim" -name '*.txt' | while read -r txt; do
        echo 'private key' >"${txt%.txt}.key"
        touch -d 2020-01-01 "${txt%.txt}.key"
    done
    # git keeps no modes: a password is not for everybody
    find "$case" -maxdepth 1 -name '*.secret' -exec chmod o= {} +
    if ! "$bin/render-site" "$case/site.yaml" "$root" "$tmp/state" "$tmp/out" >"$tmp/log" 2>&1; then
        echo "not ok $name/tree"
        cat "$tmp/log"
        bad=1
        continue
    fi
    if [ "${UPDATE:-0}" = 1 ]; then
        rm -rf "$case/expected/tree"
        mkdir -p "$case/expected"
        cp -R "$tmp/out" "$case/expected/tree"
    fi
    if diff -ru "$case/expected/tree" "$tmp/out" >"$tmp/log" 2>&1; then
        echo "ok $name/tree"
    else
        echo "not ok $name/tree"
        cat "$tmp/log"
        bad=1
    fi
done
exit "$bad"
