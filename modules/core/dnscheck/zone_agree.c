/* SPDX-License-Identifier: Apache-2.0 */
/* Do the name servers of a zone agree. */
#include <string.h>

#include "modules/core/dnscheck/zone_priv.h"

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
static bool serials_differ(const struct ms_zone_report *r)
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

void ms_judge_servers_agree(const struct ms_zone_report *r)
{
    const struct ms_look_set *set;
    const char *differs = NULL;
    size_t i = 0, k = 0;

    while (!differs && (set = ms_zone_next_set(r, &i, &k))) {
        differs = disagree(r->l, set);
    }
    if (differs) {
        ms_zone_tell(r, "servers-agree", MS_SEVERITY_HIGH, MS_CHECK_FAIL, differs,
                     "have the zone transferred to all of its name servers");
    } else if (serials_differ(r)) {
        ms_zone_tell(r, "servers-agree", MS_SEVERITY_LOW, MS_CHECK_WARN,
                     "its name servers have different serial numbers",
                     "wait some minutes; if it stays, see why the zone is not transferred");
    } else {
        ms_zone_tell(
            r, "servers-agree", MS_SEVERITY_HIGH, r->z->s.n ? MS_CHECK_OK : MS_CHECK_UNKNOWN,
            r->z->s.n ? "all name servers say the same" : "no name server could be asked", NULL);
    }
}
