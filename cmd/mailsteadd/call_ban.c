/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/net.h"

/* Run a command of the service that bans and decode what it prints. */
static int run_command(struct call *c, const char *name, const char *address, json_t **ret,
                       struct ms_err *err)
{
    ms_cleanup(call_output_done) struct call_output o = {0};
    const char *refused;
    json_t *answer;

    if (call_command(c, name, address, &o, err) < 0) {
        return -1;
    }
    answer = json_loadb(o.out.p, o.out.len, 0, NULL);
    if (!answer) {
        return ms_err_set(err, MS_EIO, 0, "%s printed no JSON", name);
    }
    refused = json_string_value(json_object_get(answer, "refused"));
    if (refused) {
        const char *code = json_string_value(json_object_get(answer, "code"));
        bool unknown = code && !strcmp(code, "not-found");

        (void)ms_err_set(err, unknown ? MS_ENOTFOUND : MS_EINVAL, 0, "%s", refused);
        json_decref(answer);
        return -1;
    }
    *ret = answer;
    return 0;
}

int call_ban_list(struct call *c, json_t **ret, struct ms_err *err)
{
    return run_command(c, "ban-list", NULL, ret, err);
}

static int change(struct call *c, const char *name, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *answer = NULL;
    ms_auto_free char *address = NULL;

    if (ms_net_normalise(call_string(c, "address"), &address, err) < 0 ||
        run_command(c, name, address, &answer, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s}", "address", address);
    return 0;
}

int call_ban_add(struct call *c, json_t **ret, struct ms_err *err)
{
    return change(c, "ban-add", ret, err);
}

int call_ban_delete(struct call *c, json_t **ret, struct ms_err *err)
{
    return change(c, "ban-delete", ret, err);
}
