/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/deploy/facts.h"

enum form { FORM_TABLE, FORM_ZONE, FORM_JSON };

static int form_of(const struct ms_cli *c, enum form *ret)
{
    static const char *const names[] = {"table", "zone", "json"};
    const char *text = ms_cli_value(c, "format");

    if (!text) {
        *ret = c->json ? FORM_JSON : FORM_TABLE;
        return 0;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!strcmp(text, names[i])) {
            *ret = (enum form)i;
            return 0;
        }
    }
    return -1;
}

static int print(const struct ms_records *r, enum form form)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_OUT_MAX);
    if (form == FORM_JSON) {
        ms_auto_json json_t *j = ms_dns_format_json(r);

        return ms_out_json(j, MS_EXIT_OK);
    }
    if (form == FORM_ZONE) {
        ms_dns_format_zone(r, &b);
    } else {
        ms_dns_format_table(r, &b);
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

static void warn(const struct ms_cli *c, const struct ms_dns_facts *f)
{
    const struct ms_dns_input *in = ms_dns_facts_input(f);
    size_t n = ms_dns_facts_without_keys(f);

    if (ms_dns_facts_problem(f)) {
        ms_out_note(c, "warning: some records are left out: %s", ms_dns_facts_problem(f));
    } else if (n) {
        ms_out_note(c,
                    "warning: %zu domain%s no DKIM keys yet, so these records are left out: "
                    "`mailstead up` makes the keys",
                    n, n == 1 ? " has" : "s have");
    }
    if (!in->ipv4 && !in->ipv6) {
        ms_out_note(c, "warning: this host's public address is not known (it may be behind NAT), "
                       "so A, AAAA and PTR records are left out: set network.ipv4 or network.ipv6 "
                       "in site.yaml");
    }
}

int ms_run_dns_records(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    ms_auto_records struct ms_records records = {0};
    ms_auto_free char *only = NULL;
    enum form form;
    int status;

    if (form_of(c, &form) < 0) {
        return ms_out_usage(c, "--format is table, zone or json");
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
    status = print(&records, form);
    warn(c, facts);
    return status;
}
