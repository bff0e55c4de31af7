# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts about filters share, after lib.sh. Sourced.
FROM=erik@sender.test
ANNA=anna@e2e.test
# shellcheck disable=SC2034 # used by the scripts
OWN=$E2E/site/overrides

# filter OPTIONS: the site with these options of `filter`, brought up; none: as it was
filter() {
    [ -f "$SITE.before" ] || cp "$SITE" "$SITE.before"
    {
        cat "$SITE.before"
        [ -z "$1" ] || echo "filter: {$1}"
    } >"$SITE"
    m up >"$T/up" 2>&1 || { tail -n 30 "$T/up" >&2; fail "up with filter: {$1}"; }
}
filter_off() {
    filter ""
    mv "$SITE.before" "$SITE"
}
eicar() { printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$' 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'; }
# attach FILE [SUBJECT]: a signed message with it from the foreign host; the answer is in $T/out
attach() {
    python3 - "$1" "$FROM" $ANNA "${2:-$(unique file)}" >"$T/mail.eml" <<'END'
import email.message, email.policy, email.utils, sys
m = email.message.EmailMessage(policy=email.policy.SMTP)
m['From'], m['To'], m['Subject'] = sys.argv[2:5]
m['Date'], m['Message-ID'] = email.utils.localtime(), email.utils.make_msgid(domain='sender.test')
m['X-Unscanned'] = 'made up by the sender'
m.set_content('Dear Anna, the file that you asked for is with this letter. Regards, Erik.\n')
m.add_attachment(open(sys.argv[1], 'rb').read(), maintype='application', subtype='zip',
                 filename=sys.argv[1].rsplit('/', 1)[-1])
sys.stdout.buffer.write(bytes(m))
END
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to $ANNA
}
# archives: the test file alone and in five archives, a harmless file in twenty, 6000 files, 4 GB in 20 KB,
# and one with a password; in $T
archives() {
    [ ! -f "$T/locked.zip" ] || return 0
    eicar >"$T/eicar.com"
    python3 - "$T" <<'END'
import io, os, sys, zipfile
def pack(*files):
    b = io.BytesIO()
    with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data)
    return b.getvalue()
def nest(name, data, times):
    x = pack((name, data))
    for i in range(1, times):
        x = pack(('inner%d.zip' % i, x))
    return x
def save(name, data):
    open(sys.argv[1] + '/' + name, 'wb').write(data)
save('nested.zip', nest('eicar.com', open(sys.argv[1] + '/eicar.com', 'rb').read(), 5))
save('deep.zip', nest('letter.txt', os.urandom(200), 20))
save('many.zip', pack(*[('f%d' % i, b'%d' % i) for i in range(6000)]))
# the scanner opens the same bytes only once
inner = [pack(('zero.txt', bytes([i]) + bytes(99000000))) for i in range(3)]
save('bomb.zip', pack(*[('b%d.zip' % i, inner[i % 3]) for i in range(40)]))
x = bytearray(pack(('letter.txt', b'secret letter, long enough to be stored in here')))
for at in (6, x.index(b'PK\1\2') + 8):
    x[at] |= 1  # marked as encrypted: nobody can open it
save('locked.zip', bytes(x))
END
}
virus_refused() { says "^<\*\* 554 5\.7\.1 .*(virus|INFECTED).*$1"; }
found_anywhere() { has $ANNA INBOX "$1" || has $ANNA Junk "$1"; }
# passes FILE: accepted within 25 s, and delivered; its text is in $T/got
passes() {
    local s box
    s=$(unique "${1##*/}")
    SECONDS=0
    attach "$1" "$s" || fail "$1 refused"
    [ $SECONDS -le 25 ] || fail "$1 took $SECONDS s"
    must_wait 30 found_anywhere "$s"
    box=INBOX
    has $ANNA INBOX "$s" || box=Junk
    arrives $ANNA "$s" $box
}
# refuses FILE TEXT: within 25 s, for good
refuses() {
    SECONDS=0
    no attach "$1"
    says "^<\*\* 554 5\.7\.1 .*$2"
    [ $SECONDS -le 25 ] || fail "$1 took $SECONDS s"
}
# alive SERVICE...: none was started again, or killed for its memory, since it was created
alive() {
    local c
    for c; do
        [ "$(docker inspect -f '{{.State.OOMKilled}} {{.RestartCount}} {{.State.Running}}' "$(container "$c")")" = "false 0 true" ] ||
            fail "$c: $(docker inspect -f '{{json .State}}' "$(container "$c")")"
    done
}
# service NAME FILTER: something of a service in `status --json`
service() {
    m status --json >"$T/status.json" || true
    jq -r --arg s "$1" ".services[] | select(.name == \$s) | $2" "$T/status.json"
}
noted() { service "$1" .note | holds .; }
