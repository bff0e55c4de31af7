/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *p)
{
    if (!p) {
        (void)fputs("mailstead: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *ms_xcalloc(size_t n, size_t size)
{
    return check(calloc(n ? n : 1, size ? size : 1));
}

void *ms_xrealloc(void *p, size_t n, size_t size)
{
    return check(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *ms_xstrdup(const char *s)
{
    return s ? check(strdup(s)) : NULL;
}

char *ms_xmemdup0(const char *s, size_t n)
{
    char *p = check(malloc(n + 1));

    if (n) {
        memcpy(p, s, n);
    }
    p[n] = '\0';
    return p;
}

char *ms_xvasprintf(const char *fmt, va_list ap)
{
    char *s = NULL;

    if (vasprintf(&s, fmt, ap) < 0) {
        s = NULL;
    }
    return check(s);
}

char *ms_xasprintf(const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    s = ms_xvasprintf(fmt, ap);
    va_end(ap);
    return s;
}

void *ms_xgrow(void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return v;
    }
    *cap = *cap ? *cap * 2 : 8;
    return ms_xrealloc(v, *cap, size);
}
