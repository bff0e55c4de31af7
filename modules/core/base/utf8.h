/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef MS_BASE_UTF8_H
#define MS_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decode the character at p, of which n bytes may be read. Returns its length in bytes (1 to 4) and
 * sets *ret, or 0 when the bytes are not UTF-8. */
size_t ms_utf8_decode(const char *p, size_t n, uint32_t *ret);

#endif
