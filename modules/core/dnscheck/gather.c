/* SPDX-License-Identifier: Apache-2.0 */
/* The look-ups for a group of domains: the zones, then everything in them at once. */
#include <string.h>

#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnscheck/look_priv.h"

static size_t ask(struct ms_look *l, const char *name, const char *type, const char *server)
{
    l->q = ms_xgrow(l->q, l->n_q, &l->cap_q, sizeof(*l->q));
    l->q[l->n_q] = (struct ms_question){.name = name, .type = type, .server = server};
    return l->n_q++;
}

void ms_look_done(struct ms_look *l)
{
    free(l->q);
}

static struct ms_look_set *set_of(struct ms_look_scope *s, const struct ms_record *r)
{
    for (size_t i = 0; i < s->n_sets; i++) {
        if (!strcmp(s->sets[i].name, r->name) && !strcmp(s->sets[i].type, r->type)) {
            return &s->sets[i];
        }
    }
    s->sets[s->n_sets] = (struct ms_look_set){.name = r->name, .type = r->type};
    return &s->sets[s->n_sets++];
}

/* The records of a scope, grouped by name and type. */
static void take_records(struct ms_look *l, struct ms_look_scope *s)
{
    const struct ms_records *r = l->in->records;
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        n += !strcmp(r->v[i].scope, s->name);
    }
    s->sets = ms_arena_alloc(l->a, n + 1, sizeof(*s->sets));
    for (size_t i = 0; i < r->n; i++) {
        struct ms_look_set *set;

        if (strcmp(r->v[i].scope, s->name) != 0) {
            continue;
        }
        set = set_of(s, &r->v[i]);
        if (!set->want) {
            set->want = ms_arena_alloc(l->a, n, sizeof(struct ms_record *));
        }
        set->want[set->n_want++] = &r->v[i];
    }
}

static struct ms_look_zone *zone_of(struct ms_look *l, const char *name)
{
    for (size_t i = 0; i < l->n_zones; i++) {
        if (!strcmp(l->zones[i].name, name)) {
            return &l->zones[i];
        }
    }
    l->zones[l->n_zones] = (struct ms_look_zone){.name = name};
    return &l->zones[l->n_zones++];
}

static void take_zones(struct ms_look *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n_scopes; i++) {
        n += l->scopes[i].n_sets;
    }
    l->zones = ms_arena_alloc(l->a, n + 1, sizeof(*l->zones));
    for (size_t i = 0; i < l->n_scopes; i++) {
        for (size_t k = 0; k < l->scopes[i].n_sets; k++) {
            struct ms_look_set *set = &l->scopes[i].sets[k];

            set->zone = set->want[0]->foreign ? NULL : zone_of(l, set->want[0]->zone);
        }
    }
}

/* The zone above; NULL below the root. */
static const char *above(const struct ms_zone_servers *s)
{
    const char *dot = s->zone ? strchr(s->zone, '.') : NULL;

    return dot && dot[1] ? dot + 1 : NULL;
}

static void find_zones(struct ms_look *l)
{
    const char **names = ms_arena_alloc(l->a, l->n_zones + 1, sizeof(*names));
    struct ms_zone_servers *found = ms_arena_alloc(l->a, l->n_zones + 1, sizeof(*found));

    for (size_t i = 0; i < l->n_zones; i++) {
        names[i] = l->zones[i].name;
    }
    ms_resolve_zones(l->in->resolver, names, l->n_zones, l->end_ms, l->a, found);
    for (size_t i = 0; i < l->n_zones; i++) {
        l->zones[i].s = found[i];
        names[i] = above(&found[i]) ? above(&found[i]) : ".";
    }
    if (l->in->isolated) {
        return;
    }
    ms_resolve_zones(l->in->resolver, names, l->n_zones, l->end_ms, l->a, found);
    for (size_t i = 0; i < l->n_zones; i++) {
        l->zones[i].parent = found[i];
    }
}

static const char *an_address(const struct ms_zone_servers *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].address && strchr(s->v[i].address, '.')) {
            return s->v[i].address;
        }
    }
    return s->n ? s->v[0].address : NULL;
}

static void ask_zone(struct ms_look *l, struct ms_look_zone *z)
{
    const char *parent = an_address(&z->parent);
    ms_auto_free char *token = NULL;
    const char *name;

    if (!z->s.zone) {
        return;
    }
    token = ms_random_token(8);
    name = ms_arena_printf(l->a, "check-%s.%s", token, z->s.zone);
    z->soa = l->n_q;
    for (size_t i = 0; i < z->s.n; i++) {
        (void)ask(l, z->s.zone, "SOA", z->s.v[i].address ? z->s.v[i].address : "");
    }
    if (z->parent.zone && parent) {
        z->parent_ns = ask(l, z->s.zone, "NS", parent);
    }
    z->wild = ask(l, name, "MX", NULL);
    (void)ask(l, name, "TXT", NULL);
    (void)ask(l, name, "A", NULL);
}

static void ask_set(struct ms_look *l, struct ms_look_set *set)
{
    const struct ms_zone_servers *s = set->zone ? &set->zone->s : NULL;

    set->via = ask(l, set->name, set->type, NULL);
    for (size_t i = 0; s && i < s->n && set->n_straight < MS_LOOK_SERVERS; i++) {
        if (s->v[i].address) {
            (void)ask(l, set->name, set->type, s->v[i].address);
            set->n_straight++;
        }
    }
}

/* The parent's servers tell of NS records that lead to another zone by a referral. */
static void take_referrals(struct ms_look *l, const struct ms_look_set *set)
{
    for (size_t i = 1; i <= set->n_straight; i++) {
        struct ms_answer *x = &l->q[set->via + i].answer;
        struct ms_rr *v = ms_arena_alloc(l->a, x->n_all + 1, sizeof(*v));
        size_t n = 0;

        for (size_t k = 0; k < x->n_all; k++) {
            if (x->all[k].section == MS_SECTION_AUTHORITY && !strcmp(x->all[k].type, "NS") &&
                !strcmp(x->all[k].name, set->name)) {
                v[n++] = x->all[k];
            }
        }
        if (n && x->rcode == 0 && !x->authoritative) {
            x->state = MS_ANSWER_FOUND;
            x->why = NULL;
            x->ttl = v[0].ttl;
            x->v = v;
            x->n = n;
        }
    }
}

void ms_look_gather(struct ms_look *l, const char *const *scopes, size_t n)
{
    l->scopes = ms_arena_alloc(l->a, n, sizeof(*l->scopes));
    l->n_scopes = n;
    (void)ask(l, ".", "NS", ""); /* place 0 */
    for (size_t i = 0; i < n; i++) {
        l->scopes[i].name = scopes[i];
        l->scopes[i].host = !strcmp(scopes[i], l->in->site->hostname);
        take_records(l, &l->scopes[i]);
    }
    take_zones(l);
    find_zones(l);
    for (size_t i = 0; i < l->n_zones; i++) {
        ask_zone(l, &l->zones[i]);
    }
    for (size_t i = 0; i < n; i++) {
        struct ms_look_scope *s = &l->scopes[i];

        s->cname = ask(l, s->name, s->host ? "CNAME" : "CAA", NULL);
        for (size_t k = 0; k < s->n_sets; k++) {
            ask_set(l, &s->sets[k]);
        }
    }
    ms_resolve(l->in->resolver, l->q + 1, l->n_q - 1, l->end_ms, l->a);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < l->scopes[i].n_sets; k++) {
            const struct ms_look_set *set = &l->scopes[i].sets[k];

            if (set->want[0]->delegates && !strcmp(set->type, "NS")) {
                take_referrals(l, set);
            }
        }
    }
}

static bool has(const struct ms_answer *x, const char *want)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!strcmp(x->v[i].text, want)) {
            return true;
        }
    }
    return false;
}

const struct ms_answer *ms_look_best(const struct ms_look *l, const struct ms_look_set *set,
                                     const char *want, const char **ret_where)
{
    const struct ms_question *q = &l->q[set->via];
    const struct ms_question *best = NULL;

    for (size_t i = 1; i <= set->n_straight; i++) {
        if (q[i].answer.state == MS_ANSWER_FAILED) {
            continue;
        }
        if (!best || (has(&q[i].answer, want) && !has(&best->answer, want))) {
            best = &q[i];
        }
    }
    best = best ? best : q;
    *ret_where = best->server ? ms_arena_printf(l->a, "name server %s", best->server)
                              : "through the resolver";
    return &best->answer;
}

const struct ms_look_set *ms_look_find(const struct ms_look_scope *s, const char *id,
                                       const struct ms_record **ret_record)
{
    for (size_t i = 0; i < s->n_sets; i++) {
        for (size_t k = 0; k < s->sets[i].n_want; k++) {
            if (!strcmp(s->sets[i].want[k]->id, id)) {
                *ret_record = s->sets[i].want[k];
                return &s->sets[i];
            }
        }
    }
    return NULL;
}

const char *ms_look_values(const struct ms_rr *v, size_t n, struct ms_arena *a)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 65536);
    for (size_t i = 0; i < n; i++) {
        ms_buf_addf(&b, "%s%.4000s", i ? " | " : "", v[i].text);
    }
    return n ? ms_arena_strdup(a, b.p) : "nothing";
}
