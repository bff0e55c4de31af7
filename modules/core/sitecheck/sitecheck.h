/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of a whole site as `dns check`, `doctor`, `up` and the API run them: with the facts of
 * its state, by the resolver that its own mail server uses.
 */
#ifndef MS_SITECHECK_SITECHECK_H
#define MS_SITECHECK_SITECHECK_H

#include "modules/core/check/check.h"
#include "modules/core/site/site.h"
#include "modules/core/stack/stack.h"

enum ms_sitecheck_what {
    MS_SITECHECK_ALL,
    MS_SITECHECK_HOST,    /* what is about the host, without its domains */
    MS_SITECHECK_RECORDS, /* the records only: connects to nothing but name servers */
};

struct ms_sitecheck {
    const struct ms_site *site;
    const struct ms_stack *stack; /* to find the stack's own resolver; NULL: it is not asked */
    const char *state;            /* the state directory */
    const char *domain;           /* this one (an A-label name) with the host; NULL: all */
    enum ms_sitecheck_what what;
    const char *resolver; /* asked instead of the site's own, "192.0.2.1@5353"; NULL: see above */
    const char *anchor;   /* file with the trust anchors; NULL: the root's */
    const char *ca_file;  /* NULL: the system's */
    int64_t limit_ms;     /* end of the whole; 0: none but that of each group of domains */
};

/* Whether the site's resolver knows the names of the site only and nobody else is asked: then
 * nothing of the outside is looked up. */
bool ms_sitecheck_is_isolated(const struct ms_sitecheck *x);

/* Run them; out is an empty list. *ret_problem: why some records are not checked, NULL, or a text
 * that the caller frees. MS_EUNREACH when nobody can be asked. */
int ms_sitecheck_run(const struct ms_sitecheck *x, struct ms_checks *out, char **ret_problem,
                     struct ms_err *err) ms_must_use;

/* How many results are about records (not about zones and services), by what came of them. */
struct ms_sitecheck_count {
    size_t ok, bad, unknown;
};

/* Count; what is not applicable is left out. */
struct ms_sitecheck_count ms_sitecheck_count(const struct ms_checks *c);

#endif
