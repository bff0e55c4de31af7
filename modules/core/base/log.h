/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging, for cmd/ only: modules return errors. One line each, lower case, no full stop,
 * "key=value" at the end. The level and the sink are process-wide.
 */
#ifndef MS_BASE_LOG_H
#define MS_BASE_LOG_H

#include <stdarg.h>

#include "modules/core/base/cleanup.h"

enum ms_level { MS_LOG_ERR, MS_LOG_WARN, MS_LOG_INFO, MS_LOG_DEBUG };

typedef void (*ms_log_sink)(enum ms_level level, const char *area, const char *text);

/* Print one line, control characters replaced by '?'. Never pass secrets. */
void ms_log(enum ms_level level, const char *area, const char *fmt, ...) ms_printf(3, 4);

/* Drop lines above this level; the default is MS_LOG_INFO. */
void ms_log_set_level(enum ms_level level);

/* Send lines elsewhere; NULL restores stderr. */
void ms_log_set_sink(ms_log_sink sink);

#endif
