#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Spelling of everything that people read. spell.words: what codespell takes for a mistake.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
mapfile -t texts < <(files '*.c' '*.h' '*.sh' '*.md' '*.yaml' '*.mustache' '*.def' '*.1' Makefile |
    grep -vE '^tests/(golden|fuzz/corpus|unit/data)/')
codespell -q 3 -I tests/lint/spell.words "${texts[@]}" || found=1
# typographic quotes and dots do not survive a terminal in the C locale
grep -nP '\xe2\x80[\x98-\x9d\xa6]' "${texts[@]}" | sed 's/$/   <- plain quotes and dots/' | grep . && found=1
exit $found
