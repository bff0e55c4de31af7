/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of senders of spam in the DNS (RFC 5782).
 */
#ifndef MS_DNSCHECK_BLOCKLIST_PRIV_H
#define MS_DNSCHECK_BLOCKLIST_PRIV_H

#include "modules/core/check/check.h"
#include "modules/core/resolve/resolve.h"

enum { MS_BLOCKLIST_CODES = 12 };

struct ms_blocklist {
    const char *zone;
    const char *codes[MS_BLOCKLIST_CODES]; /* the answers that mean "listed", as its owner documents
                                              them */
    const char *removal;                   /* where to ask to be taken off, or NULL */
    bool v6;                               /* it lists IPv6 addresses, too */
};

/* What three answers say: for the test point that must be listed, for the one that must not be, and
 * for the name in question. Only documented codes count; 127.255.255.x says that the list does not
 * answer this resolver. *ret_why gets a phrase, borrowed from the answers or static. */
enum ms_check_state ms_blocklist_judge(const struct ms_blocklist *list,
                                       const struct ms_answer *listed,
                                       const struct ms_answer *unlisted, const struct ms_answer *x,
                                       const char **ret_why);

#endif
