/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/seen.h"

#include <string.h>

#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"

enum { SETS_MAX = 500 }; /* of one zone that are asked for */

static bool is_looked_at(const struct ms_rrchange *x)
{
    /* what was removed may be answered by a wildcard */
    return x->act == MS_ACT_ADD || x->act == MS_ACT_CHANGE;
}

bool ms_push_seen_fits(const struct ms_rrchange *x, const struct ms_answer *a)
{
    ms_auto_rrsets struct ms_rrsets got = {0};
    const struct ms_rrset *s;
    size_t n = 0;

    ms_rrsets_init(&got);
    for (size_t i = 0; a->state == MS_ANSWER_FOUND && i < a->n; i++) {
        const char *text = a->v[i].text;

        text = strcmp(x->type, "TXT") ? text : ms_rrvalue_txt(got.arena, text);
        (void)ms_rrsets_add(&got, x->name, x->type, 0, text, NULL);
    }
    s = ms_rrsets_find(&got, x->name, x->type);
    for (size_t i = 0; i < x->n; i++) {
        n += ms_rrset_has(s, x->v[i].text);
    }
    return n == x->n && s && s->n == n;
}

/* What one address of a server says of the sets. */
static json_t *ask_server(struct ms_resolver *r, const struct ms_ns *ns,
                          const struct ms_rrchange *const *v, size_t n, int64_t end_ms)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_question *q = ms_arena_alloc(a, n + 1, sizeof(*q));
    const char *example = NULL;
    size_t behind = 0;

    for (size_t i = 0; i < n; i++) {
        q[i] = (struct ms_question){.name = v[i]->name, .type = v[i]->type, .server = ns->address};
    }
    if (ns->address) {
        ms_resolve(r, q, n, end_ms, a);
    }
    for (size_t i = 0; i < n; i++) {
        if (!ns->address || !ms_push_seen_fits(v[i], &q[i].answer)) {
            behind++;
            example = example ? example
                              : ms_arena_printf(a, "%s %s%s%s", v[i]->name, v[i]->type,
                                                q[i].answer.why ? ": " : "",
                                                q[i].answer.why ? q[i].answer.why : "");
        }
    }
    return json_pack("{s:o, s:s?, s:I, s:I, s:o?}", "name", ms_json_lossy(ns->name), "address",
                     ns->address, "sets", (json_int_t)n, "behind", (json_int_t)behind, "example",
                     example ? ms_json_lossy(example) : NULL);
}

static json_t *see_zone(struct ms_resolver *r, const struct ms_push_zone *z, int64_t end_ms)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    const struct ms_rrchange **v =
        ms_arena_alloc(a, z->changes.n + 1, sizeof(struct ms_rrchange *));
    const char *name = z->id.name;
    struct ms_zone_servers servers = {0};
    json_t *list = json_array();
    size_t n = 0;

    for (size_t i = 0; i < z->changes.n && n < SETS_MAX; i++) {
        if (is_looked_at(&z->changes.v[i])) {
            v[n++] = &z->changes.v[i];
        }
    }
    ms_resolve_zones(r, &name, 1, end_ms, a, &servers);
    if (!servers.zone || strcmp(servers.zone, name) != 0 || !servers.n) {
        return json_pack("{s:s, s:o, s:o}", "zone", name, "why",
                         ms_json_lossy(servers.zone  ? "its parent does not lead to it"
                                       : servers.why ? servers.why
                                                     : "it has no name servers"),
                         "servers", list);
    }
    for (size_t i = 0; i < servers.n; i++) {
        (void)json_array_append_new(list, ask_server(r, &servers.v[i], v, n, end_ms));
    }
    return json_pack("{s:s, s:n, s:o}", "zone", name, "why", "servers", list);
}

json_t *ms_push_seen(struct ms_resolver *r, const struct ms_push *p, int64_t end_ms)
{
    json_t *all = json_array();

    for (size_t i = 0; i < p->n; i++) {
        const struct ms_push_zone *z = &p->zones[i];

        if (z->applied && ms_rrchanges_writes(&z->changes)) {
            (void)json_array_append_new(all, see_zone(r, z, end_ms));
        }
    }
    return all;
}

size_t ms_push_seen_behind(const json_t *seen)
{
    const json_t *zone, *server;
    size_t i, k, n = 0;

    json_array_foreach(seen, i, zone)
    {
        n += json_is_string(json_object_get(zone, "why"));
        json_array_foreach(json_object_get(zone, "servers"), k, server)
        {
            n += json_integer_value(json_object_get(server, "behind")) > 0;
        }
    }
    return n;
}
