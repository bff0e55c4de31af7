/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the parent of a zone names, whom the zone itself names, and who answers. */
#include <string.h>

#include "modules/core/dnscheck/zone_priv.h"

/* Servers of a zone that do not answer for it. */
static const char *lame(const struct ms_zone_report *r, size_t *ret_n)
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
static const char *delegation_differs(const struct ms_zone_report *r)
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

static bool has_address(const struct ms_zone_servers *s, const char *name, const char *address)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].address && !strcmp(s->v[i].name, name) && !strcmp(s->v[i].address, address)) {
            return true;
        }
    }
    return false;
}

/* Whether the name of the zone itself does not exist: a domain that nobody registered, whose
 * records then seem to lie in the zone above. */
static bool is_nowhere(const struct ms_zone_report *r)
{
    const struct ms_look_set *set;
    size_t n = strlen(r->z->name), i = 0, k = 0;

    if (!r->z->s.zone || (!strncasecmp(r->z->s.zone, r->z->name, n) && r->z->s.zone[n] == '.')) {
        return false;
    }
    while ((set = ms_zone_next_set(r, &i, &k))) {
        if (!strncasecmp(set->name, r->z->name, n) && set->name[n] == '.') {
            return r->l->q[set->via].answer.state == MS_ANSWER_NXDOMAIN;
        }
    }
    return false;
}

/* What is wrong with the addresses that the parent tells for a name server, NULL: nothing. */
static const char *glue_of(const struct ms_zone_report *r, const struct ms_answer *p,
                           const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_all; i++) {
        const struct ms_rr *x = &p->all[i];

        if (strcmp(x->name, name) != 0 || (strcmp(x->type, "A") != 0 && strcmp(x->type, "AAAA"))) {
            continue;
        }
        n++;
        if (!has_address(&r->z->s, name, x->text)) {
            return ms_arena_printf(r->l->a, "the parent says %s for %s, the zone does not", x->text,
                                   name);
        }
    }
    return n ? NULL : ms_arena_printf(r->l->a, "the parent has no address for %s", name);
}

static bool is_within(const char *name, const char *zone)
{
    size_t n = strlen(name), n_zone = strlen(zone);

    return n > n_zone && name[n - n_zone - 1] == '.' && !strcmp(name + n - n_zone, zone);
}

/* The addresses of name servers that lie within the zone itself: only the parent can lead to them
 * (RFC 9471). */
static void judge_glue(const struct ms_zone_report *r)
{
    const struct ms_answer *p = r->z->parent_ns ? &r->l->q[r->z->parent_ns].answer : NULL;
    enum ms_check_state state = MS_CHECK_NOT_APPLICABLE;
    const char *observed = p && p->n_all ? "no name server has its name within the zone"
                                         : "no name server of the parent could be asked";
    const char *bad = NULL;

    for (size_t i = 0; p && !bad && i < p->n_all; i++) {
        const struct ms_rr *x = &p->all[i];

        if (!strcmp(x->type, "NS") && !strcmp(x->name, r->z->s.zone) &&
            is_within(x->text, r->z->s.zone)) {
            state = MS_CHECK_OK;
            observed = "the parent has the addresses of the zone's name servers";
            bad = glue_of(r, p, x->text);
        }
    }
    ms_zone_tell(r, "glue", MS_SEVERITY_MEDIUM, bad ? MS_CHECK_WARN : state, bad ? bad : observed,
                 bad ? "have the registrar set the addresses of the name servers (glue records) as "
                       "the zone has them"
                     : NULL);
}

static void judge_unfound(const struct ms_zone_report *r)
{
    const struct ms_zone_servers *s = &r->z->s;
    bool bogus = s->security == MS_SECURITY_BOGUS;

    ms_zone_tell(r, "delegation", MS_SEVERITY_HIGH, bogus ? MS_CHECK_UNKNOWN : MS_CHECK_FAIL,
                 s->why ? s->why : "no name server can be found",
                 bogus ? NULL
                       : "register the domain, and have its name servers set at the registrar");
}

static void judge_servers(const struct ms_zone_report *r)
{
    const struct ms_zone_servers *s = &r->z->s;
    size_t n = 0;
    const char *bad = lame(r, &n);
    const char *differs = delegation_differs(r);

    if (n) {
        ms_zone_tell(r, "delegation", MS_SEVERITY_HIGH, n == s->n ? MS_CHECK_FAIL : MS_CHECK_WARN,
                     bad,
                     "mend these name servers, or take them out of the zone and of its delegation");
    } else if (differs) {
        ms_zone_tell(r, "delegation", MS_SEVERITY_MEDIUM, MS_CHECK_WARN, differs,
                     "have the registrar set the NS records that the zone has");
    } else {
        ms_zone_tell(r, "delegation", MS_SEVERITY_HIGH, MS_CHECK_OK,
                     ms_arena_printf(r->l->a, "%zu addresses answer for %s", s->n, s->zone), NULL);
    }
}

void ms_judge_delegation(const struct ms_zone_report *r)
{
    if (r->l->in->isolated) {
        ms_zone_tell(r, "delegation", MS_SEVERITY_HIGH, MS_CHECK_NOT_APPLICABLE,
                     "the resolver is cut off (dns.resolver: isolated)", NULL);
    } else if (!r->z->s.zone || !r->z->s.n) {
        judge_unfound(r);
    } else if (is_nowhere(r)) {
        ms_zone_tell(
            r, "delegation", MS_SEVERITY_HIGH, MS_CHECK_FAIL,
            ms_arena_printf(r->l->a, "%s does not exist in %s", r->z->name, r->z->s.zone),
            ms_arena_printf(r->l->a,
                            "register the domain and have its name servers set at the registrar, "
                            "or set its records in the zone %s",
                            r->z->s.zone));
    } else {
        judge_servers(r);
    }
    judge_glue(r);
}
