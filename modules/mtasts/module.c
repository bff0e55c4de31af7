/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_mtasts;

const struct ms_module ms_module_mtasts = {
    .name = "mtasts",
    .summary = "MTA-STS policies of other domains for outgoing mail",
};
