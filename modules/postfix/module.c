/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_postfix;

const struct ms_module ms_module_postfix = {
    .name = "postfix",
    .summary = "the mail transfer agent (Postfix)",
};
