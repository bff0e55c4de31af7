/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

static void add_ours(const struct ms_records *r, struct ms_buf *out)
{
    ms_auto_free const struct ms_record **v = NULL;
    size_t n = ms_dns_by_zone(r, &v);

    for (size_t i = 0; i < n; i++) {
        if (ms_dns_begins_zone(v, i)) {
            ms_buf_addf(out, "\n; zone %s\n", v[i]->zone);
        }
        if (ms_dns_line(v[i], out) < 0) {
            return;
        }
        ms_buf_addc(out, '\n');
    }
}

enum part { REVERSE, OTHERS, SERVED };

static bool is_part(const struct ms_record *r, enum part part)
{
    if (r->served) {
        return part == SERVED;
    }
    return r->foreign && part == (strcmp(r->type, "PTR") ? OTHERS : REVERSE);
}

/* What is in no zone of the user's, as comments. */
static void add_others(const struct ms_records *r, enum part part, const char *head,
                       struct ms_buf *out)
{
    bool any = false;

    for (size_t i = 0; i < r->n; i++) {
        if (!is_part(&r->v[i], part)) {
            continue;
        }
        if (!any) {
            ms_buf_adds(out, head);
        }
        any = true;
        ms_buf_adds(out, "; ");
        if (ms_dns_line(&r->v[i], out) < 0) {
            return;
        }
        ms_buf_addc(out, '\n');
    }
}

void ms_dns_format_zone(const struct ms_records *r, struct ms_buf *out)
{
    ms_buf_adds(out, "; Names are absolute: put the lines of each zone into that zone's file.\n"
                     "$TTL 3600\n");
    add_ours(r, out);
    add_others(r, REVERSE, "\n; reverse DNS: the provider of the address sets it\n", out);
    add_others(r, OTHERS, "\n; in zones of others: ask their owners to set it\n", out);
    add_others(r, SERVED, "\n; served by this host's own name server: nothing to set\n", out);
}

/* What is a web address must not lead to Cloudflare's proxies instead. */
static bool may_be_proxied(const struct ms_record *r)
{
    return !strcmp(r->type, "A") || !strcmp(r->type, "AAAA") || !strcmp(r->type, "CNAME");
}

void ms_dns_format_cloudflare(const struct ms_records *r, struct ms_buf *out)
{
    ms_auto_free const struct ms_record **v = NULL;
    size_t n = ms_dns_by_zone(r, &v);

    for (size_t i = 0; i < n; i++) {
        if (ms_dns_line(v[i], out) < 0) {
            return;
        }
        ms_buf_adds(out, may_be_proxied(v[i]) ? " ; cf_tags=cf-proxied:false\n" : "\n");
    }
}
