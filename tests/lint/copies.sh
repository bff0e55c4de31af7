#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each image's folder is complete by itself, so some scripts are there several times: every
# images/*/greeting is the same, and so is every images/*/bound.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
for name in greeting bound; do
    first=
    while read -r f; do
        : "${first:=$f}"
        cmp -s "$first" "$f" || finding "$f:1: differs from $first"
    done < <(files "images/*/$name")
done
exit $found
