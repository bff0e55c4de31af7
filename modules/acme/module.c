/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_acme;

const struct ms_module ms_module_acme = {
    .name = "acme",
    .summary = "certificates from an ACME authority (dehydrated)",
};
