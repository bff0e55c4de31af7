/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/dns/dns.h"

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

static bool is_ptr(const struct ms_record *r)
{
    return !strcmp(r->type, "PTR");
}

/* The columns of the reverse names are their own: those of IPv6 are very long. */
static struct widths measure(const struct ms_records *r, bool ptr)
{
    struct widths w = {0};

    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];

        if (is_ptr(x) == ptr) {
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

static void add_reverse(const struct ms_records *r, struct ms_buf *out)
{
    struct widths w = measure(r, true);

    if (!w.name) {
        return;
    }
    ms_buf_adds(out, "\nReverse DNS: ask the provider of the address (VPS or line) to set\n");
    for (size_t i = 0; i < r->n; i++) {
        if (is_ptr(&r->v[i])) {
            add_row(out, &w, &r->v[i]);
        }
    }
}

void ms_dns_format_table(const struct ms_records *r, struct ms_buf *out)
{
    struct widths w = measure(r, false);
    const char *scope = NULL;

    add_head(out, &w);
    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];

        if (is_ptr(x)) {
            continue;
        }
        if (scope && strcmp(scope, x->scope)) {
            ms_buf_addc(out, '\n');
        }
        scope = x->scope;
        add_row(out, &w, x);
    }
    add_reverse(r, out);
}
