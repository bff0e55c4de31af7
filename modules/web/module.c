/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>

#include "modules/core/base/mem.h"

extern const struct ms_module ms_module_web;

/* "" for the usual port, else ":12443", for URLs. */
static json_t *https_suffix(const struct ms_site *s)
{
    uint16_t port = s->ports[MS_PORT_HTTPS];

    return port == 443 ? json_string("") : json_sprintf(":%u", (unsigned)port);
}

/* The domains with an MTA-STS policy, and its lines. */
static json_t *mta_sts(const struct ms_site *s)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *d = &s->domains[i];
        json_t *lines = json_array();
        const char *line;

        for (size_t k = 0; (line = ms_site_sts_line(s, d, k, arena)); k++) {
            (void)json_array_append_new(lines, json_string(line));
        }
        if (json_array_size(lines)) {
            (void)json_array_append_new(list,
                                        json_pack("{s:s,s:O}", "name", d->name, "lines", lines));
        }
        json_decref(lines);
    }
    return list;
}

/* The names that mail programs and servers ask below each mail domain. */
static const struct ms_domain_host *web_host(const struct ms_site *s,
                                             const struct ms_site_domain *d, size_t i)
{
    static const struct ms_domain_host hosts[] = {
        {"autoconfig", "Thunderbird and others ask here for the settings of a mailbox.",
         "Users of Thunderbird have to type server names and ports.", false},
        {"autodiscover", "Outlook asks here for the settings of a mailbox.",
         "Users of Outlook have to type server names and ports.", false},
        {"mta-sts", "Other servers fetch the domain's TLS policy (MTA-STS) here.",
         "Other servers do not find the policy and may send mail without verified TLS.", true},
    };
    size_t n = ms_site_sts_mode(s, d) ? 3 : 2;

    return i < n ? &hosts[i] : NULL;
}

/* web.https_suffix; web.upload_mb: a request body with the largest message in it; web.mta_sts:
 * [{name, lines}], the policies. */
static int web_vars(const struct ms_site *s, json_t *vars, struct ms_err *err)
{
    const uint64_t mib = (uint64_t)1 << 20, mb = s->message_size / mib + 2;
    json_t *o = json_pack("{s:o,s:I,s:o}", "https_suffix", https_suffix(s), "upload_mb",
                          (json_int_t)mb, "mta_sts", mta_sts(s));

    if (!o || json_object_set_new(vars, "web", o) < 0)
        return ms_err_set(err, MS_EIO, ENOMEM, "web: variables");
    return 0;
}

/* The challenge http-01 is answered here, and the names that get certificates are served here. */
static bool web_wanted(const struct ms_site *s)
{
    return s->tls_mode == MS_TLS_ACME;
}

/* Everything is served on https; http only leads there. */
static void web_check(const struct ms_site *s, struct ms_diags *d)
{
    struct ms_loc loc = {.file = s->file};
    bool on = ms_site_has(s, "web");

    if (on && !s->ports[MS_PORT_HTTPS]) {
        ms_diag_add(
            d, MS_DIAG_ERROR, loc, "components.web",
            "needs the port network.ports.https, which is closed: open it, or switch off what "
            "browsers use (components: {roundcube: off})");
    }
    if (!on && s->tls_mode == MS_TLS_ACME && !s->acme_dns) {
        ms_diag_add(d, MS_DIAG_ERROR, loc, "components.web",
                    "is off: tls.mode acme needs it for the challenge http-01");
    }
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *x = &s->domains[i];

        if (!on && x->mta_sts != MS_STS_OFF) {
            ms_auto_free char *path = ms_xasprintf("domains.%s.mta_sts", x->name);

            ms_diag_add(d, MS_DIAG_WARNING, x->loc, path,
                        "no policy is published while components.web is off");
        }
    }
}

const struct ms_module ms_module_web = {
    .name = "web",
    .summary = "TLS front for browsers and mail programs' settings (nginx)",
    .wanted = web_wanted,
    .check = web_check,
    .vars = web_vars,
    .host = web_host,
};
