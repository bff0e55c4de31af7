/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/entry.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/password.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/site/site.h"

/* Say that it is done, with the password when it was made here: this is the only time. */
static int done(const struct ms_cli *c, const char *address, const char *what,
                const char *generated)
{
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:s}", "address", address);

        if (generated) {
            (void)json_object_set_new(j, "password", json_string(generated));
        }
        return ms_out_json(j, MS_EXIT_OK);
    }
    ms_out_line(c, "%s %s", address, what);
    if (generated) {
        ms_out_note(c, "Its password, shown only now:");
        (void)printf("%s\n", generated);
    }
    return MS_EXIT_OK;
}

int ms_run_mailbox_add(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_cleanup(ms_password_freep) char *password = NULL;
    ms_auto_json json_t *body = json_object();
    const struct ms_remote_request rq = {.method = "POST", .prefix = "/mailboxes", .body = body};
    const char *name = ms_cli_value(c, "name");
    bool generated;

    if (ms_address_normalise(c->words[0], &address, &err) < 0 ||
        ms_entry_quota(c, body, &err) < 0 || ms_password_get(c, &password, &generated, &err) < 0) {
        return ms_out_fail(&err);
    }
    (void)json_object_set_new(body, "address", json_string(address));
    (void)json_object_set_new(body, "password", json_string(password));
    if (name && json_object_set_new(body, "name", json_string(name)) < 0) {
        return ms_out_usage(c, "--name is not UTF-8");
    }
    if (ms_remote_call(c, &rq, NULL, &err) < 0) {
        return ms_out_fail(&err);
    }
    return done(c, address, "is made", generated ? password : NULL);
}

int ms_run_mailbox_passwd(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_cleanup(ms_password_freep) char *password = NULL;
    ms_auto_json json_t *body = json_object();
    struct ms_remote_request rq = {.method = "PATCH", .prefix = "/mailboxes/", .body = body};
    bool generated;

    if (ms_address_normalise(c->words[0], &address, &err) < 0 ||
        ms_password_get(c, &password, &generated, &err) < 0) {
        return ms_out_fail(&err);
    }
    (void)json_object_set_new(body, "password", json_string(password));
    rq.name = address;
    if (ms_remote_call(c, &rq, NULL, &err) < 0) {
        return ms_out_fail(&err);
    }
    return done(c, address, "has a new password", generated ? password : NULL);
}

int ms_run_mailbox_list(struct ms_cli *c)
{
    static const char *const heads[] = {"ADDRESS", "NAME", ">QUOTA", "ACTIVE", "DECLARED", NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    ms_auto_table struct ms_table t = {0};
    const json_t *m;
    size_t i;

    if (ms_entry_list(c, "/mailboxes", &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, m)
    {
        ms_auto_buf struct ms_buf quota = {0};

        ms_buf_init(&quota, 64);
        ms_text_quota(json_object_get(m, "quota"), &quota);
        ms_table_add(&t, ms_out_str(m, "address"));
        ms_table_add(&t, ms_out_str(m, "name"));
        ms_table_add(&t, quota.p);
        ms_table_add(&t, json_is_false(json_object_get(m, "active")) ? "no" : "yes");
        ms_table_add(&t, ms_entry_declared(m));
    }
    return ms_entry_print(c, &t, "there are no mailboxes");
}

int ms_run_mailbox_show(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *m = NULL;
    struct ms_remote_request rq = {.method = "GET", .prefix = "/mailboxes/"};
    ms_auto_buf struct ms_buf b = {0}, send_as = {0};

    ms_buf_init(&b, 1 << 20);
    ms_buf_init(&send_as, 1 << 19);
    if (ms_address_normalise(c->words[0], &address, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = address;
    if (ms_remote_call(c, &rq, &m, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(m, MS_EXIT_OK);
    }
    ms_entry_line(&b, "address", ms_out_str(m, "address"));
    ms_entry_line(&b, "name", ms_out_str(m, "name"));
    ms_entry_quota_line(&b, m);
    ms_entry_line(&b, "active", json_is_false(json_object_get(m, "active")) ? "no" : "yes");
    if (json_is_true(json_object_get(m, "require_app_password"))) {
        ms_entry_line(&b, "log-in", "with app passwords; its own password is for webmail");
    }
    ms_entry_join(json_object_get(m, "send_as"), &send_as);
    ms_entry_line(&b, "sends as", send_as.p);
    ms_entry_line(&b, "created", ms_out_str(m, "created"));
    ms_entry_line(&b, "declared", ms_entry_declared(m));
    return ms_out_buf(&b, MS_EXIT_OK);
}

/* A yes-or-no option into the body: MS_EXIT_OK, or the exit status. */
static int set_switch(const struct ms_cli *c, json_t *body, const char *option, const char *member)
{
    const char *text = ms_cli_value(c, option);
    bool on = true;

    if (text && ms_parse_bool(text, &on) < 0) {
        return ms_out_usage(c, "--%s takes yes or no", option);
    }
    if (text) {
        (void)json_object_set_new(body, member, json_boolean(on));
    }
    return MS_EXIT_OK;
}

int ms_run_mailbox_set(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *body = json_object();
    struct ms_remote_request rq = {.method = "PATCH", .prefix = "/mailboxes/", .body = body};
    ms_auto_json json_t *answer = NULL;
    const char *name = ms_cli_value(c, "name"), *send_as = ms_cli_value(c, "send-as");
    int status = set_switch(c, body, "active", "active");

    if (status == MS_EXIT_OK) {
        status = set_switch(c, body, "require-app-password", "require_app_password");
    }
    if (status != MS_EXIT_OK) {
        return status;
    }
    if (ms_address_normalise(c->words[0], &address, &err) < 0 ||
        ms_entry_quota(c, body, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (name && json_object_set_new(body, "name", json_string(name)) < 0) {
        return ms_out_usage(c, "--name is not UTF-8");
    }
    if (send_as) {
        (void)json_object_set_new(body, "send_as",
                                  ms_entry_split(strcmp(send_as, "none") ? send_as : ""));
    }
    if (!json_object_size(body)) {
        return ms_out_usage(c, "nothing to set: give an option");
    }
    rq.name = address;
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (!c->json) {
        ms_out_line(c, "%s is changed", address);
    }
    return ms_entry_changed(c, answer);
}

int ms_run_mailbox_delete(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *answer = NULL;
    bool keep = ms_cli_has(c, "keep-mail");
    struct ms_remote_request rq = {
        .method = "DELETE", .prefix = "/mailboxes/", .suffix = keep ? "?keep_mail=1" : NULL};
    int status;

    if (ms_address_normalise(c->words[0], &address, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = address;
    if (!ms_out_confirm(c, &status, "Delete the mailbox %s%s?", address,
                        keep ? "" : " and, after 30 days, its mail")) {
        return status;
    }
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(answer, json_array_size(json_object_get(answer, "problems"))
                                       ? MS_EXIT_DIFFERS
                                       : MS_EXIT_OK);
    }
    ms_out_line(c, "%s is deleted", address);
    return ms_entry_deleted(c, answer);
}

int ms_run_mailbox_rename(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL, *target = NULL;
    ms_auto_json json_t *body = json_object();
    ms_auto_json json_t *answer = NULL;
    struct ms_remote_request rq = {
        .method = "POST", .prefix = "/mailboxes/", .suffix = "/rename", .body = body};

    if (ms_address_normalise(c->words[0], &address, &err) < 0 ||
        ms_address_normalise(c->words[1], &target, &err) < 0) {
        return ms_out_fail(&err);
    }
    (void)json_object_set_new(body, "to", json_string(target));
    (void)json_object_set_new(body, "keep_alias", json_boolean(ms_cli_has(c, "keep-alias")));
    rq.name = address;
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(answer, MS_EXIT_OK);
    }
    ms_out_line(c, "%s is %s now", address, target);
    return MS_EXIT_OK;
}
