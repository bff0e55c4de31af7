/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/json.h"
#include "modules/core/dnspush/push.h"

struct ms_push_sum ms_push_sum(const struct ms_push *p)
{
    struct ms_push_sum s = {0};

    for (size_t i = 0; i < p->n; i++) {
        const struct ms_push_zone *z = &p->zones[i];

        s.writes += ms_rrchanges_writes(&z->changes);
        s.writable += z->manual ? 0 : ms_rrchanges_writes(&z->changes);
        s.conflicts += ms_rrchanges_conflicts(&z->changes);
        s.failed += z->error != NULL;
        s.manual += z->manual;
    }
    return s;
}

static size_t kept(const struct ms_rrchanges *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        n += c->v[i].act == MS_ACT_KEEP;
    }
    return n;
}

static void print_zone(const struct ms_push_zone *z, struct ms_buf *out)
{
    size_t writes = ms_rrchanges_writes(&z->changes);
    const char *name = *z->id.name ? z->id.name : z->domain;

    ms_buf_addf(out, "zone %s (%s)\n", name, ms_dns_authority_name(z->kind));
    if (z->planned) {
        ms_rrchanges_print(&z->changes, out);
        ms_buf_addf(out, "%zu as wanted, %zu to %s, %zu in conflict\n", kept(&z->changes), writes,
                    z->manual ? "set by hand" : "write", ms_rrchanges_conflicts(&z->changes));
    } else if (z->error) {
        ms_buf_addf(out, "not compared: %s\n", z->error);
    } else {
        ms_buf_addf(out, "not applicable: %zu records are set by hand (`mailstead dns records`)\n",
                    z->n_wanted);
    }
}

void ms_push_print(const struct ms_push *p, struct ms_buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        ms_buf_adds(out, i ? "\n" : "");
        print_zone(&p->zones[i], out);
    }
}

json_t *ms_push_json(const struct ms_push *p)
{
    struct ms_push_sum s = ms_push_sum(p);
    json_t *zones = json_array();

    for (size_t i = 0; i < p->n; i++) {
        const struct ms_push_zone *z = &p->zones[i];

        (void)json_array_append_new(
            zones, json_pack("{s:s?, s:s, s:s, s:b, s:b, s:b, s:I, s:o?, s:o}", "zone",
                             *z->id.name ? z->id.name : NULL, "domain", z->domain, "authority",
                             ms_dns_authority_name(z->kind), "manual", z->manual, "planned",
                             z->planned, "applied", z->applied, "done", (json_int_t)z->n_done,
                             "error", z->error ? ms_json_lossy(z->error) : NULL, "changes",
                             ms_rrchanges_json(&z->changes)));
    }
    return json_pack("{s:o, s:I, s:I, s:I}", "zones", zones, "writes", (json_int_t)s.writes,
                     "conflicts", (json_int_t)s.conflicts, "failed", (json_int_t)s.failed);
}
