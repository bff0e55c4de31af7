/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small helpers around Jansson.
 */
#ifndef MS_BASE_JSON_H
#define MS_BASE_JSON_H

#include <jansson.h>

#include "modules/core/base/cleanup_ext.h"

/* A JSON string of any bytes: when they are not UTF-8, those above ASCII become '?'. The caller
 * owns the reference. */
json_t *ms_json_lossy(const char *s) ms_must_use;

#endif
