/* SPDX-License-Identifier: Apache-2.0 */
/* All checks, a group of domains at a time. */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/dnscheck/look_priv.h"

enum { GROUP = 32 };

static void judge_scope(const struct ms_look *l, const struct ms_look_scope *s,
                        struct ms_checks *out)
{
    for (size_t i = 0; i < s->n_sets; i++) {
        ms_judge_set(l, s, &s->sets[i], out);
    }
    ms_judge_spf(l, s, out);
    ms_judge_caa(l, s, out);
    ms_judge_served(l, s, out);
    if (s->host) {
        ms_judge_host_name(l, s, out);
    }
}

static void check_group(const struct ms_dnscheck_in *in, const char *const *scopes, size_t n,
                        struct ms_checks *out)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_cleanup(ms_look_done) struct ms_look l = {
        .in = in, .a = a, .end_ms = ms_time_mono_ms() + MS_DNSCHECK_MS};

    if (in->end_ms && in->end_ms < l.end_ms) {
        l.end_ms = in->end_ms;
    }
    ms_look_gather(&l, scopes, n);
    for (size_t i = 0; i < n; i++) {
        judge_scope(&l, &l.scopes[i], out);
        for (size_t k = 0; k < l.n_zones; k++) {
            if (!strcmp(l.zones[k].name, scopes[i])) {
                ms_judge_zone(&l, &l.zones[k], out);
            }
        }
    }
    if (in->probes) {
        ms_probe_services(&l, out);
    }
}

/* The scopes of the records, the host first. */
static const char **scopes_of(const struct ms_dnscheck_in *in, size_t *ret_n)
{
    const struct ms_records *r = in->records;
    const char **v = ms_xcalloc(r->n + 1, sizeof(*v));
    size_t n = 0;

    v[n++] = in->site->hostname;
    for (size_t i = 0; i < r->n; i++) {
        /* records of a scope are neighbours, but for those of the host */
        if (strcmp(r->v[i].scope, v[n - 1]) != 0 && strcmp(r->v[i].scope, v[0]) != 0) {
            v[n++] = r->v[i].scope;
        }
    }
    *ret_n = n;
    return v;
}

/* The results of a group by scope, in the order in which they came. */
static void sort_by_scope(struct ms_checks *c, size_t from, const char *const *scopes, size_t n)
{
    ms_auto_free struct ms_check *v = ms_xcalloc(c->n - from + 1, sizeof(*v));
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t x = from; x < c->n; x++) {
            if (!strcmp(c->v[x].scope, scopes[i])) {
                v[k++] = c->v[x];
            }
        }
    }
    if (k == c->n - from && k) {
        memcpy(c->v + from, v, k * sizeof(*v));
    }
}

void ms_dnscheck_run(const struct ms_dnscheck_in *in, struct ms_checks *out)
{
    size_t n = 0;
    ms_auto_free const char **scopes = scopes_of(in, &n);

    for (size_t i = 0; i < n; i += GROUP) {
        size_t from = out->n;
        size_t group = n - i < GROUP ? n - i : GROUP;

        check_group(in, scopes + i, group, out);
        sort_by_scope(out, from, scopes + i, group);
    }
}
