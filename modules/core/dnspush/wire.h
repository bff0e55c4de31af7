/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and updates to one DNS server over TCP, each signed with TSIG (RFC 8945) and each
 * answer verified: nobody on the way can lie about what is in the zone. One connection serves many
 * messages (RFC 7766) and is opened again when the server closed it.
 */
#ifndef MS_DNSPUSH_WIRE_H
#define MS_DNSPUSH_WIRE_H

#include <ldns/ldns.h>

#include "modules/core/base/err.h"
#include "modules/core/dnspush/tsig.h"

enum { MS_WIRE_TIMEOUT_MS = 10000 }; /* of one message and its answer */

struct ms_wire {
    char *host, *port;
    struct ms_tsig key;
    int fd;
};

/* Prepare one for "host", "host:port" or "[v6]:port"; nothing is sent. The key is taken over. */
int ms_wire_init(struct ms_wire *w, const char *server, struct ms_tsig *key, struct ms_err *err)
    ms_must_use;

/* Close and free the content. Accepts a zeroed one with fd -1. */
void ms_wire_done(struct ms_wire *w);

/* Sign and send a message, take the answer, verify its signature. The caller frees *ret with
 * ldns_pkt_free. Refusals that concern the key (unknown, wrong secret, clocks too far apart) are
 * MS_EINVAL and say so; other response codes are left to the caller. */
int ms_wire_ask(struct ms_wire *w, ldns_pkt *q, ldns_pkt **ret, struct ms_err *err) ms_must_use;

#endif
