/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percent-encoded text in request targets (RFC 3986). Pure.
 */
#ifndef MS_API_URL_H
#define MS_API_URL_H

#include <stddef.h>

#include "modules/core/base/err.h"

/* Decode n bytes of a path segment or query value. Refused with MS_EINVAL: a bad escape, an escaped
 * or plain control character, text that is not UTF-8, more than 1,024 bytes. *ret is freed by the
 * caller. */
int ms_url_decode(const char *p, size_t n, char **ret, struct ms_err *err) ms_must_use;

/* Encode all but unreserved characters and "@". The caller frees it. */
char *ms_url_encode(const char *s) ms_must_use;

#endif
