/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

extern const struct ms_module ms_module_postfixadmin;

/* Browsers reach it through the TLS front only. */
static void postfixadmin_check(const struct ms_site *s, struct ms_diags *d)
{
    struct ms_loc loc = {.file = s->file};

    if (ms_site_has(s, "postfixadmin") && !ms_site_has(s, "web")) {
        ms_diag_add(d, MS_DIAG_ERROR, loc, "components.postfixadmin",
                    "needs components.web, which is off");
    }
}

const struct ms_module ms_module_postfixadmin = {
    .name = "postfixadmin",
    .summary = "domains and mailboxes in the browser (PostfixAdmin)",
    .needs = "web",
    .page = "/postfixadmin/",
    .log_in = "the site's contact; `mailstead secret show postfixadmin.admin` prints the password",
    .check = postfixadmin_check,
};
