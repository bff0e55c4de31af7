/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helpers of the DNS room that its files share and its tests look at.
 */
#ifndef MS_DNS_DNS_PRIV_H
#define MS_DNS_DNS_PRIV_H

#include <stdbool.h>

#include "modules/core/dns/dns.h"

/* Append the reverse name of a textual address (RFC 1035 3.5, RFC 3596 2.5), with its trailing dot.
 * Returns -1 when text is no address of the family. */
int ms_dns_reverse(int family, const char *text, struct ms_buf *out) ms_must_use;

/* Append a text as TXT data: quoted character strings of at most 255 bytes. */
void ms_dns_txt(const char *text, struct ms_buf *out);

/* Append an address as a mailto: URI (RFC 6068), safe inside a DMARC record (RFC 7489 6.2). */
void ms_dns_mailto(const char *address, struct ms_buf *out);

/* What building the list needs everywhere. */
struct ms_dns_builder {
    const struct ms_site *site;
    const struct ms_dns_input *in;
    const char *only; /* NULL: the whole site */
    struct ms_records *r;
};

/* Append a record; ttl is filled in, and zone when it is NULL: the scope. */
void ms_dns_add(struct ms_dns_builder *b, struct ms_record rec);

/* The domain of that name in site.yaml, else NULL. */
const struct ms_site_domain *ms_dns_find(const struct ms_site *s, const char *name);

/* Whether name is domain or lies below it. */
bool ms_dns_is_below(const char *name, const char *domain);

/* The longest domain of ours that name lies in, else name itself; in the arena. */
const char *ms_dns_zone_of(const struct ms_dns_builder *b, const char *name) ms_must_use;

/* Append the records of the host. MS_EINVAL for an address that is none. */
int ms_dns_add_host(struct ms_dns_builder *b, struct ms_err *err) ms_must_use;

/* Append the records of a domain. MS_EINVAL when one would be too long. */
int ms_dns_add_domain(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
    ms_must_use;

/* Append the records by which mail programs and other servers find the services of a domain.
 * d->name must live as long as the records. */
void ms_dns_add_services(struct ms_dns_builder *b, const struct ms_site_domain *d);

/* The domain of ours, other than d and not in the same tree, that gets the DMARC reports about d;
 * else NULL. */
const char *ms_dns_report_domain(const struct ms_dns_builder *b, const struct ms_site_domain *d)
    ms_must_use;

/* Append the record by which the domain to, which gets the reports about d, says that it wants them
 * (RFC 7489 7.1). d->name must live as long as the records. */
void ms_dns_add_report(struct ms_dns_builder *b, const struct ms_site_domain *d, const char *to);

#endif
