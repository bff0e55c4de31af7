/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/facts.h"
#include "modules/core/dnscheck/dnscheck.h"
#include "modules/core/dnscheck/internet_nl.h"
#include "modules/core/health/probe.h"

enum { RESOLVER_MS = 500, DNS_PORT = 53, OK_COLUMNS = 70 };

/* Where to ask: --resolver, else the stack's own resolver when it answers, else those of
 * site.yaml, else the root servers and down. */
struct where {
    const char *forward[16];
    size_t n;
    char *own; /* owned; of the stack */
    bool isolated;
};

static void where_done(struct where *w)
{
    free(w->own);
}

/* The address of the stack's service that answers on port 53, when something listens there. */
static char *stack_resolver(const struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_loaded struct ms_loaded l = {0};

    if (ms_load_all(c, &l) != MS_EXIT_OK) {
        return NULL;
    }
    for (size_t i = 0; i < l.stack->n_services; i++) {
        const struct ms_service *s = &l.stack->services[i];

        for (size_t k = 0; k < s->n_probes; k++) {
            struct ms_probe p = s->probes[k];
            const char *address = ms_stack_address(l.stack, s->name, p.network);

            p.timeout_ms = RESOLVER_MS;
            if (p.port == DNS_PORT && address && ms_probe_once(&p, address, &err) == 0) {
                return ms_xstrdup(address);
            }
        }
    }
    return NULL;
}

static int find_where(const struct ms_cli *c, const struct ms_site *site, struct where *w)
{
    const char *given = ms_cli_value(c, "resolver");

    w->isolated = site->resolver == MS_RESOLVER_ISOLATED && !given;
    if (given) {
        w->forward[w->n++] = given;
        return 0;
    }
    w->own = stack_resolver(c);
    if (w->own) {
        w->forward[w->n++] = w->own;
        return 0;
    }
    for (size_t i = 0; i < site->forwarders.n && w->n < 16; i++) {
        w->forward[w->n++] = site->forwarders.v[i];
    }
    return w->isolated ? -1 : 0;
}

static bool shown(const struct ms_check *x, bool all)
{
    return all || x->state == MS_CHECK_WARN || x->state == MS_CHECK_FAIL ||
           x->state == MS_CHECK_UNKNOWN;
}

static void print_one(const struct ms_check *x, struct ms_buf *out)
{
    ms_buf_addf(out, "  %-8s %-18s ",
                x->state == MS_CHECK_NOT_APPLICABLE ? "-" : ms_check_state_name(x->state), x->id);
    if (x->state == MS_CHECK_OK) {
        ms_text_cut(x->observed, OK_COLUMNS, out);
    } else {
        ms_text_clean(x->observed, out);
    }
    ms_buf_addc(out, '\n');
    if (x->state == MS_CHECK_OK || x->state == MS_CHECK_NOT_APPLICABLE) {
        return;
    }
    if (x->expected) {
        ms_buf_adds(out, "           expected: ");
        ms_text_clean(x->expected, out);
        ms_buf_addc(out, '\n');
    }
    if (x->evidence) {
        ms_buf_adds(out, "           seen:     ");
        ms_text_clean(x->evidence, out);
        ms_buf_addc(out, '\n');
    }
    if (x->fix) {
        ms_buf_adds(out, "           to do:    ");
        ms_text_clean(x->fix, out);
        ms_buf_addc(out, '\n');
    }
}

static void print_summary(const struct ms_checks *r, struct ms_buf *out)
{
    ms_buf_addf(out, "%zu ok, %zu to mend, %zu warnings, %zu unknown, %zu not applicable\n",
                ms_checks_count(r, MS_CHECK_OK), ms_checks_count(r, MS_CHECK_FAIL),
                ms_checks_count(r, MS_CHECK_WARN), ms_checks_count(r, MS_CHECK_UNKNOWN),
                ms_checks_count(r, MS_CHECK_NOT_APPLICABLE));
}

static int print(const struct ms_cli *c, const struct ms_checks *r)
{
    int status =
        ms_checks_bad(r) || ms_checks_count(r, MS_CHECK_UNKNOWN) ? MS_EXIT_DIFFERS : MS_EXIT_OK;
    ms_auto_buf struct ms_buf b = {0};
    const char *scope = "";

    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:o}", "checks", ms_checks_json(r));

        return ms_out_json(j, status);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    for (size_t i = 0; i < r->n; i++) {
        if (!shown(&r->v[i], ms_cli_has(c, "all"))) {
            continue;
        }
        if (strcmp(scope, r->v[i].scope) != 0) {
            scope = r->v[i].scope;
            ms_buf_addf(&b, "%s\n", scope);
        }
        print_one(&r->v[i], &b);
    }
    print_summary(r, &b);
    return ms_out_buf(&b, status);
}

/* The sub-tests of internet.nl for each domain, and the least score of them. */
static int print_profile(const struct ms_cli *c, const struct ms_site *site,
                         const struct ms_records *records, const struct ms_checks *results)
{
    ms_auto_checks struct ms_checks tests = {0};
    unsigned least = 100;
    int status;

    ms_checks_init(&tests);
    for (size_t i = 0; i < records->n; i++) {
        unsigned score;

        if (strcmp(records->v[i].id, "mx") != 0) {
            continue;
        }
        score = ms_internet_nl(results, site->hostname, records->v[i].scope, &tests);
        least = score < least ? score : least;
    }
    if (c->json) {
        ms_auto_json json_t *j =
            json_pack("{s:i, s:o}", "score", (int)least, "checks", ms_checks_json(&tests));

        return ms_out_json(j, least < 100 ? MS_EXIT_DIFFERS : MS_EXIT_OK);
    }
    status = print(c, &tests);
    ms_out_line(c, "score: %u%%", least);
    return least < 100 ? MS_EXIT_DIFFERS : status == MS_EXIT_DIFFERS ? MS_EXIT_OK : status;
}

static int run(const struct ms_cli *c, const struct ms_site *site, const struct ms_records *records,
               const struct ms_dns_input *facts)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_resolver_freep) struct ms_resolver *resolver = NULL;
    ms_cleanup(where_done) struct where where = {0};
    ms_auto_checks struct ms_checks results = {0};
    const char *anchor = ms_cli_value(c, "trust-anchor");
    struct ms_resolver_conf conf = {0};
    struct ms_dnscheck_in in = {.site = site, .records = records};

    if (find_where(c, site, &where) < 0) {
        (void)ms_err_set(&err, MS_EUNREACH, 0,
                         "the site's resolver is cut off (dns.resolver: isolated) and does not "
                         "run: `mailstead up` starts it, --resolver names another one");
        return ms_out_fail(&err);
    }
    if (!anchor && !where.isolated && ms_fs_exists(MS_RESOLVE_ROOT_ANCHOR)) {
        anchor = MS_RESOLVE_ROOT_ANCHOR;
    }
    conf.forward = where.forward;
    conf.n_forward = where.n;
    conf.anchors = anchor;
    if (ms_resolver_new(&conf, &resolver, &err) < 0) {
        return ms_out_fail(&err);
    }
    in.resolver = resolver;
    in.ipv4 = facts->ipv4;
    in.ipv6 = facts->ipv6;
    in.validating = anchor != NULL;
    in.isolated = where.isolated;
    in.probes = !ms_cli_has(c, "dns-only");
    in.ca_file = ms_cli_value(c, "ca");
    ms_checks_init(&results);
    ms_dnscheck_run(&in, &results);
    return ms_cli_has(c, "profile") ? print_profile(c, site, records, &results)
                                    : print(c, &results);
}

int ms_run_dns_check(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    ms_auto_records struct ms_records records = {0};
    ms_auto_free char *only = NULL;
    int status;

    if (ms_cli_has(c, "profile") && strcmp(ms_cli_value(c, "profile"), "internet.nl") != 0) {
        return ms_out_usage(c, "--profile is internet.nl");
    }
    if (c->n_words && ms_domain_normalise(c->words[0], &only, &err) < 0) {
        return ms_out_fail(&err);
    }
    status = ms_load_site(c, &site);
    if (status != MS_EXIT_OK) {
        return status;
    }
    facts = ms_dns_facts_new(c->state, site);
    if (ms_dns_records(site, ms_dns_facts_input(facts), only, &records, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (ms_dns_facts_problem(facts)) {
        ms_out_note(c, "warning: some records are not checked: %s", ms_dns_facts_problem(facts));
    }
    return run(c, site, &records, ms_dns_facts_input(facts));
}
