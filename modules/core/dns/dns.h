/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS records a site needs, as one model, and its printed forms. Pure: public addresses and
 * DKIM records come as input. Each record says why it exists and what breaks without it.
 */
#ifndef MS_DNS_DNS_H
#define MS_DNS_DNS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/pki/pki.h"
#include "modules/core/site/site.h"

enum ms_need { MS_NEED_REQUIRED, MS_NEED_RECOMMENDED, MS_NEED_OPTIONAL };

struct ms_record {
    const char *id;    /* stable: "mx", "spf", "dkim-ms-rsa", "dmarc", "host-a", "ptr-v4" */
    const char *scope; /* the domain it serves, or the host name */
    const char *name;  /* absolute owner name with its trailing dot */
    const char *type;  /* "MX" */
    uint32_t ttl;      /* seconds */
    const char *value; /* presentation form without quotes for TXT ("v=spf1 mx ~all"), with them for
                          none else */
    enum ms_need need;
    const char *why;    /* one sentence */
    const char *breaks; /* what breaks without it, one sentence */
};

struct ms_records {
    struct ms_arena *arena;
    struct ms_record *v;
    size_t n, cap;
};

void ms_records_done(struct ms_records *r);

/* What the model needs beside the site. */
struct ms_dns_input {
    const char *ipv4, *ipv6; /* public addresses, NULL: none or not known */
    /* DKIM keys of a domain (borrowed, may have n == 0) */
    const struct ms_dkim_keys *(*dkim)(void *arg, const char *domain);
    void *dkim_arg;
};

/* All records of the site, or of one domain with its host (only != NULL; a domain that is not in
 * site.yaml gets the defaults). */
int ms_dns_records(const struct ms_site *site, const struct ms_dns_input *in, const char *only,
                   struct ms_records *ret, struct ms_err *err) ms_must_use;

/* A table for people, as wide as it needs; PTR stands apart as "ask your provider". */
void ms_dns_format_table(const struct ms_records *r, struct ms_buf *out);

/* Zone-file text (RFC 1035) that named-checkzone accepts: TXT split at 255 bytes; PTR as comments.
 */
void ms_dns_format_zone(const struct ms_records *r, struct ms_buf *out);

/* {"records": [...]}; the caller owns the reference. */
json_t *ms_dns_format_json(const struct ms_records *r) ms_must_use;

#endif
