/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"

static const char command[] = "mailbox-purge"; /* the service that has it must run */

static void on_answer(void *arg, const json_t *answer)
{
    const struct sup *s = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *result = NULL;
    size_t i;
    const json_t *p;

    if (s->stopping) {
        return;
    }
    if (ms_op_result(answer, &result, &err) < 0) {
        ms_log(MS_LOG_WARN, "housekeeping", "waits for its next turn: %s", ms_err_msg(&err));
        return;
    }
    json_array_foreach(json_object_get(result, "problems"), i, p)
    {
        ms_log(MS_LOG_WARN, "housekeeping", "%s", json_string_value(p));
    }
    if (json_array_size(json_object_get(result, "kept"))) {
        ms_log(MS_LOG_INFO, "housekeeping", "put aside mail_of_deleted_mailboxes=%zu",
               json_array_size(json_object_get(result, "kept")));
    }
    if (json_integer_value(json_object_get(result, "reports"))) {
        ms_log(MS_LOG_INFO, "housekeeping", "read reports=%" JSON_INTEGER_FORMAT,
               json_integer_value(json_object_get(result, "reports")));
    }
    if (json_integer_value(json_object_get(result, "aliases")) ||
        json_integer_value(json_object_get(result, "mailboxes"))) {
        ms_log(MS_LOG_INFO, "housekeeping",
               "removed expired_aliases=%" JSON_INTEGER_FORMAT
               " mail_of_deleted_mailboxes=%" JSON_INTEGER_FORMAT,
               json_integer_value(json_object_get(result, "aliases")),
               json_integer_value(json_object_get(result, "mailboxes")));
    }
}

static bool is_ready(struct sup *s)
{
    const char *const *argv;
    const struct ms_service *spec =
        s->loaded.stack ? ms_stack_command(s->loaded.stack, command, &argv) : NULL;
    const struct sup_service *svc = spec ? sup_service_find(s, spec->name) : NULL;

    return svc && svc->health.state == MS_HEALTH_HEALTHY && !s->job;
}

int64_t sup_keep_tick(struct sup *s, int64_t now_ms)
{
    if (!s->keep_due_ms) {
        s->keep_due_ms = now_ms + SUP_KEEP_FIRST_MS;
    }
    if (now_ms < s->keep_due_ms) {
        return s->keep_due_ms;
    }
    if (is_ready(s)) {
        s->keep_due_ms = now_ms + SUP_KEEP_MS;
        sup_calls_post(s, json_pack("{s:s}", "op", ms_op_name(MS_OP_HOUSEKEEPING)), on_answer, s);
    } else {
        s->keep_due_ms = now_ms + SUP_KEEP_FIRST_MS;
    }
    return s->keep_due_ms;
}
