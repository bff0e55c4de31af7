#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TLS on the ports for mail (443: 75-web.sh), against the list of internet.nl: lib-tls.sh.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/e2e/lib-tls.sh
. tests/e2e/lib-tls.sh

t_smtp() { scan smtp $SMTP smtp; }
t_submission() { scan submission $SUBMISSION smtp; }
t_submissions() { scan submissions $SUBMISSIONS; }
t_imap() { scan imap $IMAP imap; }
t_imaps() { scan imaps $IMAPS; }
t_pop3() { scan pop3 $POP3 pop3; }
t_pop3s() { scan pop3s $POP3S; }

# sslscan cannot begin ManageSieve: every kind of offer is made once
t_sieve() {
    local c
    for c in $TLS12; do tls_to $SIEVE sieve -tls1_2 -cipher "$c" </dev/null || fail "no $c"; done
    for c in $TLS13; do tls_to $SIEVE sieve -tls1_3 -ciphersuites "$c" </dev/null || fail "no $c"; done
    no tls_to $SIEVE sieve -tls1_2 -cipher 'ALL:!ECDHE:@SECLEVEL=0' </dev/null
    no tls_to $SIEVE sieve -tls1_2 -cipher 'ECDHE:!AESGCM:!CHACHA20:@SECLEVEL=0' </dev/null
    no tls_to $SIEVE sieve -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null
    no tls_to $SIEVE sieve -tls1 -cipher 'ALL:@SECLEVEL=0' </dev/null
    no tls_to $SIEVE sieve -tls1_3 -groups ffdhe2048 </dev/null
    no tls_to $SIEVE sieve -tls1_3 -groups ffdhe3072 </dev/null
    tls_to $SIEVE sieve -tls1_3 -groups P-256 </dev/null
}

t_session_and_certificate() {
    has_ems $SMTP smtp
    has_ems $SUBMISSION smtp
    has_ems $SUBMISSIONS ''
    has_ems $IMAP imap
    has_ems $IMAPS ''
    has_ems $POP3 pop3
    has_ems $POP3S ''
    has_ems $SIEVE sieve
}

t_no_weak_hashes() {
    signs_well $SMTP smtp
    signs_well $SUBMISSION smtp
    signs_well $SUBMISSIONS ''
    signs_well $IMAP imap
    signs_well $IMAPS ''
    signs_well $POP3 pop3
    signs_well $POP3S ''
    signs_well $SIEVE sieve
}

t_clients_do_not_renegotiate() {
    refuses_renegotiation $SMTP smtp
    refuses_renegotiation $SUBMISSIONS ''
    refuses_renegotiation $IMAPS ''
}

run_tests "$@"
