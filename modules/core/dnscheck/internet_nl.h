/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the mail test of internet.nl will say of a domain, as far as it can be told from here: its
 * sub-tests with its rules for pass, notice and fail, made of the results of our checks. Pure.
 *
 * Not predicted, since only others can see it: whether IPv6 addresses are reached from outside, and
 * RPKI. The ciphers and key exchanges of our own servers are fixed by their configuration.
 */
#ifndef MS_DNSCHECK_INTERNET_NL_H
#define MS_DNSCHECK_INTERNET_NL_H

#include "modules/core/check/check.h"

/* Judge one domain with its host by the results of ms_dnscheck_run. Sub-tests are added to out:
 * FAIL costs points, WARN is a notice. Returns the score, 0 to 100: categories weigh the same, and
 * what is unknown does not count. */
unsigned ms_internet_nl(const struct ms_checks *results, const char *host, const char *domain,
                        struct ms_checks *out);

#endif
