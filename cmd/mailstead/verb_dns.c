/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/socket.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/net.h"
#include "modules/core/dns/dns.h"

enum form { FORM_TABLE, FORM_ZONE, FORM_JSON };

struct domain_keys {
    char *domain;
    struct ms_dkim_keys keys;
};

/* The DKIM keys that were looked up, kept until the records are made. */
struct keys {
    const char *state;
    struct domain_keys **v; /* each allocated by itself: the records hold pointers to them */
    size_t n, cap, n_missing;
    char *problem; /* first key folder that could not be read */
};

static void keys_done(struct keys *k)
{
    for (size_t i = 0; i < k->n; i++) {
        free(k->v[i]->domain);
        ms_dkim_keys_done(&k->v[i]->keys);
        free(k->v[i]);
    }
    free(k->v);
    free(k->problem);
}

static const struct ms_dkim_keys *keys_of(void *arg, const char *domain)
{
    struct keys *k = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dkim_keys found = {0};

    for (size_t i = 0; i < k->n; i++) {
        if (!strcmp(k->v[i]->domain, domain)) {
            return &k->v[i]->keys;
        }
    }
    if (ms_dkim_list(k->state, domain, &found, &err) < 0) {
        if (!k->problem) {
            k->problem = ms_xstrdup(ms_err_msg(&err));
        }
    } else if (!found.n) {
        k->n_missing++;
    }
    k->v = ms_xgrow(k->v, k->n, &k->cap, sizeof(struct domain_keys *));
    k->v[k->n] = ms_xcalloc(1, sizeof(struct domain_keys));
    k->v[k->n]->domain = ms_xstrdup(domain);
    k->v[k->n]->keys = found;
    return &k->v[k->n++]->keys;
}

/* The public address to print for one family: fixed in site.yaml, else the host's own. */
static char *address(const struct ms_site_addr *a, int family)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *text = NULL;

    if (a->kind == MS_ADDR_FIXED) {
        return ms_xstrdup(a->text);
    }
    if (a->kind == MS_ADDR_OFF || ms_net_public_address(family, &text, &err) <= 0) {
        return NULL;
    }
    return text;
}

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

static void warn(const struct ms_cli *c, const struct keys *k, bool no_address)
{
    if (k->problem) {
        ms_out_note(c, "warning: DKIM records are left out: %s", k->problem);
    } else if (k->n_missing) {
        ms_out_note(c,
                    "warning: %zu domain%s no DKIM keys yet, so these records are left out: "
                    "`mailstead up` makes the keys",
                    k->n_missing, k->n_missing == 1 ? " has" : "s have");
    }
    if (no_address) {
        ms_out_note(c, "warning: this host's public address is not known (it may be behind NAT), "
                       "so A, AAAA and PTR records are left out: set network.ipv4 or network.ipv6 "
                       "in site.yaml");
    }
}

int ms_run_dns_records(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_cleanup(keys_done) struct keys keys = {.state = c->state};
    ms_cleanup(ms_records_done) struct ms_records records = {0};
    struct ms_dns_input in = {.dkim = keys_of, .dkim_arg = &keys};
    ms_auto_free char *only = NULL;
    ms_auto_free char *v4 = NULL;
    ms_auto_free char *v6 = NULL;
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
    v4 = address(&site->ipv4, AF_INET);
    v6 = address(&site->ipv6, AF_INET6);
    in.ipv4 = v4;
    in.ipv6 = v6;
    if (ms_dns_records(site, &in, only, &records, &err) < 0) {
        return ms_out_fail(&err);
    }
    status = print(&records, form);
    warn(c, &keys, !v4 && !v6);
    return status;
}
