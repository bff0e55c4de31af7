/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_knot;

const struct ms_module ms_module_knot = {
    .name = "knot",
    .summary = "name server for the mail names that are delegated to it (Knot DNS)",
};
