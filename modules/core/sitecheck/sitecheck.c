/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/sitecheck/sitecheck.h"

#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/facts.h"
#include "modules/core/dnscheck/dnscheck.h"
#include "modules/core/health/probe.h"

enum { RESOLVER_MS = 500, DNS_PORT = 53, FORWARD_MAX = 16 };

/* Whom to ask: whoever is named, else the stack's own resolver when it answers, else those of
 * site.yaml; nobody: the root servers and down. */
struct where {
    const char *forward[FORWARD_MAX];
    size_t n;
};

/* The address of the stack's service that answers on port 53, when something listens there; NULL:
 * none. */
static const char *stack_resolver(const struct ms_stack *stack)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    for (size_t i = 0; stack && i < stack->n_services; i++) {
        const struct ms_service *s = &stack->services[i];

        for (size_t k = 0; k < s->n_probes; k++) {
            struct ms_probe p = s->probes[k];
            const char *address = ms_stack_address(stack, s->name, p.network);

            p.timeout_ms = RESOLVER_MS;
            if (p.port == DNS_PORT && address && ms_probe_once(&p, address, &err) == 0) {
                return address;
            }
        }
    }
    return NULL;
}

static int find_where(const struct ms_sitecheck *x, struct where *w, struct ms_err *err)
{
    const char *one = x->resolver ? x->resolver : stack_resolver(x->stack);

    if (one) {
        w->forward[w->n++] = one;
        return 0;
    }
    if (ms_sitecheck_is_isolated(x)) {
        return ms_err_set(err, MS_EUNREACH, 0,
                          "the site's resolver is cut off (dns.resolver: isolated) and does not "
                          "run: `mailstead up` starts it, --resolver names another one");
    }
    for (size_t i = 0; i < x->site->forwarders.n && w->n < FORWARD_MAX; i++) {
        w->forward[w->n++] = x->site->forwarders.v[i];
    }
    return 0;
}

bool ms_sitecheck_is_isolated(const struct ms_sitecheck *x)
{
    return x->site->resolver == MS_RESOLVER_ISOLATED && !x->resolver;
}

/* Leave those of the host only. */
static void keep_host(struct ms_records *r, const char *host)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (!strcmp(r->v[i].scope, host)) {
            r->v[n++] = r->v[i];
        }
    }
    r->n = n;
}

int ms_sitecheck_run(const struct ms_sitecheck *x, struct ms_checks *out, char **ret_problem,
                     struct ms_err *err)
{
    ms_cleanup(ms_resolver_freep) struct ms_resolver *resolver = NULL;
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    ms_auto_records struct ms_records records = {0};
    struct where where = {0};
    struct ms_resolver_conf conf = {.anchors = x->anchor};
    struct ms_dnscheck_in in = {.site = x->site, .ca_file = x->ca_file};
    const struct ms_dns_input *input;

    facts = ms_dns_facts_new(x->state, x->site);
    input = ms_dns_facts_input(facts);
    if (ms_dns_records(x->site, input, x->domain, &records, err) < 0 ||
        find_where(x, &where, err) < 0) {
        return -1;
    }
    if (x->what == MS_SITECHECK_HOST) {
        keep_host(&records, x->site->hostname);
    }
    in.isolated = ms_sitecheck_is_isolated(x);
    if (!conf.anchors && !in.isolated && ms_fs_exists(MS_RESOLVE_ROOT_ANCHOR)) {
        conf.anchors = MS_RESOLVE_ROOT_ANCHOR;
    }
    conf.forward = where.forward;
    conf.n_forward = where.n;
    if (ms_resolver_new(&conf, &resolver, err) < 0) {
        return -1;
    }
    in.records = &records;
    in.resolver = resolver;
    in.ipv4 = input->ipv4;
    in.ipv6 = input->ipv6;
    in.validating = conf.anchors != NULL;
    in.probes = x->what != MS_SITECHECK_RECORDS;
    in.end_ms = x->limit_ms ? ms_time_mono_ms() + x->limit_ms : 0;
    ms_dnscheck_run(&in, out);
    *ret_problem = ms_xstrdup(ms_dns_facts_problem(facts));
    return 0;
}

static bool is_kind(const char *id)
{
    size_t n = 0;
    const struct ms_dnscheck_kind *kinds = ms_dnscheck_kinds(&n);

    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(kinds[i].id);

        if (!strncmp(kinds[i].id, id, len) && (!id[len] || id[len - 1] == '-')) {
            return true;
        }
    }
    return false;
}

struct ms_sitecheck_count ms_sitecheck_count(const struct ms_checks *c)
{
    struct ms_sitecheck_count n = {0};

    for (size_t i = 0; i < c->n; i++) {
        enum ms_check_state state = c->v[i].state;

        if (!is_kind(c->v[i].id)) {
            n.ok += state == MS_CHECK_OK;
            n.bad += state == MS_CHECK_WARN || state == MS_CHECK_FAIL;
            n.unknown += state == MS_CHECK_UNKNOWN;
        }
    }
    return n;
}
