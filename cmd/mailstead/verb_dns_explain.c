/* SPDX-License-Identifier: Apache-2.0 */
/* What each record is for, told by the model itself about a site that has all of them. */
#include <string.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/suggest.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/dns/dns.h"

static const char sample[] = "hostname: mail.example.org\n"
                             "contact: postmaster@example.org\n"
                             "network: {ipv4: 192.0.2.25, ipv6: '2001:db8::25'}\n"
                             "tls: {mode: acme}\n"
                             "dns: {authority: delegated}\n"
                             "domains:\n"
                             "  example.org:\n"
                             "    mta_sts: enforce\n"
                             "    dmarc: {rua: reports@example.com}\n";

static const struct ms_dkim_keys *sample_keys(void *arg, const char *domain)
{
    static char rsa[] = "rsa", ed25519[] = "ed25519", none[] = "";
    static char selectors[2][16] = {"ms-rsa", "ms-ed25519"};
    static char txt[] = "v=DKIM1; p=...";
    static struct ms_dkim_key v[] = {{selectors[0], rsa, none, txt, MS_DKIM_SIGNING},
                                     {selectors[1], ed25519, none, txt, MS_DKIM_SIGNING}};
    static const struct ms_dkim_keys keys = {v, 2};

    (void)arg;
    (void)domain;
    return &keys;
}

static int all_records(struct ms_records *ret, struct ms_err *err)
{
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_auto_diags struct ms_diags d = {0};
    const struct ms_zone_key zone_key = {{0}};
    const struct ms_dns_input in = {.dkim = sample_keys,
                                    .zone_key = &zone_key,
                                    .tls = {.current = "...", .next = "..."},
                                    .account = "https://..."};

    ms_diags_init(&d, 0);
    if (ms_site_load_text("sample", sample, sizeof(sample) - 1, &d, &site, err) < 0) {
        return -1;
    }
    return ms_dns_records(site, &in, NULL, ret, err);
}

static void add_row(const struct ms_record *r, struct ms_buf *out)
{
    ms_buf_addf(out, "| `%s` | `%.*s` %s | %s | %s | %s |\n", r->id, (int)strlen(r->name) - 1,
                r->name, r->type, ms_need_name(r->need), r->why, r->breaks);
}

static void print_markdown(const struct ms_records *r, struct ms_buf *out)
{
    ms_buf_adds(out, "| record | at | need | why it is there | without it |\n"
                     "|---|---|---|---|---|\n");
    for (size_t i = 0; i < r->n; i++) {
        add_row(&r->v[i], out);
    }
}

static void print_text(const struct ms_record *r, struct ms_buf *out)
{
    ms_buf_addf(out, "%s: %.*s %s, %s\n    %s\n    Without it: %s\n", r->id,
                (int)strlen(r->name) - 1, r->name, r->type, ms_need_name(r->need), r->why,
                r->breaks);
}

/* Leave the record of that id. Returns whether there is one. */
static bool keep(struct ms_records *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++) {
        if (!strcmp(r->v[i].id, id)) {
            r->v[0] = r->v[i];
            r->n = 1;
            return true;
        }
    }
    return false;
}

static int unknown(struct ms_cli *c, const struct ms_records *r, const char *id)
{
    struct ms_suggest s;

    ms_suggest_init(&s, id);
    for (size_t i = 0; i < r->n; i++) {
        ms_suggest_offer(&s, r->v[i].id);
    }
    return s.best ? ms_out_usage(c, "no record is called \"%s\": did you mean \"%s\"?", id, s.best)
                  : ms_out_usage(c, "no record is called \"%s\"", id);
}

int ms_run_dns_explain(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_records struct ms_records r = {0};
    ms_auto_buf struct ms_buf b = {0};

    if (all_records(&r, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->n_words && !keep(&r, c->words[0])) {
        return unknown(c, &r, c->words[0]);
    }
    if (c->json) {
        ms_auto_json json_t *j = ms_dns_format_json(&r);

        return ms_out_json(j, MS_EXIT_OK);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    if (ms_cli_has(c, "markdown")) {
        print_markdown(&r, &b);
    } else {
        for (size_t i = 0; i < r.n; i++) {
            print_text(&r.v[i], &b);
        }
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}
