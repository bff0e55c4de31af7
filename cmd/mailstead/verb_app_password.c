/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/entry.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/password.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/api/client.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

int ms_run_app_password_add(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *body = json_object();
    ms_auto_json json_t *answer = NULL;
    const char *protocols = ms_cli_value(c, "protocols");
    struct ms_remote_request rq = {
        .method = "POST", .prefix = "/mailboxes/", .suffix = "/app-passwords", .body = body};
    int r = MS_EXIT_OK;

    if (ms_address_normalise(c->words[0], &address, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (json_object_set_new(body, "name", json_string(c->words[1])) < 0) {
        return ms_out_usage(c, "NAME is not UTF-8");
    }
    if (protocols) {
        (void)json_object_set_new(body, "protocols", ms_entry_split(protocols));
    }
    rq.name = address;
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        r = ms_out_json(answer, MS_EXIT_OK);
    } else {
        ms_out_line(c, "%s has the app password \"%s\"", address, c->words[1]);
        ms_out_note(c, "It is shown only now:");
        (void)printf("%s\n", ms_out_str(answer, "password"));
    }
    return r;
}

int ms_run_app_password_list(struct ms_cli *c)
{
    static const char *const heads[] = {"NAME", "PROTOCOLS", "MADE", NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *list = NULL;
    ms_auto_table struct ms_table t = {0};
    struct ms_remote_request rq = {
        .method = "GET", .prefix = "/mailboxes/", .suffix = "/app-passwords"};
    const json_t *p;
    size_t i;

    if (ms_address_normalise(c->words[0], &address, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = address;
    if (ms_remote_call(c, &rq, &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, p)
    {
        ms_auto_buf struct ms_buf protocols = {0};

        ms_buf_init(&protocols, 256);
        ms_entry_join(json_object_get(p, "protocols"), &protocols);
        ms_table_add(&t, ms_out_str(p, "name"));
        ms_table_add(&t, protocols.p);
        ms_table_add(&t, ms_out_str(p, "created"));
    }
    return ms_entry_print(c, &t, "there are no app passwords");
}

int ms_run_app_password_delete(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_free char *name = ms_client_escape(c->words[1]);
    ms_auto_free char *suffix = ms_xasprintf("/app-passwords?name=%s", name);
    ms_auto_json json_t *answer = NULL;
    struct ms_remote_request rq = {.method = "DELETE", .prefix = "/mailboxes/", .suffix = suffix};
    int status;

    if (ms_address_normalise(c->words[0], &address, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = address;
    if (!ms_out_confirm(c, &status, "Revoke the app password \"%s\" of %s?", c->words[1],
                        address)) {
        return status;
    }
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (!c->json) {
        ms_out_line(c, "%s has no app password \"%s\" any more", address, c->words[1]);
    }
    return ms_entry_changed(c, answer);
}
