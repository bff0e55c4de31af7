/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns.h"

struct place {
    size_t group; /* the how-manieth zone, in the order of first use */
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Number the zones; firsts collects the first record of each. */
static size_t group_of(const struct ms_records *r, size_t i, size_t *firsts, size_t *n)
{
    for (size_t g = *n; g-- > 0;) {
        if (!strcmp(r->v[firsts[g]].zone, r->v[i].zone)) {
            return g;
        }
    }
    firsts[*n] = i;
    return (*n)++;
}

static bool is_ptr(const struct ms_record *r)
{
    return !strcmp(r->type, "PTR");
}

static void add_forward(const struct ms_records *r, struct ms_buf *out)
{
    ms_auto_free struct place *order = ms_xcalloc(r->n + 1, sizeof(*order));
    ms_auto_free size_t *firsts = ms_xcalloc(r->n + 1, sizeof(*firsts));
    size_t n_groups = 0;
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (!is_ptr(&r->v[i])) {
            order[n++] = (struct place){group_of(r, i, firsts, &n_groups), i};
        }
    }
    qsort(order, n, sizeof(*order), by_place);
    for (size_t i = 0; i < n; i++) {
        const struct ms_record *rec = &r->v[order[i].index];

        if (!i || order[i].group != order[i - 1].group) {
            ms_buf_addf(out, "\n; zone %s\n", rec->zone);
        }
        if (ms_dns_line(rec, out) < 0) {
            return;
        }
        ms_buf_addc(out, '\n');
    }
}

void ms_dns_format_zone(const struct ms_records *r, struct ms_buf *out)
{
    bool any = false;

    ms_buf_adds(out, "; Names are absolute: put the lines of each zone into that zone's file.\n"
                     "$TTL 3600\n");
    add_forward(r, out);
    for (size_t i = 0; i < r->n; i++) {
        if (!is_ptr(&r->v[i])) {
            continue;
        }
        if (!any) {
            ms_buf_adds(out, "\n; reverse DNS: the provider of the address sets it\n");
        }
        any = true;
        ms_buf_adds(out, "; ");
        if (ms_dns_line(&r->v[i], out) < 0) {
            return;
        }
        ms_buf_addc(out, '\n');
    }
}
