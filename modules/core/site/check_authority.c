/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/site_priv.h"

static const char *const names[MS_DNS__COUNT] = {
    [MS_DNS_MANUAL] = "manual",       [MS_DNS_RFC2136] = "rfc2136",
    [MS_DNS_DELEGATED] = "delegated", [MS_DNS_CLOUDFLARE] = "cloudflare",
    [MS_DNS_DESEC] = "desec",         [MS_DNS_HETZNER] = "hetzner",
    [MS_DNS_POWERDNS] = "powerdns",
};

const char *ms_dns_authority_name(enum ms_dns_authority a)
{
    return a < 0 || a >= MS_DNS__COUNT ? "manual" : names[a];
}

/* The longest domain of the site that name lies in, else NULL. */
static const struct ms_site_domain *domain_of(const struct ms_site *s, const char *name)
{
    for (const char *p = name; p; p = strchr(p, '.') ? strchr(p, '.') + 1 : NULL) {
        const struct ms_site_domain *d = ms_site_domain(s, p);

        if (d) {
            return d;
        }
    }
    return NULL;
}

static const char *first(const char *a, const char *b)
{
    return a ? a : b;
}

void ms_site_authority(const struct ms_site *s, const char *name, struct ms_site_authority *ret)
{
    const struct ms_site_domain *best = domain_of(s, name);
    struct ms_site_authority a = s->dns;

    if (best) {
        bool same = best->dns.kind == MS_DNS_INHERIT || best->dns.kind == s->dns.kind;
        const struct ms_site_authority none = {.kind = MS_DNS_INHERIT};
        const struct ms_site_authority *site = same ? &s->dns : &none;

        a = best->dns;
        a.kind = same ? s->dns.kind : a.kind;
        a.server = first(a.server, site->server);
        a.key = first(a.key, site->key);
        a.api = first(a.api, site->api);
        a.token_file = first(a.token_file, site->token_file);
        a.zone = first(a.zone, best->dns.kind == MS_DNS_INHERIT ? s->dns.zone : NULL);
    }
    *ret = a;
}

bool ms_site_delegates(const struct ms_site *s)
{
    struct ms_site_authority host;
    bool any = s->dns.kind == MS_DNS_DELEGATED; /* domains that are made at run time, too */

    for (size_t i = 0; !any && i < s->n_domains; i++) {
        any = s->domains[i].dns.kind == MS_DNS_DELEGATED;
    }
    if (!any && s->hostname) {
        ms_site_authority(s, s->hostname, &host);
        any = host.kind == MS_DNS_DELEGATED;
    }
    return any;
}

static bool is_provider(enum ms_dns_authority a)
{
    return a >= MS_DNS_CLOUDFLARE;
}

/* One section: where it stands, and what holds for it. */
struct section {
    struct ms_opt_ctx *c;
    const char *domain; /* as written; NULL: the site's */
    const struct ms_site_authority *own, *all;
};

static struct ms_loc locate(const struct section *x, const char *key)
{
    return x->domain ? ms_check_locate(x->c, "domains", x->domain, "dns", key, NULL)
                     : ms_check_locate(x->c, "dns", key, NULL);
}

static void tell(const struct section *x, enum ms_severity level, const char *key, const char *text)
{
    ms_auto_free char *path =
        x->domain ? ms_xasprintf("domains.%s.dns.%s", x->domain, key) : ms_xasprintf("dns.%s", key);

    ms_diag_add(x->c->d, level, locate(x, key), path, "%s", text);
}

/* A key that only one kind of authority has. */
static void check_key(const struct section *x, bool fits, const char *key, const char *value)
{
    if (value && !fits) {
        tell(x, MS_DIAG_WARNING, key,
             !strcmp(key, "api") || !strcmp(key, "token_file")
                 ? "has no effect without a provider as authority"
                 : "has no effect without authority: rfc2136");
    }
}

/* Plain HTTP would show the token to whoever is on the way. */
static bool is_safe_url(const char *url)
{
    return strncmp(url, "http://", 7) != 0 || !strncmp(url, "http://127.0.0.1:", 17) ||
           !strncmp(url, "http://[::1]:", 13);
}

static void check_section(const struct section *x)
{
    bool updates = x->all->kind == MS_DNS_RFC2136, provider = is_provider(x->all->kind);

    if (updates && !x->all->server) {
        tell(x, MS_DIAG_ERROR, "server", "is missing: authority rfc2136 needs server and key");
    }
    if (updates && !x->all->key) {
        tell(x, MS_DIAG_ERROR, "key", "is missing: authority rfc2136 needs server and key");
    }
    if (provider && !x->all->token_file) {
        tell(x, MS_DIAG_ERROR, "token_file", "is missing: the provider wants a token");
    }
    if (x->all->kind == MS_DNS_POWERDNS && !x->all->api) {
        tell(x, MS_DIAG_ERROR, "api", "is missing: authority powerdns needs the URL of its API");
    }
    if (x->own->api && !is_safe_url(x->own->api)) {
        tell(x, MS_DIAG_ERROR, "api",
             "would send the token in clear text: use https, or an address of this machine");
    }
    check_key(x, updates, "server", x->own->server);
    check_key(x, updates, "key", x->own->key);
    check_key(x, updates, "zone", x->own->zone);
    check_key(x, provider, "api", x->own->api);
    check_key(x, provider, "token_file", x->own->token_file);
}

static bool is_given(const struct ms_site_authority *a)
{
    return a->kind != MS_DNS_INHERIT || a->server || a->key || a->zone || a->api || a->token_file;
}

void ms_check_authority(struct ms_opt_ctx *c, const struct ms_site *s)
{
    const struct ms_site_src *src = c->user;
    struct section site = {.c = c, .own = &s->dns, .all = &s->dns};

    check_section(&site);
    for (size_t i = 0; i < s->n_domains; i++) {
        struct ms_site_authority all;
        struct section x = {
            .c = c, .domain = src->domains[i].node->key, .own = &s->domains[i].dns, .all = &all};

        if (is_given(&s->domains[i].dns)) {
            ms_site_authority(s, s->domains[i].name, &all);
            check_section(&x);
        }
    }
    if (ms_site_delegates(s) && !s->ports[MS_PORT_DNS]) {
        ms_diag_add(c->d, MS_DIAG_ERROR, ms_check_locate(c, "network", "ports", "dns", NULL),
                    "network.ports.dns",
                    "is closed: dns.authority delegated needs it, for the name server");
    }
    if (s->tls_mode == MS_TLS_ACME && s->acme_dns && s->dns.kind != MS_DNS_RFC2136) {
        ms_diag_add(c->d, MS_DIAG_ERROR, ms_check_locate(c, "tls", "challenge", NULL),
                    "tls.challenge", "dns-01 writes to DNS: it needs dns.authority: rfc2136");
    }
}
