#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What else can judge mail: the virus scanner, Postgrey, the classic filter (AMaViS, SpamAssassin), and
# changing from one to the other while mail is on its way.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
FROM=erik@sender.test
ANNA=anna@e2e.test
OWN=$E2E/site/overrides
MARK=mailstead-own-signature

# filter OPTIONS: the site with these options of `filter`, brought up
filter() {
    [ -f "$SITE.before" ] || cp "$SITE" "$SITE.before"
    {
        cat "$SITE.before"
        [ -z "$1" ] || echo "filter: {$1}"
    } >"$SITE"
    m up >"$T/up" 2>&1 || { tail -n 30 "$T/up" >&2; fail "up with filter: {$1}"; }
}
eicar() { printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$' 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'; }
# attach FILE [SUBJECT]: a signed message with it from the foreign host; the answer is in $T/out
attach() {
    python3 - "$1" "$FROM" $ANNA "${2:-$(unique file)}" >"$T/mail.eml" <<'END'
import email.message, email.policy, email.utils, sys
m = email.message.EmailMessage(policy=email.policy.SMTP)
m['From'], m['To'], m['Subject'] = sys.argv[2:5]
m['Date'], m['Message-ID'] = email.utils.localtime(), email.utils.make_msgid(domain='sender.test')
m.set_content('Dear Anna, the file that you asked for is with this letter. Regards, Erik.\n')
m.add_attachment(open(sys.argv[1], 'rb').read(), maintype='application', subtype='octet-stream',
                 filename=sys.argv[1].rsplit('/', 1)[-1])
sys.stdout.buffer.write(bytes(m))
END
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to $ANNA
}
# archives: made by Python, stored in $T
archives() {
    eicar >"$T/eicar.com"
    python3 - "$T" <<'END'
import io, sys, zipfile
def pack(*files):
    b = io.BytesIO()
    with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data)
    return b.getvalue()
d = sys.argv[1]
x = pack(('eicar.com', open(d + '/eicar.com', 'rb').read()))
for i in range(5):
    x = pack(('inner%d.zip' % i, x))
open(d + '/nested.zip', 'wb').write(x)
open(d + '/bomb.zip', 'wb').write(pack(*[('b%d.txt' % i, bytes(100000000)) for i in range(10)]))
x = bytearray(pack(('letter.txt', b'secret letter, long enough to be stored in here')))
for at in (6, x.index(b'PK\1\2') + 8):
    x[at] |= 1  # marked as encrypted: nobody can open it
open(d + '/locked.zip', 'wb').write(bytes(x))
END
}
virus_refused() { says "^<\*\* 554 5\.7\.[01] .*(virus|INFECTED).*$1"; }

export limit_t_antivirus_on=300
t_antivirus_on() {
    mkdir -p "$OWN/clamav"
    echo "Own.Test:0:*:$(printf %s $MARK | od -An -v -tx1 | tr -d ' \n')" >"$OWN/clamav/own.ndb"
    filter "antivirus: on"
}
t_virus_refused() {
    archives
    no attach "$T/eicar.com"
    virus_refused Mailstead.Test.EICAR
    no attach "$T/nested.zip"
    virus_refused Mailstead.Test.EICAR
}
t_own_signature() {
    local s
    s=$(unique own)
    message $FROM $ANNA "$s" "here it is: $MARK" >"$T/mail.eml"
    sign "$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to $ANNA
    virus_refused Own.Test
}
t_bad_signature_is_not_taken() {
    echo "not a signature" >"$OWN/clamav/bad.ndb"
    no m up >"$T/out" 2>&1
    says 'check refuses'
    rm "$OWN/clamav/bad.ndb"
    m up >"$T/out" 2>&1
    no attach "$T/eicar.com"
    virus_refused EICAR
}
t_bomb_and_locked_archive_pass() {
    local s
    for f in bomb locked; do
        s=$(unique $f)
        attach "$T/$f.zip" "$s" || { grep '^<' "$T/out" >&2; fail "$f refused"; }
        must_wait 30 found_anywhere "$s"
    done
    healthy || fail "not healthy after a bomb"
}
found_anywhere() { has $ANNA INBOX "$1" || has $ANNA Junk "$1"; }
t_scanner_away() {
    local s
    s=$(unique away)
    docker stop -t 2 "$(container clamav)" >/dev/null
    no post $FROM $ANNA "$s"
    says '^<\*\* 451 4\.7\.1 .*virus scanner'
    docker start "$(container clamav)" >/dev/null
    must_wait 60 post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}
export limit_t_scanner_away_accept=300
t_scanner_away_accept() {
    local s
    s=$(unique accept)
    filter "antivirus: on, antivirus_on_error: accept"
    docker stop -t 2 "$(container clamav)" >/dev/null
    post $FROM $ANNA "$s" || { docker start "$(container clamav)"; fail "refused"; }
    docker start "$(container clamav)" >/dev/null
    arrives $ANNA "$s"
}
t_signatures_age() {
    must_wait 60 healthy
    m exec clamav -- /usr/local/bin/signatures >"$T/out" 2>&1
    says 'local-own-own.ndb: 20.* days old'
    says 'none of the public sets'
}

export limit_t_postgrey_on=300
t_postgrey_on() {
    mkdir -p "$OWN/postgrey"
    echo "delay=2" >"$OWN/postgrey/postgrey.env"
    filter "greylisting: postgrey"
}
t_first_try_deferred_second_accepted() {
    local s from
    s=$(unique grey)
    from=first-$RANDOM@sender.test
    no post "$from" $ANNA "$s"
    says '^<\*\* 450 4\.2\.0 .*Greylisted'
    says_not '^ -> DATA'
    must_wait 20 post "$from" $ANNA "$s"
    arrives $ANNA "$s"
    got '^X-Greylist: delayed'
}
t_postgrey_unknown_recipient() {
    message $FROM nobody@e2e.test x >"$T/mail.eml"
    no smtp "$T/mail.eml" --from "n$RANDOM@sender.test" --to nobody@e2e.test
    says '^<\*\* 550 5\.1\.1'
}
t_postgrey_allow_list() {
    smtp "$T/mail.eml" --from "p$RANDOM@sender.test" --to postmaster@e2e.test --quit-after RCPT
}
t_postgrey_not_for_users() {
    local s
    s=$(unique user)
    submit $ANNA $ANNA ben@e2e.test "$s"
    arrives ben@e2e.test "$s"
}
t_postgrey_remembers() {
    docker restart -t 5 "$(container postgrey)" >/dev/null
    must_wait 60 healthy
    post $FROM $ANNA "$(unique known)" || must_wait 20 post $FROM $ANNA "$(unique known)"
    docker restart -t 5 "$(container postgrey)" >/dev/null
    must_wait 60 healthy
    post $FROM $ANNA "$(unique known)" || { grep '^<' "$T/out" >&2; fail "forgotten"; }
}

# to an address that is deferred: the queue has it until it is deleted
export limit_t_amavis_on=400
t_amavis_on() {
    submit $ANNA $ANNA someone@nowhere.sender.test "$(unique queued)" || true
    submit $ANNA $ANNA someone@mx.sender.test "$(unique queued)"
    must_wait 30 queued
    mkdir -p "$OWN/amavis"
    printf 'body MSTEST_JUNK /mailstead-junk-marker/\nscore MSTEST_JUNK 9\n' >"$OWN/amavis/local.cf"
    filter "engine: amavis, antivirus: on, greylisting: off"
    queued || fail "the queue is empty after the change"
}
queued() { m queue list --json 2>/dev/null | grep -q 'someone@mx.sender.test'; }
t_amavis_gtube_refused() {
    message $FROM $ANNA "$(unique gtube)" \
        'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X' >"$T/mail.eml"
    sign "$T/mail.eml"
    no smtp "$T/mail.eml" --from $FROM --to $ANNA
    says '^<\*\* 554 5\.7\.0 .*spam'
}
t_amavis_virus_refused() {
    archives
    no attach "$T/eicar.com"
    virus_refused Mailstead.Test.EICAR
    no attach "$T/nested.zip"
    virus_refused Mailstead.Test.EICAR
}
t_amavis_bomb_and_locked_archive_pass() { t_bomb_and_locked_archive_pass; }
t_amavis_clean_mail() {
    local s
    s=$(unique clean)
    post $FROM $ANNA "$s"
    arrives $ANNA "$s"
    got '^X-Spam-Flag: NO'
    got '(dkim|spf)=pass'
}
t_amavis_junk_is_filed() {
    local s
    s=$(unique junk)
    message $FROM $ANNA "$s" 'mailstead-junk-marker' >"$T/mail.eml"
    sign "$T/mail.eml"
    smtp "$T/mail.eml" --from $FROM --to $ANNA
    arrives $ANNA "$s" Junk
    got '^X-Spam-Flag: YES'
}
t_amavis_dmarc_reject() {
    message ceo@strict.test $ANNA "$(unique forged)" >"$T/mail.eml"
    no smtp "$T/mail.eml" --from ceo@strict.test --to $ANNA
    says '^<\*\* 554 5\.7\.1'
}
t_amavis_submission_is_signed() {
    local s
    s=$(unique signed)
    submit $ANNA $ANNA ben@e2e.test "$s"
    arrives ben@e2e.test "$s"
    got '^DKIM-Signature:.*rsa-sha256'
    got '^DKIM-Signature:.*ed25519-sha256'
    got_not '^X-Spam-(Flag|Score)'
}
learned() { docker exec "$(container amavis)" sa-learn --dump magic 2>/dev/null | awk -v w="non-token data: n$1" 'index($0, w) && $3 >= '"$2"' { found = 1 } END { exit !found }'; }
t_amavis_learns_from_junk() {
    local s n
    s=$(unique teach)
    post $FROM $ANNA "$s"
    arrives $ANNA "$s"
    n=$(found $ANNA INBOX "$s")
    imap $ANNA INBOX -X "MOVE $n Junk" >/dev/null
    must_wait 60 learned spam 1
    n=$(found $ANNA Junk "$s")
    imap $ANNA Junk -X "MOVE $n INBOX" >/dev/null
    must_wait 60 learned ham 1
}
t_amavis_away_defers() {
    local s
    s=$(unique away)
    docker stop -t 5 "$(container amavis)" >/dev/null
    no post $FROM $ANNA "$s"
    says '^<(\*\*|~\*) 4[25]1 4\.'
    docker start "$(container amavis)" >/dev/null
    must_wait 90 post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}

export limit_t_back_to_rspamd=400
t_back_to_rspamd() {
    queued || fail "the queue lost its message"
    rm -rf "$OWN/clamav" "$OWN/postgrey" "$OWN/amavis"
    filter ""
    mv "$SITE.before" "$SITE"
    queued || fail "the queue lost its message in the change back"
    m queue list --json | grep -oE '"(queue_id|id)": *"[A-Za-z0-9]+"' | grep -oE '[A-Za-z0-9]+"$' | tr -d '"' |
        while read -r id; do m queue delete "$id" --yes >/dev/null 2>&1 || true; done
    no docker inspect "$(container clamav)" >/dev/null 2>&1
    no docker inspect "$(container amavis)" >/dev/null 2>&1
    no docker inspect "$(container postgrey)" >/dev/null 2>&1
    s=$(unique back)
    post $FROM $ANNA "$s"
    arrives $ANNA "$s"
}

run_tests "$@"
