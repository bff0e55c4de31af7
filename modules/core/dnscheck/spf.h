/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPF records (RFC 7208) as far as their owner has to care: is it one that servers can read, what
 * does it end in, and how many look-ups does it cost. Pure: the records of others that it includes
 * are asked for through a function. The library of Debian, libspf2, cannot look up through a
 * resolver of ours and has had no release since 2013.
 */
#ifndef MS_DNSCHECK_SPF_H
#define MS_DNSCHECK_SPF_H

#include <stdbool.h>

#include "modules/core/base/arena.h"

enum { MS_SPF_LOOKUPS_MAX = 10, MS_SPF_VOIDS_MAX = 2 };

/* What a name has of SPF. */
enum ms_spf_found { MS_SPF_RECORD, MS_SPF_NONE, MS_SPF_VOID, MS_SPF_ERROR };

/* The SPF record at name, *ret in any memory that outlives the evaluation. VOID: the name has no
 * TXT records at all. */
typedef enum ms_spf_found (*ms_spf_get)(void *arg, const char *name, const char **ret);

struct ms_spf {
    const char *error;       /* what is wrong with it (permanent error), or NULL */
    unsigned lookups, voids; /* terms that cost a query, over all includes */
    char all;                /* qualifier of "all" ('+', '-', '~', '?'), 0: none */
    bool unknown;            /* an included record could not be asked for */
};

/* Read a record of the domain with all that it includes. get may be NULL: includes are counted, not
 * followed. Texts are in a. Ends whatever the records are. */
void ms_spf_read(const char *record, const char *domain, ms_spf_get get, void *arg,
                 struct ms_arena *a, struct ms_spf *ret);

/* Whether has does all that want asks for: each of its terms before "all", and an end that is as
 * strict or stricter. */
bool ms_spf_covers(const char *has, const char *want);

/* The names that the record includes or is redirected to; writes at most max, returns how many. */
size_t ms_spf_names(const char *record, struct ms_arena *a, const char **ret, size_t max);

#endif
