/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/rrset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "modules/core/base/mem.h"

void ms_rrsets_init(struct ms_rrsets *s)
{
    *s = (struct ms_rrsets){.arena = ms_arena_new()};
}

void ms_rrsets_done(struct ms_rrsets *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->v[i].v);
    }
    free(s->v);
    ms_arena_free(s->arena);
    *s = (struct ms_rrsets){0};
}

char *ms_rrname(struct ms_arena *a, const char *name)
{
    size_t n = strlen(name);
    char *p = ms_arena_printf(a, "%s%s", name, n && name[n - 1] == '.' ? "" : ".");

    for (char *q = p; *q; q++) {
        *q = *q >= 'A' && *q <= 'Z' ? (char)(*q | 0x20) : *q;
    }
    return p;
}

bool ms_rrname_is_below(const char *name, const char *zone)
{
    size_t n = strlen(name), z = strlen(zone);

    if (!strcmp(zone, ".")) {
        return true;
    }
    return n >= z && !strcmp(name + n - z, zone) && (n == z || name[n - z - 1] == '.');
}

/* Whether two names are the same but for case and a trailing dot. */
static bool is_same_name(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);

    n -= n && a[n - 1] == '.';
    m -= m && b[m - 1] == '.';
    return n == m && !strncasecmp(a, b, n);
}

struct ms_rrset *ms_rrsets_find(const struct ms_rrsets *s, const char *name, const char *type)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!strcmp(s->v[i].type, type) && is_same_name(s->v[i].name, name)) {
            return &s->v[i];
        }
    }
    return NULL;
}

struct ms_rrset *ms_rrsets_get(struct ms_rrsets *s, const char *name, const char *type)
{
    struct ms_rrset *set = ms_rrsets_find(s, name, type);

    if (!set) {
        s->v = ms_xgrow(s->v, s->n, &s->cap, sizeof(*s->v));
        set = &s->v[s->n++];
        *set = (struct ms_rrset){.name = ms_rrname(s->arena, name),
                                 .type = ms_arena_strdup(s->arena, type)};
    }
    return set;
}

bool ms_rrset_has(const struct ms_rrset *s, const char *value)
{
    for (size_t i = 0; s && i < s->n; i++) {
        if (!strcmp(s->v[i].text, value)) {
            return true;
        }
    }
    return false;
}

struct ms_rrset *ms_rrsets_add(struct ms_rrsets *s, const char *name, const char *type,
                               uint32_t ttl, const char *value, const char *id)
{
    struct ms_rrset *set = ms_rrsets_get(s, name, type);
    char *text = ms_rrvalue_canonical(s->arena, type, value);

    text = text ? text : ms_arena_strdup(s->arena, value);
    set->ttl = set->n ? set->ttl : ttl;
    if (ms_rrset_has(set, text)) {
        return set;
    }
    set->v = ms_xgrow(set->v, set->n, &set->cap, sizeof(*set->v));
    set->v[set->n++] = (struct ms_rrvalue){.text = text, .id = ms_arena_strdup(s->arena, id)};
    return set;
}
