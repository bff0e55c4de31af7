/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zones of our own name server (dns.authority: delegated): names below a domain that hold
 * nothing but mail's records and change by themselves. What has to stand in the domain's own zone
 * (MX, SPF, addresses) or never changes (SRV, CNAME) is set there once.
 */
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

struct place {
    const char *label; /* below the domain or the host */
    const char *name;  /* in ids */
    bool host, domain; /* whether a host, a domain has it */
    enum ms_need need; /* as of the records in it */
};

static const struct place places[] = {
    {"_domainkey", "domainkey", false, true, MS_NEED_REQUIRED},
    {"_dmarc", "dmarc", true, true, MS_NEED_REQUIRED},
    {"_mta-sts", "mta-sts", false, true, MS_NEED_RECOMMENDED},
    {"_smtp._tls", "tlsrpt", true, true, MS_NEED_OPTIONAL},
    {"_tcp", "tcp", true, false, MS_NEED_RECOMMENDED},
};

static void add_ns(struct ms_dns_builder *b, const struct place *p, struct ms_record rec)
{
    struct ms_arena *a = b->r->arena;

    rec.id = ms_arena_printf(a, "ns-%s", p->name);
    rec.type = "NS";
    rec.value = ms_arena_printf(a, "%s.", b->site->hostname);
    rec.need = p->need;
    rec.why = "Leads to this host's own name server, which has the records below this name.";
    rec.breaks = "Nobody finds the records that it serves.";
    ms_dns_add(b, rec);
}

static void add_ds(struct ms_dns_builder *b, const struct place *p, struct ms_record rec)
{
    struct ms_arena *a = b->r->arena;
    char text[MS_ZONE_KEY_DS];

    if (!b->in->zone_key || ms_zone_key_ds(b->in->zone_key, rec.name, text) < 0) {
        return;
    }
    rec.id = ms_arena_printf(a, "ds-%s", p->name);
    rec.type = "DS";
    rec.value = ms_arena_strdup(a, text);
    rec.need = p->need == MS_NEED_REQUIRED ? MS_NEED_RECOMMENDED : p->need;
    rec.why = "Names the key that our name server signs with, so that its answers can be trusted.";
    rec.breaks = "Its answers count as unsigned: TLSA records among them are not used.";
    ms_dns_add(b, rec);
}

void ms_dns_add_cuts(struct ms_dns_builder *b, const char *scope, const char *parent, bool host)
{
    bool both = host && (ms_site_domain(b->site, scope) || (b->only && !strcmp(b->only, scope)));
    struct ms_site_authority a;

    ms_site_authority(b->site, scope, &a);
    for (size_t i = 0; a.kind == MS_DNS_DELEGATED && i < sizeof(places) / sizeof(places[0]); i++) {
        const struct place *p = &places[i];
        struct ms_record rec = {.scope = scope, .zone = parent, .delegates = true};

        if (host ? !p->host || (both && p->domain) : !p->domain) {
            continue;
        }
        rec.name = ms_arena_printf(b->r->arena, "%s.%s.", p->label, scope);
        b->cuts = ms_xgrow(b->cuts, b->n_cuts, &b->cap_cuts, sizeof(*b->cuts));
        b->cuts[b->n_cuts++] = (struct ms_dns_cut){rec.name};
        add_ns(b, p, rec);
        add_ds(b, p, rec);
    }
}

static int by_name(const void *x, const void *y)
{
    return strcmp(((const struct ms_dns_cut *)x)->name, ((const struct ms_dns_cut *)y)->name);
}

/* The delegated zone that an absolute name lies in, or NULL. */
static const struct ms_dns_cut *cut_of(const struct ms_dns_builder *b, const char *name)
{
    for (const char *p = name; p && *p; p = strchr(p, '.'), p = p ? p + 1 : NULL) {
        struct ms_dns_cut key = {p};
        const struct ms_dns_cut *c =
            *p == '_' ? bsearch(&key, b->cuts, b->n_cuts, sizeof(key), by_name) : NULL;

        if (c) {
            return c;
        }
    }
    return NULL;
}

void ms_dns_mark_served(struct ms_dns_builder *b)
{
    if (!b->n_cuts) {
        return;
    }
    qsort(b->cuts, b->n_cuts, sizeof(*b->cuts), by_name);
    for (size_t i = 0; i < b->r->n; i++) {
        struct ms_record *r = &b->r->v[i];
        const struct ms_dns_cut *c = r->foreign || r->delegates ? NULL : cut_of(b, r->name);

        if (c) {
            r->served = true;
            r->zone = ms_arena_memdup0(b->r->arena, c->name, strlen(c->name) - 1);
        }
    }
}
