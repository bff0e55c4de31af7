/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened, one JSON object on each line of a file: changes of health, restarts, jobs. It has
 * at most MS_HISTORY_MAX bytes; then it becomes FILE.1, in place of the one before.
 */
#ifndef MS_HEALTH_HISTORY_H
#define MS_HEALTH_HISTORY_H

#include <jansson.h>
#include <stddef.h>

#include "modules/core/base/err.h"

enum { MS_HISTORY_MAX = 1024 * 1024, MS_HISTORY_LINE = 4096, MS_HISTORY_READ = 10000 };

/* Append an entry (borrowed; longer than MS_HISTORY_LINE is MS_EINVAL). */
int ms_history_add(const char *path, const json_t *entry, struct ms_err *err) ms_must_use;

/* The last max entries (at most MS_HISTORY_READ), oldest first, as an array that the caller owns. A
 * file that is not there is empty; lines that are no objects (a crash cut one) are left out. */
int ms_history_read(const char *path, size_t max, json_t **ret, struct ms_err *err) ms_must_use;

#endif
