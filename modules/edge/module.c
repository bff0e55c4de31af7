/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_edge;

const struct ms_module ms_module_edge = {
    .name = "edge",
    .summary = "the one listener for every public port (HAProxy)",
};
