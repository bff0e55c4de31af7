/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who can write to a zone, behind one set of functions: a server that takes signed updates, or the
 * API of a provider. Sets of records are read and replaced as a whole.
 */
#ifndef MS_DNSPUSH_PROVIDER_H
#define MS_DNSPUSH_PROVIDER_H

#include "modules/core/base/err.h"
#include "modules/core/dnspush/diff.h"
#include "modules/core/dnspush/http.h"
#include "modules/core/dnspush/rrset.h"
#include "modules/core/site/site.h"

enum { MS_ZONE_RECORDS_MAX = 50000 }; /* of one zone that are read; more are refused */

struct ms_push_zone_id {
    char name[256]; /* apex: absolute, lower case */
    char id[128];   /* what the provider calls it */
    uint32_t least_ttl;
};

struct ms_provider_ops {
    /* The zone that name (absolute) lies in: 1 found, 0 the provider has none, -1 failed. */
    int (*zone)(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err);
    /* Read the zone into an initialised list; where only single sets can be asked for, those of
     * ask. A delegation in the way appears as the NS records of its name. */
    int (*fetch)(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                 struct ms_rrsets *ret, struct ms_err *err);
    /* Write changes (add, change, remove), removals first. *ret_done counts those that are made
     * for sure; on failure the others may be made or not. */
    int (*apply)(void *impl, const struct ms_push_zone_id *z, const struct ms_rrchange *const *v,
                 size_t n, size_t *ret_done, struct ms_err *err);
    void (*free)(void *impl);
};

/* One that can be used; ops NULL: records are set by hand. */
struct ms_provider {
    const struct ms_provider_ops *ops;
    void *impl;
};

/* Free it. Accepts a zeroed one. */
void ms_provider_done(struct ms_provider *p);

#define ms_auto_provider ms_cleanup(ms_provider_done)

/* Open the one of an authority; files are paths that can be opened (a relative one was resolved).
 * Nothing is sent yet. */
int ms_provider_open(const struct ms_site_authority *a, struct ms_provider *ret, struct ms_err *err)
    ms_must_use;

/* Each of them; api is taken over, also on failure. */
int ms_cloudflare_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err)
    ms_must_use;
int ms_desec_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err) ms_must_use;
int ms_hetzner_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err) ms_must_use;
int ms_powerdns_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err)
    ms_must_use;

/* A server that takes updates (RFC 2136) signed by the key (RFC 8945). server is "host",
 * "host:port" or "[v6]:port"; zone NULL: it is asked; key_text is a key as tsig-keygen prints it.
 */
struct ms_rfc2136_conf {
    const char *server, *zone, *key_text;
};
int ms_rfc2136_open(const struct ms_rfc2136_conf *c, struct ms_provider *ret, struct ms_err *err)
    ms_must_use;

#endif
