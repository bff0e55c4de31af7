/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/names.h"
#include "modules/core/site/site_priv.h"
#include "modules/core/site/types.h"

/* A mapping whose keys are free; NULL text stands for nothing below it. */
static int want_map(struct ms_opt_ctx *c, const struct ms_node *n, const char *what)
{
    return ms_node_is_null(n) ? 0 : ms_opt_want(c, n, MS_NODE_MAPPING, what);
}

/* Check the key of a mailbox or alias and give its lower-case form. */
static int parse_local(struct ms_opt_ctx *c, const struct ms_node *n, bool alias, const char **ret)
{
    const char *why;
    char *local;

    if (strchr(n->key, '@')) {
        return ms_opt_error(c, n->key_loc,
                            "write only the part before the \"@\"%s, below its domain, which must "
                            "be under `domains`",
                            *n->key == '@' ? " (`catch_all` takes what is left over)" : "");
    }
    why = alias ? ms_local_part_problem(n->key, strlen(n->key)) : ms_mailbox_name_problem(n->key);
    if (why) {
        return ms_opt_error(c, n->key_loc, "%s", why);
    }
    local = ms_arena_strdup(c->arena, n->key);
    for (char *p = local; *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    }
    *ret = local;
    return 0;
}

static int parse_mailboxes(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                           void *base)
{
    struct ms_site_domain *d = base;
    int r = 0;

    if (want_map(c, n, "a mapping (local part: settings)") < 0) {
        return -1;
    }
    d->mailboxes = ms_arena_alloc(c->arena, n->n, sizeof(*d->mailboxes));
    for (size_t i = 0; i < n->n; i++) {
        const struct ms_node *m = n->v[i];
        struct ms_site_mailbox *box = &d->mailboxes[d->n_mailboxes];
        size_t len = ms_opt_push(c, m->key);
        bool named;

        *box = (struct ms_site_mailbox){
            .loc = m->key_loc, .quota = MS_QUOTA_INHERIT, .spam = MS_SPAM_NOT_GIVEN};
        named = parse_local(c, m, false, &box->local) == 0;
        if (ms_opt_load(c, m, m->loc, o->sub, box) < 0 || !named) {
            r = -1;
        }
        d->n_mailboxes += named;
        ms_opt_pop(c, len);
    }
    return r;
}

static int parse_targets(struct ms_opt_ctx *c, const struct ms_node *n, struct ms_site_alias *alias,
                         struct ms_loc **ret_locs)
{
    const struct ms_opt item = {.key = "", .off = 0};
    const struct ms_node *const *v = (const struct ms_node *const *)n->v;
    size_t n_items = n->n;
    struct ms_loc *locs;
    int r = 0;

    if (n->kind == MS_NODE_SCALAR) {
        v = &n;
        n_items = 1;
    }
    if (n->kind == MS_NODE_MAPPING || !n_items) {
        return ms_opt_error(c, n->loc, "expected an address or a list of addresses");
    }
    locs = ms_arena_alloc(c->arena, n_items, sizeof(*locs));
    alias->targets.v = ms_arena_alloc(c->arena, n_items, sizeof(*alias->targets.v));
    for (size_t i = 0; i < n_items; i++) {
        if (ms_type_address.parse(c, v[i], &item, &alias->targets.v[alias->targets.n]) < 0) {
            r = -1;
            continue;
        }
        locs[alias->targets.n++] = v[i]->loc;
    }
    *ret_locs = locs;
    return r;
}

/* Where the targets stand goes into the entry of the domain being loaded. */
static int parse_aliases(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    struct ms_site_domain *d = base;
    struct ms_domain_src *src = c->user;
    int r = 0;

    (void)o;
    if (want_map(c, n, "a mapping (local part: targets)") < 0) {
        return -1;
    }
    d->aliases = ms_arena_alloc(c->arena, n->n, sizeof(*d->aliases));
    src->targets = ms_arena_alloc(c->arena, n->n, sizeof(*src->targets));
    for (size_t i = 0; i < n->n; i++) {
        struct ms_site_alias *alias = &d->aliases[d->n_aliases];
        size_t len = ms_opt_push(c, n->v[i]->key);
        bool named;

        *alias = (struct ms_site_alias){.loc = n->v[i]->key_loc};
        named = parse_local(c, n->v[i], true, &alias->local) == 0;
        if (parse_targets(c, n->v[i], alias, &src->targets[d->n_aliases]) < 0 || !named) {
            r = -1;
        }
        d->n_aliases += named;
        ms_opt_pop(c, len);
    }
    return r;
}

/* Load one domain. Returns 1 when it has a name (there may be errors inside it), else 0. */
static int load_domain(struct ms_opt_ctx *c, const struct ms_node *n, struct ms_site_domain *d,
                       struct ms_domain_src *src)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;

    *d = (struct ms_site_domain){
        .loc = n->key_loc, .dns.kind = MS_DNS_INHERIT, .spam = MS_SPAM_NOT_GIVEN};
    *src = (struct ms_domain_src){.node = n};
    if (ms_domain_normalise(n->key, &name, &err) < 0) {
        ms_opt_error(c, n->key_loc, "the name of the domain %s", ms_err_msg(&err));
    }
    c->user = src;
    (void)!ms_opt_load(c, n, n->key_loc, ms_domain_opts, d); /* its errors are in c->d */
    d->name = ms_arena_strdup(c->arena, name);
    d->name_u = name ? ms_domain_display(c->arena, d->name) : NULL;
    for (size_t i = 0; i < d->n_mailboxes; i++) {
        if (d->mailboxes[i].quota == MS_QUOTA_INHERIT) {
            d->mailboxes[i].quota = d->quota;
        }
    }
    return d->name ? 1 : 0;
}

static int parse_domains(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    struct ms_site *s = base;
    struct ms_site_src *src = c->user;
    size_t errors = c->d->n_errors;

    if (want_map(c, n, "a mapping (domain: settings)") < 0) {
        return -1;
    }
    if (!n->n) {
        return ms_opt_error(c, n->loc, "is empty: write at least one domain");
    }
    (void)o;
    s->domains = ms_arena_alloc(c->arena, n->n, sizeof(*s->domains));
    src->domains = ms_arena_alloc(c->arena, n->n, sizeof(*src->domains));
    for (size_t i = 0; i < n->n; i++) {
        size_t len = ms_opt_push(c, n->v[i]->key);

        if (load_domain(c, n->v[i], &s->domains[s->n_domains], &src->domains[s->n_domains])) {
            s->n_domains++;
        }
        ms_opt_pop(c, len);
    }
    c->user = src;
    return c->d->n_errors > errors ? -1 : 0;
}

/* A mapping of names to mappings by the sub table. */
static void schema_map(const struct ms_opt *o, json_t *into)
{
    (void)json_object_update_new(into, json_pack("{s:[s,s],s:o}", "type", "object", "null",
                                                 "additionalProperties", ms_opt_schema(o->sub)));
}

static void schema_domain_map(const struct ms_opt *o, json_t *into)
{
    schema_map(o, into);
    (void)json_object_update_new(into, json_pack("{s:s,s:i,s:{s:s}}", "type", "object",
                                                 "minProperties", 1, "propertyNames", "pattern",
                                                 "^[^@ .]+([.][^@ .]+)+[.]?$"));
}

static void schema_mailbox_map(const struct ms_opt *o, json_t *into)
{
    schema_map(o, into);
    (void)json_object_set_new(into, "propertyNames",
                              json_pack("{s:s}", "pattern", "^[A-Za-z0-9._-]{1,64}$"));
}

static void schema_alias_map(const struct ms_opt *o, json_t *into)
{
    json_t *address = json_object();

    ms_type_address.schema(o, address);
    (void)json_object_update_new(
        into, json_pack("{s:[s,s],s:{s:s},s:{s:[O,{s:s,s:i,s:o}]}}", "type", "object", "null",
                        "propertyNames", "pattern", "^[^@ ]{1,64}$", "additionalProperties",
                        "anyOf", address, "type", "array", "minItems", 1, "items", address));
}

const struct ms_opt_type ms_type_domain_map = {
    .name = "mapping", .parse = parse_domains, .schema = schema_domain_map, .members = "<domain>"};
const struct ms_opt_type ms_type_mailbox_map = {.name = "mapping",
                                                .parse = parse_mailboxes,
                                                .schema = schema_mailbox_map,
                                                .members = "<local part>"};
const struct ms_opt_type ms_type_alias_map = {.name = "mapping of addresses",
                                              .parse = parse_aliases,
                                              .schema = schema_alias_map,
                                              .members = "<local part>"};
