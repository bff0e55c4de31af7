/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is found about a host, in the order in which it was looked at. Nothing here looks itself.
 */
#ifndef MS_DOCTOR_FINDINGS_H
#define MS_DOCTOR_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "modules/core/base/cleanup.h"

enum ms_level { MS_LEVEL_OK, MS_LEVEL_WARN, MS_LEVEL_FAIL, MS_LEVEL_UNKNOWN };

struct ms_finding {
    const char *topic; /* "memory"; static */
    enum ms_level level;
    char *text;
    char *mend; /* what to do, or NULL */
};

struct ms_findings {
    struct ms_finding *v;
    size_t n, cap;
};

/* "ok", "warn", "fail" or "unknown". */
const char *ms_level_name(enum ms_level l);

/* Add one; the texts are copied, mend may be NULL. */
void ms_findings_add(struct ms_findings *f, const char *topic, enum ms_level level,
                     const char *mend, const char *fmt, ...) ms_printf(5, 6);

/* Whether something is to be mended: any warn or fail. */
bool ms_findings_bad(const struct ms_findings *f);

/* [{topic, level, text, mend}]; mend is null where there is nothing to do. The caller owns the
 * reference. */
json_t *ms_findings_json(const struct ms_findings *f) ms_must_use;

/* Free the content. Accepts a zeroed list. */
void ms_findings_done(struct ms_findings *f);

#endif
