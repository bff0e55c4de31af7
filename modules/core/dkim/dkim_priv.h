/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests look at: answers of name servers, judged.
 */
#ifndef MS_DKIM_DKIM_PRIV_H
#define MS_DKIM_DKIM_PRIV_H

#include "modules/core/dkim/dkim.h"

/* The questions that were put to addresses of name servers, answered. */
struct ms_dkim_looks {
    struct ms_question *v;
    const struct ms_dkim_key **key; /* which key the i-th is about */
    size_t n;
};

/* Whether each server of the zone has the records: 1, or 0 with the reason. */
int ms_dkim_judge(const struct ms_zone_servers *z, const struct ms_dkim_looks *l,
                  char why[MS_DKIM_WHY]);

#endif
