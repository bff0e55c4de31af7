/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/dnspush/diff_priv.h"
#include "modules/core/dnspush/spf.h"

bool ms_diff_is_spf(struct ms_diff *d, const char *value)
{
    return ms_spf_begins(ms_rrvalue_bare(d->ret->arena, value));
}

const char *ms_diff_spf(struct ms_diff *d, struct ms_group *g, const struct ms_record *r)
{
    const struct ms_rrset *found = ms_rrsets_find(d->in->found, r->name, "TXT");
    const struct ms_rrset *terms = ms_rrsets_find(d->in->ours, r->name, MS_SPF_TERMS);
    struct ms_arena *a = d->ret->arena;
    struct ms_spf_merge m = {.wanted = r->value};
    const char *added, *text;
    bool foreign;

    g->spf = true;
    for (size_t i = 0; found && i < found->n; i++) {
        const char *bare = ms_rrvalue_bare(a, found->v[i].text);

        if (!ms_spf_begins(bare)) {
            continue;
        }
        if (m.found) {
            g->conflict = "there are two SPF records: receivers then use none; remove one of them";
        }
        m.found = bare;
    }
    m.before = terms && terms->n ? ms_rrvalue_bare(a, terms->v[0].text) : NULL;
    text = ms_spf_merge(a, &m, &added, &foreign);
    g->spf_terms = added;
    g->spf_mixed = foreign;
    if (foreign && ms_spf_lookups(text) > MS_SPF_LOOKUPS_MAX) {
        g->conflict = "with our terms the SPF record would need more than 10 look-ups (RFC 7208 "
                      "4.6.4): shorten it first";
    } else if (foreign) {
        g->reason = "our terms are put into an SPF record that is not ours";
    }
    if (g->conflict && m.found) {
        return m.found;
    }
    return text;
}

bool ms_diff_is_wanted(const struct ms_diff *d, const char *name, const char *type)
{
    for (size_t i = 0; i < d->in->n_wanted; i++) {
        if (!strcmp(d->in->wanted[i]->name, name) && !strcmp(d->in->wanted[i]->type, type)) {
            return true;
        }
    }
    return false;
}

/* A set that we put there: without the values of ours it is what others have. */
static void remove_set(struct ms_diff *d, const struct ms_rrset *ours)
{
    const struct ms_rrset *found = ms_rrsets_find(d->in->found, ours->name, ours->type);
    struct ms_rrset rest = {0};
    struct ms_rrchange *x;
    size_t n_gone = 0;

    for (size_t i = 0; found && i < found->n; i++) {
        n_gone += ms_rrset_has(ours, found->v[i].text);
    }
    if (!n_gone) {
        return;
    }
    x = ms_diff_push(d, found, n_gone == found->n ? MS_ACT_REMOVE : MS_ACT_CHANGE);
    x->old = ms_diff_values(d, found);
    x->n_old = found->n;
    x->v = ms_diff_values(d, found);
    for (size_t i = 0; i < found->n; i++) {
        if (!ms_rrset_has(ours, found->v[i].text)) {
            x->v[rest.n++] = x->old[i];
        }
    }
    x->n = rest.n;
    x->reason = "we put it there, and it is wanted no longer";
}

void ms_diff_removals(struct ms_diff *d)
{
    for (size_t i = 0; i < d->in->ours->n; i++) {
        const struct ms_rrset *s = &d->in->ours->v[i];

        if (d->in->part &&
            !(d->in->whole_below && ms_rrname_is_below(s->name, d->in->whole_below))) {
            continue;
        }
        if (strcmp(s->type, MS_SPF_TERMS) != 0 && !ms_diff_is_wanted(d, s->name, s->type)) {
            remove_set(d, s);
        }
    }
}

/* A set at one of our names that none of the changes is about. */
static bool is_left(const struct ms_diff *d, const struct ms_rrset *s)
{
    bool near = false;

    for (size_t i = 0; i < d->in->n_wanted; i++) {
        near = near || !strcmp(d->in->wanted[i]->name, s->name);
    }
    for (size_t i = 0; near && i < d->ret->n; i++) {
        near = strcmp(d->ret->v[i].name, s->name) != 0 || strcmp(d->ret->v[i].type, s->type) != 0;
    }
    return near && strcmp(s->type, "SOA") != 0 && strcmp(s->type, "NS") != 0;
}

void ms_diff_foreign(struct ms_diff *d)
{
    for (size_t i = 0; i < d->in->found->n; i++) {
        const struct ms_rrset *s = &d->in->found->v[i];

        if (s->n && is_left(d, s)) {
            struct ms_rrchange *x = ms_diff_push(d, s, MS_ACT_FOREIGN);

            x->old = ms_diff_values(d, s);
            x->n_old = s->n;
            x->v = x->old;
            x->n = x->n_old;
            x->reason = "not ours: left alone";
        }
    }
}

size_t ms_rrchanges_writes(const struct ms_rrchanges *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        n += ms_rrchange_is_write(&c->v[i]);
    }
    return n;
}

size_t ms_rrchanges_conflicts(const struct ms_rrchanges *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        n += c->v[i].act == MS_ACT_CONFLICT;
    }
    return n;
}
