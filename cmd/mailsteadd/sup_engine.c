/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

static void set_engine(struct sup *s, bool ok, const char *error)
{
    if (ok != s->engine_ok || !s->engine_since_ms) {
        ms_log(ok ? MS_LOG_INFO : MS_LOG_WARN, "engine", "%s%s%s",
               ok ? "connected" : "cannot be reached", error ? ": " : "", error ? error : "");
        s->engine_since_ms = ms_time_wall_ms();
        sup_history(s, "engine", "", ok ? "connected" : error ? error : "cannot be reached");
    }
    s->engine_ok = ok;
    free(s->engine_error);
    s->engine_error = ms_xstrdup(error);
}

void sup_engine_snapshot_soon(struct sup *s)
{
    if (!s->snapshot_due_ms) {
        s->snapshot_due_ms = ms_time_mono_ms() + SUP_SNAPSHOT_MS;
    }
}

static void on_connected(void *arg, bool connected)
{
    struct sup *s = arg;

    set_engine(s, connected, connected ? NULL : "its event stream has ended");
    if (connected) {
        s->snapshot_due_ms = ms_time_mono_ms();
    }
}

/* Removed: by a job, or behind our back. */
static enum ms_health_container removed(const struct sup *s)
{
    return s->job ? MS_CONTAINER_ABSENT : MS_CONTAINER_GONE;
}

static bool is_other(const struct sup_service *svc, const char *id)
{
    return svc->id && *id && strcmp(svc->id, id) != 0;
}

static void on_event(void *arg, const struct ms_engine_event *ev)
{
    struct sup *s = arg;
    struct sup_service *svc = sup_service_find(s, ev->service);
    struct ms_health_sample sample = {.kind = MS_SAMPLE_CONTAINER, .exit_code = -1};

    if (!svc || strcmp(ev->type, "container") || !strncmp(ev->action, "exec_", 5)) {
        return;
    }
    sup_engine_snapshot_soon(s);
    if (!strcmp(ev->action, "create") || !strcmp(ev->action, "start")) {
        free(svc->id);
        svc->id = ms_xstrdup(ev->id);
        sample.container = ev->action[0] == 's' ? MS_CONTAINER_RUNNING : MS_CONTAINER_CREATED;
        sample.started_ms = ev->time_ms;
    } else if (is_other(svc, ev->id)) {
        return;
    } else if (!strcmp(ev->action, "die")) {
        sample.container = MS_CONTAINER_EXITED;
        sample.exit_code = ev->exit_code;
        sample.oom = ms_health_oom_ends(&svc->health, ms_time_wall_ms());
    } else if (!strcmp(ev->action, "destroy")) {
        sample.container = removed(s);
    } else if (!strcmp(ev->action, "oom")) {
        ms_health_oom(&svc->health, ms_time_wall_ms());
        ms_log(MS_LOG_WARN, "health", "%s: out of memory, its limit is %llu MiB", svc->name,
               (unsigned long long)(svc->memory >> 20));
        sup_history(s, "memory", svc->name, "the kernel killed a process of it for want of memory");
        return; /* "die" follows if it was the container's own process */
    } else {
        return; /* the snapshot tells */
    }
    sup_health_step(s, svc, &sample);
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));

    return text ? text : "";
}

/* The container of a service in a snapshot. */
static const json_t *find_container(const json_t *list, const char *service)
{
    size_t i;
    json_t *c;

    json_array_foreach(list, i, c)
    {
        if (!strcmp(text_of(c, "service"), service)) {
            return c;
        }
    }
    return NULL;
}

static void apply_one(struct sup *s, struct sup_service *svc, const json_t *c)
{
    struct ms_health_sample sample = {.kind = MS_SAMPLE_CONTAINER, .exit_code = -1};
    enum ms_health_container was = svc->health.container;

    free(svc->id);
    free(svc->image);
    svc->id = c ? ms_xstrdup(text_of(c, "id")) : NULL;
    svc->image = c ? ms_xstrdup(text_of(c, "image")) : NULL;
    if (c) {
        sample.container = ms_health_container_find(text_of(c, "state"));
        sample.exit_code = (int)json_integer_value(json_object_get(c, "exit_code"));
        sample.oom = json_is_true(json_object_get(c, "oom"));
        sample.started_ms = json_integer_value(json_object_get(c, "started_ms"));
    } else if (was == MS_CONTAINER_UNKNOWN || was == MS_CONTAINER_ABSENT) {
        sample.container = MS_CONTAINER_ABSENT;
    } else {
        sample.container = was == MS_CONTAINER_GONE ? was : removed(s);
    }
    sup_health_step(s, svc, &sample);
}

static void on_snapshot(void *arg, const json_t *answer)
{
    struct sup *s = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;

    s->snapshot_running = false;
    if (s->stopping) {
        return;
    }
    if (ms_op_result(answer, &list, &err) < 0) {
        s->snapshot_due_ms = ms_time_mono_ms() + SUP_RETRY_MS;
        set_engine(s, false, ms_err_msg(&err));
        return;
    }
    set_engine(s, true, NULL);
    for (size_t i = 0; i < s->n_services; i++) {
        apply_one(s, &s->services[i], find_container(list, s->services[i].name));
    }
}

static void open_events(struct sup *s, int64_t now_ms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_engine_events_open(s->o->engine_socket, s->o->paths.project, on_event, on_connected, s,
                              &s->events, &err) < 0) {
        set_engine(s, false, ms_err_msg(&err));
        s->events = NULL;
        s->events_retry_ms = now_ms + SUP_RETRY_MS;
        return;
    }
    s->events_retry_ms = 0;
}

int64_t sup_engine_tick(struct sup *s, int64_t now_ms)
{
    json_t *request;

    if (!s->events && now_ms >= s->events_retry_ms) {
        open_events(s, now_ms);
    }
    if (s->snapshot_due_ms && now_ms >= s->snapshot_due_ms && !s->snapshot_running) {
        s->snapshot_due_ms = 0;
        s->snapshot_running = true;
        request = json_pack("{s:s}", "op", ms_op_name(MS_OP_SNAPSHOT));
        sup_calls_post_own(s, request, on_snapshot);
    }
    if (s->snapshot_due_ms && !s->snapshot_running) {
        return s->snapshot_due_ms;
    }
    return s->events ? 0 : s->events_retry_ms;
}
