/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/diff.h"

#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/diff_priv.h"
#include "modules/core/dnspush/spf.h"

const char *ms_act_name(enum ms_act a)
{
    static const char *const names[MS_ACT__COUNT] = {
        [MS_ACT_KEEP] = "keep",     [MS_ACT_ADD] = "add",         [MS_ACT_CHANGE] = "change",
        [MS_ACT_REMOVE] = "remove", [MS_ACT_FOREIGN] = "foreign", [MS_ACT_CONFLICT] = "conflict",
    };

    return names[a];
}

void ms_rrchanges_done(struct ms_rrchanges *c)
{
    free(c->v);
    ms_arena_free(c->arena);
    *c = (struct ms_rrchanges){0};
}

bool ms_rrchange_is_write(const struct ms_rrchange *c)
{
    return c->act == MS_ACT_ADD || c->act == MS_ACT_CHANGE || c->act == MS_ACT_REMOVE;
}

struct ms_rrchange *ms_diff_push(struct ms_diff *d, const struct ms_rrset *set, enum ms_act act)
{
    struct ms_rrchanges *c = d->ret;
    struct ms_rrchange *x;

    c->v = ms_xgrow(c->v, c->n, &c->cap, sizeof(*c->v));
    x = &c->v[c->n++];
    *x = (struct ms_rrchange){.act = act,
                              .name = ms_arena_strdup(c->arena, set->name),
                              .type = ms_arena_strdup(c->arena, set->type),
                              .ttl = set->ttl,
                              .ids = "",
                              .reason = ""};
    return x;
}

struct ms_rrvalue *ms_diff_values(struct ms_diff *d, const struct ms_rrset *set)
{
    size_t n = set ? set->n : 0;
    struct ms_rrvalue *v = ms_arena_alloc(d->ret->arena, n + 1, sizeof(*v));

    for (size_t i = 0; i < n; i++) {
        v[i].text = ms_arena_strdup(d->ret->arena, set->v[i].text);
        v[i].id = ms_arena_strdup(d->ret->arena, set->v[i].id);
    }
    return v;
}

static bool is_ours(const struct ms_diff *d, const struct ms_rrset *s, const char *value)
{
    return ms_rrset_has(ms_rrsets_find(d->in->ours, s->name, s->type), value);
}

/* Whether the set goes away because all of it is ours and wanted no longer. */
static bool is_leaving(const struct ms_diff *d, const struct ms_rrset *s)
{
    if (d->in->part || ms_diff_is_wanted(d, s->name, s->type)) {
        return false;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!is_ours(d, s, s->v[i].text)) {
            return false;
        }
    }
    return true;
}

/* What stands in the way of a set at that name, or NULL. */
static const char *obstacle(const struct ms_diff *d, const char *name, const char *type)
{
    const struct ms_rrsets *found = d->in->found;

    for (size_t i = 0; i < found->n; i++) {
        const struct ms_rrset *s = &found->v[i];

        if (!s->n) {
            continue;
        }
        if (!strcmp(s->type, "NS") && strcmp(s->name, d->in->zone) != 0 &&
            ms_rrname_is_below(name, s->name)) {
            return ms_arena_printf(d->ret->arena, "%s is delegated to other name servers", s->name);
        }
        if (strcmp(s->name, name) != 0 || !strcmp(s->type, type) || is_leaving(d, s)) {
            continue;
        }
        if (!strcmp(s->type, "CNAME")) {
            return ms_arena_printf(d->ret->arena, "a CNAME to %s is there", s->v[0].text);
        }
        if (!strcmp(type, "CNAME")) {
            return ms_arena_printf(d->ret->arena, "a CNAME would hide the %s record%s there",
                                   s->type, s->n == 1 ? "" : "s");
        }
    }
    return NULL;
}

/* Two lists of values, whatever their order. */
static bool is_same(const struct ms_rrset *a, const struct ms_rrset *b)
{
    if (!a || a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < b->n; i++) {
        if (!ms_rrset_has(a, b->v[i].text)) {
            return false;
        }
    }
    return true;
}

static uint32_t least(uint32_t ttl, uint32_t limit)
{
    return ttl < limit ? limit : ttl;
}

/* Values before and after; what stays keeps its id. */
static void fill_values(struct ms_diff *d, struct ms_rrchange *x, const struct ms_rrset *found,
                        const struct ms_rrset *set)
{
    x->n_old = found ? found->n : 0;
    x->old = ms_diff_values(d, found);
    x->n = set->n;
    x->v = ms_diff_values(d, set);
    for (size_t i = 0; i < x->n; i++) {
        for (size_t k = 0; k < x->n_old; k++) {
            x->v[i].id = strcmp(x->v[i].text, x->old[k].text) ? x->v[i].id : x->old[k].id;
        }
    }
}

/* Record what becomes of a set whose values shall be those of `set`. */
static void conclude(struct ms_diff *d, const struct ms_group *g, const struct ms_rrset *set)
{
    const struct ms_rrset *found = ms_rrsets_find(d->in->found, set->name, set->type);
    const char *why = obstacle(d, set->name, set->type);
    bool same = is_same(found, set), there = found && found->n;
    struct ms_rrchange *x = ms_diff_push(d, set, MS_ACT_KEEP);

    x->ids = g->ids;
    x->ttl = there && g->kept ? found->ttl : least(set->ttl, d->in->least_ttl);
    fill_values(d, x, found, set);
    x->ours = g->ours;
    x->n_ours = g->n_ours;
    x->spf_terms = g->spf_terms;
    if (g->conflict || (why && !same)) {
        x->act = MS_ACT_CONFLICT;
        x->reason = g->conflict ? g->conflict : why;
        x->n_ours = 0;
        x->spf_terms = NULL;
    } else if (same) {
        x->reason = "as wanted";
    } else {
        x->act = there ? MS_ACT_CHANGE : MS_ACT_ADD;
        x->reason = g->reason ? g->reason : there ? "differs; all of the set is ours" : "missing";
    }
}

/* Add the values of others to those that the set shall have; gives their number. */
static size_t keep_foreign(struct ms_diff *d, const struct ms_group *g,
                           const struct ms_rrset *wanted, const struct ms_rrset *found,
                           struct ms_rrsets *mix)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n; i++) {
        const char *text = found->v[i].text;

        if (!ms_rrset_has(wanted, text) && !is_ours(d, found, text) &&
            !(g->spf && ms_diff_is_spf(d, text))) {
            (void)ms_rrsets_add(mix, found->name, found->type, found->ttl, text, found->v[i].id);
            n++;
        }
    }
    return n;
}

/* Put the wanted values of one name and type together: ours alone, or beside those of others. */
static void take_group(struct ms_diff *d, struct ms_group *g, const struct ms_rrset *wanted)
{
    const struct ms_rrset *found = ms_rrsets_find(d->in->found, wanted->name, wanted->type);
    ms_auto_rrsets struct ms_rrsets mix = {0};
    struct ms_rrset *set;
    size_t n_foreign = 0;

    ms_rrsets_init(&mix);
    set = ms_rrsets_get(&mix, wanted->name, wanted->type);
    set->ttl = wanted->ttl;
    if (g->kept && found) {
        n_foreign = keep_foreign(d, g, wanted, found, &mix);
    }
    for (size_t i = 0; i < wanted->n; i++) {
        (void)ms_rrsets_add(&mix, wanted->name, wanted->type, wanted->ttl, wanted->v[i].text, NULL);
        if (g->spf_mixed && ms_diff_is_spf(d, wanted->v[i].text)) {
            continue; /* terms of others are in it: only ours are noted */
        }
        if (!found || !ms_rrset_has(found, wanted->v[i].text) ||
            is_ours(d, found, wanted->v[i].text)) {
            g->ours[g->n_ours++] = ms_arena_strdup(d->ret->arena, wanted->v[i].text);
        }
    }
    if (!g->reason && n_foreign) {
        g->reason = ms_arena_printf(d->ret->arena, "added beside %zu that %s not ours", n_foreign,
                                    n_foreign == 1 ? "is" : "are");
    }
    conclude(d, g, ms_rrsets_get(&mix, wanted->name, wanted->type));
}

/* All wanted records of the name and type of wanted[first] as one set. */
static void diff_group(struct ms_diff *d, size_t first)
{
    const struct ms_record *r = d->in->wanted[first];
    ms_auto_rrsets struct ms_rrsets sets = {0};
    struct ms_group g = {
        .ids = "", .ours = ms_arena_alloc(d->ret->arena, d->in->n_wanted + 1, sizeof(*g.ours))};

    ms_rrsets_init(&sets);
    for (size_t i = first; i < d->in->n_wanted; i++) {
        const struct ms_record *x = d->in->wanted[i];
        const char *value = x->value;

        if (strcmp(x->name, r->name) != 0 || strcmp(x->type, r->type) != 0) {
            continue;
        }
        g.kept = g.kept || x->merge == MS_MERGE_KEEP;
        g.ids = ms_arena_printf(d->ret->arena, "%s%s%s", g.ids, *g.ids ? " " : "", x->id);
        if (!strcmp(x->type, "TXT")) {
            value =
                x->merge == MS_MERGE_KEEP && ms_spf_begins(value) ? ms_diff_spf(d, &g, x) : value;
            value = ms_rrvalue_txt(d->ret->arena, value);
        }
        (void)ms_rrsets_add(&sets, x->name, x->type, x->ttl, value, NULL);
    }
    take_group(d, &g, ms_rrsets_find(&sets, r->name, r->type));
}

static bool is_first(const struct ms_diff_in *in, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (!strcmp(in->wanted[k]->name, in->wanted[i]->name) &&
            !strcmp(in->wanted[k]->type, in->wanted[i]->type)) {
            return false;
        }
    }
    return true;
}

void ms_diff(const struct ms_diff_in *in, struct ms_rrchanges *ret)
{
    struct ms_diff d = {.in = in, .ret = ret};

    *ret = (struct ms_rrchanges){.arena = ms_arena_new()};
    for (size_t i = 0; i < in->n_wanted; i++) {
        if (is_first(in, i)) {
            diff_group(&d, i);
        }
    }
    ms_diff_removals(&d);
    ms_diff_foreign(&d);
}
