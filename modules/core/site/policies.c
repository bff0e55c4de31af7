/* SPDX-License-Identifier: Apache-2.0 */
/* What the site says to other servers about its TLS and its certificates. */
#include <string.h>

#include "modules/core/site/site.h"

/* How long other servers keep an MTA-STS policy, a week. */
enum { STS_MAX_AGE_S = 604800 };

const char *ms_site_sts_mode(const struct ms_site *s, const struct ms_site_domain *d)
{
    static const char *const modes[] = {
        [MS_STS_OFF] = NULL, [MS_STS_TESTING] = "testing", [MS_STS_ENFORCE] = "enforce"};
    const struct ms_site_domain *of = d->alias_for ? ms_site_domain(s, d->alias_for) : d;

    return of ? modes[of->mta_sts] : NULL;
}

const char *ms_site_sts_line(const struct ms_site *s, const struct ms_site_domain *d, size_t i,
                             struct ms_arena *a)
{
    const char *mode = ms_site_sts_mode(s, d);

    if (!mode) {
        return NULL;
    }
    switch (i) {
    case 0:
        return "version: STSv1";
    case 1:
        return ms_arena_printf(a, "mode: %s", mode);
    case 2:
        return ms_arena_printf(a, "mx: %s", s->hostname);
    case 3:
        return ms_arena_printf(a, "max_age: %d", STS_MAX_AGE_S);
    default:
        return NULL;
    }
}

/* Where the host of a URL begins, and its length. */
static size_t host_of(const char *url, const char **ret)
{
    const char *p = strstr(url, "://");

    *ret = p ? p + 3 : url;
    return strcspn(*ret, ":/");
}

bool ms_site_ca(const struct ms_site *s, struct ms_site_ca *ret)
{
    /* as each authority documents it */
    static const struct {
        const char *host, *issuer;
        bool accounts;
    } known[] = {
        {"acme-v02.api.letsencrypt.org", "letsencrypt.org", true},
        {"acme-staging-v02.api.letsencrypt.org", "letsencrypt.org", true},
        {"dv.acme-v02.api.pki.goog", "pki.goog", true},
        {"dv.acme-v02.test-api.pki.goog", "pki.goog", true},
        {"acme.zerossl.com", "sectigo.com", false},
        {"acme.ssl.com", "ssl.com", false},
    };
    const char *host = NULL;
    size_t n;

    if (s->tls_mode != MS_TLS_ACME || !s->acme_directory) {
        return false;
    }
    n = host_of(s->acme_directory, &host);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i].host) == n && !strncmp(known[i].host, host, n)) {
            *ret = (struct ms_site_ca){.issuer = known[i].issuer,
                                       .accounts = known[i].accounts,
                                       .method = s->acme_dns ? "dns-01" : "http-01"};
            return true;
        }
    }
    return false;
}
