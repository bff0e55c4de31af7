#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every C and shell file names its licence in the first lines; every header tells what it is for; every
# function and variable in a header of modules/ has a comment directly above, but for those whose name
# says it all (..._free, ..._done).
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
while read -r f; do
    head -n 1 "$f" | grep -qF '/* SPDX-License-Identifier: Apache-2.0 */' ||
        finding "$f:1: no licence line"
done < <(files '*.c' '*.h')
while read -r f; do
    head -n 3 "$f" | grep -qF '# SPDX-License-Identifier: Apache-2.0' || finding "$f:1: no licence line"
done < <(files '*.sh' 'compose/*.yaml' 'images/*/Dockerfile')
while read -r f; do
    sed -n 2p "$f" | grep -q '^/\*' || finding "$f:2: no paragraph on what the file is for"
done < <(files 'modules/*.h' 'cmd/*.h')
# A declaration starts in column 0 after a blank line, a comment or another declaration. A group of
# declarations without blank lines between them shares the comment above the first.
while read -r f; do
    awk -v file="$f" '
        /^$/ { above = ""; next }
        /^#/ { next }
        comment { if (/\*\//) { comment = 0; above = "comment" } next }
        /^\/\*/ { if (!/\*\//) comment = 1; else above = "comment"; next }
        /^ \*/ { next }
        /^[ \t}]/ { next }
        /^[A-Za-z_]+\(.*\)[; ]*$/ { next }
        /^static inline|^typedef|^extern "C"/ { next }
        /^(struct|enum|union)( [a-z0-9_]+)?( \{.*)?;?( *\/\*.*)?$/ { above = "comment"; next }
        /_(free|done)\(/ { above = "comment"; next }
        /^[a-z]/ {
            if (above == "") print file ":" NR ": no comment above: " $0
            above = "comment"
        }' "$f"
done < <(files 'modules/*.h' | grep -v '_priv\.h$\|/banned\.h$\|/cleanup\(_ext\)\?\.h$') >build/lint-docs
[ ! -s build/lint-docs ] || {
    cat build/lint-docs
    found=1
}
rm -f build/lint-docs
# the tests that tests/e2e/README.md names are there
while IFS=: read -r script names; do
    for name in $names; do
        grep -qs "^t_$name()" "tests/e2e/$script.sh" ||
            finding "tests/e2e/README.md: tests/e2e/$script.sh has no t_$name"
    done
done < <(grep -oE '[0-9]{2}-[a-z-]+:( [a-z0-9_]+)+' tests/e2e/README.md)
exit $found
