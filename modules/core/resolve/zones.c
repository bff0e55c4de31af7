/* SPDX-License-Identifier: Apache-2.0 */
/* The zone that a name lies in, and its name servers. */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/resolve/resolve_priv.h"

enum { LABELS_MAX = 10, SERVERS_MAX = 32, NAMES_MAX = 13 };

/* A list of questions that grows; the rooms of one zone are neighbours. */
struct list {
    struct ms_question *v;
    size_t n, cap;
};

static void ask(struct list *l, const char *name, const char *type)
{
    l->v = ms_xgrow(l->v, l->n, &l->cap, sizeof(*l->v));
    l->v[l->n++] = (struct ms_question){.name = name, .type = type};
}

static void list_done(struct list *l)
{
    free(l->v);
}

/* The name and what is above it, the root left out. */
static void ask_upwards(struct list *l, const char *name)
{
    const char *dot = name;

    for (unsigned i = 0; i < LABELS_MAX && *dot && strcmp(dot, ".") != 0; i++) {
        ask(l, dot, "SOA");
        dot = strchr(dot, '.');
        if (!dot) {
            return;
        }
        dot++;
    }
}

static void choose_zone(const struct ms_question *q, size_t n, struct ms_zone_servers *ret)
{
    ret->why = "no zone has this name";
    for (size_t i = 0; i < n; i++) {
        const struct ms_answer *x = &q[i].answer;

        if (x->state == MS_ANSWER_FOUND && !strcmp(x->canonical, q[i].name)) {
            ret->zone = q[i].name;
            ret->security = x->security;
            ret->why = NULL;
            return;
        }
        if (x->state == MS_ANSWER_FAILED) {
            ret->why = x->why;
            ret->security = x->security;
            return;
        }
    }
}

static void find_zones(struct ms_resolver *r, const char *const *names, size_t n, int64_t end_ms,
                       struct ms_arena *a, struct ms_zone_servers *ret)
{
    ms_cleanup(list_done) struct list l = {0};
    size_t *end = ms_arena_alloc(a, n, sizeof(*end));

    for (size_t i = 0; i < n; i++) {
        const char *name = ms_packet_name(names[i], a);

        if (name) {
            ask_upwards(&l, name);
        }
        end[i] = l.n;
    }
    ms_resolve(r, l.v, l.n, end_ms, a);
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? end[i - 1] : 0;

        choose_zone(l.v + from, end[i] - from, &ret[i]);
    }
}

static void add_server(struct ms_zone_servers *z, const char *name, const char *address)
{
    if (z->n < SERVERS_MAX) {
        z->v[z->n++] = (struct ms_ns){.name = name, .address = address};
    }
}

/* q: A and AAAA of one name. */
static void add_addresses(struct ms_zone_servers *z, const struct ms_question *q)
{
    bool any = false;

    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < q[k].answer.n; i++) {
            add_server(z, q[0].name, q[k].answer.v[i].text);
            any = true;
        }
    }
    if (!any) {
        add_server(z, q[0].name, NULL);
    }
}

/* ns: the question for the names of the zone's servers. */
static void ask_addresses(struct list *l, const struct ms_question *ns)
{
    for (size_t i = 0; i < ns->answer.n && i < NAMES_MAX; i++) {
        ask(l, ns->answer.v[i].text, "A");
        ask(l, ns->answer.v[i].text, "AAAA");
    }
}

void ms_resolve_zones(struct ms_resolver *r, const char *const *names, size_t n, int64_t end_ms,
                      struct ms_arena *a, struct ms_zone_servers *ret)
{
    ms_cleanup(list_done) struct list ns = {0};
    ms_cleanup(list_done) struct list hosts = {0};
    size_t at = 0;

    memset(ret, 0, n * sizeof(*ret));
    find_zones(r, names, n, end_ms, a, ret);
    for (size_t i = 0; i < n; i++) {
        ask(&ns, ret[i].zone ? ret[i].zone : ".", "NS");
    }
    ms_resolve(r, ns.v, ns.n, end_ms, a);
    for (size_t i = 0; i < n; i++) {
        if (ret[i].zone) {
            ask_addresses(&hosts, &ns.v[i]);
        }
    }
    ms_resolve(r, hosts.v, hosts.n, end_ms, a);
    for (size_t i = 0; i < n; i++) {
        size_t here = ns.v[i].answer.n < NAMES_MAX ? ns.v[i].answer.n : NAMES_MAX;

        ret[i].v = ms_arena_alloc(a, SERVERS_MAX, sizeof(*ret[i].v));
        for (size_t k = 0; ret[i].zone && k < here; k++, at += 2) {
            add_addresses(&ret[i], &hosts.v[at]);
        }
        if (ret[i].zone && !here) {
            ret[i].why = "the zone has no name servers that can be found";
        }
    }
}
