/* SPDX-License-Identifier: Apache-2.0 */
/* Terraform (and OpenTofu) with the provider cloudflare/cloudflare 5, the one that knows every type
 * that we have. */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

/* A text between quotes, where "${" and "%{" would begin a template. */
static void add_text(const char *text, struct ms_buf *out)
{
    ms_auto_buf struct ms_buf quoted = {0};

    ms_buf_init(&quoted, 1 << 16);
    ms_dns_quote(text, &quoted);
    for (const char *c = quoted.p; *c; c++) {
        if ((*c == '$' || *c == '%') && c[1] == '{') {
            ms_buf_addc(out, *c);
        }
        ms_buf_addc(out, *c);
    }
}

static const struct shape {
    const char *type, *names[4];
} shapes[] = {
    {"CAA", {"flags", "tag", "value", NULL}},
    {"DS", {"key_tag", "algorithm", "digest_type", "digest"}},
    {"SRV", {"priority", "weight", "port", "target"}},
    {"TLSA", {"usage", "selector", "matching_type", "certificate"}},
};

/* A number, or text; a host name without its trailing dot, as the provider gives it back. */
static void add_member(const char *name, const char *word, struct ms_buf *out)
{
    size_t n = strlen(word);

    ms_buf_addf(out, "    %s = ", name);
    if (n < 6 && strspn(word, "0123456789") == n) {
        ms_buf_adds(out, word);
    } else {
        add_text(word, out);
    }
    ms_buf_addc(out, '\n');
}

static const char *without_dot(const char *host, struct ms_arena *a)
{
    size_t n = strlen(host);

    return n > 1 && host[n - 1] == '.' ? ms_arena_memdup0(a, host, n - 1) : host;
}

static void add_data(const struct ms_record *r, const struct shape *shape, struct ms_arena *a,
                     struct ms_buf *out)
{
    const char *words[MS_DNS_WORDS];
    size_t n = ms_dns_words(r, a, words);

    ms_buf_adds(out, "  data = {\n");
    for (size_t i = 0; i < n && i < 4 && shape->names[i]; i++) {
        add_member(shape->names[i], without_dot(words[i], a), out);
    }
    ms_buf_adds(out, "  }\n");
}

static void add_content(const struct ms_record *r, struct ms_arena *a, struct ms_buf *out)
{
    const char *words[MS_DNS_WORDS];
    ms_auto_buf struct ms_buf txt = {0};

    if (!strcmp(r->type, "MX") && ms_dns_words(r, a, words) == 2) {
        ms_buf_adds(out, "  content = ");
        add_text(without_dot(words[1], a), out);
        ms_buf_addf(out, "\n  priority = %s\n", words[0]);
        return;
    }
    ms_buf_init(&txt, 1 << 16);
    if (!strcmp(r->type, "TXT")) {
        ms_dns_txt(r->value, &txt);
    } else {
        ms_buf_adds(&txt, without_dot(r->value, a));
    }
    ms_buf_adds(out, "  content = ");
    add_text(txt.p, out);
    ms_buf_addc(out, '\n');
}

/* Names of resources: letters, digits, "_" and "-". */
static void add_label(const struct ms_record *r, struct ms_buf *out)
{
    const char *parts[] = {r->scope, r->id};

    ms_buf_adds(out, "resource \"cloudflare_dns_record\" \"r_");
    for (size_t i = 0; i < 2; i++) {
        for (const char *c = parts[i]; *c; c++) {
            ms_buf_addc(out, *c == '.' ? '_' : *c);
        }
        ms_buf_adds(out, i ? "\" {\n" : "_");
    }
}

static void add_record(const struct ms_record *r, struct ms_arena *a, struct ms_buf *out)
{
    const struct shape *shape = NULL;

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        shape = strcmp(shapes[i].type, r->type) ? shape : &shapes[i];
    }
    add_label(r, out);
    ms_buf_adds(out, "  zone_id = var.zone_ids[");
    add_text(r->zone, out);
    ms_buf_adds(out, "]\n  name = ");
    add_text(without_dot(r->name, a), out);
    ms_buf_addf(out, "\n  type = \"%s\"\n  ttl = %u\n  proxied = false\n", r->type, r->ttl);
    if (shape) {
        add_data(r, shape, a, out);
    } else {
        add_content(r, a, out);
    }
    ms_buf_adds(out, "}\n");
}

void ms_dns_format_terraform(const struct ms_records *r, struct ms_buf *out)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_free const struct ms_record **v = NULL;
    size_t n = ms_dns_by_zone(r, &v);

    ms_buf_adds(out, "# Provider cloudflare/cloudflare, version 5. zone_ids: the id of each zone "
                     "by its name.\n"
                     "variable \"zone_ids\" {\n  type = map(string)\n}\n");
    for (size_t i = 0; i < n && !out->too_big; i++) {
        ms_buf_addc(out, '\n');
        add_record(v[i], a, out);
    }
}
