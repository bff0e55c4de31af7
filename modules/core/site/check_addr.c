/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/site_priv.h"

enum { LOOP_SHOWN = 8 }; /* addresses of a loop that a message names */

/* Where an address leads. */
enum place { PLACE_ELSEWHERE, PLACE_NOWHERE, PLACE_MAILBOX, PLACE_ALIAS };

struct target {
    enum place place;
    size_t domain, i; /* of the mailbox or alias */
};

struct check {
    struct ms_opt_ctx *c;
    const struct ms_site *s;
    struct ms_domain_src *src;
};

static void complain(const struct check *k, size_t domain, struct ms_loc loc, const char *below,
                     const char *text)
{
    ms_auto_free char *path =
        ms_xasprintf("domains.%s%s%s", k->src[domain].node->key, *below ? "." : "", below);

    ms_diag_add(k->c->d, MS_DIAG_ERROR, loc, path, "%s", text);
}

/* The place of a member of a domain, of the domain's name without it. */
static struct ms_loc member_loc(const struct check *k, size_t domain, const char *key)
{
    const struct ms_node *n = ms_node_get(k->src[domain].node, key);

    return n ? n->loc : k->s->domains[domain].loc;
}

static void check_double_domains(const struct check *k)
{
    const struct ms_site *s = k->s;

    for (size_t i = 1; i < s->n_domains; i++) {
        size_t a = (size_t)(s->by_name[i - 1] - s->domains);
        size_t b = (size_t)(s->by_name[i] - s->domains);
        ms_auto_free char *text = NULL;

        /* equal keys were reported by the YAML parser */
        if (strcmp(s->domains[a].name, s->domains[b].name) ||
            !strcmp(k->src[a].node->key, k->src[b].node->key)) {
            continue;
        }
        text = ms_xasprintf("is the same domain as %s in line %u (both are %s): merge them",
                            ms_opt_quote(k->c->arena, k->src[a].node->key), s->domains[a].loc.line,
                            s->domains[a].name);
        complain(k, b, s->domains[b].loc, "", text);
    }
}

static int by_local(const void *x, const void *y)
{
    const struct ms_entry *a = x, *b = y;
    int c = strcmp(a->local, b->local);

    if (c) {
        return c;
    }
    if (a->loc.line != b->loc.line) {
        return a->loc.line < b->loc.line ? -1 : 1;
    }
    return a->loc.col < b->loc.col ? -1 : a->loc.col > b->loc.col;
}

static void report_double(const struct check *k, size_t domain, const struct ms_entry *a,
                          const struct ms_entry *b)
{
    ms_auto_free char *below = ms_xasprintf("%s.%s", b->alias ? "aliases" : "mailboxes", b->local);
    ms_auto_free char *text = NULL;

    if (a->alias != b->alias) {
        text = ms_xasprintf("there is %s of that name in line %u: remove one of them",
                            a->alias ? "an alias" : "a mailbox", a->loc.line);
    } else {
        text = ms_xasprintf("is there twice, also in line %u (upper and lower case are the same)",
                            a->loc.line);
    }
    complain(k, domain, b->loc, below, text);
}

/* Order the local parts of a domain; report those that are there more than once. Equal keys of one
 * mapping were reported by the YAML parser. */
static void index_domain(const struct check *k, size_t domain)
{
    const struct ms_site_domain *d = &k->s->domains[domain];
    struct ms_domain_src *src = &k->src[domain];
    size_t n = 0;

    src->entries =
        ms_arena_alloc(k->c->arena, d->n_mailboxes + d->n_aliases, sizeof(*src->entries));
    for (size_t i = 0; i < d->n_mailboxes; i++) {
        src->entries[n++] =
            (struct ms_entry){.local = d->mailboxes[i].local, .loc = d->mailboxes[i].loc, .i = i};
    }
    for (size_t i = 0; i < d->n_aliases; i++) {
        src->entries[n++] = (struct ms_entry){
            .local = d->aliases[i].local, .loc = d->aliases[i].loc, .alias = true, .i = i};
    }
    src->n_entries = n;
    if (n) {
        qsort(src->entries, n, sizeof(*src->entries), by_local);
    }
    for (size_t i = 1; i < n; i++) {
        const struct ms_entry *a = &src->entries[i - 1], *b = &src->entries[i];

        if (!strcmp(a->local, b->local)) {
            report_double(k, domain, a, b);
        }
    }
}

static const struct ms_entry *find_local(const struct ms_domain_src *src, const char *local,
                                         size_t len)
{
    size_t lo = 0, hi = src->n_entries;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const char *x = src->entries[mid].local;
        int c = strncmp(x, local, len);

        c = c ? c : x[len] != '\0';
        if (!c) {
            return &src->entries[mid];
        }
        lo = c < 0 ? mid + 1 : lo;
        hi = c < 0 ? hi : mid;
    }
    return NULL;
}

static struct target resolve(const struct check *k, const char *address, bool use_catch_all)
{
    const char *at = strrchr(address, '@'), *plus;
    const struct ms_site_domain *d = ms_site_domain(k->s, at + 1);
    size_t len = (size_t)(at - address);
    const struct ms_entry *e;
    size_t domain;

    if (d && d->alias_for && ms_site_domain(k->s, d->alias_for)) {
        d = ms_site_domain(k->s, d->alias_for);
    }
    if (!d) {
        return (struct target){.place = PLACE_ELSEWHERE};
    }
    domain = (size_t)(d - k->s->domains);
    e = find_local(&k->src[domain], address, len);
    plus = memchr(address, '+', len);
    if (!e && plus) { /* a sub-address */
        e = find_local(&k->src[domain], address, (size_t)(plus - address));
    }
    if (e) {
        return (struct target){
            .place = e->alias ? PLACE_ALIAS : PLACE_MAILBOX, .domain = domain, .i = e->i};
    }
    if (use_catch_all && d->catch_all) {
        return resolve(k, d->catch_all, false);
    }
    return (struct target){.place = PLACE_NOWHERE};
}

static void check_alias_domain(const struct check *k, size_t domain)
{
    const struct ms_site_domain *d = &k->s->domains[domain];
    const struct ms_site_domain *to = ms_site_domain(k->s, d->alias_for);
    struct ms_loc loc = member_loc(k, domain, "alias_for");
    ms_auto_free char *text = NULL;

    if (!to) {
        text = ms_xasprintf("%s is not among the domains of this site", d->alias_for);
    } else if (!strcmp(to->name, d->name)) {
        text = ms_xstrdup("a domain cannot be an alias for itself");
    } else if (to->alias_for) {
        text = ms_xasprintf("%s is itself an alias: write %s here", to->name, to->alias_for);
    }
    if (text) {
        complain(k, domain, loc, "alias_for", text);
    }
    if (d->n_mailboxes) {
        complain(k, domain, member_loc(k, domain, "mailboxes"), "mailboxes",
                 "an alias domain has no mailboxes of its own: remove them, or alias_for");
    }
    if (d->n_aliases) {
        complain(k, domain, member_loc(k, domain, "aliases"), "aliases",
                 "an alias domain has no aliases of its own: remove them, or alias_for");
    }
    if (d->catch_all) {
        complain(k, domain, member_loc(k, domain, "catch_all"), "catch_all",
                 "an alias domain has no catch_all of its own: remove it, or alias_for");
    }
}

static void check_catch_all(const struct check *k, size_t domain)
{
    const char *to = k->s->domains[domain].catch_all;
    ms_auto_free char *text = NULL;

    if (to && resolve(k, to, false).place == PLACE_NOWHERE) {
        text = ms_xasprintf("%s is neither a mailbox nor an alias of this site", to);
        complain(k, domain, member_loc(k, domain, "catch_all"), "catch_all", text);
    }
}

static void check_targets(const struct check *k, size_t domain)
{
    const struct ms_site_domain *d = &k->s->domains[domain];

    for (size_t i = 0; i < d->n_aliases; i++) {
        const struct ms_site_alias *a = &d->aliases[i];

        for (size_t t = 0; t < a->targets.n; t++) {
            ms_auto_free char *text = NULL, *below = NULL;

            if (resolve(k, a->targets.v[t], true).place != PLACE_NOWHERE) {
                continue;
            }
            text = ms_xasprintf("the target %s is neither a mailbox nor an alias of this site",
                                a->targets.v[t]);
            below = ms_xasprintf("aliases.%s", a->local);
            complain(k, domain, k->src[domain].targets[i][t], below, text);
        }
    }
}

/* The walk over aliases that finds loops: depth first, with its own stack. */
struct step {
    size_t domain, i; /* the alias */
    size_t next;      /* the target to follow next */
};

enum colour { COLOUR_NEW, COLOUR_OPEN, COLOUR_DONE };

static void report_loop(const struct check *k, const struct step *v, size_t from, size_t n)
{
    ms_auto_buf struct ms_buf b;
    ms_auto_free char *below = NULL;
    const struct ms_site_alias *first = &k->s->domains[v[from].domain].aliases[v[from].i];

    ms_buf_init(&b, 4096);
    ms_buf_adds(&b, "aliases lead back to themselves: ");
    for (size_t i = from; i < n; i++) {
        const struct ms_site_domain *d = &k->s->domains[v[i].domain];

        if (i - from == LOOP_SHOWN) {
            ms_buf_adds(&b, "... -> ");
            break;
        }
        ms_buf_addf(&b, "%s@%s -> ", d->aliases[v[i].i].local, d->name);
    }
    ms_buf_addf(&b, "%s@%s", first->local, k->s->domains[v[from].domain].name);
    below = ms_xasprintf("aliases.%s", first->local);
    complain(k, v[from].domain, first->loc, below, b.p);
}

/* Follow everything that the alias leads to. */
static void walk(const struct check *k, size_t domain, size_t i, unsigned char *colours)
{
    size_t n = 1, cap = 0;
    struct step *v = ms_xgrow(NULL, 0, &cap, sizeof(*v));

    v[0] = (struct step){.domain = domain, .i = i};
    colours[k->src[domain].first_alias + i] = COLOUR_OPEN;
    while (n) {
        struct step *top = &v[n - 1];
        const struct ms_site_alias *a = &k->s->domains[top->domain].aliases[top->i];
        struct target t;
        unsigned char *colour;

        if (top->next == a->targets.n) {
            colours[k->src[top->domain].first_alias + top->i] = COLOUR_DONE;
            n--;
            continue;
        }
        t = resolve(k, a->targets.v[top->next++], true);
        if (t.place != PLACE_ALIAS) {
            continue;
        }
        colour = &colours[k->src[t.domain].first_alias + t.i];
        if (*colour == COLOUR_NEW) {
            *colour = COLOUR_OPEN;
            v = ms_xgrow(v, n, &cap, sizeof(*v));
            v[n++] = (struct step){.domain = t.domain, .i = t.i};
        } else if (*colour == COLOUR_OPEN) {
            size_t from = n - 1;

            while (v[from].domain != t.domain || v[from].i != t.i) {
                from--;
            }
            report_loop(k, v, from, n);
        }
    }
    free(v);
}

static void check_loops(const struct check *k)
{
    size_t total = 0;
    ms_auto_free unsigned char *colours = NULL;

    for (size_t i = 0; i < k->s->n_domains; i++) {
        k->src[i].first_alias = total;
        total += k->s->domains[i].n_aliases;
    }
    colours = ms_xcalloc(total + 1, 1);
    for (size_t d = 0; d < k->s->n_domains; d++) {
        for (size_t i = 0; i < k->s->domains[d].n_aliases; i++) {
            if (colours[k->src[d].first_alias + i] == COLOUR_NEW) {
                walk(k, d, i, colours);
            }
        }
    }
}

/* postmaster and abuse of every domain go to the contact (RFC 5321 4.5.1): in a domain whose
 * addresses are declared it should be one of them. */
static void check_contact(const struct check *k)
{
    const struct ms_site_src *src = k->c->user;
    const char *contact = k->s->contact, *at = contact ? strrchr(contact, '@') : NULL;
    const struct ms_site_domain *d = at ? ms_site_domain(k->s, at + 1) : NULL;
    const struct ms_node *n = src->root ? ms_node_get(src->root, "contact") : NULL;

    if (d && n && !k->c->d->n_errors && (d->n_mailboxes || d->n_aliases) &&
        resolve(k, contact, true).place == PLACE_NOWHERE) {
        ms_diag_add(k->c->d, MS_DIAG_WARNING, n->loc, "contact",
                    "%s is neither a mailbox nor an alias of this site: mail to postmaster is "
                    "refused until it is made",
                    contact);
    }
}

/* `up` makes this mailbox itself, for test messages. */
static void check_reserved(const struct check *k)
{
    static const char reserved[] = "mailstead-test";
    const struct ms_site_domain *d = k->s->primary;
    const struct ms_entry *e;
    ms_auto_free char *below = NULL;
    size_t domain;

    if (!d) {
        return;
    }
    domain = (size_t)(d - k->s->domains);
    e = find_local(&k->src[domain], reserved, sizeof(reserved) - 1);
    if (e) {
        below =
            ms_xasprintf("%s.%s", e->alias ? "aliases" : "mailboxes", e->key ? e->key : e->local);
        complain(k, domain, e->loc, below,
                 "is reserved: `mailstead test` sends to it, and `mailstead up` makes it");
    }
}

/* What a mailbox may send as must be ours, as far as site.yaml knows: a domain made at run time is
 * not in it. */
static void check_send_as(const struct check *k, size_t domain)
{
    const struct ms_site_domain *d = &k->s->domains[domain];

    for (size_t i = 0; i < d->n_mailboxes; i++) {
        const struct ms_site_mailbox *m = &d->mailboxes[i];

        for (size_t j = 0; j < m->send_as.n; j++) {
            ms_auto_free char *below = NULL, *text = NULL;

            if (ms_site_domain(k->s, strrchr(m->send_as.v[j], '@') + 1)) {
                continue;
            }
            below = ms_xasprintf("mailboxes.%s.send_as", m->local);
            text = ms_xasprintf("%s is not in a domain of this site", m->send_as.v[j]);
            complain(k, domain, m->loc, below, text);
        }
    }
}

void ms_check_addresses(struct ms_opt_ctx *c, const struct ms_site *s)
{
    const struct ms_site_src *src = c->user;
    const struct check k = {.c = c, .s = s, .src = src->domains};

    check_double_domains(&k);
    for (size_t i = 0; i < s->n_domains; i++) {
        index_domain(&k, i);
    }
    for (size_t i = 0; i < s->n_domains; i++) {
        if (s->domains[i].alias_for) {
            check_alias_domain(&k, i);
        } else {
            check_send_as(&k, i);
            check_catch_all(&k, i);
            check_targets(&k, i);
        }
    }
    check_reserved(&k);
    check_loops(&k);
    check_contact(&k);
}
