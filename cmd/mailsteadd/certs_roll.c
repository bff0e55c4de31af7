/* SPDX-License-Identifier: Apache-2.0 */
/* The change of the key of the host's certificate: TLSA records are written where we may, and the
 * name servers are asked for them. */
#include <string.h>

#include "cmd/mailsteadd/certs_roll.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/facts.h"
#include "modules/core/dnspush/push.h"
#include "modules/core/pki/cert_roll.h"
#include "modules/core/resolve/resolve.h"

enum { LOOK_MS = 20000 };

struct roll {
    const struct ms_site *site;
    const char *state;
    struct ms_records records;
};

static bool is_tlsa(const struct ms_record *r)
{
    return !strncmp(r->id, "tlsa-", 5);
}

bool certs_roll_pushes(const struct ms_site *site)
{
    struct ms_site_authority a;

    ms_site_authority(site, site->hostname, &a);
    return a.kind != MS_DNS_MANUAL;
}

static void push(const struct roll *x)
{
    ms_auto_push struct ms_push p = {0};
    struct ms_push_in in = {
        .site = x->site, .records = &x->records, .state = x->state, .filter = is_tlsa};

    if (!certs_roll_pushes(x->site)) {
        return;
    }
    ms_push_plan(&in, &p);
    (void)!ms_push_apply(&p); /* each zone tells */
    for (size_t i = 0; i < p.n; i++) {
        if (p.zones[i].error) {
            ms_log(MS_LOG_WARN, "cert", "TLSA records: %s", p.zones[i].error);
        }
    }
}

/* Whether the answer has a value that ends with the hash; *ttl_s is raised to its TTL. */
static bool has_hash(const struct ms_answer *a, const char *hash, int64_t *ttl_s)
{
    for (size_t i = 0; a->state == MS_ANSWER_FOUND && i < a->n; i++) {
        size_t n = strlen(a->v[i].text), h = strlen(hash);

        if (n > h && !strcmp(a->v[i].text + n - h, hash)) {
            *ttl_s = a->ttl > *ttl_s ? a->ttl : *ttl_s;
            return true;
        }
    }
    return false;
}

/* One address of a name server, asked for each record that holds the next key. */
static bool asks_well(const struct roll *x, struct ms_resolver *r, const struct ms_ns *ns,
                      const char *hash, int64_t *ttl_s, char why[MS_ROLL_WHY])
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_question *q = ms_arena_alloc(a, x->records.n + 1, sizeof(*q));
    size_t n = 0;

    for (size_t i = 0; i < x->records.n; i++) {
        const struct ms_record *rec = &x->records.v[i];

        if (is_tlsa(rec) && strstr(rec->value, hash)) {
            q[n++] = (struct ms_question){.name = rec->name, .type = "TLSA", .server = ns->address};
        }
    }
    if (!ns->address) {
        (void)snprintf(why, MS_ROLL_WHY, "%s has no address", ns->name);
        return false;
    }
    ms_resolve(r, q, n, ms_time_mono_ms() + LOOK_MS, a);
    for (size_t i = 0; i < n; i++) {
        if (!has_hash(&q[i].answer, hash, ttl_s)) {
            (void)snprintf(why, MS_ROLL_WHY, "%s (%s) does not have it at %s", ns->name,
                           ns->address, q[i].name);
            return false;
        }
    }
    return true;
}

static int visible(void *arg, const char *hash, int64_t *ret_ttl_s, char why[MS_ROLL_WHY])
{
    const struct roll *x = arg;
    const struct ms_resolver_conf conf = {.forward = x->site->forwarders.v,
                                          .n_forward = x->site->forwarders.n};
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_cleanup(ms_resolver_freep) struct ms_resolver *r = NULL;
    const char *name = ms_arena_printf(a, "_tcp.%s", x->site->hostname); /* may be delegated */
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_zone_servers z = {0};

    if (x->site->resolver == MS_RESOLVER_ISOLATED) {
        return 1; /* nobody outside asks for it */
    }
    if (ms_resolver_new(&conf, &r, &err) < 0) {
        (void)snprintf(why, MS_ROLL_WHY, "%s", ms_err_msg(&err));
        return 0;
    }
    ms_resolve_zones(r, &name, 1, ms_time_mono_ms() + LOOK_MS, a, &z);
    if (!z.zone || !z.n) {
        (void)snprintf(why, MS_ROLL_WHY, "the name servers of %s are not known: %s", name,
                       z.why ? z.why : "there are none");
        return 0;
    }
    for (size_t i = 0; i < z.n; i++) {
        if (!asks_well(x, r, &z.v[i], hash, ret_ttl_s, why)) {
            return 0;
        }
    }
    return 1;
}

void certs_roll(const struct ms_site *site, const char *state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    struct roll x = {.site = site, .state = state};
    struct ms_cert_roll_turn t = {.state = state,
                                  .site = site,
                                  .now_s = ms_time_wall_ms() / 1000,
                                  .visible = visible,
                                  .arg = &x};
    struct ms_cert_roll r;
    bool changed = false;

    ms_cert_roll_read(state, &r);
    if (r.phase == MS_ROLL_IDLE) {
        return;
    }
    facts = ms_dns_facts_new(state, site);
    if (ms_dns_records(site, ms_dns_facts_input(facts), NULL, &x.records, &err) == 0) {
        /* after the change this drops the old hash: the run before this one got the certificate,
         * and services have it by now */
        push(&x);
        (void)!ms_cert_roll_step(&t, &changed, &err);
    }
    if (err.code) {
        ms_log(MS_LOG_WARN, "cert", "the change of the key: %s", ms_err_msg(&err));
    } else if (changed) {
        ms_log(MS_LOG_INFO, "cert", "%s: the next step of its change of keys", site->hostname);
    }
    ms_records_done(&x.records);
}
