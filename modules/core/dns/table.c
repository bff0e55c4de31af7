/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/dns/dns_priv.h"

enum { LONG_VALUE = 40, GAP = 2 };

struct widths {
    size_t name, type, value, need;
};

/* Characters, not bytes: continuation bytes of UTF-8 take no room. */
static size_t width(const char *s)
{
    size_t n = 0;

    for (; *s; s++) {
        n += ((unsigned char)*s & 0xc0) != 0x80;
    }
    return n;
}

static void widen(size_t *w, const char *s)
{
    size_t n = width(s);

    if (n > *w) {
        *w = n;
    }
}

static void add_padded(struct ms_buf *out, const char *s, size_t w)
{
    ms_buf_adds(out, s);
    for (size_t n = width(s); n < w + GAP; n++) {
        ms_buf_addc(out, ' ');
    }
}

static void add_row(struct ms_buf *out, const struct widths *w, const struct ms_record *r)
{
    bool apart = width(r->value) > LONG_VALUE;

    add_padded(out, r->name, w->name);
    add_padded(out, r->type, w->type);
    add_padded(out, apart ? "(next line)" : r->value, w->value);
    add_padded(out, ms_need_name(r->need), w->need);
    ms_buf_adds(out, r->why);
    ms_buf_addc(out, '\n');
    if (apart) {
        ms_buf_adds(out, r->value);
        ms_buf_addc(out, '\n');
    }
}

/* Records stand in four parts, each with columns of its own: ours, reverse names (those of IPv6
 * are very long), those in zones of others, and those that are served from here. */
enum part { OURS, REVERSE, OTHERS, SERVED };

static enum part part_of(const struct ms_record *r)
{
    if (r->served) {
        return SERVED;
    }
    return !r->foreign ? OURS : strcmp(r->type, "PTR") ? OTHERS : REVERSE;
}

static struct widths measure(const struct ms_records *r, enum part part)
{
    struct widths w = {0};

    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];

        if (part_of(x) == part) {
            widen(&w.name, x->name);
            widen(&w.type, x->type);
            widen(&w.value, width(x->value) > LONG_VALUE ? "(next line)" : x->value);
            widen(&w.need, ms_need_name(x->need));
        }
    }
    return w;
}

static void add_head(struct ms_buf *out, struct widths *w)
{
    widen(&w->name, "NAME");
    widen(&w->type, "TYPE");
    widen(&w->value, "VALUE");
    widen(&w->need, "NEED");
    add_padded(out, "NAME", w->name);
    add_padded(out, "TYPE", w->type);
    add_padded(out, "VALUE", w->value);
    add_padded(out, "NEED", w->need);
    ms_buf_adds(out, "WHY\n");
}

static void add_part(const struct ms_records *r, enum part part, const char *head,
                     struct ms_buf *out)
{
    struct widths w = measure(r, part);

    if (!w.name) {
        return;
    }
    ms_buf_adds(out, head);
    for (size_t i = 0; i < r->n; i++) {
        if (part_of(&r->v[i]) == part) {
            add_row(out, &w, &r->v[i]);
        }
    }
}

void ms_dns_format_table(const struct ms_records *r, struct ms_buf *out)
{
    struct widths w = measure(r, OURS);
    const char *scope = NULL;

    add_head(out, &w);
    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];

        if (part_of(x) != OURS) {
            continue;
        }
        if (scope && strcmp(scope, x->scope)) {
            ms_buf_addc(out, '\n');
        }
        scope = x->scope;
        add_row(out, &w, x);
    }
    add_part(r, REVERSE, "\nReverse DNS: ask the provider of the address (VPS or line) to set\n",
             out);
    add_part(r, OTHERS, "\nZones of others: ask their owners to set\n", out);
    add_part(r, SERVED, "\nServed by this host's own name server: nothing to set\n", out);
}
