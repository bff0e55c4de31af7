/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The change of the key of the host's certificate, as the worker for certificates does it.
 */
#ifndef MSD_CERTS_ROLL_H
#define MSD_CERTS_ROLL_H

#include <stdbool.h>

#include "modules/core/site/site.h"

/* Write the TLSA records where we may, and do the next step if it is due. Idle: nothing. What fails
 * is logged; the next turn tries again. */
void certs_roll(const struct ms_site *site, const char *state);

/* Whether the records of the host are written by us. */
bool certs_roll_pushes(const struct ms_site *site);

#endif
