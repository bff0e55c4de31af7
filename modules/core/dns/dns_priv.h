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

/* The records that are set by us or for us (not foreign, not served), by zone in the order of first
 * use, otherwise as they come. *ret is freed by the caller, the records are borrowed. */
size_t ms_dns_by_zone(const struct ms_records *r, const struct ms_record ***ret);

/* Whether v[i] is the first record of its zone, v being in that order. */
bool ms_dns_begins_zone(const struct ms_record *const *v, size_t i);

/* The record's name below its zone, "" for the zone's own; in the arena. */
const char *ms_dns_relative(const struct ms_record *r, struct ms_arena *a) ms_must_use;

enum { MS_DNS_WORDS = 4 };

/* The words of a value in presentation form, a quoted one without its quotes; in the arena. */
size_t ms_dns_words(const struct ms_record *r, struct ms_arena *a, const char *v[MS_DNS_WORDS]);

/* Append text between double quotes, escaped as in JSON. */
void ms_dns_quote(const char *text, struct ms_buf *out);

/* Compare names in natural order, in which numbers count by their value. */
int ms_dns_natural(const char *x, const char *y);

/* The printed forms, each in its file; dns.h says what they are. */
void ms_dns_format_table(const struct ms_records *r, struct ms_buf *out);
void ms_dns_format_zone(const struct ms_records *r, struct ms_buf *out);
void ms_dns_format_cloudflare(const struct ms_records *r, struct ms_buf *out);
void ms_dns_format_octodns(const struct ms_records *r, struct ms_buf *out);
void ms_dns_format_dnscontrol(const struct ms_records *r, struct ms_buf *out);
void ms_dns_format_terraform(const struct ms_records *r, struct ms_buf *out);

/* What building the list needs everywhere. */
struct ms_dns_builder {
    const struct ms_site *site;
    const struct ms_dns_input *in;
    const char *only; /* NULL: the whole site */
    struct ms_records *r;
    struct ms_dns_cut *cuts; /* the zones that are delegated to us */
    size_t n_cuts, cap_cuts;
};

/* A zone of our own name server. */
struct ms_dns_cut {
    const char *name; /* absolute, with its trailing dot */
};

/* Append a record; ttl is filled in, and zone when it is NULL: the scope. */
void ms_dns_add(struct ms_dns_builder *b, struct ms_record rec);

/* Whether name is domain or lies below it. */
bool ms_dns_is_below(const char *name, const char *domain);

/* Whether name lies in a domain of ours. */
bool ms_dns_is_ours(const struct ms_dns_builder *b, const char *name);

/* The longest domain of ours that name lies in, else name itself; in the arena. */
const char *ms_dns_zone_of(const struct ms_dns_builder *b, const char *name) ms_must_use;

/* The SPF, MX, DMARC, TLSRPT, TLSA, CAA and address records of the host. MS_EINVAL for an address
 * that is none, and when a record would be too long. */
int ms_dns_add_host(struct ms_dns_builder *b, struct ms_err *err) ms_must_use;

/* Append the records that lead to the zones of our own name server: those of the domain or host
 * scope, which lie in the zone parent and live as long as the records. Nothing where it has no such
 * zones. */
void ms_dns_add_cuts(struct ms_dns_builder *b, const char *scope, const char *parent, bool host);

/* At the end: mark the records that lie in such a zone. */
void ms_dns_mark_served(struct ms_dns_builder *b);

/* Append the TLSA records of every open port of the host that speaks TLS. */
void ms_dns_add_tlsa(struct ms_dns_builder *b);

/* Append the CAA records of the host. */
void ms_dns_add_caa(struct ms_dns_builder *b);

/* Append the records of a domain. MS_EINVAL when one would be too long. */
int ms_dns_add_domain(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
    ms_must_use;

/* Append the records by which mail programs and other servers find the services of a domain.
 * d->name must live as long as the records. */
void ms_dns_add_services(struct ms_dns_builder *b, const struct ms_site_domain *d);

/* Append what reports about the domain need: TLSRPT, and that the domain which gets the DMARC
 * reports wants them. d->name must live as long as the records. */
int ms_dns_add_reports(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
    ms_must_use;

/* The domain elsewhere that gets the DMARC reports about d; NULL when they stay in the same tree,
 * and when there are none. */
const char *ms_dns_report_domain(const struct ms_site_domain *d) ms_must_use;

/* Append the record by which the domain to, which gets the reports about d, says that it wants them
 * (RFC 7489 7.1). d->name must live as long as the records. */
void ms_dns_add_report(struct ms_dns_builder *b, const struct ms_site_domain *d, const char *to);

/* Append a TLSRPT record (RFC 8460 3) below name for an address. MS_EINVAL when it would be too
 * long. */
int ms_dns_add_tlsrpt(struct ms_dns_builder *b, const char *id, const char *scope,
                      const char *address, struct ms_err *err) ms_must_use;

#endif
