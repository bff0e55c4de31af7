/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail server as another one sees it: greeting, STARTTLS, certificate.
 */
#ifndef MS_DNSCHECK_SMTP_PRIV_H
#define MS_DNSCHECK_SMTP_PRIV_H

#include <stdint.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/hash.h"

struct ms_smtp_seen {
    const char *why;        /* what failed, or NULL; members are then as far as it went */
    char name[256];         /* that the greeting tells */
    char key[MS_HASH_TEXT]; /* SHA-256 of the public key of the certificate, "" without TLS */
    char version[16];       /* "TLSv1.3" */
};

/* Connect a TCP socket, blocking from then on with a bound on each read and write. -1: *ret_why. */
int ms_smtp_connect(const char *address, uint16_t port, int64_t end_ms, const char **ret_why);

/* Talk to the server as far as its certificate. helo: what to say as our own name. Ends at end_ms.
 */
void ms_smtp_see(const char *address, uint16_t port, const char *helo, int64_t end_ms,
                 struct ms_smtp_seen *ret);

#endif
