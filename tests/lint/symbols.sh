#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No two rooms define the same symbol (an archive takes the first silently), and every symbol that is
# visible outside its file begins with ms_.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
make --no-print-directory -s -j2 build/obj/libmailstead.a >build/lint-make 2>&1 || {
    tail -n 20 build/lint-make
    exit 1
}
rm -f build/lint-make
symbols=$(nm -g --defined-only build/obj/libmailstead.a 2>/dev/null | awk 'NF == 3 { print $3 }' | sort)
[ -n "$symbols" ] || finding "build/obj/libmailstead.a has no symbols"
while read -r s; do [ -z "$s" ] || finding "defined twice in the library: $s"; done \
    < <(printf '%s\n' "$symbols" | uniq -d)
while read -r s; do [ -z "$s" ] || finding "visible outside its file, but not ms_...: $s"; done \
    < <(printf '%s\n' "$symbols" | grep -v '^ms_')
exit $found
