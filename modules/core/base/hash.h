/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 as hexadecimal text (content hashes, never passwords) and random tokens. Uses libcrypto.
 */
#ifndef MS_BASE_HASH_H
#define MS_BASE_HASH_H

#include <stddef.h>

#include "modules/core/base/cleanup.h"

enum { MS_HASH_TEXT = 65 }; /* 64 digits and the NUL */

struct ms_hash; /* a hash being computed */

/* Start a hash. */
struct ms_hash *ms_hash_new(void) ms_must_use;

/* Throw it away. Accepts NULL. */
void ms_hash_free(struct ms_hash *h);
MS_DEFINE_CLEANUP(struct ms_hash, ms_hash_free)

/* Add n bytes. */
void ms_hash_add(struct ms_hash *h, const void *p, size_t n);

/* Add a string together with its length, so that neighbouring fields cannot run together. */
void ms_hash_adds(struct ms_hash *h, const char *s);

/* Write the digits; the hash may only be freed afterwards. */
void ms_hash_end(struct ms_hash *h, char out[MS_HASH_TEXT]);

/* The hash of n bytes. */
void ms_hash_bytes(const void *p, size_t n, char out[MS_HASH_TEXT]);

/* A random string of n characters out of A-Z a-z 0-9 (5.95 bits each). The caller frees it. */
char *ms_random_token(size_t n) ms_must_use;

#endif
