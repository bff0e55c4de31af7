#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Run shellcheck on every shell script, also on those without an ending.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
mapfile -t scripts < <({
    files '*.sh'
    files '.ci/*' 'images/*/*' 'tests/*' | while read -r f; do
        head -n 1 "$f" | tr -d '\0' | grep -qE '^#!.*\b(ba|da)?sh\b' && echo "$f"
    done
} | sort -u)
# (what an entrypoint reads from its rendered file, shellcheck cannot see)
printf '%s\n' "${scripts[@]}" | grep -v '^images/' | xargs -P 2 -n 8 shellcheck -x -S warning -f gcc || found=1
printf '%s\n' "${scripts[@]}" | grep '^images/' | xargs -P 2 -n 8 shellcheck -S warning -e SC2154,SC2034 -f gcc || found=1
# programs are executable, what is sourced is not
for f in "${scripts[@]}"; do
    head -n 1 "$f" | grep -q '^#!' || continue
    [ -x "$f" ] || finding "$f: begins with #! but is not executable"
done
exit $found
