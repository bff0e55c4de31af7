/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/time.h"

static const char command[] = "note";

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));

    return text ? text : "";
}

static void on_answer(void *arg, const json_t *answer)
{
    struct sup *s = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    json_t *note;
    size_t i;
    int64_t wait = SUP_NOTES_MS;

    s->notes_running = false;
    if (s->stopping) {
        return;
    }
    if (ms_op_result(answer, &list, &err) < 0) {
        ms_log(MS_LOG_WARN, "notes", "%s", ms_err_msg(&err));
        wait = SUP_NOTES_BAD_MS;
    }
    json_array_foreach(list, i, note)
    {
        struct sup_service *svc = sup_service_find(s, text_of(note, "service"));
        struct ms_health_sample sample = {.kind = MS_SAMPLE_NOTE,
                                          .ok = json_is_true(json_object_get(note, "ok")),
                                          .reason = text_of(note, "text")};

        wait = sample.ok ? wait : SUP_NOTES_BAD_MS;
        if (svc) {
            sup_health_step(s, svc, &sample);
        }
    }
    if (!s->notes_due_ms) {
        s->notes_due_ms = ms_time_mono_ms() + wait;
    }
}

static bool has_note(const struct ms_service *v)
{
    for (size_t i = 0; v && i < v->n_commands; i++) {
        if (!strcmp(v->commands[i].name, command)) {
            return true;
        }
    }
    return false;
}

void sup_notes_health(struct sup *s, const struct sup_service *svc)
{
    if (svc->health.state == MS_HEALTH_HEALTHY && !*svc->health.note &&
        has_note(ms_stack_service(s->loaded.stack, svc->name))) {
        s->notes_due_ms = ms_time_mono_ms();
    }
}

int64_t sup_notes_tick(struct sup *s, int64_t now_ms)
{
    if (!s->notes_due_ms || now_ms < s->notes_due_ms || s->notes_running) {
        return s->notes_running ? 0 : s->notes_due_ms;
    }
    s->notes_due_ms = 0;
    if (s->loaded.stack) {
        s->notes_running = true;
        sup_calls_post(s, json_pack("{s:s}", "op", ms_op_name(MS_OP_NOTES)), on_answer, s);
    }
    return s->notes_due_ms;
}
