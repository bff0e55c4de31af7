/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The result of one check, of whatever kind: what was looked at, what was found, and what to do.
 * Nothing here looks itself.
 */
#ifndef MS_CHECK_CHECK_H
#define MS_CHECK_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/arena.h"

enum ms_check_state {
    MS_CHECK_OK,
    MS_CHECK_WARN,
    MS_CHECK_FAIL,
    MS_CHECK_UNKNOWN,        /* it could not be found out */
    MS_CHECK_NOT_APPLICABLE, /* it says nothing about this site */
    MS_CHECK_STATE__COUNT
};

/* How much depends on it. */
enum ms_severity_level { MS_SEVERITY_LOW, MS_SEVERITY_MEDIUM, MS_SEVERITY_HIGH };

struct ms_check {
    const char *id;    /* stable, once per scope */
    const char *scope; /* a domain, a host name, or MS_CHECK_HOST for the machine */
    enum ms_severity_level severity;
    enum ms_check_state state;
    const char *observed; /* what was found, one phrase; never NULL */
    const char *expected; /* what should have been found, or NULL */
    const char *evidence; /* where it was seen, or NULL */
    const char *fix;      /* exactly what to do, or NULL: nothing */
};

/* Results in the order in which they were found. What they point to lives in the arena. */
struct ms_checks {
    struct ms_arena *arena;
    struct ms_check *v;
    size_t n, cap;
};

/* An empty list. */
void ms_checks_init(struct ms_checks *c);

/* Free the content. Accepts a zeroed list. */
void ms_checks_done(struct ms_checks *c);

#define ms_auto_checks ms_cleanup(ms_checks_done)

/* Add a copy of one. */
void ms_checks_add(struct ms_checks *c, const struct ms_check *x);

/* Add one about the machine itself (scope MS_CHECK_HOST), as severe as its state; fix may be NULL.
 */
#define MS_CHECK_HOST "host"
void ms_checks_host(struct ms_checks *c, const char *id, enum ms_check_state state, const char *fix,
                    const char *observed, ...) ms_printf(5, 6);

/* "ok", "warn", "fail", "unknown", "not-applicable"; "low", "medium", "high". */
const char *ms_check_state_name(enum ms_check_state s);
const char *ms_severity_name(enum ms_severity_level s);

/* How many are in a state. */
size_t ms_checks_count(const struct ms_checks *c, enum ms_check_state s);

/* Whether something is to be mended: any warn or fail. */
bool ms_checks_bad(const struct ms_checks *c);

/* [{id, scope, severity, state, observed, expected, evidence, fix}], null where there is nothing.
 * The caller owns the reference. */
json_t *ms_checks_json(const struct ms_checks *c) ms_must_use;

#endif
