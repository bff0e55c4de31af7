/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/base/mem.h"

enum { BLOCK = 64 * 1024 };

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) char data[];
};

struct ms_arena {
    struct block *head; /* the block that new objects come from */
};

struct ms_arena *ms_arena_new(void)
{
    return ms_xcalloc(1, sizeof(struct ms_arena));
}

void ms_arena_free(struct ms_arena *a)
{
    struct block *b, *next;

    if (!a) {
        return;
    }
    for (b = a->head; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void *ms_arena_alloc(struct ms_arena *a, size_t n, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct block *b = a->head;
    size_t want;
    void *p;

    if (__builtin_mul_overflow(n, size, &want) || want > SIZE_MAX / 4) {
        abort();
    }
    want = (want + align - 1) / align * align;
    if (!b || b->size - b->used < want) {
        size_t room = want > BLOCK ? want : BLOCK;

        b = ms_xcalloc(1, sizeof(*b) + room);
        b->size = room;
        if (want > BLOCK / 4 &&
            a->head) { /* a big one goes behind, small ones keep filling the head */
            b->next = a->head->next;
            a->head->next = b;
        } else {
            b->next = a->head;
            a->head = b;
        }
    }
    p = b->data + b->used;
    b->used += want;
    return p;
}

char *ms_arena_memdup0(struct ms_arena *a, const void *p, size_t n)
{
    char *s = ms_arena_alloc(a, n + 1, 1);

    if (n) {
        memcpy(s, p, n);
    }
    return s;
}

char *ms_arena_strdup(struct ms_arena *a, const char *s)
{
    return s ? ms_arena_memdup0(a, s, strlen(s)) : NULL;
}

char *ms_arena_printf(struct ms_arena *a, const char *fmt, ...)
{
    va_list ap;
    ms_auto_free char *s = NULL;

    va_start(ap, fmt);
    s = ms_xvasprintf(fmt, ap);
    va_end(ap);
    return ms_arena_strdup(a, s);
}
