/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of DKIM keys go on by themselves: now and then each is asked whether its next step is
 * due. */
#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/pki/pki.h"

static void refresh(struct sup *s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *request = json_pack("{s:s, s:b}", "kind", "refresh", "wait", 1);
    struct ms_job *job;

    if (sup_jobs_post(s, request, &job, &err) < 0) {
        ms_log(MS_LOG_WARN, "dkim", "%s", ms_err_msg(&err));
    }
}

static void on_answer(void *arg, const json_t *answer)
{
    struct sup *s = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *result = NULL;
    size_t i;
    const json_t *p;

    s->dkim.running = false;
    if (s->stopping) {
        return;
    }
    if (ms_op_result(answer, &result, &err) < 0) {
        ms_log(MS_LOG_WARN, "dkim", "waits for its next turn: %s", ms_err_msg(&err));
        return;
    }
    json_array_foreach(json_object_get(result, "problems"), i, p)
    {
        ms_log(MS_LOG_WARN, "dkim", "%s", json_string_value(p));
    }
    json_array_foreach(json_object_get(result, "changed"), i, p)
    {
        ms_log(MS_LOG_INFO, "dkim", "%s: the next step of its change of keys",
               json_string_value(p));
    }
    json_decref(s->dkim.todo);
    s->dkim.todo = json_incref(json_object_get(result, "todo"));
    if (json_array_size(json_object_get(result, "changed"))) {
        refresh(s);
    }
}

int64_t sup_dkim_tick(struct sup *s, int64_t now_ms)
{
    if (!s->dkim.due_ms) {
        s->dkim.due_ms = now_ms + SUP_DKIM_FIRST_MS;
    }
    if (now_ms < s->dkim.due_ms || s->dkim.running || s->job || !s->loaded.site) {
        return s->dkim.running || s->job ? 0 : s->dkim.due_ms;
    }
    s->dkim.due_ms = now_ms + SUP_DKIM_MS;
    if (!ms_dkim_is_changing(s->o->paths.state)) {
        json_decref(s->dkim.todo);
        s->dkim.todo = NULL;
        return s->dkim.due_ms;
    }
    s->dkim.running = true;
    sup_calls_post(s, json_pack("{s:s}", "op", ms_op_name(MS_OP_DKIM_TURN)), on_answer, s);
    return s->dkim.due_ms;
}

json_t *sup_dkim_status(const struct sup *s)
{
    return json_pack("{s:O?}", "todo", s->dkim.todo);
}
