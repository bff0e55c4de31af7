/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short forms for the rows of the option tables.
 */
#ifndef MS_SITE_TABLES_PRIV_H
#define MS_SITE_TABLES_PRIV_H

#include "modules/core/site/site_priv.h"
#include "modules/core/site/types.h"

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)
#define TIB ((int64_t)1 << 40)
#define LENGTH(least, most) .min = (least), .max = (most)
#define SECTION(name, table, text)                                                                 \
    {                                                                                              \
        .key = (name), .type = &ms_type_section, .sub = (table), .doc = (text)                     \
    }

#endif
