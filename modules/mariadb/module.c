/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_mariadb;

const struct ms_module ms_module_mariadb = {
    .name = "mariadb",
    .summary = "the directory database (MariaDB)",
};
