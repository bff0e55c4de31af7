/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records into the zones they belong to: a plan for each zone (read, compare), then the changes. A
 * zone that fails does not keep the others from being done; what was written is known at any point,
 * and running it again does the rest.
 */
#ifndef MS_DNSPUSH_PUSH_H
#define MS_DNSPUSH_PUSH_H

#include "modules/core/dnspush/diff.h"
#include "modules/core/dnspush/provider.h"
#include "modules/core/dnspush/rrset.h"

/* Opens what writes to a zone; the default is ms_provider_open. */
typedef int (*ms_push_open)(void *arg, const struct ms_site_authority *a, struct ms_provider *ret,
                            struct ms_err *err);

/* What is to be done. All borrowed, and needed until ms_push_done. */
struct ms_push_in {
    const struct ms_site *site;
    const struct ms_records *records;
    const char *state;
    const char *only; /* zones with records of this domain alone; NULL: all */
    /* which records; NULL: all. With it, nothing is removed. */
    bool (*filter)(const struct ms_record *r);
    bool part; /* records lack some that the site wants: nothing is removed */
    /* below this name (absolute) records and filter lack nothing: what we put there earlier and
     * want no longer is removed even so; or NULL */
    const char *whole_below;
    ms_push_open open;
    void *open_arg;
};

/* One zone, or one name whose zone was not found. */
struct ms_push_zone {
    struct ms_push_zone_id id; /* name: "" when it was not found */
    const char *domain;        /* of the site, that led to it */
    enum ms_dns_authority kind;
    size_t provider; /* which of the push */
    const struct ms_record **wanted;
    size_t n_wanted, cap;
    struct ms_rrsets ours;
    struct ms_rrchanges changes;
    bool planned;  /* it was read and compared */
    bool manual;   /* nothing can be written from here */
    bool applied;  /* everything was written */
    size_t n_done; /* sets that were written */
    char *error;   /* why it was not planned, or not written to its end; or NULL */
};

/* Of one authority. */
struct ms_push_provider {
    struct ms_site_authority authority;
    struct ms_provider provider;
    char *error; /* why it cannot be used; or NULL */
};

struct ms_push {
    struct ms_push_in in;
    struct ms_arena *arena;
    struct ms_push_zone *zones;
    size_t n, cap;
    struct ms_push_provider *providers;
    size_t n_providers, cap_providers;
    size_t n_foreign; /* records that others must be asked for (PTR) */
};

/* Find, read and compare all zones. Errors of a zone are in it. */
void ms_push_plan(const struct ms_push_in *in, struct ms_push *ret);

/* Write the changes of all zones that were planned and can be written. Returns 0 when all were
 * written, else -1 (no ms_err: each zone tells its own). */
int ms_push_apply(struct ms_push *p) ms_must_use;

/* Read and compare again after a push; ret is a new plan. */
void ms_push_again(const struct ms_push *p, struct ms_push *ret);

/* Free the content. Accepts a zeroed one. */
void ms_push_done(struct ms_push *p);

#define ms_auto_push ms_cleanup(ms_push_done)

/* Sums over all zones: sets to write, those of them that can be written from here, conflicts, zones
 * that failed. */
struct ms_push_sum {
    size_t writes, writable, conflicts, failed, manual;
};
struct ms_push_sum ms_push_sum(const struct ms_push *p);

/* For people: each zone with what differs. */
void ms_push_print(const struct ms_push *p, struct ms_buf *out);

/* {"zones": [{zone, domain, authority, manual, planned, applied, done, error, changes}], "writes",
 * "conflicts", "failed"}; the caller owns the reference. */
json_t *ms_push_json(const struct ms_push *p) ms_must_use;

#endif
