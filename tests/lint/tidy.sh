#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy with .clang-tidy. The analyser looks at a file again only if what it reads has changed since
# it was found clean (build/lint/): ALL=1 looks at all, and deeper.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
FLAGS=$(flags | tr "\n" " ")
mkdir -p build/lint
if [ "${ALL:-0}" != 0 ]; then
    SEEN=build/lint/deep
    rm -rf "$SEEN"
else
    SEEN=build/lint/seen
    FLAGS+=" -Xclang -analyzer-config -Xclang mode=shallow"
fi
mkdir -p "$SEEN"
export FLAGS SEEN
# shellcheck disable=SC2016 # text for another shell
files '*.c' | xargs -P "$(nproc)" -n 1 sh -c '
    key=$({ cat .clang-tidy; clang $FLAGS -E "$1" 2>/dev/null; } | sha256sum | cut -c 1-32)
    [ ! -e "$SEEN/$key" ] || exit 0
    # the headers of a failing file are told with it
    if out=$(clang-tidy --quiet "$1" -- $FLAGS 2>/dev/null); then
        : >"$SEEN/$key"
    else
        printf "%s\n" "$out" | sed "s|$PWD/||g" | grep -E "(error|warning|note): "
        exit 1
    fi' lint || found=1
exit $found
