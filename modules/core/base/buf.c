/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/buf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"

static char empty[1];

void ms_buf_init(struct ms_buf *b, size_t max)
{
    *b = (struct ms_buf){.p = empty, .max = max};
}

void ms_buf_done(struct ms_buf *b)
{
    if (b->cap) {
        free(b->p);
    }
    *b = (struct ms_buf){.p = empty, .max = b->max};
}

void ms_buf_reset(struct ms_buf *b)
{
    b->len = 0;
    b->too_big = false;
    if (b->cap) {
        b->p[0] = '\0';
    }
}

void ms_buf_add(struct ms_buf *b, const void *p, size_t n)
{
    assert(b->max);
    if (n > b->max - b->len) {
        n = b->max - b->len;
        b->too_big = true;
    }
    if (!n) {
        return;
    }
    if (b->len + n + 1 > b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 64;

        while (cap < b->len + n + 1) {
            cap *= 2;
        }
        b->p = ms_xrealloc(b->cap ? b->p : NULL, cap, 1);
        b->cap = cap;
    }
    memcpy(b->p + b->len, p, n);
    b->len += n;
    b->p[b->len] = '\0';
}

void ms_buf_adds(struct ms_buf *b, const char *s)
{
    ms_buf_add(b, s, strlen(s));
}

void ms_buf_addc(struct ms_buf *b, char c)
{
    ms_buf_add(b, &c, 1);
}

void ms_buf_addf(struct ms_buf *b, const char *fmt, ...)
{
    va_list ap;
    ms_auto_free char *s = NULL;

    va_start(ap, fmt);
    s = ms_xvasprintf(fmt, ap);
    va_end(ap);
    ms_buf_adds(b, s);
}

void ms_buf_drop(struct ms_buf *b, size_t n)
{
    assert(n <= b->len);
    if (!n) {
        return;
    }
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
    b->p[b->len] = '\0';
}

char *ms_buf_steal(struct ms_buf *b)
{
    char *p = b->cap ? b->p : ms_xstrdup("");

    *b = (struct ms_buf){.p = empty, .max = b->max};
    return p;
}
