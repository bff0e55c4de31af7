/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/deploy/facts.h"

#include <string.h>
#include <sys/socket.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/net.h"

struct domain_keys {
    struct domain_keys *next;
    struct ms_dkim_keys keys;
};

struct ms_dns_facts {
    const char *state;
    char *v4, *v6, *account;
    struct domain_keys *dkim; /* all that were looked up: records borrow from them */
    size_t n_without_keys;
    char *problem;
    struct ms_zone_key zone_key;
    struct ms_dns_input in;
};

static void note(struct ms_dns_facts *f, struct ms_err *err)
{
    if (!f->problem) {
        f->problem = ms_xstrdup(ms_err_msg(err));
    }
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

static const struct ms_dkim_keys *keys_of(void *arg, const char *domain)
{
    struct ms_dns_facts *f = arg;
    struct domain_keys *d = ms_xcalloc(1, sizeof(*d));
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    d->next = f->dkim;
    f->dkim = d;
    if (ms_dkim_list(f->state, domain, &d->keys, &err) < 0) {
        note(f, &err);
    } else if (!d->keys.n) {
        f->n_without_keys++;
    }
    return &d->keys;
}

struct ms_dns_facts *ms_dns_facts_new(const char *state, const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dns_facts *f = ms_xcalloc(1, sizeof(*f));

    f->state = state;
    f->v4 = address(&site->ipv4, AF_INET);
    f->v6 = address(&site->ipv6, AF_INET6);
    f->account = ms_cert_account(state, site);
    f->in = (struct ms_dns_input){
        .ipv4 = f->v4, .ipv6 = f->v6, .dkim = keys_of, .dkim_arg = f, .account = f->account};
    if (ms_tls_hashes(state, site, site->hostname, &f->in.tls, &err) < 0) {
        note(f, &err);
    }
    if (ms_site_delegates(site)) {
        int r = ms_zone_key_read(state, &f->zone_key, &err);

        f->in.zone_key = r > 0 ? &f->zone_key : NULL;
        if (r < 0) {
            note(f, &err);
        }
    }
    return f;
}

void ms_dns_facts_free(struct ms_dns_facts *f)
{
    if (!f) {
        return;
    }
    while (f->dkim) {
        struct domain_keys *d = f->dkim;

        f->dkim = d->next;
        ms_dkim_keys_done(&d->keys);
        free(d);
    }
    free(f->v4);
    free(f->v6);
    free(f->account);
    free(f->problem);
    free(f);
}

const struct ms_dns_input *ms_dns_facts_input(const struct ms_dns_facts *f)
{
    return &f->in;
}

const char *ms_dns_facts_problem(const struct ms_dns_facts *f)
{
    return f->problem;
}

size_t ms_dns_facts_without_keys(const struct ms_dns_facts *f)
{
    return f->n_without_keys;
}
