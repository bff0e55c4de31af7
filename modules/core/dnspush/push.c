/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/push.h"

#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/manifest.h"

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool is_same_authority(const struct ms_site_authority *a, const struct ms_site_authority *b)
{
    return a->kind == b->kind && is_same_text(a->server, b->server) &&
           is_same_text(a->zone, b->zone) && is_same_text(a->key, b->key) &&
           is_same_text(a->api, b->api) && is_same_text(a->token_file, b->token_file);
}

/* A file named in site.yaml, relative to it. */
static const char *beside_site(struct ms_push *p, const char *path)
{
    const char *site = p->in.site->file, *slash = site ? strrchr(site, '/') : NULL;

    if (!path || *path == '/' || !slash) {
        return path;
    }
    return ms_arena_printf(p->arena, "%.*s/%s", (int)(slash - site), site, path);
}

static void open_provider(struct ms_push *p, struct ms_push_provider *x)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site_authority a = x->authority;
    int r;

    a.key = beside_site(p, a.key);
    a.token_file = beside_site(p, a.token_file);
    r = p->in.open ? p->in.open(p->in.open_arg, &a, &x->provider, &err)
                   : ms_provider_open(&a, &x->provider, &err);
    if (r < 0) {
        x->error = ms_xstrdup(ms_err_msg(&err));
    }
}

static size_t provider_of(struct ms_push *p, const struct ms_site_authority *a)
{
    struct ms_push_provider *x;

    for (size_t i = 0; i < p->n_providers; i++) {
        if (is_same_authority(&p->providers[i].authority, a)) {
            return i;
        }
    }
    p->providers = ms_xgrow(p->providers, p->n_providers, &p->cap_providers, sizeof(*x));
    x = &p->providers[p->n_providers];
    *x = (struct ms_push_provider){.authority = *a};
    open_provider(p, x);
    return p->n_providers++;
}

static struct ms_push_zone *add_zone(struct ms_push *p, const char *domain, size_t provider)
{
    struct ms_push_zone *z;

    p->zones = ms_xgrow(p->zones, p->n, &p->cap, sizeof(*z));
    z = &p->zones[p->n++];
    *z = (struct ms_push_zone){
        .domain = domain, .provider = provider, .kind = p->providers[provider].authority.kind};
    ms_rrsets_init(&z->ours);
    return z;
}

/* The zone that the records of a domain go into. */
static struct ms_push_zone *find_zone(struct ms_push *p, const char *domain)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = ms_xasprintf("%s.", domain);
    struct ms_push_zone_id id = {0};
    struct ms_site_authority a;
    struct ms_push_provider *x;
    size_t i;
    int r = 0;

    ms_site_authority(p->in.site, domain, &a);
    i = provider_of(p, &a);
    x = &p->providers[i];
    if (!x->error && x->provider.ops) {
        r = x->provider.ops->zone(x->provider.impl, name, &id, &err);
    }
    for (size_t k = 0; r > 0 && k < p->n; k++) {
        if (p->zones[k].provider == i && !strcmp(p->zones[k].id.name, id.name)) {
            return &p->zones[k];
        }
    }
    (void)add_zone(p, domain, i);
    p->zones[p->n - 1].id = id;
    p->zones[p->n - 1].manual = !x->error && (!x->provider.ops || !x->provider.ops->apply);
    if (x->error || r < 0) {
        p->zones[p->n - 1].error = ms_xstrdup(x->error ? x->error : ms_err_msg(&err));
    } else if (!r && x->provider.ops) {
        p->zones[p->n - 1].error =
            ms_xasprintf("%s has no zone for %s", ms_dns_authority_name(a.kind), domain);
    }
    return &p->zones[p->n - 1];
}

/* Where each domain's records go, found once. */
struct place {
    const char *domain;
    size_t zone;
};

static int by_domain(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->domain, ((const struct place *)b)->domain);
}

static bool is_wanted(const struct ms_push *p, const struct ms_record *r)
{
    return !r->foreign && !r->served && (!p->in.filter || p->in.filter(r));
}

static void collect(struct ms_push *p)
{
    const struct ms_records *r = p->in.records;
    ms_auto_free struct place *places = ms_xcalloc(r->n + 1, sizeof(*places));
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct place key = {.domain = r->v[i].zone}, *found;
        struct ms_push_zone *z;

        p->n_foreign += r->v[i].foreign;
        if (!is_wanted(p, &r->v[i])) {
            continue;
        }
        found = bsearch(&key, places, n, sizeof(*places), by_domain);
        if (!found) {
            key.zone = (size_t)(find_zone(p, key.domain) - p->zones);
            places[n++] = key;
            qsort(places, n, sizeof(*places), by_domain);
            found = &key;
        }
        z = &p->zones[found->zone];
        z->wanted = ms_xgrow(z->wanted, z->n_wanted, &z->cap, sizeof(struct ms_record *));
        z->wanted[z->n_wanted++] = &r->v[i];
    }
}

static bool concerns(const struct ms_push_zone *z, const char *domain)
{
    for (size_t i = 0; i < z->n_wanted; i++) {
        if (!strcmp(z->wanted[i]->zone, domain) || !strcmp(z->wanted[i]->scope, domain)) {
            return true;
        }
    }
    return false;
}

/* The sets that matter: those wanted, what could stand in their way, and those of ours. */
static void list_ask(const struct ms_push_zone *z, struct ms_rrsets *ask)
{
    static const char *const beside_cname[] = {"A", "AAAA", "MX", "TXT"};

    for (size_t i = 0; i < z->n_wanted; i++) {
        const struct ms_record *r = z->wanted[i];

        (void)ms_rrsets_get(ask, r->name, r->type);
        for (size_t k = 0; !strcmp(r->type, "CNAME") && k < 4; k++) {
            (void)ms_rrsets_get(ask, r->name, beside_cname[k]);
        }
    }
    for (size_t i = 0; i < z->ours.n; i++) {
        if (strspn(z->ours.v[i].type, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
            strlen(z->ours.v[i].type)) {
            (void)ms_rrsets_get(ask, z->ours.v[i].name, z->ours.v[i].type);
        }
    }
}

static int plan_zone(struct ms_push *p, struct ms_push_zone *z, struct ms_err *err)
{
    const struct ms_provider *x = &p->providers[z->provider].provider;
    ms_auto_rrsets struct ms_rrsets found = {0}, ask = {0};
    struct ms_diff_in in = {.zone = z->id.name,
                            .wanted = z->wanted,
                            .n_wanted = z->n_wanted,
                            .found = &found,
                            .ours = &z->ours,
                            .least_ttl = z->id.least_ttl,
                            .part = p->in.part || p->in.filter,
                            .whole_below = p->in.whole_below};

    ms_rrsets_init(&found);
    ms_rrsets_init(&ask);
    if (ms_manifest_read(p->in.state, z->id.name, &z->ours, err) < 0) {
        return -1;
    }
    list_ask(z, &ask);
    if (x->ops->fetch(x->impl, &z->id, &ask, &found, err) < 0) {
        return -1;
    }
    ms_diff(&in, &z->changes);
    z->planned = true;
    return 0;
}

static void drop_zone(struct ms_push_zone *z)
{
    ms_rrsets_done(&z->ours);
    ms_rrchanges_done(&z->changes);
    free(z->wanted);
    free(z->error);
}

void ms_push_plan(const struct ms_push_in *in, struct ms_push *ret)
{
    size_t n = 0;

    *ret = (struct ms_push){.in = *in, .arena = ms_arena_new()};
    collect(ret);
    for (size_t i = 0; i < ret->n; i++) {
        if (in->only && !concerns(&ret->zones[i], in->only)) {
            drop_zone(&ret->zones[i]);
        } else {
            ret->zones[n++] = ret->zones[i];
        }
    }
    ret->n = n;
    for (size_t i = 0; i < n; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_push_zone *z = &ret->zones[i];

        if (!z->error && ret->providers[z->provider].provider.ops && plan_zone(ret, z, &err) < 0) {
            z->error = ms_xstrdup(ms_err_msg(&err));
        }
    }
}

static int apply_zone(struct ms_push *p, struct ms_push_zone *z, struct ms_err *err)
{
    const struct ms_provider *x = &p->providers[z->provider].provider;
    ms_auto_free const struct ms_rrchange **v =
        ms_xcalloc(z->changes.n + 1, sizeof(struct ms_rrchange *));
    size_t n = 0;

    for (size_t i = 0; i < z->changes.n; i++) {
        if (ms_rrchange_is_write(&z->changes.v[i])) {
            v[n++] = &z->changes.v[i];
        }
    }
    if (!n) {
        return 0;
    }
    if (ms_manifest_write(p->in.state, z->id.name, &z->ours, &z->changes, false, err) < 0 ||
        x->ops->apply(x->impl, &z->id, v, n, &z->n_done, err) < 0) {
        return -1;
    }
    return ms_manifest_write(p->in.state, z->id.name, &z->ours, &z->changes, true, err);
}

int ms_push_apply(struct ms_push *p)
{
    int r = 0;

    for (size_t i = 0; i < p->n; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_push_zone *z = &p->zones[i];

        if (z->manual) {
            continue;
        }
        if (!z->planned) {
            r = -1;
        } else if (apply_zone(p, z, &err) < 0) {
            z->error = ms_xstrdup(ms_err_msg(&err));
            r = -1;
        } else {
            z->applied = true;
        }
    }
    return r;
}

void ms_push_again(const struct ms_push *p, struct ms_push *ret)
{
    ms_push_plan(&p->in, ret);
}

void ms_push_done(struct ms_push *p)
{
    for (size_t i = 0; i < p->n; i++) {
        drop_zone(&p->zones[i]);
    }
    for (size_t i = 0; i < p->n_providers; i++) {
        ms_provider_done(&p->providers[i].provider);
        free(p->providers[i].error);
    }
    free(p->zones);
    free(p->providers);
    ms_arena_free(p->arena);
    *p = (struct ms_push){0};
}
