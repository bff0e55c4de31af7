/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_unbound;

const struct ms_module ms_module_unbound = {
    .name = "unbound",
    .summary = "validating resolver for the whole stack (Unbound)",
};
