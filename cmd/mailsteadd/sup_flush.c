/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/time.h"

static const char command[] = "queue-flush";

static void on_answer(void *arg, const json_t *answer)
{
    const struct sup *s = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *result = NULL;

    if (s->stopping) {
        return;
    }
    if (ms_op_result(answer, &result, &err) < 0) {
        ms_log(MS_LOG_WARN, "queue", "deferred mail waits for its next turn: %s", ms_err_msg(&err));
    }
}

void sup_flush_health(struct sup *s, const struct sup_service *svc, enum ms_health before)
{
    const struct ms_service *spec;
    bool came_back = before == MS_HEALTH_FAILED || before == MS_HEALTH_STARTING;
    int64_t now = ms_time_mono_ms(), earliest = s->flushed_ms + SUP_FLUSH_MS;

    if (svc->health.state != MS_HEALTH_HEALTHY || !came_back || s->flush_due_ms) {
        return;
    }
    spec = ms_stack_service(s->loaded.stack, svc->name);
    if (spec && spec->hold[0]) {
        s->flush_due_ms = s->flushed_ms && earliest > now ? earliest : now;
    }
}

/* A service that is on its way back, or a job that restarts one after the other: flush after it. */
static bool is_settled(const struct sup *s)
{
    for (size_t i = 0; i < s->n_services; i++) {
        if (s->services[i].health.state == MS_HEALTH_STARTING) {
            return false;
        }
    }
    return !s->job;
}

/* Whether there is a running container that knows the command. One that comes up later brings its
 * own flush. */
static bool can_flush(struct sup *s)
{
    const char *const *argv;
    const struct ms_service *spec = ms_stack_command(s->loaded.stack, command, &argv);
    const struct sup_service *svc = spec ? sup_service_find(s, spec->name) : NULL;

    return svc && svc->health.container == MS_CONTAINER_RUNNING;
}

int64_t sup_flush_tick(struct sup *s, int64_t now_ms)
{
    json_t *request;

    if (!s->flush_due_ms || now_ms < s->flush_due_ms) {
        return s->flush_due_ms;
    }
    if (!is_settled(s)) {
        return 0; /* what settles it wakes the loop */
    }
    s->flush_due_ms = 0;
    if (s->loaded.stack && can_flush(s)) {
        s->flushed_ms = now_ms;
        ms_log(MS_LOG_INFO, "queue", "deferred mail is tried again now");
        request = json_pack("{s:s, s:s}", "op", ms_op_name(MS_OP_QUEUE_ACTION), "action", "flush");
        sup_calls_post(s, request, on_answer, s);
    }
    return 0;
}
