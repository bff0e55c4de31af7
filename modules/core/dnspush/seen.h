/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After a push: whether each name server of a zone answers with what was written.
 */
#ifndef MS_DNSPUSH_SEEN_H
#define MS_DNSPUSH_SEEN_H

#include <jansson.h>

#include "modules/core/dnspush/push.h"
#include "modules/core/resolve/resolve.h"

/* Ask every address of every name server of the zones that something was written to, until end_ms
 * (ms_time_mono_ms). [{zone, why, servers: [{name, address, sets, behind, example}]}]: why is null,
 * or says that the servers could not be found; sets were asked for, behind are not there yet (or
 * there was no answer), example is one of them. The caller owns the reference. */
json_t *ms_push_seen(struct ms_resolver *r, const struct ms_push *p, int64_t end_ms) ms_must_use;

/* How many servers lack something, or zones have no servers that could be asked. */
size_t ms_push_seen_behind(const json_t *seen);

/* Whether the answer holds exactly the values of the change. */
bool ms_push_seen_fits(const struct ms_rrchange *x, const struct ms_answer *a);

#endif
