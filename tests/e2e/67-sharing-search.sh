#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Folders that users share, and full-text search.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
ANNA=anna@e2e.test

# sessions: IMAP sessions of several users side by side, as standard input says (imap.py)
sessions() {
    { echo "$PASSWORD"; cat; } | client timeout 60 python3 tests/e2e/imap.py $H4 $IMAPS $HOST "$CA" ||
        fail "IMAP"
}
letter() { message erik@sender.test $ANNA "$1" "${2:-}" >"$T/letter.eml"; }
in_dovecot() { docker exec -u 5000 "$(container dovecot)" "$@"; }

t_share_by_rights() {
    letter "a shared letter" "zebras in the garden"
    sessions <<END
a $ANNA
b ben@e2e.test
# (of an earlier run)
a> DELETE Projects/Secret
a> DELETE Projects
a> CREATE Projects
a>$T/letter.eml APPEND Projects
a> CREATE Projects/Secret
a> GETACL Projects
= ^\* ACL Projects $ANNA lrwstipekxacd\$
b> NAMESPACE
= \(\("Shared/" "/"\)\)
b> LIST "" Shared/*
! anna
b> SELECT Shared/anna/Projects
= ^x NO
# look-up only: it is seen, not read
a> SETACL Projects ben@e2e.test l
= ^x OK
a> LISTRIGHTS Projects ben@e2e.test
= ^\* LISTRIGHTS Projects ben@e2e.test
c ben@e2e.test
c> LIST "" Shared/*
= Shared/anna/Projects\$
! Secret
c> SELECT Shared/anna/Projects
= ^x NO \[NOPERM\]
# to be read, not changed
a> SETACL Projects ben@e2e.test lr
c> MYRIGHTS Shared/anna/Projects
= ^\* MYRIGHTS Shared/anna/Projects lr\$
c> SELECT Shared/anna/Projects
= ^x OK \[READ-ONLY\]
c> FETCH 1 BODY.PEEK[TEXT]
= zebras
c>$T/letter.eml APPEND Shared/anna/Projects
= ^x NO \[NOPERM\]
c> STORE 1 +FLAGS (\\Deleted)
c> EXPUNGE
! EXPUNGE\$
# inserted into
a> SETACL Projects ben@e2e.test lrswi
c>$T/letter.eml APPEND Shared/anna/Projects
= ^x OK \[APPENDUID
a> SELECT Projects
= ^\* 2 EXISTS
# what one has read is new to the other
c> SELECT Shared/anna/Projects
c> STORE 1 +FLAGS (\\Seen)
= Seen
a> NOOP
a> FETCH 1 FLAGS
! Seen
# nothing else of hers
c> SELECT Shared/anna/Projects/Secret
= ^x NO
c> SELECT Shared/anna/INBOX
= ^x NO
c> SELECT Shared/anna
= ^x NO
c> SETACL Shared/anna/Projects ben@e2e.test lrswipkxtea
= ^x NO
a> SETACL Projects anyone lr
= ^x BAD
END
}
t_shared_folder_is_searched() {
    sessions <<END
c ben@e2e.test
c> SELECT Shared/anna/Projects
c> SEARCH BODY zebras
~ ^\* SEARCH 1 2\$
c> SEARCH BODY giraffe
= ^\* SEARCH\$
END
}
t_right_taken_away() {
    sessions <<END
a $ANNA
c ben@e2e.test
c> STATUS Shared/anna/Projects (MESSAGES)
= MESSAGES 2
a> DELETEACL Projects ben@e2e.test
= ^x OK
c> STATUS Shared/anna/Projects (MESSAGES)
= ^x NO
c> SELECT Shared/anna/Projects
= ^x NO
c> LIST "" Shared/*
! Projects
c>$T/letter.eml APPEND Shared/anna/Projects
= ^x NO
END
}
t_not_across_domains() {
    sessions <<END
a $ANNA
d dora@gone.test
a> SETACL Projects dora@gone.test lr
d> LIST "" *
! Shared
d> SELECT Shared/anna/Projects
= ^x NO
d> SELECT Shared/anna@e2e.test/Projects
= ^x NO
a> DELETEACL Projects dora@gone.test
END
    # an owner that does not exist is answered in the same way, and is no fault of the server
    local from
    from=$(now)
    sessions <<END
c ben@e2e.test
c> SELECT Shared/nobody/Projects
= ^x NO \[NONEXISTENT\]
END
    logs dovecot "$from" >"$T/out"
    says_not 'Error:'
}
# A new mailbox of an old name inherits nothing, and of a deleted owner nothing is left.
t_deleted_mailbox_leaves_no_share() {
    echo "$PASSWORD" | status 0 m mailbox add carl@e2e.test --password-file -
    sessions <<END
a $ANNA
c carl@e2e.test
b ben@e2e.test
a> SETACL Projects carl@e2e.test lr
c> CREATE Plans
c> SETACL Plans ben@e2e.test lr
c> LIST "" Shared/*
= Shared/anna/Projects
b> LIST "" Shared/*
= Shared/carl/Plans
END
    status 0 m mailbox delete carl@e2e.test --yes
    in_dovecot sh -c 'cat /var/vmail/e2e.test/.shared /var/vmail/e2e.test/anna/Maildir/.Projects/dovecot-acl' >"$T/out"
    says_not carl
    echo "$PASSWORD" | status 0 m mailbox add carl@e2e.test --password-file -
    sessions <<END
a $ANNA
c carl@e2e.test
b ben@e2e.test
a> GETACL Projects
! carl
c> LIST "" *
! Shared
b> LIST "" Shared/*
! carl
END
    status 0 m mailbox delete carl@e2e.test --yes
}
# A name that is deleted, made and deleted again within one second: each mail has its own place.
t_deleted_again_at_once() {
    local i
    for i in 1 2 3 4; do
        in_dovecot sh -c 'umask 077; mkdir -p /var/vmail/e2e.test/again/Maildir/cur'
        docker exec "$(container dovecot)" retire e2e.test/again >/dev/null || fail "time $i"
    done
    in_dovecot sh -c 'ls -d /var/vmail/.deleted/e2e.test/again.*/Maildir/cur' >"$T/out"
    [ "$(wc -l <"$T/out")" = 4 ] || { cat "$T/out"; fail "not four mailboxes are kept"; }
    in_dovecot sh -c 'rm -r /var/vmail/.deleted/e2e.test/again.*'
}
# `shares OLD NEW` is what a renamed mailbox needs
t_shares_follow_a_new_name() {
    sessions <<END
a $ANNA
a> SETACL Projects old@e2e.test lrs
a> SETACL Projects older@e2e.test l
END
    docker exec "$(container dovecot)" shares old@e2e.test ben@e2e.test
    sessions <<END
a $ANNA
b ben@e2e.test
a> GETACL Projects
= ben@e2e.test lrs
= older@e2e.test l
! old@e2e.test lrs
b> LIST "" Shared/*
= Shared/anna/Projects
a> DELETEACL Projects ben@e2e.test
a> DELETEACL Projects older@e2e.test
END
    no docker exec "$(container dovecot)" shares ../x@e2e.test 2>"$T/out"
    says 'not an address'
}
t_move_into_ones_junk_from_a_shared_folder_teaches() {
    local before
    before=$(learned spam)
    letter "learn from a shared folder" "Cheap watches and pills $(token), order at once $(token), best prices of the year $(token) buy now, offer ends today"
    sessions <<END
a $ANNA
b ben@e2e.test
a>$T/letter.eml APPEND Projects
a> SETACL Projects ben@e2e.test lrstewi
b> SELECT Shared/anna/Projects
b> MOVE * Junk
= ^x OK
a> DELETEACL Projects ben@e2e.test
END
    must_wait 30 learned_more_than spam "$before"
}

# mail with parts: text in HTML, an attached text, and a PDF, which is not looked into
parts() {
    python3 - "$1" >"$T/parts.eml" <<'END'
import email.message, email.policy, sys
m = email.message.EmailMessage(policy=email.policy.SMTP)
m["From"] = "Erik Nightingale <erik@sender.test>"
m["To"] = "anna@e2e.test"
m["Subject"] = sys.argv[1] + " Rechnung über Gänseblümchen"
m["Date"] = "Tue, 24 Nov 2026 10:00:00 +0000"
m["Message-ID"] = f"<{sys.argv[1].split()[-1]}@sender.test>"
m.set_content("The children were running through meadows. It is plan 9 and costs 12.50 at shop.example.com; ask support@vendor.example.")
m.add_alternative("<html><body><p>Only the <b>hypertext</b> says rhinoceros.</p></body></html>", subtype="html")
m.add_attachment("A list of instruments: harpsichord, violoncello.\n", filename="orchestra.txt")
sys.stdout.buffer.write(m.as_bytes())
END
}
t_search_finds_a_fresh_message() {
    local s
    s=$(unique search)
    echo "$s" >"$T/search"
    parts "$s"
    sign "$T/parts.eml"
    accepted "$T/parts.eml" --from erik@sender.test --to $ANNA
    arrives $ANNA "$s"
    sessions <<END
a $ANNA
a> SELECT INBOX
a> SEARCH SUBJECT "$s" BODY meadows
~ ^\* SEARCH [0-9]+\$
# text of HTML, without its tags, and attached text
a> SEARCH SUBJECT "$s" BODY rhinoceros
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" BODY violoncello
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" BODY unicorns
= ^\* SEARCH\$
# headers, all of them
a> SEARCH SUBJECT "$s" FROM nightingale
= ^\* SEARCH [0-9]+\$
a> SEARCH HEADER Message-ID "${s#* }"
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" TEXT support@vendor.example
= ^\* SEARCH [0-9]+\$
END
}
# words in any of their forms, with and without accents; not from the middle of a word
t_search_by_words() {
    local s
    s=$(cat "$T/search")
    sessions <<END
a $ANNA
a> SELECT INBOX
a> SEARCH SUBJECT "$s" BODY meadow
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" BODY run
= ^\* SEARCH [0-9]+\$
a> SEARCH CHARSET UTF-8 SUBJECT "$s" SUBJECT "GÄNSEBLÜMCHEN"
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" SUBJECT Ganseblumchen
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" BODY "plan 9"
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" BODY "plan 8"
= ^\* SEARCH\$
a> SEARCH SUBJECT "$s" BODY rhino
= ^\* SEARCH [0-9]+\$
a> SEARCH SUBJECT "$s" BODY nocero
= ^\* SEARCH\$
END
}
xapian() { in_dovecot sh -c 'find /var/vmail/e2e.test/anna/Maildir -name fts-flatcurve'; }
t_index_survives_a_restart() {
    local s
    s=$(cat "$T/search")
    [ -n "$(xapian)" ] || fail "no index on disk"
    docker restart -t 15 "$(container dovecot)" >/dev/null
    must_wait 60 healthy
    sessions <<END
a $ANNA
a> SELECT INBOX
a> SEARCH SUBJECT "$s" BODY violoncello
= ^\* SEARCH [0-9]+\$
END
}
# After a restore the index is missing or old: the next search makes it, and so does `doveadm`.
t_index_is_made_anew() {
    local s
    s=$(cat "$T/search")
    # shellcheck disable=SC2016
    in_dovecot sh -c 'rm -rf /var/vmail/e2e.test/anna/Maildir/fts-flatcurve'
    sessions <<END
a $ANNA
a> SELECT INBOX
a> SEARCH SUBJECT "$s" BODY violoncello
~ ^\* SEARCH [0-9]+\$
END
    docker exec "$(container dovecot)" doveadm fts rescan -u $ANNA
    docker exec "$(container dovecot)" doveadm index -u $ANNA INBOX
    sessions <<END
a $ANNA
a> SELECT INBOX
a> SEARCH SUBJECT "$s" BODY violoncello
~ ^\* SEARCH [0-9]+\$
END
}
# A mailbox of 2,000 letters is indexed for the first time while mail comes in.
t_search_does_not_block_delivery() {
    local s start end
    # shellcheck disable=SC2016
    in_dovecot bash -c '
        umask 077
        cd /var/vmail/e2e.test/ben/Maildir
        mkdir -p .Archive/cur .Archive/new .Archive/tmp
        for ((i = 0; i < 2000; i++)); do
            printf "From: <a@sender.test>\nSubject: old letter %s\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nletter %s of the archive, with words like w%sx and w%sy\n" \
                $i $i $((i * 7919 % 10007)) $((i * 104729 % 10007)) >.Archive/cur/$((1700000000 + i)).M1P1.old:2,S
        done'
    start=$EPOCHREALTIME
    sessions <<END >"$T/search.log" 2>&1 &
b ben@e2e.test
b> SELECT Archive
= ^\* 2000 EXISTS
b> SEARCH BODY archive
~ ^\* SEARCH 1 2 .* 2000\$
END
    s=$(unique meanwhile)
    post erik@sender.test ben@e2e.test "$s"
    arrives ben@e2e.test "$s"
    end=$EPOCHREALTIME
    wait $! || { cat "$T/search.log"; fail "the search"; }
    awk -v a="$start" -v b="$end" 'BEGIN { exit !(b - a < 30) }' || fail "delivery took $start to $end"
}

run_tests "$@"
