/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/pki/certs_priv.h"
#include "modules/core/site/hosts.h"

/* What one name is: the order of the list is that of asking. */
static void add(struct ms_certs *c, size_t *cap, const char *name, bool needed)
{
    if (c->n == MS_CERT_NAMES_MAX || !ms_name_is_domain(name)) {
        return;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (!strcmp(c->v[i].name, name)) {
            c->v[i].needed = c->v[i].needed || needed;
            return;
        }
    }
    c->v = ms_xgrow(c->v, c->n, cap, sizeof(*c->v));
    c->v[c->n] = (struct ms_cert){.name = ms_xstrdup(name), .needed = needed, .host = !c->n};
    c->n++;
}

/* The names below a domain that the site answers to. */
static void add_domain(struct ms_certs *c, size_t *cap, const struct ms_site *site,
                       const struct ms_site_domain *d)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    const struct ms_domain_host *h;
    const char *name = NULL;

    for (size_t i = 0; (h = ms_site_domain_host(site, d, i, arena, &name)); i++) {
        add(c, cap, name, h->needed);
    }
}

/* A domain that was made at run time has keys on disk. */
static void add_run_time(const char *state, const struct ms_site *site, struct ms_certs *c,
                         size_t *cap)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/dkim", state);
    struct dirent **list = NULL;
    int n = scandir(dir, &list, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        if (ms_name_is_domain(list[i]->d_name) && !ms_site_domain(site, list[i]->d_name)) {
            add_domain(c, cap, site, &(struct ms_site_domain){.name = list[i]->d_name});
        }
        free(list[i]);
    }
    free(list);
}

void ms_certs_list_names(const char *state, const struct ms_site *site, struct ms_certs *ret)
{
    size_t cap = 0;

    *ret = (struct ms_certs){0};
    add(ret, &cap, site->hostname, true);
    if (site->tls_mode != MS_TLS_ACME) {
        return;
    }
    for (size_t i = 0; i < site->acme_names.n; i++) {
        add(ret, &cap, site->acme_names.v[i], true);
    }
    for (size_t i = 0; i < site->n_domains; i++) {
        add_domain(ret, &cap, site, &site->domains[i]);
    }
    add_run_time(state, site, ret, &cap);
}

char *ms_cert_dir(const struct ms_cert *c)
{
    return c->host ? ms_xstrdup("keys/tls") : ms_xasprintf("keys/tls/names/%s", c->name);
}

void ms_certs_done(struct ms_certs *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->v[i].name);
        free(c->v[i].issuer);
        free(c->v[i].error);
    }
    free(c->v);
    *c = (struct ms_certs){0};
}
