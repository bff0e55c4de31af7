/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsers of what a supervisor answers, for client.c and its tests. Private to this room.
 */
#ifndef MS_API_CLIENT_PRIV_H
#define MS_API_CLIENT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/api/client.h"
#include "modules/core/base/buf.h"

/* Event lines out of parts of any size. Empty lines are skipped. */
struct ms_lines {
    struct ms_buf line; /* what has come of the current one */
    ms_client_event on_event;
    void *arg;
    bool stopped; /* on_event said -1 */
    bool bad;     /* a line was too long or not a JSON object */
};

void ms_lines_init(struct ms_lines *l, ms_client_event on_event, void *arg);
void ms_lines_done(struct ms_lines *l);

/* Take n bytes; -1 once stopped or bad. */
int ms_lines_feed(struct ms_lines *l, const char *p, size_t n);

/* Set err from a problem document. Always returns -1. */
int ms_client_problem(const char *text, size_t n, long status, struct ms_err *err);

#endif
