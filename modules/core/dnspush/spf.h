/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our SPF record (RFC 7208) put into one that somebody else wrote: their terms all stay, in their
 * order and with their qualifiers; ours come after them and before their `all`, so that nothing
 * they decided is decided otherwise. Pure.
 */
#ifndef MS_DNSPUSH_SPF_H
#define MS_DNSPUSH_SPF_H

#include <stdbool.h>

#include "modules/core/base/arena.h"

enum { MS_SPF_LOOKUPS_MAX = 10 }; /* RFC 7208 4.6.4 */

/* Terms with spaces between, as they are compared (lower case). */
struct ms_spf_merge {
    const char *found;  /* what is there; NULL: nothing */
    const char *wanted; /* what we would write alone */
    const char *before; /* terms that we added the last time, with spaces between; NULL: none */
};

/* The record to write, in the arena, and in *ret_added the terms that are ours, with spaces
 * between. *ret_foreign says whether terms of others are in it. */
char *ms_spf_merge(struct ms_arena *a, const struct ms_spf_merge *m, const char **ret_added,
                   bool *ret_foreign) ms_must_use;

/* How many of its own terms need a look-up (include, a, mx, ptr, exists, redirect). */
unsigned ms_spf_lookups(const char *text);

#endif
