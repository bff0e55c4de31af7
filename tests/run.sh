#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Run the tests: tests/run.sh [unit] [golden] [replay] [e2e] (default: all four). BIN is the folder of
# the programs (build). Ends with one line "N passed, N failed"; exit status 1 if any test failed or
# none ran. A group is a program that prints lines "ok NAME" and "not ok NAME" (cmocka's TAP output
# too); one that prints none counts as one test. A skipped test counts as failed: it proved nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
export BIN=${BIN:-build}
export LC_ALL=C
# a sanitizer that finds something must fail the test, also in programs that a test starts
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
passed=0 failed=0
failures=()
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# ok and not ok lines of a log, without plan, diagnostics and indented output
count_ok() { grep -E '^ok( |$)' "$1" | grep -Evic '# skip' || true; }
count_bad() { grep -Eic '^not ok( |$)|^ok .*# skip' "$1" || true; }

# account NAME STATUS LOG LIMIT_SECONDS: add the results of one program, show its output if it failed
account() {
    local name=$1 status=$2 log=$3 ok bad
    ok=$(count_ok "$log")
    bad=$(count_bad "$log")
    if [ "$((ok + bad))" = 0 ]; then # not a program with lines of its own
        if [ "$status" = 0 ]; then ok=1; else bad=1; fi
    elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        bad=1 # it crashed or ended early after results that look fine
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    [ "$bad" = 0 ] && return
    case $status in
    124 | 137) failures+=("$name: not done in time (exit status $status)") ;;
    *) failures+=("$name: $bad failed (exit status $status)") ;;
    esac
    echo "--- $name: exit status $status"
    # the whole log of a short program, else what surrounds the failures
    if [ "$(wc -l <"$log")" -le 200 ]; then
        cat "$log"
    else
        grep -E -B 20 -A 40 '^not ok|ERROR|runtime error|Sanitizer' "$log" | head -n 200
        echo "[...]"
        tail -n 40 "$log"
    fi
}

# group NAME: announce and time what follows until `group_end`
group() {
    group_name=$1
    group_passed=$passed group_failed=$failed group_start=$EPOCHREALTIME
}
group_end() {
    awk -v name="$group_name" -v p=$((passed - group_passed)) -v f=$((failed - group_failed)) \
        -v a="$group_start" -v b="$EPOCHREALTIME" \
        'BEGIN { printf "%-8s %5d passed %4d failed %8.1f s\n", name, p, f, b - a }'
}

# A program in a time limit; its output goes to $work/log, its status to $status.
run() {
    local limit=$1
    shift
    status=0
    timeout -k 5 "$limit" "$@" >"$work/log" 2>&1 </dev/null || status=$?
}

do_unit() {
    local program
    for program in "$BIN"/unit/test_*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        # one that was built from a file which is no longer there
        [ -f "tests/unit/${program##*/}.c" ] || continue
        CMOCKA_MESSAGE_OUTPUT=TAP run 120 "$program"
        account "unit/${program##*/}" "$status" "$work/log"
    done
    for program in tests/unit/test_*.py; do # of what is written in Python
        run 60 python3 "$program"
        account "$program" "$status" "$work/log"
    done
    local source
    for source in tests/unit/test_*.c; do
        source=${source##*/}
        if [ ! -x "$BIN/unit/${source%.c}" ]; then
            : >"$work/log"
            echo "$BIN/unit/${source%.c} is missing: make unit-bin" >"$work/log"
            account "unit/${source%.c}" 1 "$work/log"
        fi
    done
}

do_golden() {
    local script
    for script in tests/golden/*.sh; do
        run 300 "$script"
        account "$script" "$status" "$work/log"
    done
}

# Every file of a corpus is a test. One process replays all of them; only if that fails is each file
# tried alone, to name the culprit.
do_replay() {
    local program name files file
    for program in "$BIN"/replay/fuzz_*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        name=${program##*/fuzz_}
        [ -f "tests/fuzz/fuzz_$name.c" ] || continue
        mapfile -t files < <(find "tests/fuzz/corpus/$name" -type f 2>/dev/null | sort)
        if [ "${#files[@]}" = 0 ]; then
            echo "tests/fuzz/corpus/$name has no files" >"$work/log"
            account "replay/$name" 1 "$work/log"
            continue
        fi
        run 120 "$program" "${files[@]}"
        if [ "$status" = 0 ]; then
            passed=$((passed + ${#files[@]}))
            continue
        fi
        for file in "${files[@]}"; do
            run 20 "$program" "$file"
            account "replay/$name ${file##*/}" "$status" "$work/log"
        done
    done
}

# One stack serves all numbered scripts: 10-up.sh brings it up, `lib.sh down` removes it.
# What takes long, or installs a lot: mail to other servers, DNS in full, the browser, the virus scanner and the classic
# filter.
SOAK='tests/e2e/35-outbound.sh tests/e2e/46-dns-push.sh tests/e2e/47-delegated.sh tests/e2e/49-dns-each.sh tests/e2e/75-web.sh tests/e2e/77-filters.sh tests/e2e/79-acme.sh tests/e2e/79-ban-web.sh tests/e2e/98-whole.sh'

do_scripts() { # do_scripts SCRIPT...: on one stack, which is taken down afterwards
    local script
    export E2E_SHARED=1
    trap 'tests/e2e/lib.sh down >/dev/null 2>&1; rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    for script; do
        [ -f "$script" ] || continue
        local start=$EPOCHREALTIME
        status=0
        timeout -k 30 1800 bash "$script" 2>&1 </dev/null | tee "$work/log" | grep -E '^(ok|not ok) '
        status=${PIPESTATUS[0]}
        account "$script" "$status" "$work/log"
        awk -v n="$script" -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%s: %.1f s\n", n, b - a }'
    done
    run 300 tests/e2e/lib.sh down
    account "e2e: clean up" "$status" "$work/log"
    trap 'rm -rf "$work"' EXIT
}
do_e2e() {
    local script list=()
    for script in tests/e2e/[!l]*.sh; do
        case " $SOAK " in *" $script "*) ;; *) list+=("$script") ;; esac
    done
    do_scripts "${list[@]}"
}
# What users see, on a site with every component and on one with the classic filters (the others change
# the small site).
USERS=(10-up 20-mail-in 25-bad-mail 30-submission 40-relay 50-edge 55-tls 60-users 65-features 66-sieve
    67-sharing-search 68-spam-prefs 70-directory 95-hardening 97-log)
do_site() {
    local scripts=("${USERS[@]/#/tests/e2e/}")
    E2E_SITE=$1 do_scripts "${scripts[@]/%/.sh}"
}
do_everything() { do_site everything; }
do_classic() { do_site classic; }
# shellcheck disable=SC2086 # a list of names
do_soak() { do_scripts tests/e2e/10-up.sh $SOAK; }

[ $# -gt 0 ] || set -- unit golden replay e2e
for kind in "$@"; do
    case $kind in
    unit | golden | replay | e2e | soak | everything | classic)
        group "$kind"
        "do_$kind"
        group_end
        ;;
    *)
        echo "usage: tests/run.sh [unit] [golden] [replay] [e2e] [soak] [everything] [classic]" >&2
        exit 2
        ;;
    esac
done
[ "${#failures[@]}" = 0 ] || printf 'failed: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
