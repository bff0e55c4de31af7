/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the comparison share.
 */
#ifndef MS_DNSPUSH_DIFF_PRIV_H
#define MS_DNSPUSH_DIFF_PRIV_H

#include "modules/core/dnspush/diff.h"

/* One comparison. */
struct ms_diff {
    const struct ms_diff_in *in;
    struct ms_rrchanges *ret;
};

/* What is known of one name and type while its values are put together. */
struct ms_group {
    bool kept;      /* values of others stay */
    bool spf;       /* one of the values is an SPF record, merged with those that were found */
    bool spf_mixed; /* ... which have terms of others */
    const char *ids, *reason, *conflict, *spf_terms; /* or NULL */
    const char **ours;
    size_t n_ours;
};

/* Append a change for the set, without values. */
struct ms_rrchange *ms_diff_push(struct ms_diff *d, const struct ms_rrset *set, enum ms_act act);

/* Copies of the values of a set, which may be NULL. */
struct ms_rrvalue *ms_diff_values(struct ms_diff *d, const struct ms_rrset *set);

/* Whether a canonical TXT value is an SPF record. */
bool ms_diff_is_spf(struct ms_diff *d, const char *value);

/* The SPF record to write at the name of r, as bare text: ours, or what was found with our terms.
 * Where that cannot be, g->conflict says why. */
const char *ms_diff_spf(struct ms_diff *d, struct ms_group *g, const struct ms_record *r);

/* Whether a record of that name and type is wanted. */
bool ms_diff_is_wanted(const struct ms_diff *d, const char *name, const char *type);

/* Append the removal of what we put there and want no longer. */
void ms_diff_removals(struct ms_diff *d);

/* Append what others put at the names that we deal with. */
void ms_diff_foreign(struct ms_diff *d);

/* The type of a set of a manifest that holds the terms we added to an SPF record of others. */
#define MS_SPF_TERMS "spf-terms"

#endif
