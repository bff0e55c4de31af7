/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks of a zone as a whole share.
 */
#ifndef MS_DNSCHECK_ZONE_PRIV_H
#define MS_DNSCHECK_ZONE_PRIV_H

#include "modules/core/dnscheck/look_priv.h"

struct ms_zone_report {
    const struct ms_look *l;
    const struct ms_look_zone *z;
    struct ms_checks *out;
};

/* Add a result; observed and fix are in the look's arena or static. */
void ms_zone_tell(const struct ms_zone_report *r, const char *id, enum ms_severity_level severity,
                  enum ms_check_state state, const char *observed, const char *fix);

/* The record sets of the zone, one after the other; NULL after the last. Both begin at 0. */
const struct ms_look_set *ms_zone_next_set(const struct ms_zone_report *r, size_t *scope,
                                           size_t *set);

/* "delegation" and "glue": do those answer whom the parent and the zone name. */
void ms_judge_delegation(const struct ms_zone_report *r);

/* "servers-agree": do all of them say the same. */
void ms_judge_servers_agree(const struct ms_zone_report *r);

#endif
