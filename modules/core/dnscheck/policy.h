/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DMARC records (RFC 7489 6.3) and MTA-STS policies (RFC 8461 3.2), read as those read them who
 * rely on them. Pure; the texts come from anywhere.
 */
#ifndef MS_DNSCHECK_POLICY_H
#define MS_DNSCHECK_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/arena.h"

struct ms_dmarc {
    const char *error;     /* what is wrong, or NULL; members are then as far as they were read */
    const char *p, *sp;    /* "none", "quarantine", "reject"; sp NULL: as p */
    const char *rua, *ruf; /* lists of URIs, or NULL */
    bool testing;          /* t=y: one level lower */
    bool strict_dkim, strict_spf;
};

/* Whether a TXT record is DMARC: "v=DMARC1" first. */
bool ms_dmarc_is(const char *txt);

/* Read a record; texts are in a. */
void ms_dmarc_read(const char *record, struct ms_arena *a, struct ms_dmarc *ret);

enum { MS_STS_MX_MAX = 64 };

struct ms_sts_policy {
    const char *error; /* what is wrong, or NULL */
    const char *mode;
    uint64_t max_age;
    const char *mx[MS_STS_MX_MAX];
    size_t n_mx;
};

/* Read the body of a policy, at most 64 KiB (RFC 8461 3.3); texts are in a. */
void ms_sts_policy_read(const char *body, struct ms_arena *a, struct ms_sts_policy *ret);

/* Whether the policy allows an MX host: equal, or "*." for one label (RFC 8461 4.1). */
bool ms_sts_policy_allows(const struct ms_sts_policy *p, const char *host);

#endif
