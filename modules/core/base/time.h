/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and the text form of points in time (RFC 3339, UTC).
 */
#ifndef MS_BASE_TIME_H
#define MS_BASE_TIME_H

#include <stdint.h>

#include "modules/core/base/cleanup.h"

enum { MS_TIME_TEXT = 32 }; /* room for ms_time_format */

/* Milliseconds of the monotonic clock: for measuring and bounds. */
int64_t ms_time_mono_ms(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t ms_time_wall_ms(void);

/* Write "2026-11-24T14:05:01.123Z" for the wall clock time t_ms. */
void ms_time_format(int64_t t_ms, char out[MS_TIME_TEXT]);

/* When something ends: a duration from now_s ("7d", ms_parse_duration; at most 1,000 years), a
 * point of time "2030-01-31T12:00:00Z", or a day "2030-01-31", which it still includes (all UTC).
 * *ret_s is in seconds since 1970. -1 when it is none of these. */
int ms_time_parse_end(const char *s, int64_t now_s, int64_t *ret_s) ms_must_use;

/* Wait for ms milliseconds, whatever signals arrive. */
void ms_time_sleep_ms(int64_t ms);

#endif
