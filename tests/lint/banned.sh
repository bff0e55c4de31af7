#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What must not be written by hand. (sprintf and its like do not compile: modules/core/base/banned.h.)
set -u
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
mapfile -t sources < <(files 'modules/*.c' 'modules/*.h' 'cmd/*.c' 'cmd/*.h')

# no PATTERN TEXT [FILE-PATTERN that may]
no() {
    local hits
    hits=$(grep -nE -- "$1" "${sources[@]}" | grep -vE "^(${3:-nothing}):") || return 0
    finding "$2:"
    printf '%s\n' "$hits"
}
no '\{\\"[a-z_]+\\" *:' 'JSON by hand (use Jansson)'
no '"[^"]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|GRANT|REVOKE|ALTER)[^"]*%s' \
    'SQL with text put in (use prepared statements; GRANT and the names of databases cannot be prepared)' \
    'modules/core/directory/(grant|grant_apply|db|schema|migrate)\.c'
no '\b(system|popen|vfork|mktemp|tmpnam|tempnam|gets|wordexp)[[:space:]]*\(' 'a call that is not used here' \
    'modules/core/base/banned\.h'
no '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*\.c"' 'a .c file is included'
no '\b(TODO|FIXME|XXX|HACK)\b' 'unfinished'
no '(^|[^a-z_])(malloc|calloc|realloc|strdup|strndup|asprintf)[[:space:]]*\(' \
    'memory that may be NULL (use base/mem.h)' 'modules/core/base/(mem|banned)\.[ch]'
no '//[^"]*$' 'comments are /* */' 'modules/core/.*'
# the library returns errors, it does not print; roles and the CLI do
mapfile -t sources < <(files 'modules/*.c' 'modules/*.h')
no '(^|[^a-z_])(printf|puts|putchar|perror|vprintf|exit)[[:space:]]*\(' \
    'the library does not print or end the program' 'modules/core/base/(log|banned|diag)\.[ch]'
no 'fprintf[[:space:]]*\([[:space:]]*(stdout|stderr)' 'the library does not print' \
    'modules/core/base/(mem|log|diag)\.[ch]'
# with pipefail it fails when it is quicker than what still writes
mapfile -t sources < <(files 'tests/e2e/*.sh')
no '[^|]\| *grep( -[a-zA-Z]+)* -[a-zA-Z]*q' 'grep -q at the end of a pipe (use holds, of tests/e2e/lib.sh)' 'tests/e2e/engine\.sh'
exit $found
