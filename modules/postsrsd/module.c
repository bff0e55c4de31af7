/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_postsrsd;

const struct ms_module ms_module_postsrsd = {
    .name = "postsrsd",
    .summary = "sender rewriting for forwarded mail (PostSRSd)",
};
