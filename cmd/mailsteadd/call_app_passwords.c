/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/directory.h"
#include "modules/core/pki/pki.h"

enum { MADE = 24 }; /* MS_APP_SELECTOR of them are no secret: 107 bits are left */

static const char command[] = "login-revoke";

void call_revoke(struct call *c, const char *address, json_t *result)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(call_output_done) struct call_output o = {0};
    ms_auto_free char *text = NULL;

    if (call_command(c, command, address, &o, &err) == 0) {
        return;
    }
    text = ms_xasprintf("who is logged in to %s stays so, and what was changed counts within a "
                        "minute only: %s",
                        address, ms_err_msg(&err));
    if (!json_object_get(result, "problems")) {
        (void)json_object_set_new(result, "problems", json_array());
    }
    call_problem(result, text);
}

static int take_protocols(const struct call *c, unsigned *ret, struct ms_err *err)
{
    const json_t *list = json_object_get(c->request, "protocols");
    unsigned bits = 0;
    size_t i;
    json_t *v;

    json_array_foreach(list, i, v)
    {
        unsigned bit = ms_app_protocol(json_string_value(v));

        if (!bit) {
            return ms_err_set(err, MS_EINVAL, 0,
                              "protocols: \"%.20s\" is none of imap, pop3, smtp and sieve",
                              json_string_value(v));
        }
        bits |= bit;
    }
    *ret = json_array_size(list) ? bits : MS_APP_ALL;
    return 0;
}

int call_app_password_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL;

    if (call_address(c, "address", &address, err) < 0 || call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    return ms_directory_app_passwords(d, address, ret, err);
}

int call_app_password_add(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_cleanup(ms_secret_freep) char *made = ms_random_token(MADE);
    ms_auto_free char *address = NULL, *selector = ms_xmemdup0(made, MS_APP_SELECTOR);
    ms_auto_free char *hash = NULL;
    struct ms_app_password p = {.name = call_string(c, "name"), .selector = selector};

    if (call_address(c, "address", &address, err) < 0 || call_check_reserved(c, address, err) < 0 ||
        take_protocols(c, &p.protocols, err) < 0 || ms_password_hash_token(made, &hash, err) < 0 ||
        call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    p.hash = hash;
    if (ms_directory_app_password_add(d, address, &p, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s, s:s, s:s}", "address", address, "name", p.name, "password", made);
    return 0;
}

int call_app_password_delete(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL;
    const char *name = call_string(c, "name");

    if (call_address(c, "address", &address, err) < 0 || call_directory_open(c, &d, err) < 0 ||
        ms_directory_app_password_delete(d, address, name, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s, s:s}", "address", address, "name", name);
    call_revoke(c, address, *ret);
    return 0;
}
