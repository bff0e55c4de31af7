#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files that a program writes are as it writes them now.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
make --no-print-directory -s -j2 build/mailstead >build/lint-make 2>&1 || {
    tail -n 20 build/lint-make
    exit 1
}
rm -f build/lint-make
same() { # file, verb...
    local file=$1
    shift
    [ -f "$file" ] || return 0
    build/mailstead "$@" 2>&1 | cmp -s - "$file" ||
        finding "$file: not what \`mailstead $*\` prints"
}
same docs/options.md options --markdown
same docs/options.txt options
same docs/site.schema.json schema
# ... and the part of a file between two marks
sed -n '/^<!-- records: begin -->$/,/^<!-- records: end -->$/{/^<!--/d;p}' docs/dns.md >build/lint-records
same build/lint-records dns explain --markdown
rm -f build/lint-records
make --no-print-directory -s -j2 build/api-doc
sed -n '/^<!-- api: begin -->$/,/^<!-- api: end -->$/{/^<!--/d;p}' docs/api.md >build/lint-records
build/api-doc | cmp -s - build/lint-records ||
    finding "docs/api.md: what stands between the marks is not what build/api-doc prints"
rm -f build/lint-records
# every verb of the program is in the README or the manual page
for verb in $(build/mailstead help 2>/dev/null | sed -n 's/^  \([a-z-]*\) .*/\1/p' | sort -u); do
    grep -rqw -- "$verb" README.md docs 2>/dev/null || finding "docs: nothing tells about \`mailstead $verb\`"
done
# targets of the Makefile that the help does not list
awk -F: '/^[a-z][a-z0-9-]*:( |$)/ && !/##/ { print $1 }' Makefile | grep -vxE 'all|support|unit-bin|fuzz-bin' |
    while read -r t; do echo "Makefile: the target $t has no ## text"; done >build/lint-targets
[ ! -s build/lint-targets ] || {
    cat build/lint-targets
    found=1
}
rm -f build/lint-targets
exit $found
