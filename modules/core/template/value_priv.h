/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON values as templates see them: names looked up in a stack of contexts, truth, and text. Pure.
 */
#ifndef MS_TEMPLATE_VALUE_PRIV_H
#define MS_TEMPLATE_VALUE_PRIV_H

#include <jansson.h>
#include <stdbool.h>

#include "modules/core/base/buf.h"
#include "modules/core/template/parse_priv.h"

/* The context stack; the innermost context comes first. */
struct ms_tpl_ctx {
    const json_t *value;
    const struct ms_tpl_ctx *up;
};

/* The value of a name, borrowed; NULL when there is none. The first part of a dotted name is looked
 * for in every context, each further part only in the value before it. */
const json_t *ms_tpl_lookup(const struct ms_tpl_ctx *ctx, struct ms_tpl_str name);

/* Whether a section over it is shown: not for NULL, null, false, 0, "" and []. */
bool ms_tpl_is_true(const json_t *v);

/* Append a number in its shortest decimal form that reads back as the same number: 1.21, 85, 1e+30.
 */
void ms_tpl_add_number(const json_t *v, struct ms_buf *out);

#endif
