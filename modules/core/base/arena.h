/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed all at once: everything read from one site.yaml lives in one arena. Nothing
 * in it is freed singly.
 */
#ifndef MS_BASE_ARENA_H
#define MS_BASE_ARENA_H

#include <stddef.h>

#include "modules/core/base/cleanup.h"

struct ms_arena;

/* A new, empty arena. */
struct ms_arena *ms_arena_new(void) ms_must_use;

/* Free the arena and all memory taken from it. Accepts NULL. */
void ms_arena_free(struct ms_arena *a);
MS_DEFINE_CLEANUP(struct ms_arena, ms_arena_free)

/* Zeroed memory for n objects of the given size, aligned for any type. */
void *ms_arena_alloc(struct ms_arena *a, size_t n, size_t size) ms_must_use;

/* A copy of s; NULL gives NULL. */
char *ms_arena_strdup(struct ms_arena *a, const char *s) ms_must_use;

/* A copy of n bytes with a NUL after them. */
char *ms_arena_memdup0(struct ms_arena *a, const void *p, size_t n) ms_must_use;

/* A formatted string. */
char *ms_arena_printf(struct ms_arena *a, const char *fmt, ...) ms_printf(2, 3) ms_must_use;

#endif
