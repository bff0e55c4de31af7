/* SPDX-License-Identifier: Apache-2.0 */
/* Our own name server as the Internet sees it: whether it answers for the zones that are delegated
 * to it, and whether its signatures fit what their parents say. */
#include <string.h>

#include "modules/core/dnscheck/look_priv.h"

/* The DS record that the parent has to have, as a line; or NULL. */
static const char *ds_line(const struct ms_look *l, const char *zone)
{
    const struct ms_records *r = l->in->records;

    for (size_t i = 0; i < r->n; i++) {
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, 4096);
        if (r->v[i].delegates && !strcmp(r->v[i].type, "DS") && !strcmp(r->v[i].name, zone) &&
            ms_dns_line(&r->v[i], &b) == 0) {
            return ms_arena_strdup(l->a, b.p);
        }
    }
    return NULL;
}

/* The first address of the zone that does not answer for it; *ret_n counts those that do. */
static const char *silent(const struct ms_look *l, const struct ms_look_zone *z, size_t *ret_n)
{
    const char *why = NULL;

    *ret_n = 0;
    for (size_t i = 0; i < z->s.n; i++) {
        const struct ms_answer *x = &l->q[z->soa + i].answer;

        if (x->state == MS_ANSWER_FOUND && x->authoritative) {
            (*ret_n)++;
        } else if (!why) {
            why = ms_arena_printf(l->a, "%s %s: %s", z->s.v[i].name,
                                  z->s.v[i].address ? z->s.v[i].address : "has no address",
                                  x->why ? x->why : "it does not answer for the zone");
        }
    }
    return why;
}

static void judge(const struct ms_look *l, const struct ms_look_zone *z, struct ms_check *c)
{
    size_t n = 0;
    const char *bad = silent(l, z, &n);

    c->state = MS_CHECK_OK;
    if (z->s.security == MS_SECURITY_BOGUS) {
        c->state = MS_CHECK_FAIL;
        c->observed = z->s.why ? z->s.why : "the signatures do not fit what the parent says";
        c->fix = ds_line(l, ms_arena_printf(l->a, "%s.", z->name));
        c->fix = c->fix ? ms_arena_printf(l->a, "set, in place of other DS records: %s", c->fix)
                        : "remove the DS records of the name";
    } else if (!n) {
        c->state = MS_CHECK_FAIL;
        c->observed = bad ? bad : z->s.why ? z->s.why : "its name servers have no address";
        c->fix = "let UDP and TCP port 53 through to this host, and see that `mailstead status` is "
                 "well";
    } else if (bad) {
        c->state = MS_CHECK_WARN;
        c->observed = bad;
        c->fix = "let UDP and TCP port 53 through to this host on all of its addresses";
    } else {
        c->observed = z->s.security == MS_SECURITY_SECURE ? "answers, signed and trusted"
                                                          : "answers; nothing vouches for its key";
    }
}

/* The NS records that delegate the zone, which come before its DS records. */
static const struct ms_look_set *delegation_of(const struct ms_look_scope *s, const char *zone)
{
    size_t n = strlen(zone);

    for (size_t i = 0; i < s->n_sets; i++) {
        const struct ms_record *r = s->sets[i].want[0];

        if (r->delegates && !strncmp(r->name, zone, n) && !strcmp(r->name + n, ".")) {
            return &s->sets[i];
        }
    }
    return NULL;
}

/* Whether a server of the parent has them. */
static bool is_delegated(const struct ms_look *l, const struct ms_look_set *set)
{
    for (size_t i = 1; i <= set->n_straight; i++) {
        if (l->q[set->via + i].answer.state == MS_ANSWER_FOUND) {
            return true;
        }
    }
    return false;
}

void ms_judge_served(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out)
{
    for (size_t i = 0; i < l->n_zones && !l->in->isolated; i++) {
        const struct ms_look_zone *z = &l->zones[i];
        const struct ms_look_set *set = delegation_of(s, z->name);
        size_t n = strlen(z->name);
        bool found = z->s.zone && !strncmp(z->s.zone, z->name, n) && z->s.zone[n] == '.';
        struct ms_check c = {.scope = s->name, .severity = MS_SEVERITY_HIGH};

        /* where the delegation is missing, that is told already */
        if (!set || (!found && z->s.security != MS_SECURITY_BOGUS && !is_delegated(l, set))) {
            continue;
        }
        c.id = ms_arena_printf(l->a, "served-%s", set->want[0]->id + strlen("ns-"));
        judge(l, z, &c);
        ms_checks_add(out, &c);
    }
}
