/* SPDX-License-Identifier: Apache-2.0 */
/* The zones of our own name server, as data of its templates. */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/deploy/facts.h"

enum { LINE_MAX_BYTES = 64 << 10 };

/* Everything of one scope, or of all of them. */
static void add_zones(const struct ms_records *r, const char *scope, json_t *zones)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];

        if (x->delegates && !strcmp(x->type, "NS") && (!scope || !strcmp(x->scope, scope)) &&
            !json_object_get(zones, x->name)) {
            (void)json_object_set_new(zones, x->name, json_array());
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];
        ms_auto_free char *zone = ms_xasprintf("%s.", x->zone);
        json_t *lines =
            x->served && (!scope || !strcmp(x->scope, scope)) ? json_object_get(zones, zone) : NULL;
        ms_auto_buf struct ms_buf line = {0};

        ms_buf_init(&line, LINE_MAX_BYTES);
        if (lines && ms_dns_line(x, &line) == 0) {
            (void)json_array_append_new(lines, json_string(line.p));
        }
    }
}

/* Domains that are in site.yaml, with the host. */
static int add_declared(const struct ms_deploy *d, const struct ms_dns_input *in, json_t *zones,
                        struct ms_err *err)
{
    ms_auto_records struct ms_records records = {0};

    if (ms_dns_records(d->site, in, NULL, &records, err) < 0) {
        return -1;
    }
    add_zones(&records, NULL, zones);
    return 0;
}

/* A domain that was made at run time: it has keys. */
static int add_other(const struct ms_deploy *d, const struct ms_dns_input *in, const char *name,
                     json_t *zones, struct ms_err *err)
{
    ms_auto_records struct ms_records records = {0};

    if (ms_site_domain(d->site, name)) {
        return 0;
    }
    if (ms_dns_records(d->site, in, name, &records, err) < 0) {
        return -1;
    }
    add_zones(&records, name, zones);
    return 0;
}

int ms_wanted_delegation(const struct ms_deploy *d, json_t *extra, struct ms_err *err)
{
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    ms_auto_json json_t *zones = json_object();
    json_t *list = json_array(), *lines;
    const json_t *dkim;
    const char *name;
    int r = 0;
    size_t i;

    (void)json_object_set_new(extra, "delegation", json_pack("{s:o}", "zones", list));
    if (!ms_site_delegates(d->site)) {
        return 0;
    }
    facts = ms_dns_facts_new(d->paths->state, d->site);
    r = add_declared(d, ms_dns_facts_input(facts), zones, err);
    json_array_foreach(json_object_get(json_object_get(extra, "dkim"), "domains"), i, dkim)
    {
        name = json_string_value(json_object_get(dkim, "name"));
        if (r == 0) {
            r = add_other(d, ms_dns_facts_input(facts), name, zones, err);
        }
    }
    if (r == 0 && ms_dns_facts_problem(facts)) {
        r = ms_err_set(err, MS_EINVAL, 0, "records of the name server: %s",
                       ms_dns_facts_problem(facts));
    }
    json_object_foreach(zones, name, lines)
    {
        (void)json_array_append_new(list, json_pack("{s:s, s:O}", "name", name, "records", lines));
    }
    return r;
}
