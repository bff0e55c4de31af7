/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_valkey;

const struct ms_module ms_module_valkey = {
    .name = "valkey",
    .summary = "the memory of the spam filter (Valkey)",
};
