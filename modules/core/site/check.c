/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/site_priv.h"

struct ms_loc ms_check_locate(const struct ms_opt_ctx *c, ...)
{
    const struct ms_site_src *src = c->user;
    const struct ms_node *n = src->root;
    struct ms_loc loc = n ? n->loc : (struct ms_loc){0};
    const char *key;
    va_list ap;

    va_start(ap, c);
    while (n && (key = va_arg(ap, const char *))) {
        n = ms_node_get(n, key);
        loc = n ? n->loc : loc;
    }
    va_end(ap);
    return loc;
}

static void check_ports(struct ms_opt_ctx *c, const struct ms_site *s)
{
    for (enum ms_port p = 0; p < MS_PORT__COUNT; p++) {
        for (enum ms_port q = 0; s->ports[p] && q < p; q++) {
            struct ms_loc a = ms_check_locate(c, "network", "ports", ms_port_name(p), NULL);
            struct ms_loc b = ms_check_locate(c, "network", "ports", ms_port_name(q), NULL);
            bool p_later = a.line != b.line ? a.line > b.line : a.col > b.col;
            enum ms_port later = p_later ? p : q;
            ms_auto_free char *path = NULL;

            if (s->ports[p] != s->ports[q]) {
                continue;
            }
            path = ms_xasprintf("network.ports.%s", ms_port_name(later));
            ms_diag_add(c->d, MS_DIAG_ERROR, p_later ? a : b, path,
                        "port %u is taken by %s already: choose another, or 0 to close it",
                        (unsigned)s->ports[p], ms_port_name(p_later ? q : p));
        }
    }
}

static void check_bind(struct ms_opt_ctx *c, const struct ms_site *s)
{
    struct ms_loc loc = ms_check_locate(c, "network", "bind", NULL);

    for (size_t i = 0; i < s->bind.n; i++) {
        const char *x = s->bind.v[i];
        const char *any = strchr(x, ':') ? "::" : "0.0.0.0";

        for (size_t j = 0; j < s->bind.n; j++) {
            if (i < j && !strcmp(x, s->bind.v[j])) {
                ms_diag_add(c->d, MS_DIAG_ERROR, loc, "network.bind", "%s is in the list twice", x);
            } else if (i != j && strcmp(x, any) && !strcmp(any, s->bind.v[j])) {
                ms_diag_add(c->d, MS_DIAG_ERROR, loc, "network.bind",
                            "%s is covered by %s already: remove one of them", x, any);
            }
        }
    }
}

/* An address of the host cannot also be one of the private bridge. */
static void check_subnet(struct ms_opt_ctx *c, const struct ms_site *s)
{
    struct ms_loc loc = ms_check_locate(c, "network", "subnet", NULL);
    const char *own = s->ipv4.text;

    for (size_t i = 0; s->subnet && i <= s->bind.n; i++) {
        const char *x = i < s->bind.n ? s->bind.v[i] : own;
        struct in_addr a;

        if (x && inet_pton(AF_INET, x, &a) == 1 &&
            ntohl(a.s_addr) >> (32 - s->subnet_prefix) ==
                s->subnet_addr >> (32 - s->subnet_prefix)) {
            ms_diag_add(c->d, MS_DIAG_ERROR, loc, "network.subnet",
                        "holds %s, an address of this host (network.%s): choose another subnet", x,
                        i < s->bind.n ? "bind" : "ipv4");
        }
    }
}

static void check_tls(struct ms_opt_ctx *c, const struct ms_site *s)
{
    bool files = s->tls_mode == MS_TLS_FILES;
    const struct {
        const char *key, *value;
    } needs[] = {{"certificate", s->tls_certificate}, {"key", s->tls_key}};

    for (size_t i = 0; i < 2; i++) {
        struct ms_loc loc = ms_check_locate(c, "tls", needs[i].key, NULL);
        ms_auto_free char *path = ms_xasprintf("tls.%s", needs[i].key);

        if (files && !needs[i].value) {
            ms_diag_add(c->d, MS_DIAG_ERROR, loc, path,
                        "is missing: mode files needs certificate and key");
        } else if (!files && needs[i].value) {
            ms_diag_add(c->d, MS_DIAG_WARNING, loc, path, "has no effect without mode: files");
        }
    }
    if (s->tls_mode == MS_TLS_ACME && !s->acme_dns && !s->ports[MS_PORT_HTTP]) {
        ms_diag_add(c->d, MS_DIAG_ERROR, ms_check_locate(c, "network", "ports", "http", NULL),
                    "network.ports.http",
                    "is closed: tls.mode acme needs it for the challenge http-01");
    }
}

/* RFC 6376 3.1: a selector is a domain name relative to _domainkey. */
static bool is_selector(const char *s)
{
    for (;;) {
        size_t n = strcspn(s, ".");

        if (!n || n > 63 || s[0] == '-' || s[n - 1] == '-' ||
            strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") < n) {
            return false;
        }
        if (!s[n]) {
            return true;
        }
        s += n + 1;
    }
}

static void check_selectors(struct ms_opt_ctx *c, const struct ms_site *s)
{
    const struct ms_site_src *src = c->user;

    for (size_t i = 0; i < s->n_domains; i++) {
        const char *key = src->domains[i].node->key, *selector = s->domains[i].dkim_selector;
        ms_auto_free char *path = NULL;

        if (!selector || is_selector(selector)) {
            continue;
        }
        path = ms_xasprintf("domains.%s.dkim.selector", key);
        ms_diag_add(c->d, MS_DIAG_ERROR,
                    ms_check_locate(c, "domains", key, "dkim", "selector", NULL), path,
                    "%s is not a selector: letters, digits and \"-\", in parts with dots between",
                    ms_opt_quote(c->arena, selector));
    }
}

static void check_filter(struct ms_opt_ctx *c, const struct ms_site *s)
{
    const char *dir = s->antivirus_signatures;

    if (s->junk_score > s->reject_score) {
        ms_diag_add(c->d, MS_DIAG_ERROR, ms_check_locate(c, "filter", "junk_score", NULL),
                    "filter.junk_score",
                    "is above reject_score: mail would be refused before it could go to Junk");
    }
    if (dir && (*dir != '/' || strpbrk(dir, ":\\"))) {
        ms_diag_add(c->d, MS_DIAG_ERROR, ms_check_locate(c, "filter", "antivirus_signatures", NULL),
                    "filter.antivirus_signatures",
                    "must be an absolute path without \":\" and \"\\\"");
    }
}

void ms_check_site(struct ms_opt_ctx *c, const struct ms_site *s)
{
    check_ports(c, s);
    check_bind(c, s);
    check_subnet(c, s);
    check_tls(c, s);
    ms_check_authority(c, s);
    check_selectors(c, s);
    ms_check_outbound(c, s);
    check_filter(c, s);
    ms_check_spam(c, s);
}
