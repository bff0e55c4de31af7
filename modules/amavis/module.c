/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_amavis;

const struct ms_module ms_module_amavis = {
    .name = "amavis",
    .summary = "classic filter: AMaViS with SpamAssassin",
};
