/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to be done to a zone so that it holds the records we want: pure, from what is wanted,
 * what was found, and what we put there ourselves earlier. Sets are compared as a whole. Values of
 * others are never removed and never made to allow more: an SPF record is extended by our terms,
 * CAA and other TXT records stay beside ours, and where a name is taken by something else (a CNAME,
 * a delegation, two SPF records) nothing is written and the reason is told.
 */
#ifndef MS_DNSPUSH_DIFF_H
#define MS_DNSPUSH_DIFF_H

#include <jansson.h>

#include "modules/core/base/buf.h"
#include "modules/core/dns/dns.h"
#include "modules/core/dnspush/rrset.h"

enum ms_act {
    MS_ACT_KEEP,     /* is as wanted */
    MS_ACT_ADD,      /* there is no such set: made */
    MS_ACT_CHANGE,   /* the set gets other values */
    MS_ACT_REMOVE,   /* we put it there, and it is wanted no longer */
    MS_ACT_FOREIGN,  /* not ours, left alone */
    MS_ACT_CONFLICT, /* wanted, but it cannot be written without harm to what is not ours */
    MS_ACT__COUNT
};

/* "keep", "add", "change", "remove", "foreign", "conflict". */
const char *ms_act_name(enum ms_act a);

/* One set. Strings live in the arena of the list. */
struct ms_rrchange {
    enum ms_act act;
    const char *name, *type;
    uint32_t ttl;               /* to be written */
    struct ms_rrvalue *old, *v; /* values before and after; ids of what stays */
    size_t n_old, n;
    const char *ids;    /* of the records, "mx" or "tlsa-smtp tlsa-smtp-next"; "" for none */
    const char *reason; /* one phrase */
    /* what of it is ours afterwards, for the next time: values, and terms of a merged SPF */
    const char **ours;
    size_t n_ours;
    const char *spf_terms; /* or NULL */
};

struct ms_rrchanges {
    struct ms_arena *arena;
    struct ms_rrchange *v;
    size_t n, cap;
};

/* Free the content. Accepts a zeroed list. */
void ms_rrchanges_done(struct ms_rrchanges *c);

#define ms_auto_rrchanges ms_cleanup(ms_rrchanges_done)

/* What is compared. All borrowed. */
struct ms_diff_in {
    const char *zone; /* its apex, absolute and in lower case */
    const struct ms_record *const *wanted;
    size_t n_wanted;
    const struct ms_rrsets *found; /* the zone, or what of it was asked for */
    const struct ms_rrsets *ours;  /* what we put there earlier (manifest.h) */
    uint32_t least_ttl;            /* the provider takes no smaller one; 0: any */
    bool part;                     /* wanted is not all we want of the zone: nothing is removed */
    const char *whole_below;       /* but below this name (absolute) it is; or NULL */
};

/* Compare. Changes are in the order of the wanted records, then removals, then what is foreign. */
void ms_diff(const struct ms_diff_in *in, struct ms_rrchanges *ret);

/* Whether it is to be written: add, change or remove. */
bool ms_rrchange_is_write(const struct ms_rrchange *c);

/* How many are to be written, and how many conflict. */
size_t ms_rrchanges_writes(const struct ms_rrchanges *c);
size_t ms_rrchanges_conflicts(const struct ms_rrchanges *c);

/* For people: a line for each set that is not as wanted and each foreign one, with the values that
 * come and go below it. */
void ms_rrchanges_print(const struct ms_rrchanges *c, struct ms_buf *out);

/* [{act, name, type, ttl, old: [], new: [], ids, reason}]; the caller owns the reference. */
json_t *ms_rrchanges_json(const struct ms_rrchanges *c) ms_must_use;

#endif
