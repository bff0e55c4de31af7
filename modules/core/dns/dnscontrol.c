/* SPDX-License-Identifier: Apache-2.0 */
/* DNSControl: records that are added to a domain which dnsconfig.js declares elsewhere. */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

/* Which words of the value follow the name, in which order; a number stands bare. */
static const struct shape {
    const char *type;
    size_t n, word[4];
} shapes[] = {
    {"CAA", 2, {1, 2}},       {"DS", 4, {0, 1, 2, 3}},   {"MX", 2, {0, 1}},
    {"SRV", 4, {0, 1, 2, 3}}, {"TLSA", 4, {0, 1, 2, 3}},
};

static void add_word(const char *word, bool bare, struct ms_buf *out)
{
    ms_buf_adds(out, ", ");
    if (bare && strspn(word, "0123456789") == strlen(word)) {
        ms_buf_adds(out, word);
    } else {
        ms_dns_quote(word, out);
    }
}

static void add_record(const struct ms_record *r, struct ms_arena *a, struct ms_buf *out)
{
    const char *name = ms_dns_relative(r, a);
    const char *words[MS_DNS_WORDS];
    const struct shape *shape = NULL;

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        shape = strcmp(shapes[i].type, r->type) ? shape : &shapes[i];
    }
    ms_buf_addf(out, "  %s(", r->type);
    ms_dns_quote(*name ? name : "@", out);
    if (shape && ms_dns_words(r, a, words) > shape->word[shape->n - 1]) {
        for (size_t i = 0; i < shape->n; i++) {
            /* the hash of TLSA and DS is text, even one of digits only */
            add_word(words[shape->word[i]], !strcmp(r->type, "SRV") || i < 3, out);
        }
    } else {
        add_word(r->value, false, out);
    }
    ms_buf_addf(out, ", TTL(%u))", r->ttl);
}

void ms_dns_format_dnscontrol(const struct ms_records *r, struct ms_buf *out)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_free const struct ms_record **v = NULL;
    size_t n = ms_dns_by_zone(r, &v);

    ms_buf_adds(out, "// Behind the D() of each domain in dnsconfig.js.\n");
    for (size_t i = 0; i < n && !out->too_big; i++) {
        if (ms_dns_begins_zone(v, i)) {
            ms_buf_adds(out, "D_EXTEND(");
            ms_dns_quote(v[i]->zone, out);
        }
        ms_buf_adds(out, ",\n");
        add_record(v[i], a, out);
        if (i + 1 == n || ms_dns_begins_zone(v, i + 1)) {
            ms_buf_adds(out, "\n);\n");
        }
    }
}
