/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be used as a domain name or a DKIM selector once it has been normalised. A name that
 * passes is also safe as one component of a path.
 */
#ifndef MS_BASE_NAME_H
#define MS_BASE_NAME_H

#include <stdbool.h>

/* Whether s is a host or domain name in lower-case A-label form without a trailing dot: labels of
 * 1 to 63 letters, digits and inner hyphens, 253 bytes at most (RFC 1123 2.1, RFC 5890). */
bool ms_name_is_domain(const char *s);

/* Whether s is a DKIM selector (RFC 6376 3.1): labels of 1 to 63 letters, digits, hyphens and
 * underscores, 128 bytes at most. */
bool ms_name_is_selector(const char *s);

#endif
