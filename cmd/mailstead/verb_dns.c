/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/deploy/facts.h"

#define FORMATS "table, zone, json, cloudflare, octodns, dnscontrol or terraform"

static int format_of(const struct ms_cli *c, enum ms_dns_format *ret)
{
    const char *text = ms_cli_value(c, "format");
    int f = text ? ms_dns_format_find(text) : (c->json ? MS_DNS_FORMAT_JSON : MS_DNS_FORMAT_TABLE);

    *ret = (enum ms_dns_format)f;
    return f < 0 ? -1 : 0;
}

/* Leave the zone that was asked for. A form for one zone must know which when there are several. */
static int choose_zone(struct ms_cli *c, struct ms_records *r, enum ms_dns_format f)
{
    const char *want = ms_cli_value(c, "zone");
    ms_auto_free const char **zones = NULL;
    ms_auto_free char *zone = NULL;
    ms_auto_buf struct ms_buf list = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    size_t n = ms_records_zones(r, &zones);
    bool found = false;

    if (want && ms_domain_normalise(want, &zone, &err) < 0) {
        return ms_out_fail(&err);
    }
    ms_buf_init(&list, 400);
    for (size_t i = 0; i < n; i++) {
        found = found || (zone && !strcmp(zones[i], zone));
        ms_buf_addf(&list, "%s%s", i ? ", " : "", zones[i]);
    }
    if (zone && !found) {
        return ms_out_usage(c, "--zone: no record is in %s; the zones are %s", zone, list.p);
    }
    if (!zone && n > 1 && ms_dns_format_is_by_zone(f)) {
        return ms_out_usage(c, "--format %s takes one zone: add --zone with one of %s",
                            ms_dns_format_name(f), list.p);
    }
    if (zone) {
        ms_records_keep_zone(r, zone);
    }
    return MS_EXIT_OK;
}

static int print(const struct ms_records *r, enum ms_dns_format f)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_OUT_MAX);
    ms_dns_print(f, r, &b);
    return ms_out_buf(&b, MS_EXIT_OK);
}

static void warn(const struct ms_cli *c, const struct ms_site *site, const struct ms_dns_facts *f)
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
    if (ms_site_delegates(site) && !in->zone_key) {
        ms_out_note(c, "warning: the name server has no key yet, so DS records are left out: "
                       "`mailstead up` makes it");
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
    enum ms_dns_format format;
    int status;

    if (format_of(c, &format) < 0) {
        return ms_out_usage(c, "--format is " FORMATS);
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
    status = choose_zone(c, &records, format);
    if (status == MS_EXIT_OK) {
        status = print(&records, format);
        warn(c, site, facts);
    }
    return status;
}
