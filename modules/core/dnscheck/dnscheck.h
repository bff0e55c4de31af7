/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the DNS of a site as its records say, and does mail work with it: every record of the model at
 * the zone's own name servers, and what no single record shows.
 *
 * A record's check has the record's id ("mx", "tlsa-smtp"); the others are those of
 * ms_dnscheck_kinds.
 */
#ifndef MS_DNSCHECK_DNSCHECK_H
#define MS_DNSCHECK_DNSCHECK_H

#include "modules/core/check/check.h"
#include "modules/core/dns/dns.h"
#include "modules/core/resolve/resolve.h"

/* The whole check of one domain ends within this time. */
enum { MS_DNSCHECK_MS = 9500 };

struct ms_dnscheck_in {
    const struct ms_site *site;
    const struct ms_records
        *records; /* what is checked: all, or those of one domain and the host */
    struct ms_resolver *resolver;
    const char *ipv4, *ipv6; /* the host's public addresses; NULL: none */
    bool validating;         /* the resolver has trust anchors */
    bool isolated;           /* it knows the site's own names only: what depends on others is not
                                applicable */
    bool probes;             /* connect to the site's own services, too */
    int64_t end_ms;          /* of the whole (ms_time_mono_ms); 0: none */
    const char *ca_file;     /* authorities that its certificates are verified against; NULL: the
                                system's */
};

/* A check that is not about one record. */
struct ms_dnscheck_kind {
    const char *id;   /* what its results' ids are, or begin with: "blocklist-" */
    const char *what; /* what is looked at, one phrase */
};

/* All of them, *ret_n. */
const struct ms_dnscheck_kind *ms_dnscheck_kinds(size_t *ret_n);

/* Check. Domains are looked at in groups, so the memory does not grow with their number. Each group
 * ends within MS_DNSCHECK_MS. Results are ordered by scope: the host first. */
void ms_dnscheck_run(const struct ms_dnscheck_in *in, struct ms_checks *out);

#endif
