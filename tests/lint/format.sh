#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-format is the authority (`make fmt` writes what it wants).
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
files '*.c' '*.h' | xargs -P 2 -n 20 clang-format --dry-run -Werror 2>build/lint-format ||
    finding "$(sed -n 's/: error: .*/: not as clang-format writes it (make fmt)/p' build/lint-format)"
# other text: no white space at line ends, a newline at the end
while read -r f; do
    [ -z "$(tail -c 1 "$f")" ] || echo "$f: no newline at the end"
done < <(files '*.sh' 'Makefile' '*.md' 'modules/modules.def' 'compose/*.yaml') >build/lint-format
files '*.sh' 'Makefile' '*.md' 'modules/modules.def' 'compose/*.yaml' |
    xargs grep -nH '[[:space:]]$' | sed 's/:[^:]*$/: white space at the end of the line/' >>build/lint-format
[ ! -s build/lint-format ] || {
    cat build/lint-format
    found=1
}
rm -f build/lint-format
exit $found
