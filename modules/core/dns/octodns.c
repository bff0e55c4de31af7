/* SPDX-License-Identifier: Apache-2.0 */
/* octoDNS: one YAML document for each zone, its keys in the natural order that octoDNS insists on.
 */
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

/* A record with its name below the zone. */
struct item {
    const char *name;
    const struct ms_record *r;
    size_t index;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Compare two runs of digits by value. */
static int by_number(const char *x, size_t nx, const char *y, size_t ny)
{
    for (; nx && *x == '0'; x++, nx--) {
    }
    for (; ny && *y == '0'; y++, ny--) {
    }
    return nx != ny ? (nx < ny ? -1 : 1) : strncmp(x, y, nx);
}

static int by_text(const char *x, size_t nx, const char *y, size_t ny)
{
    int r = strncmp(x, y, nx < ny ? nx : ny);

    return r || nx == ny ? r : (nx < ny ? -1 : 1);
}

/* Natural order: text and numbers by turns, so that "_25" comes before "_143". */
int ms_dns_natural(const char *x, const char *y)
{
    int r = 0;

    for (bool number = false; !r && (*x || *y); number = !number) {
        size_t nx = 0, ny = 0;

        while (x[nx] && is_digit(x[nx]) == number) {
            nx++;
        }
        while (y[ny] && is_digit(y[ny]) == number) {
            ny++;
        }
        r = number && nx && ny ? by_number(x, nx, y, ny) : by_text(x, nx, y, ny);
        x += nx;
        y += ny;
    }
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int r = ms_dns_natural(x->name, y->name);

    r = r ? r : strcmp(x->r->type, y->r->type);
    return r ? r : (x->index < y->index ? -1 : x->index > y->index);
}

/* A scalar between single quotes. octoDNS wants semicolons of TXT escaped. */
static void add_scalar(const char *text, bool txt, struct ms_buf *out)
{
    ms_buf_addc(out, '\'');
    for (const char *c = text; *c; c++) {
        if (txt && *c == ';') {
            ms_buf_addc(out, '\\');
        } else if (*c == '\'') {
            ms_buf_addc(out, '\'');
        }
        ms_buf_addc(out, *c);
    }
    ms_buf_adds(out, "'\n");
}

/* The members of a value, in the order of the alphabet; word is that of the presentation form. */
static const struct member {
    const char *type, *name;
    size_t word;
} members[] = {
    {"CAA", "flags", 0},
    {"CAA", "tag", 1},
    {"CAA", "value", 2},
    {"DS", "algorithm", 1},
    {"DS", "digest", 3},
    {"DS", "digest_type", 2},
    {"DS", "key_tag", 0},
    {"MX", "exchange", 1},
    {"MX", "preference", 0},
    {"SRV", "port", 2},
    {"SRV", "priority", 0},
    {"SRV", "target", 3},
    {"SRV", "weight", 1},
    {"TLSA", "certificate_association_data", 3},
    {"TLSA", "certificate_usage", 0},
    {"TLSA", "matching_type", 2},
    {"TLSA", "selector", 1},
};

static void add_value(const struct ms_record *r, struct ms_arena *a, const char *indent,
                      struct ms_buf *out)
{
    const char *words[MS_DNS_WORDS];
    size_t n = ms_dns_words(r, a, words);
    bool any = false;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const struct member *m = &members[i];

        if (strcmp(m->type, r->type) != 0 || m->word >= n) {
            continue;
        }
        if (any) {
            ms_buf_adds(out, indent);
        }
        any = true;
        ms_buf_addf(out, "%s: ", m->name);
        if (strspn(words[m->word], "0123456789") == strlen(words[m->word]) &&
            strlen(words[m->word]) < 6) {
            ms_buf_addf(out, "%s\n", words[m->word]);
        } else {
            add_scalar(words[m->word], false, out);
        }
    }
    if (!any) {
        add_scalar(r->value, !strcmp(r->type, "TXT"), out);
    }
}

/* All records of a name and type. item: their list is an item of another one. */
static void add_set(const struct item *v, size_t n, bool item, struct ms_arena *a,
                    struct ms_buf *out)
{
    const char *in = item ? "    " : "  ";

    ms_buf_addf(out, "%sttl: %u\n%stype: %s\n%svalues:\n", item ? "  - " : "  ", v[0].r->ttl, in,
                v[0].r->type, in);
    for (size_t i = 0; i < n; i++) {
        ms_buf_addf(out, "%s  - ", in);
        add_value(v[i].r, a, item ? "        " : "      ", out);
    }
}

static size_t set_size(const struct item *v, size_t n)
{
    size_t k = 1;

    while (k < n && !strcmp(v[k].name, v[0].name) && !strcmp(v[k].r->type, v[0].r->type)) {
        k++;
    }
    return k;
}

static size_t name_size(const struct item *v, size_t n)
{
    size_t k = 1;

    while (k < n && !strcmp(v[k].name, v[0].name)) {
        k++;
    }
    return k;
}

static void add_zone(struct item *v, size_t n, struct ms_arena *a, struct ms_buf *out)
{
    qsort(v, n, sizeof(*v), by_name);
    ms_buf_addf(out, "---\n# %s.yaml\n", v[0].r->zone);
    for (size_t i = 0, k; i < n && !out->too_big; i += k) {
        bool list;

        k = name_size(v + i, n - i);
        list = set_size(v + i, k) < k;
        ms_buf_addf(out, "'%s':\n", v[i].name);
        for (size_t j = i, m; j < i + k; j += m) {
            m = set_size(v + j, i + k - j);
            add_set(v + j, m, list, a, out);
        }
    }
}

void ms_dns_format_octodns(const struct ms_records *r, struct ms_buf *out)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_free const struct ms_record **v = NULL;
    size_t n = ms_dns_by_zone(r, &v);
    ms_auto_free struct item *items = ms_xcalloc(n + 1, sizeof(*items));

    for (size_t i = 0; i < n; i++) {
        items[i] = (struct item){ms_dns_relative(v[i], a), v[i], i};
    }
    for (size_t i = 0, k; i < n && !out->too_big; i += k) {
        for (k = 1; i + k < n && !ms_dns_begins_zone(v, i + k); k++) {
        }
        add_zone(items + i, k, a, out);
    }
}
