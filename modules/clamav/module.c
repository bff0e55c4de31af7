/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_clamav;

const struct ms_module ms_module_clamav = {
    .name = "clamav",
    .summary = "virus scanner and its signatures (ClamAV)",
};
