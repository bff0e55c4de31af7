/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>

extern const struct ms_module ms_module_postfix;

/* postfix.own_name: the host name is not one of the site's mail domains, so that it is a
 * destination of its own. */
static int postfix_vars(const struct ms_site *s, json_t *vars, struct ms_err *err)
{
    bool own = ms_site_domain(s, s->hostname) == NULL;
    json_t *o = json_pack("{s:b}", "own_name", own);

    if (!o || json_object_set_new(vars, "postfix", o) < 0)
        return ms_err_set(err, MS_EIO, ENOMEM, "postfix: variables");
    return 0;
}

const struct ms_module ms_module_postfix = {
    .name = "postfix",
    .summary = "the mail transfer agent (Postfix)",
    .vars = postfix_vars,
};
