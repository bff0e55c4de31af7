/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/site/hosts.h"

#include <string.h>

#include "modules/core/base/name.h"

/* Whether the name is free for a host below a mail domain. */
static bool is_free(const struct ms_site *s, const char *name)
{
    return ms_name_is_domain(name) && strcmp(name, s->hostname) != 0 && !ms_site_domain(s, name);
}

const struct ms_domain_host *ms_site_domain_host(const struct ms_site *s,
                                                 const struct ms_site_domain *d, size_t i,
                                                 struct ms_arena *a, const char **ret_name)
{
    for (const struct ms_component *c = ms_components; c->name; c++) {
        const struct ms_domain_host *h;

        if (!c->module || !c->module->host || !ms_site_has(s, c->name)) {
            continue;
        }
        for (size_t k = 0; (h = c->module->host(s, d, k)); k++) {
            const char *name = ms_arena_printf(a, "%s.%s", h->label, d->name);

            if (is_free(s, name) && i-- == 0) {
                *ret_name = name;
                return h;
            }
        }
    }
    return NULL;
}

void ms_site_domain_hosts(const struct ms_site *s, const struct ms_site_domain *d,
                          struct ms_arena *a, struct ms_strv *ret)
{
    const char *name = NULL;
    size_t n = 0;

    while (ms_site_domain_host(s, d, n, a, &name)) {
        n++;
    }
    *ret = (struct ms_strv){.v = ms_arena_alloc(a, n + 1, sizeof(*ret->v))};
    while (ret->n < n && ms_site_domain_host(s, d, ret->n, a, &name)) {
        ret->v[ret->n++] = name;
    }
}

void ms_site_hosts(const struct ms_site *s, size_t max, struct ms_arena *a, struct ms_strv *ret)
{
    *ret = (struct ms_strv){.v = ms_arena_alloc(a, max, sizeof(*ret->v))};
    ret->v[ret->n++] = s->hostname;
    /* two domains have no name in common: labels hold no dot, and no mail domain is in the lists */
    for (size_t i = 0; i < s->n_domains; i++) {
        struct ms_strv one;

        ms_site_domain_hosts(s, &s->domains[i], a, &one);
        for (size_t k = 0; k < one.n && ret->n < max; k++) {
            ret->v[ret->n++] = one.v[k];
        }
    }
}

const char *ms_site_page(const struct ms_site *s, const struct ms_module *m, struct ms_arena *a)
{
    unsigned port = s->ports[MS_PORT_HTTPS];

    if (!m->page || !port || !ms_site_has(s, m->name)) {
        return NULL;
    }
    return port == 443 ? ms_arena_printf(a, "https://%s%s", s->hostname, m->page)
                       : ms_arena_printf(a, "https://%s:%u%s", s->hostname, port, m->page);
}
