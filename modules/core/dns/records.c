/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dns/dns.h"

#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/dns/dns_priv.h"

enum { TTL_S = 3600 };

const char *ms_need_name(enum ms_need need)
{
    static const char *const names[MS_NEED__COUNT] = {
        [MS_NEED_REQUIRED] = "required",
        [MS_NEED_RECOMMENDED] = "recommended",
        [MS_NEED_OPTIONAL] = "optional",
    };

    return names[need];
}

const char *ms_merge_name(enum ms_merge merge)
{
    static const char *const names[MS_MERGE__COUNT] = {
        [MS_MERGE_OWNED] = "owned",
        [MS_MERGE_KEEP] = "keep",
    };

    return names[merge];
}

void ms_records_done(struct ms_records *r)
{
    free(r->v);
    ms_arena_free(r->arena);
    *r = (struct ms_records){0};
}

void ms_dns_add(struct ms_dns_builder *b, struct ms_record rec)
{
    struct ms_records *r = b->r;

    rec.ttl = TTL_S;
    rec.zone = rec.zone ? rec.zone : rec.scope;
    r->v = ms_xgrow(r->v, r->n, &r->cap, sizeof(*r->v));
    r->v[r->n++] = rec;
}

bool ms_dns_is_below(const char *name, const char *domain)
{
    size_t n = strlen(name);
    size_t d = strlen(domain);

    return n >= d && !strcmp(name + n - d, domain) && (n == d || name[n - d - 1] == '.');
}

/* The domain of ours that name is or lies in, the longest first; NULL when there is none. */
static const char *own_domain(const struct ms_dns_builder *b, const char *name)
{
    for (const char *p = name; p; p = strchr(p, '.')) {
        p += *p == '.';
        if ((b->only && !strcmp(p, b->only)) || ms_site_domain(b->site, p)) {
            return p;
        }
    }
    return NULL;
}

bool ms_dns_is_ours(const struct ms_dns_builder *b, const char *name)
{
    return own_domain(b, name) != NULL;
}

const char *ms_dns_zone_of(const struct ms_dns_builder *b, const char *name)
{
    const char *own = own_domain(b, name);

    return ms_arena_strdup(b->r->arena, own ? own : name);
}

static int add_only(struct ms_dns_builder *b, struct ms_err *err)
{
    const struct ms_site *s = b->site;
    const struct ms_site_domain *d = ms_site_domain(s, b->only);
    struct ms_site_domain plain = {
        .name = b->only,
        .spf_all = "~all",
        .dmarc_policy = "quarantine",
        .dmarc_rua = s->contact,
        .tlsrpt_rua = s->contact,
    };

    if (ms_dns_add_domain(b, d ? d : &plain, err) < 0) {
        return -1;
    }
    /* what other domains need in this zone */
    for (size_t i = 0; i < s->n_domains; i++) {
        const char *to = ms_dns_report_domain(&s->domains[i]);

        if (to && !strcmp(to, b->only)) {
            struct ms_site_domain other = s->domains[i];

            other.name = ms_arena_strdup(b->r->arena, other.name);
            ms_dns_add_report(b, &other, to);
        }
    }
    return 0;
}

static int build(struct ms_dns_builder *b, struct ms_err *err)
{
    if (ms_dns_add_host(b, err) < 0) {
        return -1;
    }
    if (b->only) {
        return add_only(b, err);
    }
    for (size_t i = 0; i < b->site->n_domains; i++) {
        if (ms_dns_add_domain(b, &b->site->domains[i], err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_dns_records(const struct ms_site *site, const struct ms_dns_input *in, const char *only,
                   struct ms_records *ret, struct ms_err *err)
{
    ms_auto_records struct ms_records r = {.arena = ms_arena_new()};
    struct ms_dns_builder b = {.site = site, .in = in, .only = only, .r = &r};
    int result;

    if (only && !ms_name_is_domain(only)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a domain name", only);
    }
    result = build(&b, err);
    if (result == 0) {
        ms_dns_mark_served(&b);
        *ret = r;
        r = (struct ms_records){0};
    }
    free(b.cuts);
    return result;
}
