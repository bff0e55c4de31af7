#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, and is guarded.
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
FLAGS=$(flags | tr "\n" " ")
export FLAGS
# shellcheck disable=SC2016 # text for another shell
files 'modules/*.h' 'cmd/*.h' 'tests/*.h' | xargs -P 2 -I{} sh -c '
    gcc $FLAGS -Wall -Wextra -Werror -fsyntax-only -x c "{}" 2>&1 | grep -v "pragma once"
    grep -q "^#ifndef " "{}" || echo "{}: no include guard"' >build/lint-headers
[ ! -s build/lint-headers ] || {
    cat build/lint-headers
    found=1
}
rm -f build/lint-headers
exit $found
