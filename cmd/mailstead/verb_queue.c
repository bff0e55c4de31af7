/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/time.h"

/* A recipient and why it waits; the first one stands on the message's own row. */
static void add_recipient(struct ms_table *t, const json_t *r)
{
    ms_table_add(t, ms_out_str(r, "address"));
    ms_table_add(t, ms_out_str(r, "delay_reason"));
}

static void add_message(struct ms_table *t, const json_t *m)
{
    const json_t *recipients = json_object_get(m, "recipients"), *r;
    json_int_t arrival = json_integer_value(json_object_get(m, "arrival_time"));
    json_int_t bytes = json_integer_value(json_object_get(m, "message_size"));
    char stamp[MS_TIME_TEXT];
    ms_auto_buf struct ms_buf size = {0};
    size_t i;

    ms_buf_init(&size, 64);
    ms_text_size(bytes > 0 ? (uint64_t)bytes : 0, &size);
    ms_time_format(arrival * 1000, stamp);
    stamp[10] = ' ';
    stamp[16] = '\0';
    ms_table_add(t, ms_out_str(m, "queue_id"));
    ms_table_add(t, ms_out_str(m, "queue_name"));
    ms_table_add(t, arrival > 0 ? stamp : "");
    ms_table_add(t, size.p);
    ms_table_add(t, ms_out_str(m, "sender"));
    if (!json_array_size(recipients)) {
        add_recipient(t, NULL);
    }
    json_array_foreach(recipients, i, r)
    {
        for (size_t k = 0; i > 0 && k < 5; k++) {
            ms_table_add(t, "");
        }
        add_recipient(t, r);
    }
}

int ms_run_queue_list(struct ms_cli *c)
{
    static const char *const heads[] = {"ID",     "QUEUE",     "SINCE (UTC)", ">SIZE",
                                        "SENDER", "RECIPIENT", "REASON",      NULL};
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/queue"};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};
    const json_t *m;
    size_t i;

    ms_buf_init(&b, MS_OUT_MAX);
    if (ms_remote_call(c, &rq, &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, m)
    {
        add_message(&t, m);
    }
    ms_table_print(&t, &b);
    if (!b.len) {
        ms_out_note(c, "no mail waits");
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

int ms_run_queue_show(struct ms_cli *c)
{
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/queue/", .name = c->words[0]};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *message = NULL;
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_OUT_MAX);
    if (ms_remote_call(c, &rq, &message, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(message, MS_EXIT_OK);
    }
    ms_text_clean_lines(ms_out_str(message, "text"), &b);
    if (b.len && b.p[b.len - 1] != '\n') {
        ms_buf_addc(&b, '\n');
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

/* flush, hold, release and delete: the sub-verb is the action. */
int ms_run_queue_act(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *action = c->verb->sub, *id = c->n_words ? c->words[0] : NULL;
    ms_auto_json json_t *body = json_pack("{s:s}", "action", action);
    const struct ms_remote_request rq = {.method = "POST", .prefix = "/queue", .body = body};
    bool all = !id || !strcmp(id, "ALL");
    int status;

    if (id && json_object_set_new(body, "id", json_string(id)) < 0) {
        return ms_out_usage(c, "\"%s\" is no queue ID", id);
    }
    if (!strcmp(action, "delete") &&
        !ms_out_confirm(c, &status, "Delete %s%s without telling the sender?",
                        all ? "all mail that waits" : "the message ", all ? "" : id)) {
        return status;
    }
    if (ms_remote_call(c, &rq, NULL, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(body, MS_EXIT_OK);
    }
    ms_out_line(c, "done");
    return MS_EXIT_OK;
}
