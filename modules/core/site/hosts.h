/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host names that the site answers to: its own, and those below each mail domain that a
 * component which is on serves over HTTPS (autoconfig.DOMAIN, autodiscover.DOMAIN, mta-sts.DOMAIN).
 * One answer for certificates, DNS records and the TLS front. Pure.
 */
#ifndef MS_SITE_HOSTS_H
#define MS_SITE_HOSTS_H

#include "modules/core/module.h"
#include "modules/core/site/site.h"

/* The i-th host name below d (alias domains have their own), counted over all components that are
 * on; NULL past the last. *ret_name gets the full name in the arena. Left out are names that are
 * the site's own or a mail domain, and what would be longer than a host name may be. d may be a
 * domain that is not in site.yaml: one with defaults. */
const struct ms_domain_host *ms_site_domain_host(const struct ms_site *s,
                                                 const struct ms_site_domain *d, size_t i,
                                                 struct ms_arena *a, const char **ret_name);

/* Every full name below d. The list and its names are in the arena; it may be empty. */
void ms_site_domain_hosts(const struct ms_site *s, const struct ms_site_domain *d,
                          struct ms_arena *a, struct ms_strv *ret);

/* The URL of a component's pages under the site's own name; NULL when it has none or is off. */
const char *ms_site_page(const struct ms_site *s, const struct ms_module *m, struct ms_arena *a);

/* The site's own host name, then those below each domain in the order of site.yaml, none twice; at
 * most max names (at least 1). */
void ms_site_hosts(const struct ms_site *s, size_t max, struct ms_arena *a, struct ms_strv *ret);

#endif
