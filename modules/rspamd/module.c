/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_rspamd;

const struct ms_module ms_module_rspamd = {
    .name = "rspamd",
    .summary = "spam filter, DKIM and ARC signing, DMARC (Rspamd)",
};
