#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line without an engine and without a supervisor: help texts, manual pages, exit
# statuses. Texts are compared with tests/golden/cli/*.txt and docs/man; UPDATE=1 writes them anew.
set -u
cd "$(dirname "$0")/../.." || exit 1
BIN=${BIN:-build}
UPDATE=${UPDATE:-}
dir=tests/golden/cli
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failures=0
export DOCKER_HOST=unix:///nonexistent/docker.sock LC_ALL=C.UTF-8
export ASAN_OPTIONS="${ASAN_OPTIONS:-}"

m() { "$BIN/mailstead" "$@"; }
fail() { echo "cli.sh: $*" >&2; failures=$((failures + 1)); }

# compare FILE: it must be what $tmp/now holds
compare() {
    if [ -n "$UPDATE" ]; then
        cp "$tmp/now" "$1"
    else
        diff -u "$1" "$tmp/now" || fail "$1 differs (UPDATE=1 writes it anew)"
    fi
}

# status WANTED ARG...: the exit status; output goes to $tmp/out and $tmp/err
status() {
    want=$1
    shift
    m "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    got=$?
    [ "$got" = "$want" ] || { fail "mailstead $*: exit status $got, not $want"; cat "$tmp/err" >&2; }
}
# says WORDS: they are in what the last command printed
says() { grep -qF -- "$1" "$tmp/out" "$tmp/err" || { fail "not said: $1"; cat "$tmp/err" >&2; }; }

# what docs/examples shows is valid, without a warning
for example in docs/examples/*.yaml; do
    status 0 --site "$example" check
    ! grep -F warning "$tmp/out" "$tmp/err" || fail "$example: a warning"
done

[ -n "$UPDATE" ] && mkdir -p "$dir" docs/man
m --help >"$tmp/now"
compare "$dir/help.txt"
for v in init check plan options schema compose up down restart images status test logs exec version domain mailbox alias queue dns dkim help; do
    m help "$v" || fail "help $v"
done >"$tmp/now"
compare "$dir/verbs.txt"
for v in "domain add" "domain list" "domain show" "domain delete" "mailbox add" "mailbox list" "mailbox show" \
    "mailbox set" "mailbox passwd" "mailbox delete" "alias add" "alias list" "alias delete" "queue list" \
    "queue show" "queue flush" "queue hold" "queue release" "queue delete" "dns records" "dns explain" "dkim list" "dkim rotate"; do
    # shellcheck disable=SC2086 # two words
    m $v --help || fail "$v --help"
done >"$tmp/now"
compare "$dir/subverbs.txt"
m help --man mailstead >"$tmp/now"
compare docs/man/mailstead.1
m help --man mailsteadd >"$tmp/now"
compare docs/man/mailsteadd.8
m help --man mailstead-site.yaml >"$tmp/now"
compare docs/man/mailstead-site.yaml.5

# 3: something is to be mended (and nobody outside is asked)
{ cat docs/examples/classic.yaml; echo 'dns: {resolver: isolated}'; } >"$tmp/isolated.yaml"
for json in "" --json; do
    # shellcheck disable=SC2086 # a word or none
    status 3 --site "$tmp/isolated.yaml" --state "$tmp/none" doctor $json
    says nonexistent/docker.sock
done

# 2: wrong usage
status 2
says "which verb?"
status 2 stauts
says 'did you mean "status"?'
status 2 mailbox
status 2 mailbox lsit
says 'did you mean "list"?'
status 2 check --colour
status 2 check more
status 2 check --site
status 2 exec postfix
status 2 logs --tail many
status 2 help nothing
status 2 help --man nothing
status 2 dns records --format html
status 2 dns explain tlsa-smtq
says 'did you mean "tlsa-smtp"?'
status 0 dns explain tlsa-smtp
says "Without it:"
status 2 init --hostname mail.example.test
status 2 init --hostname "not a name" --domain example.test --site "$tmp/x/site.yaml"
[ -e "$tmp/x" ] && fail "init with a bad name left something behind"
status 2 mailbox add nobody
status 2 mailbox add a@example.test --quota much
status 2 mailbox set a@example.test
status 2 mailbox set a@example.test --active perhaps
status 2 mailbox add a@example.test --password-file /dev/null
says "empty"
status 2 mailbox add a@example.test --ask
says "terminal"
status 2 mailbox delete a@example.test
says "--yes"
status 2 down --volumes
says "--yes"

# init and check
site=$tmp/etc/site.yaml
status 0 init --hostname mail.Example.TEST --domain example.test --site "$site"
says "Next:"
status 1 init --hostname mail.example.test --domain example.test --site "$site"
says "--force"
status 0 init --hostname mail.example.test --domain example.test --site "$site" --force
status 0 check --site "$site"
says "is valid (1 domain, 0 mailboxes)"
status 0 --json check --site "$site"
says '"valid": true'
status 0 --quiet --site "$site" check
[ -s "$tmp/out" ] && fail "check --quiet is not quiet"
printf 'hostname: mail.example.test\ncontact: a@example.test\nhostnam: x\ndomains:\n  example.test: {quota: lots}\n' >"$tmp/bad.yaml"
status 2 check --site "$tmp/bad.yaml"
says "$tmp/bad.yaml:3:1: error: hostnam: "
says "$tmp/bad.yaml:5:"
status 2 check --json --site "$tmp/bad.yaml"
says '"valid": false'
for v in plan up compose "dns records"; do
    # shellcheck disable=SC2086 # two words
    status 2 $v --site "$tmp/bad.yaml" --state "$tmp/state"
    says "not valid: 2 errors"
    # shellcheck disable=SC2086
    status 2 $v --site "$tmp/none.yaml" --state "$tmp/state"
    says "mailstead init"
done
status 0 schema
status 0 options
status 0 options --markdown
status 0 dns records --site "$site" --state "$tmp/state" --format zone
says "IN MX 10 mail.example.test."
says "no DKIM keys yet"
status 0 dns records --site "$site" --state "$tmp/state" --json
for f in cloudflare octodns dnscontrol terraform; do
    status 0 dns records --site "$site" --state "$tmp/state" --format $f --zone Example.TEST
    says "v=spf1 mx ~all"
done
status 2 dns records --site "$site" --state "$tmp/state" --zone other.test
says "the zones are example.test"
sed 's/^  example.test:/  second.test: {}\n&/' "$site" >"$tmp/two.yaml"
status 2 dns records --site "$tmp/two.yaml" --state "$tmp/state" --format cloudflare
says "add --zone with one of"
status 0 compose --site "$site" --state "$tmp/state"
says "services:"
status 3 plan --site "$site" --state "$tmp/state"
says "Nothing was compared"
[ -e "$tmp/state" ] && fail "a verb that only reads made the state directory"

# 4: engine or supervisor out of reach
for v in up images down "logs" "exec postfix -- true"; do
    # shellcheck disable=SC2086 # several words
    status 4 --site "$site" --state "$tmp/state" $v
    says "DOCKER_HOST"
done
for v in status restart test "domain list" "mailbox list example.test" "alias list" "queue list" "queue flush" \
    "mailbox add a@example.test" "alias add @example.test a@example.test" "domain delete example.test --yes"; do
    # shellcheck disable=SC2086 # several words
    status 4 --site "$site" --state "$tmp/state" $v
    says "mailstead up"
done
status 0 version
says "not reachable"
status 0 --version --json

[ $failures = 0 ] || { echo "cli.sh: $failures failed" >&2; exit 1; }
