/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of records as they are compared and written: owner name and values in canonical text, so
 * that two spellings of one value are equal. Pure; libldns reads and writes the text.
 */
#ifndef MS_DNSPUSH_RRSET_H
#define MS_DNSPUSH_RRSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/arena.h"

enum { MS_RRSET_VALUE_MAX = 65535 }; /* bytes of one value in text; a longer one is refused */

struct ms_rrvalue {
    const char
        *text;      /* canonical presentation: "10 mx.example.org.", TXT quoted and split at 255 */
    const char *id; /* what the provider calls it, or NULL */
};

/* All records of one name and type. */
struct ms_rrset {
    const char *name; /* absolute, lower case, with its trailing dot */
    const char *type; /* "MX" */
    uint32_t ttl;     /* seconds */
    struct ms_rrvalue *v;
    size_t n, cap;
};

/* A list of sets; strings live in the arena. */
struct ms_rrsets {
    struct ms_arena *arena;
    struct ms_rrset *v;
    size_t n, cap;
};

/* An empty list with an arena of its own. */
void ms_rrsets_init(struct ms_rrsets *s);

/* Free the content. Accepts a zeroed list. */
void ms_rrsets_done(struct ms_rrsets *s);

#define ms_auto_rrsets ms_cleanup(ms_rrsets_done)

/* The set of that name (any case, with or without the trailing dot) and type; NULL when there is
 * none. The pointer is good until the list grows. */
struct ms_rrset *ms_rrsets_find(const struct ms_rrsets *s, const char *name, const char *type);

/* The same, made when it is not there. */
struct ms_rrset *ms_rrsets_get(struct ms_rrsets *s, const char *name, const char *type);

/* Add one value in presentation form (TXT: quoted strings) to its set; id may be NULL. A value that
 * is there already is not added again. What is no value of the type is kept as it stands, so that
 * it is never mistaken for one of ours. Returns the set. */
struct ms_rrset *ms_rrsets_add(struct ms_rrsets *s, const char *name, const char *type,
                               uint32_t ttl, const char *value, const char *id);

/* Whether the set has that canonical value. Accepts NULL for a set without values. */
bool ms_rrset_has(const struct ms_rrset *s, const char *value);

/* Canonical text of a value in presentation form, in the arena; NULL when it is none of the type.
 * Relative names in it count from the root. */
char *ms_rrvalue_canonical(struct ms_arena *a, const char *type, const char *value) ms_must_use;

/* The text of a TXT value that is given bare: quoted, escaped, split at 255 bytes (RFC
 * 1035 3.3.14). In the arena. */
char *ms_rrvalue_txt(struct ms_arena *a, const char *text) ms_must_use;

/* The bare text of a canonical TXT value, bytes that are not printable ASCII as '?'. In the arena.
 */
char *ms_rrvalue_bare(struct ms_arena *a, const char *value) ms_must_use;

/* A name in lower case with its trailing dot, in the arena. */
char *ms_rrname(struct ms_arena *a, const char *name) ms_must_use;

/* Whether name is zone or lies below it; both absolute and in lower case. */
bool ms_rrname_is_below(const char *name, const char *zone);

#endif
