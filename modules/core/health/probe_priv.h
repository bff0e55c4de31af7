/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging what a service answered, for probe.c and its tests. Private to this room. Pure.
 */
#ifndef MS_HEALTH_PROBE_PRIV_H
#define MS_HEALTH_PROBE_PRIV_H

#include <stddef.h>

#include "modules/core/base/err.h"

enum { MS_PROBE_ANSWER = 1024 }; /* bytes of an answer that are looked at */

/* 1 the answer has what is expected, 0 it may still come, -1 it will not: a complete line of an
 * expectation that is a reply code ("220 ") begins with another digit. */
int ms_probe_match(const char *expect, const char *answer, size_t n);

/* Set err to what was expected and the first line of what came, printable. Always returns -1. */
int ms_probe_mismatch(const char *expect, const char *answer, size_t n, struct ms_err *err);

#endif
