/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer with a mandatory upper bound. p is never NULL and always NUL-terminated
 * (the NUL is not counted in len). Exceeding max sets too_big, drops what did not fit, and stays
 * set: append freely, test once at the end.
 */
#ifndef MS_BASE_BUF_H
#define MS_BASE_BUF_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

#include "modules/core/base/cleanup.h"

struct ms_buf {
    char *p;
    size_t len, cap, max;
    bool too_big;
};

/* An empty buffer that never holds more than max bytes. */
void ms_buf_init(struct ms_buf *b, size_t max);

/* Free the content; the buffer may be initialised again. Accepts a zeroed buffer. */
void ms_buf_done(struct ms_buf *b);

/* Empty it and clear too_big; the capacity stays. */
void ms_buf_reset(struct ms_buf *b);

/* Append n bytes. */
void ms_buf_add(struct ms_buf *b, const void *p, size_t n);

/* Append a string. */
void ms_buf_adds(struct ms_buf *b, const char *s);

/* Append one byte. */
void ms_buf_addc(struct ms_buf *b, char c);

/* Append formatted text. */
void ms_buf_addf(struct ms_buf *b, const char *fmt, ...) ms_printf(2, 3);

/* Remove the first n bytes (n <= len). */
void ms_buf_drop(struct ms_buf *b, size_t n);

/* Hand the content over to the caller, who frees it; the buffer is empty afterwards. */
char *ms_buf_steal(struct ms_buf *b) ms_must_use;

#define ms_auto_buf ms_cleanup(ms_buf_done)

#endif
