/* SPDX-License-Identifier: Apache-2.0 */
/* What no single record shows: the zone as a whole. */
#include <string.h>

#include "modules/core/dnscheck/zone_priv.h"

enum { TTL_MAX = 86400 };

void ms_zone_tell(const struct ms_zone_report *r, const char *id, enum ms_severity_level severity,
                  enum ms_check_state state, const char *observed, const char *fix)
{
    struct ms_check c = {.id = id,
                         .scope = r->z->name,
                         .severity = severity,
                         .state = state,
                         .observed = observed,
                         .fix = fix};

    ms_checks_add(r->out, &c);
}

/* The sets of a zone, one after the other. */
const struct ms_look_set *ms_zone_next_set(const struct ms_zone_report *r, size_t *scope,
                                           size_t *set)
{
    for (; *scope < r->l->n_scopes; (*scope)++, *set = 0) {
        while (*set < r->l->scopes[*scope].n_sets) {
            const struct ms_look_set *x = &r->l->scopes[*scope].sets[(*set)++];

            if (x->zone == r->z) {
                return x;
            }
        }
    }
    return NULL;
}

static void dnssec(const struct ms_zone_report *r)
{
    const struct ms_zone_servers *s = &r->z->s;

    if (!r->l->in->validating) {
        ms_zone_tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_NOT_APPLICABLE,
                     "the resolver validates nothing", NULL);
    } else if (s->security == MS_SECURITY_BOGUS) {
        ms_zone_tell(
            r, "dnssec", MS_SEVERITY_HIGH, MS_CHECK_FAIL,
            s->why ? s->why : "the signatures do not fit",
            "sign the zone anew, or have its parent's DS records set to those of its key; until "
            "then resolvers refuse every answer");
    } else if (!s->zone) {
        ms_zone_tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_UNKNOWN, s->why, NULL);
    } else if (s->security == MS_SECURITY_SECURE) {
        ms_zone_tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_OK,
                     "the zone is signed and validates", NULL);
    } else {
        ms_zone_tell(
            r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_WARN,
            "the zone is not signed, or its parent has no DS record",
            "switch DNSSEC on at the DNS provider: without it nobody uses the TLSA records");
    }
}

static void ttl(const struct ms_zone_report *r)
{
    const struct ms_look_set *set;
    const struct ms_look_set *worst = NULL;
    uint32_t most = 0;
    size_t i = 0, k = 0;

    while ((set = ms_zone_next_set(r, &i, &k))) {
        const char *where;
        const struct ms_answer *x = ms_look_best(r->l, set, "", &where);

        if (x->n && x->ttl > most) {
            most = x->ttl;
            worst = set;
        }
    }
    if (most > TTL_MAX) {
        ms_zone_tell(
            r, "ttl", MS_SEVERITY_LOW, MS_CHECK_WARN,
            ms_arena_printf(r->l->a, "%s %s lives for %u s", worst->name, worst->type, most),
            ms_arena_printf(r->l->a, "set its TTL to 3600: a change takes %u hours to be seen",
                            most / 3600));
    } else {
        ms_zone_tell(r, "ttl", MS_SEVERITY_LOW, worst ? MS_CHECK_OK : MS_CHECK_UNKNOWN,
                     ms_arena_printf(r->l->a, "at most %u s", most), NULL);
    }
}

static void wildcard(const struct ms_zone_report *r)
{
    for (size_t i = 0; r->z->s.zone && i < 3; i++) {
        const struct ms_question *q = &r->l->q[r->z->wild + i];

        if (q->answer.n) {
            ms_zone_tell(r, "wildcard", MS_SEVERITY_LOW, MS_CHECK_WARN,
                         ms_arena_printf(r->l->a, "names that nobody made have %s records: %s",
                                         q->type,
                                         ms_look_values(q->answer.v, q->answer.n, r->l->a)),
                         ms_arena_printf(r->l->a,
                                         "remove the record *.%s %s: it answers for mail names, "
                                         "too",
                                         r->z->s.zone, q->type));
            return;
        }
    }
    ms_zone_tell(r, "wildcard", MS_SEVERITY_LOW, r->z->s.zone ? MS_CHECK_OK : MS_CHECK_UNKNOWN,
                 r->z->s.zone ? "none" : "no name server could be asked", NULL);
}

/* Resolvers that have IPv6 only need two name servers that they can reach. */
static void ns_ipv6(const struct ms_zone_report *r)
{
    const struct ms_zone_servers *s = &r->z->s;
    const char *last = "";
    unsigned n = 0;

    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].address && strchr(s->v[i].address, ':') && strcmp(s->v[i].name, last) != 0) {
            last = s->v[i].name;
            n++;
        }
    }
    ms_zone_tell(r, "ns-ipv6", MS_SEVERITY_LOW, n >= 2 ? MS_CHECK_OK : MS_CHECK_NOT_APPLICABLE,
                 ms_arena_printf(r->l->a, "name servers with an IPv6 address: %u", n), NULL);
}

void ms_judge_zone(const struct ms_look *l, const struct ms_look_zone *z, struct ms_checks *out)
{
    const struct ms_zone_report r = {.l = l, .z = z, .out = out};

    ms_judge_delegation(&r);
    dnssec(&r);
    ms_judge_servers_agree(&r);
    ttl(&r);
    wildcard(&r);
    ns_ipv6(&r);
}
