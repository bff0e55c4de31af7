/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to numbers. Each returns 0, or -1 when the whole text is not exactly one such value; the
 * output is then untouched. No locale, no leading or trailing space.
 */
#ifndef MS_BASE_PARSE_H
#define MS_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/cleanup.h"

/* Decimal digits. */
int ms_parse_u64(const char *s, uint64_t *ret) ms_must_use;

/* Decimal digits, at most 4294967295. */
int ms_parse_u32(const char *s, uint32_t *ret) ms_must_use;

/* A TCP port, 0 to 65535. */
int ms_parse_port(const char *s, uint16_t *ret) ms_must_use;

/* Bytes: digits and an optional suffix K, M, G or T (powers of 1024; "KiB", "kB" and the like are
 * the same). */
int ms_parse_size(const char *s, uint64_t *ret) ms_must_use;

/* Seconds: digits and an optional suffix s, m, h, d or w. */
int ms_parse_duration(const char *s, uint64_t *ret_s) ms_must_use;

/* A decimal number: optional sign, digits with an optional fraction, optional exponent. Not finite:
 * -1. */
int ms_parse_double(const char *s, double *ret) ms_must_use;

/* true, false, yes, no, on, off; any case. */
int ms_parse_bool(const char *s, bool *ret) ms_must_use;

#endif
