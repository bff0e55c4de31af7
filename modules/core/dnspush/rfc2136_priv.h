/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of signed updates: questions (rfc2136_fetch.c) and the update itself (rfc2136.c).
 */
#ifndef MS_DNSPUSH_RFC2136_PRIV_H
#define MS_DNSPUSH_RFC2136_PRIV_H

#include "modules/core/dnspush/provider.h"
#include "modules/core/dnspush/wire.h"

struct ms_rfc2136 {
    struct ms_wire wire;
    char *zone; /* as configured, absolute; NULL: asked */
};

/* Ask for one name and type without recursion. */
int ms_rfc2136_query(struct ms_rfc2136 *u, const char *name, const char *type, ldns_pkt **ret,
                     struct ms_err *err) ms_must_use;

/* Of struct ms_provider_ops. */
int ms_rfc2136_zone(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err)
    ms_must_use;
int ms_rfc2136_fetch(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                     struct ms_rrsets *ret, struct ms_err *err) ms_must_use;

/* The update that makes the changes, with what was found as its precondition (RFC 2136 2.4): it
 * is refused as a whole when somebody else was quicker. NULL when a value is none. */
ldns_pkt *ms_rfc2136_update(const char *zone, const struct ms_rrchange *const *v, size_t n);

#endif
