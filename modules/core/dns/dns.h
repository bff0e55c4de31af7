/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS records a site needs, as one model, and its printed forms. Pure: public addresses, keys
 * and what the certificate authority calls us come as input (deploy/facts.h collects them). Each
 * record says why it exists and what breaks without it.
 */
#ifndef MS_DNS_DNS_H
#define MS_DNS_DNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/pki/certs.h"
#include "modules/core/pki/pki.h"
#include "modules/core/site/site.h"

/* How much a record matters. */
enum ms_need { MS_NEED_REQUIRED, MS_NEED_RECOMMENDED, MS_NEED_OPTIONAL, MS_NEED__COUNT };

/* "required", "recommended", "optional". */
const char *ms_need_name(enum ms_need need);

/* What becomes of other values at the same name and type. */
enum ms_merge {
    MS_MERGE_OWNED, /* all records of the name and type are ours */
    MS_MERGE_KEEP,  /* others are foreign and stay: TXT of a domain or host (SPF, of which there is
                       one only), CAA */
    MS_MERGE__COUNT
};

/* "owned", "keep". */
const char *ms_merge_name(enum ms_merge merge);

struct ms_record {
    const char *id;    /* stable, once per scope. Of the host: "host-a", "host-aaaa", "ptr-v4",
                          "ptr-v6", "host-mx", "host-spf", "host-dmarc", "host-tlsrpt", "tlsa-smtp" and
                          "tlsa-smtp-next" (and the other ports that speak TLS), "caa-issue",
                          "caa-issuewild", "caa-iodef". Of a domain: "mx", "spf", "dkim-ms-rsa" (by
                          selector), "dmarc", "dmarc-report", "tlsrpt", "mta-sts", "name-autoconfig"
                          (and the other names below the domain), "srv-imaps" (and the other services,
                          "srv-autodiscover"). Of both: "ns-dmarc" and "ds-dmarc" (and the
                          other zones that are delegated) */
    const char *scope; /* the domain it serves, or the host name */
    const char *zone;  /* the site's domain in whose zone it belongs; the host name when it is below
                          none of them; the reverse name itself for PTR; the delegated zone when
                          it is served by us ("_domainkey.example.org") */
    const char *name;  /* absolute owner name with its trailing dot */
    const char *type;  /* "MX" */
    uint32_t ttl;      /* seconds */
    const char *value; /* presentation form; the bare text for TXT ("v=spf1 mx ~all") */
    enum ms_need need;
    enum ms_merge merge;
    bool foreign;       /* its zone is somebody else's, who has to be asked to set it: PTR, and the
                           domain of another that DMARC reports go to */
    bool served;        /* in a zone of our own name server, which nobody has to set */
    bool delegates;     /* NS or DS, by which such a zone is found and trusted */
    const char *why;    /* one sentence */
    const char *breaks; /* what breaks without it, one sentence */
};

/* Whether the text of a TXT record is SPF: "v=spf1", then its end or a space (RFC 7208 4.5). */
bool ms_spf_begins(const char *txt);

/* A list of records; what they point to lives in the arena. */
struct ms_records {
    struct ms_arena *arena;
    struct ms_record *v;
    size_t n, cap;
};

/* Free the content. Accepts a zeroed list. */
void ms_records_done(struct ms_records *r);

#define ms_auto_records ms_cleanup(ms_records_done)

/* What the model needs beside the site. */
struct ms_dns_input {
    const char *ipv4, *ipv6; /* what was found for addresses that are "auto" in site.yaml; NULL:
                                none, and the records that need one are left out */
    /* DKIM keys of a domain (borrowed, may be NULL or have n == 0); NULL: there are none */
    const struct ms_dkim_keys *(*dkim)(void *arg, const char *domain);
    void *dkim_arg;
    struct ms_tls_hashes tls; /* of the host's name; a record is left out when its hash is "" */
    const struct ms_zone_key *zone_key; /* of our own name server; NULL: there is none yet, and DS
                                           records are left out */
    const char *account; /* URI of the account at the certificate authority; NULL: unknown */
};

/* All records of the site, or of one domain with its host (only != NULL, an A-label name; a domain
 * that is not in site.yaml gets the defaults). *ret is freed with ms_records_done. MS_EINVAL for a
 * name or an address that is none. */
int ms_dns_records(const struct ms_site *site, const struct ms_dns_input *in, const char *only,
                   struct ms_records *ret, struct ms_err *err) ms_must_use;

/* One record as a line of a zone file without its newline, "name. ttl IN TYPE data": TXT quoted,
 * escaped and split at 255 bytes (RFC 1035 5.1, 3.3.14). Returns 0, or -1 when it did not fit. */
int ms_dns_line(const struct ms_record *r, struct ms_buf *out) ms_must_use;

/* Leave only the records of a zone of ours. */
void ms_records_keep_zone(struct ms_records *r, const char *zone);

/* The zones of ours that the records are in, in the order of first use: names that live as long as
 * the records. *ret is freed by the caller. */
size_t ms_records_zones(const struct ms_records *r, const char ***ret);

/* A printed form. None writes past the buffer's bound. */
enum ms_dns_format {
    MS_DNS_FORMAT_TABLE,      /* for people, as wide as it needs; a long value has a line of its
                                 own, so that it can be copied; what others set stands apart */
    MS_DNS_FORMAT_ZONE,       /* zone-file text (RFC 1035) to be included into existing zones:
                                 absolute names, grouped by zone, without SOA and NS; what others
                                 set as comments */
    MS_DNS_FORMAT_JSON,       /* as ms_dns_format_json */
    MS_DNS_FORMAT_CLOUDFLARE, /* a zone file for the import of Cloudflare */
    MS_DNS_FORMAT_OCTODNS,    /* YAML, one document for each zone */
    MS_DNS_FORMAT_DNSCONTROL, /* JavaScript, one D_EXTEND() for each zone */
    MS_DNS_FORMAT_TERRAFORM,  /* HCL for the provider cloudflare/cloudflare 5 */
    MS_DNS_FORMAT__COUNT
};

/* "table", "zone", ... */
const char *ms_dns_format_name(enum ms_dns_format f);

/* The format of that name, or -1. */
int ms_dns_format_find(const char *name);

/* Whether it can hold one zone only (ms_records_keep_zone). */
bool ms_dns_format_is_by_zone(enum ms_dns_format f);

/* Print. Records of others' zones, and those that we serve, appear in table, zone and json only. */
void ms_dns_print(enum ms_dns_format f, const struct ms_records *r, struct ms_buf *out);

/* {"records": [{id, scope, zone, name, type, ttl, value, need, merge, foreign, served, why,
 * breaks}]}; the caller owns the reference. */
json_t *ms_dns_format_json(const struct ms_records *r) ms_must_use;

#endif
