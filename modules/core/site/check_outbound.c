/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/site_priv.h"

/* A section `relay`: the site's (domain NULL) or a domain's, by its key in the file. */
struct relay {
    struct ms_opt_ctx *c;
    const struct ms_site_relay *r;
    const char *domain;
};

static void complain(const struct relay *k, const char *member, const char *text)
{
    ms_auto_free char *path =
        ms_xasprintf("%s%s%srelay.%s", k->domain ? "domains." : "", k->domain ? k->domain : "",
                     k->domain ? "." : "", member);
    struct ms_loc loc = k->domain
                            ? ms_check_locate(k->c, "domains", k->domain, "relay", member, NULL)
                            : ms_check_locate(k->c, "relay", member, NULL);

    ms_diag_add(k->c->d, MS_DIAG_ERROR, loc, path, "%s", text);
}

static void check_relay(const struct relay *k)
{
    const struct ms_site_relay *r = k->r;

    if (!r->host && (r->username || r->password_file)) {
        complain(k, "host", "is missing: which server is the log-in for?");
    } else if (r->username && !r->password_file) {
        complain(k, "password_file", "is missing: username needs one");
    } else if (r->password_file && !r->username) {
        complain(k, "username", "is missing: password_file needs one");
    }
    if (r->username && strchr(r->username, ':')) {
        complain(k, "username", "has a \":\", which no log-in name at a relay host can have");
    }
    if (r->host && r->username && r->host[0] == '[' && isdigit((unsigned char)r->host[1]) &&
        strspn(r->host + 1, "0123456789.") == strcspn(r->host + 1, "]")) {
        complain(k, "host", "is an address: a log-in needs a name, for the host's certificate");
    }
}

static void check_rules(struct ms_opt_ctx *c, const struct ms_site *s)
{
    for (size_t i = 0; i < s->n_tls_rules; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!strcmp(s->tls_rules[i].domain, s->tls_rules[k].domain)) {
                ms_diag_add(c->d, MS_DIAG_ERROR, ms_check_locate(c, "outbound", "tls", NULL),
                            "outbound.tls", "%s is there twice", s->tls_rules[i].domain);
            }
        }
    }
    if (s->n_tls_rules && s->relay.host) {
        ms_diag_add(c->d, MS_DIAG_WARNING, ms_check_locate(c, "outbound", "tls", NULL),
                    "outbound.tls",
                    "has no effect on mail that goes to the relay host: it is the destination");
    }
}

static void check_box_rates(struct ms_opt_ctx *c, const struct ms_site *s)
{
    for (size_t i = 0; i < s->n_box_rates; i++) {
        const char *address = s->box_rates[i].address;
        struct ms_loc loc = ms_check_locate(c, "limits", "send_rate", "mailboxes", NULL);

        for (size_t k = 0; k < i; k++) {
            if (!strcmp(address, s->box_rates[k].address)) {
                ms_diag_add(c->d, MS_DIAG_ERROR, loc, "limits.send_rate.mailboxes",
                            "%s is there twice", address);
            }
        }
        if (s->n_domains && !ms_site_domain(s, strrchr(address, '@') + 1)) {
            ms_diag_add(c->d, MS_DIAG_WARNING, loc, "limits.send_rate.mailboxes",
                        "%s is in no domain of this file", address);
        }
    }
}

void ms_check_outbound(struct ms_opt_ctx *c, const struct ms_site *s)
{
    const struct ms_site_src *src = c->user;

    check_relay(&(struct relay){.c = c, .r = &s->relay});
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *d = &s->domains[i];
        const struct relay k = {.c = c, .r = &d->relay, .domain = src->domains[i].node->key};

        check_relay(&k);
        if (d->alias_for && d->relay.host) {
            complain(&k, "host",
                     "an alias domain has no relay of its own: remove it, or alias_for");
        }
    }
    check_rules(c, s);
    check_box_rates(c, s);
}
