/* SPDX-License-Identifier: Apache-2.0 */
/* What the printed forms share: records by zone, names and values in parts. */
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

struct place {
    const struct ms_record *r;
    size_t group; /* where the first record of its zone stands */
    size_t index;
};

static int by_index(size_t x, size_t y)
{
    return (x > y) - (x < y);
}

static int by_zone(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    int r = x->r->zone == y->r->zone ? 0 : strcmp(x->r->zone, y->r->zone);

    return r ? r : by_index(x->index, y->index);
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    int r = by_index(x->group, y->group);

    return r ? r : by_index(x->index, y->index);
}

size_t ms_dns_by_zone(const struct ms_records *r, const struct ms_record ***ret)
{
    ms_auto_free struct place *order = ms_xcalloc(r->n + 1, sizeof(*order));
    const struct ms_record **v = ms_xcalloc(r->n + 1, sizeof(const struct ms_record *));
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (!r->v[i].foreign && !r->v[i].served) {
            order[n++] = (struct place){.r = &r->v[i], .index = i};
        }
    }
    qsort(order, n, sizeof(*order), by_zone);
    for (size_t i = 0; i < n; i++) {
        bool same = i && !strcmp(order[i].r->zone, order[i - 1].r->zone);

        order[i].group = same ? order[i - 1].group : order[i].index;
    }
    qsort(order, n, sizeof(*order), by_place);
    for (size_t i = 0; i < n; i++) {
        v[i] = order[i].r;
    }
    *ret = v;
    return n;
}

bool ms_dns_begins_zone(const struct ms_record *const *v, size_t i)
{
    return i == 0 || strcmp(v[i]->zone, v[i - 1]->zone) != 0;
}

size_t ms_records_zones(const struct ms_records *r, const char ***ret)
{
    ms_auto_free const struct ms_record **v = NULL;
    size_t n = ms_dns_by_zone(r, &v), n_zones = 0;
    const char **zones = ms_xcalloc(n + 1, sizeof(const char *));

    for (size_t i = 0; i < n; i++) {
        if (ms_dns_begins_zone(v, i)) {
            zones[n_zones++] = v[i]->zone;
        }
    }
    *ret = zones;
    return n_zones;
}

void ms_records_keep_zone(struct ms_records *r, const char *zone)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (!r->v[i].foreign && !r->v[i].served && !strcmp(r->v[i].zone, zone)) {
            r->v[n++] = r->v[i];
        }
    }
    r->n = n;
}

const char *ms_dns_relative(const struct ms_record *r, struct ms_arena *a)
{
    size_t n = strlen(r->name), z = strlen(r->zone);

    if (n == z + 1) {
        return "";
    }
    if (n < z + 2 || strncmp(r->name + n - z - 1, r->zone, z) != 0) {
        return r->name; /* in no such zone: absolute */
    }
    return ms_arena_memdup0(a, r->name, n - z - 2);
}

size_t ms_dns_words(const struct ms_record *r, struct ms_arena *a, const char *v[MS_DNS_WORDS])
{
    const char *p = r->value;
    size_t n = 0;

    while (*p && n < MS_DNS_WORDS) {
        bool quoted = *p == '"';
        size_t len = quoted ? strcspn(p + 1, "\"") : strcspn(p, " ");

        v[n++] = ms_arena_memdup0(a, p + quoted, len);
        p += len + 2 * quoted;
        p += strspn(p, " ");
    }
    return n;
}

void ms_dns_quote(const char *text, struct ms_buf *out)
{
    static const char hex[] = "0123456789abcdef";

    ms_buf_addc(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            ms_buf_addc(out, '\\');
            ms_buf_addc(out, (char)*c);
        } else if (*c < 0x20 || *c == 0x7f) {
            ms_buf_addf(out, "\\u00%c%c", hex[*c >> 4], hex[*c & 15]);
        } else {
            ms_buf_addc(out, (char)*c);
        }
    }
    ms_buf_addc(out, '"');
}
