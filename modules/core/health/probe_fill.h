/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a probe sends may have places for secrets, "%{secret.NAME}": fragments hold none, they are
 * filled in only when the probe is handed to the process that runs it.
 */
#ifndef MS_HEALTH_PROBE_FILL_H
#define MS_HEALTH_PROBE_FILL_H

#include <stdbool.h>

#include "modules/core/base/err.h"
#include "modules/core/stack/stack.h"

/* The text for a name, wiped and freed by ms_probe_fill; NULL with err set when there is none. */
typedef char *(*ms_probe_value)(void *arg, const char *name, struct ms_err *err);

/* Fill in all places of a text. *ret is freed by the caller, who wipes it. MS_EINVAL for a place
 * without an end. */
int ms_probe_fill(const char *text, ms_probe_value value, void *arg, char **ret, struct ms_err *err)
    ms_must_use;

#endif
