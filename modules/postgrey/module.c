/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_postgrey;

const struct ms_module ms_module_postgrey = {
    .name = "postgrey",
    .summary = "classic greylisting (Postgrey)",
};
