/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that never fails: out of memory ends the process with a message. Results are owned by
 * the caller and freed with free().
 */
#ifndef MS_BASE_MEM_H
#define MS_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "modules/core/base/cleanup.h"

/* Zeroed memory of n * size bytes; an overflow of the product ends the process. */
void *ms_xcalloc(size_t n, size_t size) ms_must_use;

/* Resize p to n * size bytes; new bytes are not cleared. */
void *ms_xrealloc(void *p, size_t n, size_t size) ms_must_use;

/* A copy of s; NULL gives NULL. */
char *ms_xstrdup(const char *s) ms_must_use;

/* A copy of the n bytes at s, with a NUL after them. */
char *ms_xmemdup0(const char *s, size_t n) ms_must_use;

/* A formatted string. */
char *ms_xasprintf(const char *fmt, ...) ms_printf(1, 2) ms_must_use;

/* As ms_xasprintf, from a va_list. */
char *ms_xvasprintf(const char *fmt, va_list ap) ms_printf(1, 0) ms_must_use;

/* Make room for one more element in the array v of n elements with capacity *cap. */
void *ms_xgrow(void *v, size_t n, size_t *cap, size_t size) ms_must_use;

#endif
