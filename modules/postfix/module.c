/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>
#include <string.h>

extern const struct ms_module ms_module_postfix;

/* The contact stands inside an inline table and an SQL pattern, whose special characters (quotes,
 * braces, percent, dollar) cannot be written there. */
static void postfix_check(const struct ms_site *s, struct ms_diags *d)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "@.-_+=/!#&*?^~";

    if (s->contact && s->contact[strspn(s->contact, plain)])
        ms_diag_add(d, MS_DIAG_ERROR, (struct ms_loc){.file = s->file}, "contact",
                    "%s has a character that Postfix's tables cannot hold: use another address",
                    s->contact);
}

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
    .check = postfix_check,
    .vars = postfix_vars,
};
