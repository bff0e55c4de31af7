/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test message through the whole mail server: sent by SMTP to the edge, looked for by IMAP, and
 * deleted again; each hop timed. Blocking (libcurl). Certificates are not judged: it is about
 * whether mail flows. The log-in is given to libcurl only and never printed.
 */
#ifndef MS_HEALTH_CANARY_H
#define MS_HEALTH_CANARY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

struct ms_canary {
    const char *host; /* address of the edge */
    uint16_t smtp_port;
    uint16_t imap_port; /* 0: do not look for the message */
    bool imap_tls;      /* TLS from the first byte, else STARTTLS if offered */
    const char *helo;   /* name to greet with */
    const char *from; /* address in the From header; the envelope sender is empty (RFC 5321, 4.5.5:
                         no answer is ever sent) */
    const char *to;
    const char *user, *password;                /* IMAP log-in */
    unsigned smtp_timeout_ms, fetch_timeout_ms; /* 0: 30 s each */
};

/* Run it. *ret is {"ok": bool, "message_id": ..., "hops": [{"name", "ok", "ms", "detail"}]} with
 * the hops connect, accepted and, with imap_port, delivered (found by IMAP) and deleted; after a
 * hop that failed there is none. The caller owns the reference. -1 only when libcurl cannot be
 * used. */
int ms_canary_run(const struct ms_canary *c, json_t **ret, struct ms_err *err) ms_must_use;

/* Append the message (RFC 5322, CRLF line ends). id is the Message-ID without its angle brackets,
 * t_ms its date. */
void ms_canary_message(const struct ms_canary *c, const char *id, int64_t t_ms, struct ms_buf *out);

/* The first UID in an answer to UID SEARCH ("* SEARCH 5 7"), 0 when there is none. */
uint32_t ms_canary_search_uid(const char *text, size_t n);

#endif
