/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/deploy/facts.h"
#include "modules/core/base/time.h"
#include "modules/core/dnspush/push.h"
#include "modules/core/dnspush/seen.h"

/* What both verbs begin with. */
struct request {
    struct ms_site *site;
    struct ms_dns_facts *facts;
    struct ms_records records;
    struct ms_push_in in;
    struct ms_push push;
    char *only;
};

static void request_done(struct request *r)
{
    ms_push_done(&r->push);
    ms_records_done(&r->records);
    ms_dns_facts_free(r->facts);
    ms_site_free(r->site);
    free(r->only);
}

/* Read and compare. Returns an exit status. */
static int plan(const struct ms_cli *c, struct request *r)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool known;
    int status;

    if (c->n_words && ms_domain_normalise(c->words[0], &r->only, &err) < 0) {
        return ms_out_fail(&err);
    }
    status = ms_load_site(c, &r->site);
    if (status != MS_EXIT_OK) {
        return status;
    }
    /* a domain that was made at run time is not in site.yaml */
    known = !r->only || ms_site_domain(r->site, r->only) || !strcmp(r->only, r->site->hostname);
    r->facts = ms_dns_facts_new(c->state, r->site);
    if (ms_dns_records(r->site, ms_dns_facts_input(r->facts), known ? NULL : r->only, &r->records,
                       &err) < 0) {
        return ms_out_fail(&err);
    }
    if (ms_dns_facts_problem(r->facts)) {
        ms_out_note(c, "warning: some records are left out: %s", ms_dns_facts_problem(r->facts));
    }
    r->in = (struct ms_push_in){.site = r->site,
                                .records = &r->records,
                                .state = c->state,
                                .only = r->only,
                                .part = !known || ms_dns_facts_problem(r->facts)};
    ms_push_plan(&r->in, &r->push);
    return MS_EXIT_OK;
}

static int status_of(const struct ms_push *p)
{
    struct ms_push_sum s = ms_push_sum(p);

    return s.failed ? MS_EXIT_FAILED : s.writes || s.conflicts ? MS_EXIT_DIFFERS : MS_EXIT_OK;
}

static int print_plan(const struct ms_cli *c, const struct ms_push *p, int status)
{
    ms_auto_buf struct ms_buf b = {0};

    if (c->json) {
        ms_auto_json json_t *j = ms_push_json(p);

        return ms_out_json(j, status);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    ms_push_print(p, &b);
    return ms_out_buf(&b, status);
}

int ms_run_dns_diff(struct ms_cli *c)
{
    ms_cleanup(request_done) struct request r = {0};
    int status = plan(c, &r);

    return status != MS_EXIT_OK ? status : print_plan(c, &r.push, status_of(&r.push));
}

/* How it ended, and what is in the zones now. */
struct outcome {
    const struct ms_push *push;
    struct ms_push after;
    json_t *seen; /* by the name servers; NULL: they were not asked */
    bool ok;
};

enum { SEEN_MS = 20000 };

static void outcome_done(struct outcome *o)
{
    ms_push_done(&o->after);
    json_decref(o->seen);
}

/* Ask all name servers, as the Internet does; a site that is cut off from it has none. */
static void ask_servers(const struct ms_site *site, struct outcome *o)
{
    const struct ms_resolver_conf conf = {.forward = site->forwarders.v,
                                          .n_forward = site->forwarders.n};
    ms_cleanup(ms_resolver_freep) struct ms_resolver *r = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (site->resolver != MS_RESOLVER_ISOLATED && ms_resolver_new(&conf, &r, &err) == 0) {
        o->seen = ms_push_seen(r, o->push, ms_time_mono_ms() + SEEN_MS);
    }
}

static void print_seen(const json_t *seen, struct ms_buf *b)
{
    const json_t *zone, *x;
    size_t i, k;

    json_array_foreach(seen, i, zone)
    {
        const char *why = json_string_value(json_object_get(zone, "why"));

        if (why) {
            ms_buf_addf(b, "%s: its name servers could not be asked: %s\n",
                        ms_out_str(zone, "zone"), why);
        }
        json_array_foreach(json_object_get(zone, "servers"), k, x)
        {
            json_int_t behind = json_integer_value(json_object_get(x, "behind"));

            ms_buf_addf(b, "%s %s: ", ms_out_str(x, "name"), ms_out_str(x, "address"));
            if (behind) {
                ms_buf_addf(b, "%lld of %lld sets are not there yet (%s)\n", (long long)behind,
                            (long long)json_integer_value(json_object_get(x, "sets")),
                            ms_out_str(x, "example"));
            } else {
                ms_buf_adds(b, "has all of it\n");
            }
        }
    }
}

static const char *name_of(const struct ms_push_zone *z)
{
    return *z->id.name ? z->id.name : z->domain;
}

static void print_zone(const struct ms_push_zone *z, const struct ms_push_zone *after,
                       struct ms_buf *b)
{
    size_t n = ms_rrchanges_writes(&z->changes), open = 0;

    if (z->manual) {
        return;
    }
    if (z->error) {
        ms_buf_addf(b, "%s: stopped after %zu of %zu sets: %s\n", name_of(z), z->n_done, n,
                    z->error);
        ms_buf_adds(b, z->planned ? "Running it again does the rest.\n" : "");
        return;
    }
    open = after ? ms_rrchanges_writes(&after->changes) : 0;
    ms_buf_addf(b, "%s: %zu of %zu sets written", name_of(z), z->n_done, n);
    if (!after || after->error) {
        ms_buf_addf(b, "; it could not be read again%s%s\n", after ? ": " : "",
                    after ? after->error : "");
    } else if (open) {
        ms_buf_addf(b, ", of which %zu are not there yet\n", open);
    } else {
        ms_buf_adds(b, n ? ", read again: as wanted\n" : "\n");
    }
}

/* The same zone in the later plan. */
static const struct ms_push_zone *again(const struct outcome *o, const struct ms_push_zone *z)
{
    for (size_t i = 0; i < o->after.n; i++) {
        if (!strcmp(o->after.zones[i].domain, z->domain)) {
            return &o->after.zones[i];
        }
    }
    return NULL;
}

static int print_outcome(const struct ms_cli *c, const struct outcome *o)
{
    ms_auto_buf struct ms_buf b = {0};
    int status = !o->ok ? MS_EXIT_FAILED : status_of(&o->after);

    status = status == MS_EXIT_OK && ms_push_seen_behind(o->seen) ? MS_EXIT_DIFFERS : status;

    if (c->json) {
        ms_auto_json json_t *j = ms_push_json(o->push);

        (void)json_object_set_new(j, "after", ms_push_json(&o->after));
        (void)json_object_set_new(j, "seen", o->seen ? json_incref(o->seen) : json_null());
        return ms_out_json(j, status);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    for (size_t i = 0; i < o->push->n; i++) {
        print_zone(&o->push->zones[i], again(o, &o->push->zones[i]), &b);
    }
    print_seen(o->seen, &b);
    return ms_out_buf(&b, status);
}

static int write_all(const struct ms_cli *c, struct request *r)
{
    ms_cleanup(outcome_done) struct outcome o = {.push = &r->push};

    o.ok = ms_push_apply(&r->push) == 0;
    ms_push_again(&r->push, &o.after);
    ask_servers(r->site, &o);
    return print_outcome(c, &o);
}

int ms_run_dns_push(struct ms_cli *c)
{
    ms_cleanup(request_done) struct request r = {0};
    int status = plan(c, &r);
    bool dry = ms_cli_has(c, "dry-run");

    if (status != MS_EXIT_OK) {
        return status;
    }
    if (dry || !c->json) {
        status = print_plan(c, &r.push, status_of(&r.push));
    }
    if (dry) {
        return status;
    }
    if (ms_dns_facts_problem(r.facts)) {
        ms_out_note(c, "Nothing was written: records are missing that zones may hold already.");
        return MS_EXIT_FAILED;
    }
    if (!ms_push_sum(&r.push).writable) {
        return c->json ? print_plan(c, &r.push, status_of(&r.push)) : status_of(&r.push);
    }
    if (!ms_out_confirm(c, &status, "Write these changes?")) {
        return status;
    }
    return write_all(c, &r);
}
