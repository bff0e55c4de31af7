/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>

extern const struct ms_module ms_module_roundcube;

/* Sizes that follow from the largest message, which is once in the browser's request, and while it
 * is sent several times in PHP's memory: roundcube.upload_mb, php_mb for one process, memory_mb and
 * memory_least_mb for the container. */
static int roundcube_vars(const struct ms_site *s, json_t *vars, struct ms_err *err)
{
    const uint64_t mib = (uint64_t)1 << 20;
    json_int_t mb = (json_int_t)((s->message_size + mib - 1) / mib);
    json_t *o = json_pack("{s:I,s:I,s:I,s:I}", "upload_mb", mb + 1, "php_mb", 96 + 3 * mb,
                          "memory_mb", 256 + 6 * mb, "memory_least_mb", 160 + 3 * mb);

    if (!o || json_object_set_new(vars, "roundcube", o) < 0)
        return ms_err_set(err, MS_EIO, ENOMEM, "roundcube: variables");
    return 0;
}

/* Browsers reach it through the TLS front only. */
static void roundcube_check(const struct ms_site *s, struct ms_diags *d)
{
    struct ms_loc loc = {.file = s->file};

    if (ms_site_has(s, "roundcube") && !ms_site_has(s, "web")) {
        ms_diag_add(d, MS_DIAG_ERROR, loc, "components.roundcube",
                    "needs components.web, which is off");
    }
}

const struct ms_module ms_module_roundcube = {
    .name = "roundcube",
    .summary = "webmail (Roundcube)",
    .needs = "web",
    .page = "/webmail/",
    .log_in = "address and password of a mailbox",
    .check = roundcube_check,
    .vars = roundcube_vars,
};
