#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each image's folder is complete by itself, so some scripts are there several times: every
# images/*/greeting is the same.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
first=
while read -r f; do
    : "${first:=$f}"
    cmp -s "$first" "$f" || finding "$f:1: differs from $first"
done < <(files 'images/*/greeting')
exit $found
