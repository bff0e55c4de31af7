/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we put into a zone ourselves, so that it can be taken away when it is wanted no longer and
 * nothing else ever is: STATE/dns/pushed/<zone>.json. Written before a change (all that may be ours
 * soon) and after it, so that it holds at any interruption.
 */
#ifndef MS_DNSPUSH_MANIFEST_H
#define MS_DNSPUSH_MANIFEST_H

#include "modules/core/base/err.h"
#include "modules/core/dnspush/diff.h"
#include "modules/core/dnspush/rrset.h"

enum { MS_MANIFEST_MAX = 4 << 20 };

/* Read that of a zone (absolute name) into an initialised list. Absent is an empty one; one that is
 * no manifest is MS_EINVAL. */
int ms_manifest_read(const char *state, const char *zone, struct ms_rrsets *ret, struct ms_err *err)
    ms_must_use;

/* Write what is ours: with done, after all changes; without, before them, when both what was ours
 * and what will be counts. Nothing is written when nothing changes. */
int ms_manifest_write(const char *state, const char *zone, const struct ms_rrsets *before,
                      const struct ms_rrchanges *c, bool done, struct ms_err *err) ms_must_use;

#endif
