# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
# What the parts of lint share: the list of files, and how a finding is told.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export LC_ALL=C
found=0

# files PATTERN...: those of the repository (also new ones that are not ignored), or of the folder where
# there is no repository
files() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
    else
        local pattern
        for pattern in "$@"; do
            find . -path ./build -prune -o -path "./$pattern" -type f -print | sed 's|^\./||'
        done | sort -u
    fi
}

finding() {
    echo "$*"
    found=1
}

# what a compiler is told about every C file
flags() {
    echo "-std=gnu11 -I. -D_GNU_SOURCE -DMS_VERSION=\"0\" -DMS_PREFIX=\"/usr/local\"" \
        "-include modules/core/base/banned.h"
    pkg-config --cflags yaml-0.1 libcurl jansson libmariadb libssl libcrypto libmicrohttpd libidn2
}
mkdir -p build # a fresh clone has none
