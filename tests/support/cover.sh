#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Line coverage of what `make cover` has just run: a line for each room, and a total.
set -eu
tests/support/apt.sh lcov
info=build/cover/coverage.info
lcov --quiet --capture --directory build/cover --base-directory . --no-external --output-file "$info" --rc lcov_branch_coverage=0
lcov --quiet --remove "$info" '*/tests/*' --output-file "$info"
lcov --list "$info"
