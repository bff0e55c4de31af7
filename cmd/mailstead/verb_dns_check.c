/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/dnscheck/internet_nl.h"
#include "modules/core/sitecheck/sitecheck.h"

enum { OK_COLUMNS = 70 };

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
                         const struct ms_checks *results)
{
    ms_auto_checks struct ms_checks tests = {0};
    unsigned least = 100;
    int status;

    ms_checks_init(&tests);
    for (size_t i = 0; i < results->n; i++) {
        unsigned score;

        if (strcmp(results->v[i].id, "mx") != 0) {
            continue;
        }
        score = ms_internet_nl(results, site->hostname, results->v[i].scope, &tests);
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

int ms_run_dns_check(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_loaded struct ms_loaded l = {0};
    ms_auto_checks struct ms_checks results = {0};
    ms_auto_free char *only = NULL;
    ms_auto_free char *problem = NULL;
    struct ms_sitecheck x = {0};
    int status;

    if (ms_cli_has(c, "profile") && strcmp(ms_cli_value(c, "profile"), "internet.nl") != 0) {
        return ms_out_usage(c, "--profile is internet.nl");
    }
    if (c->n_words && ms_domain_normalise(c->words[0], &only, &err) < 0) {
        return ms_out_fail(&err);
    }
    /* whoever is named is asked, whatever the stack would be */
    status = ms_cli_has(c, "resolver") ? ms_load_site(c, &l.site) : ms_load_all(c, &l);
    if (status != MS_EXIT_OK) {
        return status;
    }
    x = (struct ms_sitecheck){
        .site = l.site,
        .stack = l.stack,
        .state = c->state,
        .domain = only,
        .what = ms_cli_has(c, "dns-only") ? MS_SITECHECK_RECORDS : MS_SITECHECK_ALL,
        .resolver = ms_cli_value(c, "resolver"),
        .anchor = ms_cli_value(c, "trust-anchor"),
        .ca_file = ms_cli_value(c, "ca"),
    };
    ms_checks_init(&results);
    if (ms_sitecheck_run(&x, &results, &problem, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (problem) {
        ms_out_note(c, "warning: some records are not checked: %s", problem);
    }
    return ms_cli_has(c, "profile") ? print_profile(c, l.site, &results) : print(c, &results);
}
