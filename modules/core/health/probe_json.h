/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes as the process that runs them gets them. Pure; what comes in is checked.
 */
#ifndef MS_HEALTH_PROBE_JSON_H
#define MS_HEALTH_PROBE_JSON_H

#include <jansson.h>

#include "modules/core/base/err.h"
#include "modules/core/stack/stack.h"

enum { MS_PROBE_STEPS_MAX = 16, MS_PROBE_TEXT_MAX = 4096 };

/* A probe of a service at address. The caller owns the reference. */
json_t *ms_probe_to_json(const struct ms_probe *p, const char *address) ms_must_use;

/* The other way round. ret and *ret_address point into x, which must outlive them, but for
 * ret->steps, which the caller frees. MS_EINVAL when a member is missing or out of bounds. */
int ms_probe_from_json(const json_t *x, struct ms_probe *ret, const char **ret_address,
                       struct ms_err *err) ms_must_use;

#endif
