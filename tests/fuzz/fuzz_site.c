/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as site.yaml. A site that is accepted keeps the promises of site.h, and its messages
 * hold no control characters.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/site/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *again = NULL;
    int r = ms_domain_normalise(name, &again, &err);

    assert(r == 0 && !strcmp(name, again));
}

static void check_site(const struct ms_site *s)
{
    ms_auto_json json_t *vars = ms_site_vars(s);

    assert(vars);
    assert(s->n_domains > 0 && s->subnet_prefix >= 8 && s->subnet_prefix <= 24 && s->bind.n > 0);
    check_name(s->hostname);
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *d = &s->domains[i];

        check_name(d->name);
        assert(ms_site_domain(s, d->name) == d);
        assert(d->dmarc_rua && d->dkim_selector && d->spf_all && d->dmarc_policy && d->name_u);
        assert(!d->alias_for || ms_site_domain(s, d->alias_for));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site *s = NULL;
    ms_auto_diags struct ms_diags d;
    int r;

    ms_diags_init(&d, 100);
    r = ms_site_load_text("fuzz", (const char *)data, size, &d, &s, &err);
    assert((r == 0) == (d.n_errors == 0));
    for (size_t i = 0; i < d.n; i++) {
        assert(!strpbrk(d.v[i].text, "\n\r\x1b\x7f"));
        assert(!strpbrk(d.v[i].path, "\n\r\x1b\x7f"));
    }
    if (s) {
        check_site(s);
        ms_site_free(s);
    }
    return 0;
}
