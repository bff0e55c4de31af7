/* SPDX-License-Identifier: Apache-2.0 */
/* What no single record shows: the zone as a whole. */
#include <string.h>

#include "modules/core/dnscheck/look_priv.h"

enum { TTL_MAX = 86400 };

struct report {
    const struct ms_look *l;
    const struct ms_look_zone *z;
    struct ms_checks *out;
};

static void tell(const struct report *r, const char *id, enum ms_severity_level severity,
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

static void dnssec(const struct report *r)
{
    const struct ms_zone_servers *s = &r->z->s;

    if (!r->l->in->validating) {
        tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_NOT_APPLICABLE,
             "the resolver validates nothing", NULL);
    } else if (s->security == MS_SECURITY_BOGUS) {
        tell(r, "dnssec", MS_SEVERITY_HIGH, MS_CHECK_FAIL,
             s->why ? s->why : "the signatures do not fit",
             "sign the zone anew, or have its parent's DS records set to those of its key; until "
             "then resolvers refuse every answer");
    } else if (!s->zone) {
        tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_UNKNOWN, s->why, NULL);
    } else if (s->security == MS_SECURITY_SECURE) {
        tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_OK, "the zone is signed and validates",
             NULL);
    } else {
        tell(r, "dnssec", MS_SEVERITY_MEDIUM, MS_CHECK_WARN,
             "the zone is not signed, or its parent has no DS record",
             "switch DNSSEC on at the DNS provider: without it nobody uses the TLSA records");
    }
}

/* Servers of a zone that do not answer for it. */
static const char *lame(const struct report *r, size_t *ret_n)
{
    const struct ms_zone_servers *s = &r->z->s;
    ms_auto_buf struct ms_buf b = {0};

    *ret_n = 0;
    ms_buf_init(&b, 8192);
    for (size_t i = 0; i < s->n; i++) {
        const struct ms_answer *x = &r->l->q[r->z->soa + i].answer;
        const char *why = s->v[i].address ? x->why : "its name has no address";

        if (x->state == MS_ANSWER_FOUND || (why && strstr(why, "unreachable"))) {
            continue; /* a host without IPv6 cannot tell */
        }
        ms_buf_addf(&b, "%s%s %s: %s", b.len ? "; " : "", s->v[i].name,
                    s->v[i].address ? s->v[i].address : "", why ? why : "it has no SOA record");
        (*ret_n)++;
    }
    return ms_arena_strdup(r->l->a, b.p);
}

/* A server that only one of parent and zone names, or NULL. */
static const char *delegation_differs(const struct report *r)
{
    const struct ms_answer *p = r->z->parent_ns ? &r->l->q[r->z->parent_ns].answer : NULL;
    bool any = false;

    if (!p) {
        return NULL;
    }
    for (size_t i = 0; i < p->n_all; i++) {
        bool known = false;

        if (strcmp(p->all[i].type, "NS") != 0 || strcmp(p->all[i].name, r->z->s.zone) != 0) {
            continue;
        }
        any = true;
        for (size_t k = 0; k < r->z->s.n; k++) {
            known = known || !strcmp(r->z->s.v[k].name, p->all[i].text);
        }
        if (!known) {
            return ms_arena_printf(r->l->a, "the parent names %s, the zone does not",
                                   p->all[i].text);
        }
    }
    for (size_t k = 0; any && k < r->z->s.n; k++) {
        bool known = false;

        for (size_t i = 0; i < p->n_all; i++) {
            known = known ||
                    (!strcmp(p->all[i].type, "NS") && !strcmp(p->all[i].text, r->z->s.v[k].name));
        }
        if (!known) {
            return ms_arena_printf(r->l->a, "the zone names %s, its parent does not",
                                   r->z->s.v[k].name);
        }
    }
    return NULL;
}

static void delegation(const struct report *r)
{
    const struct ms_zone_servers *s = &r->z->s;
    const char *differs;
    const char *bad;
    size_t n = 0;

    if (r->l->in->isolated) {
        tell(r, "delegation", MS_SEVERITY_HIGH, MS_CHECK_NOT_APPLICABLE,
             "the resolver is cut off (dns.resolver: isolated)", NULL);
        return;
    }
    if (!s->zone || !s->n) {
        bool bogus = s->security == MS_SECURITY_BOGUS;

        tell(r, "delegation", MS_SEVERITY_HIGH, bogus ? MS_CHECK_UNKNOWN : MS_CHECK_FAIL,
             s->why ? s->why : "no name server can be found",
             bogus ? NULL : "register the domain, and have its name servers set at the registrar");
        return;
    }
    bad = lame(r, &n);
    differs = delegation_differs(r);
    if (n) {
        tell(r, "delegation", MS_SEVERITY_HIGH, n == s->n ? MS_CHECK_FAIL : MS_CHECK_WARN, bad,
             "mend these name servers, or take them out of the zone and of its delegation");
    } else if (differs) {
        tell(r, "delegation", MS_SEVERITY_MEDIUM, MS_CHECK_WARN, differs,
             "have the registrar set the NS records that the zone has");
    } else {
        tell(r, "delegation", MS_SEVERITY_HIGH, MS_CHECK_OK,
             ms_arena_printf(r->l->a, "%zu addresses answer for %s", s->n, s->zone), NULL);
    }
}

static bool same(const struct ms_answer *x, const struct ms_answer *y)
{
    if (x->state != y->state || x->n != y->n) {
        return false;
    }
    for (size_t i = 0; i < x->n; i++) {
        bool found = false;

        for (size_t k = 0; k < y->n; k++) {
            found = found || !strcmp(x->v[i].text, y->v[k].text);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* The first record set that two servers tell differently, or NULL. */
static const char *disagree(const struct ms_look *l, const struct ms_look_set *set)
{
    const struct ms_question *first = NULL;

    for (size_t i = 1; i <= set->n_straight; i++) {
        const struct ms_question *q = &l->q[set->via + i];

        if (q->answer.state == MS_ANSWER_FAILED) {
            continue;
        }
        if (first && !same(&first->answer, &q->answer)) {
            return ms_arena_printf(l->a, "%s %s: %s says %s, %s says %s", set->name, set->type,
                                   first->server,
                                   ms_look_values(first->answer.v, first->answer.n, l->a),
                                   q->server, ms_look_values(q->answer.v, q->answer.n, l->a));
        }
        first = first ? first : q;
    }
    return NULL;
}

/* Two servers with another SOA. */
static bool serials_differ(const struct report *r)
{
    const struct ms_answer *first = NULL;

    for (size_t i = 0; r->z->s.zone && i < r->z->s.n; i++) {
        const struct ms_answer *x = &r->l->q[r->z->soa + i].answer;

        if (x->state != MS_ANSWER_FOUND) {
            continue;
        }
        if (first && strcmp(first->v[0].text, x->v[0].text) != 0) {
            return true;
        }
        first = first ? first : x;
    }
    return false;
}

/* The sets of a zone, one after the other. */
static const struct ms_look_set *next_set(const struct report *r, size_t *scope, size_t *set)
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

static void servers_agree(const struct report *r)
{
    const struct ms_look_set *set;
    const char *differs = NULL;
    size_t i = 0, k = 0;

    while (!differs && (set = next_set(r, &i, &k))) {
        differs = disagree(r->l, set);
    }
    if (differs) {
        tell(r, "servers-agree", MS_SEVERITY_HIGH, MS_CHECK_FAIL, differs,
             "have the zone transferred to all of its name servers");
    } else if (serials_differ(r)) {
        tell(r, "servers-agree", MS_SEVERITY_LOW, MS_CHECK_WARN,
             "its name servers have different serial numbers",
             "wait some minutes; if it stays, see why the zone is not transferred");
    } else {
        tell(r, "servers-agree", MS_SEVERITY_HIGH, r->z->s.n ? MS_CHECK_OK : MS_CHECK_UNKNOWN,
             r->z->s.n ? "all name servers say the same" : "no name server could be asked", NULL);
    }
}

static void ttl(const struct report *r)
{
    const struct ms_look_set *set;
    const struct ms_look_set *worst = NULL;
    uint32_t most = 0;
    size_t i = 0, k = 0;

    while ((set = next_set(r, &i, &k))) {
        const char *where;
        const struct ms_answer *x = ms_look_best(r->l, set, "", &where);

        if (x->n && x->ttl > most) {
            most = x->ttl;
            worst = set;
        }
    }
    if (most > TTL_MAX) {
        tell(r, "ttl", MS_SEVERITY_LOW, MS_CHECK_WARN,
             ms_arena_printf(r->l->a, "%s %s lives for %u s", worst->name, worst->type, most),
             ms_arena_printf(r->l->a, "set its TTL to 3600: a change takes %u hours to be seen",
                             most / 3600));
    } else {
        tell(r, "ttl", MS_SEVERITY_LOW, worst ? MS_CHECK_OK : MS_CHECK_UNKNOWN,
             ms_arena_printf(r->l->a, "at most %u s", most), NULL);
    }
}

static void wildcard(const struct report *r)
{
    for (size_t i = 0; r->z->s.zone && i < 3; i++) {
        const struct ms_question *q = &r->l->q[r->z->wild + i];

        if (q->answer.n) {
            tell(r, "wildcard", MS_SEVERITY_LOW, MS_CHECK_WARN,
                 ms_arena_printf(r->l->a, "names that nobody made have %s records: %s", q->type,
                                 ms_look_values(q->answer.v, q->answer.n, r->l->a)),
                 ms_arena_printf(r->l->a,
                                 "remove the record *.%s %s: it answers for mail names, "
                                 "too",
                                 r->z->s.zone, q->type));
            return;
        }
    }
    tell(r, "wildcard", MS_SEVERITY_LOW, r->z->s.zone ? MS_CHECK_OK : MS_CHECK_UNKNOWN,
         r->z->s.zone ? "none" : "no name server could be asked", NULL);
}

/* Resolvers that have IPv6 only need two name servers that they can reach. */
static void ns_ipv6(const struct report *r)
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
    tell(r, "ns-ipv6", MS_SEVERITY_LOW, n >= 2 ? MS_CHECK_OK : MS_CHECK_NOT_APPLICABLE,
         ms_arena_printf(r->l->a, "name servers with an IPv6 address: %u", n), NULL);
}

void ms_judge_zone(const struct ms_look *l, const struct ms_look_zone *z, struct ms_checks *out)
{
    const struct report r = {.l = l, .z = z, .out = out};

    delegation(&r);
    dnssec(&r);
    servers_agree(&r);
    ttl(&r);
    wildcard(&r);
    ns_ipv6(&r);
}
