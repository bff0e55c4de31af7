/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/jobs.h"

#include <string.h>

#include "modules/core/api/jobs_priv.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"

static const char *const kinds[] = {"up", "down", "restart", "images", "refresh"};

struct ms_job *ms_job_ref(struct ms_job *job)
{
    job->refs++;
    return job;
}

static void drop_first(struct ms_job *job)
{
    job->n_bytes -= job->lines[0].n;
    free(job->lines[0].p);
    job->n_lines--;
    job->first++;
    memmove(job->lines, job->lines + 1, job->n_lines * sizeof(job->lines[0]));
}

void ms_job_unref(struct ms_job *job)
{
    if (!job || --job->refs) {
        return;
    }
    for (size_t i = 0; i < job->n_lines; i++) {
        free(job->lines[i].p);
    }
    free(job->lines);
    json_decref(job->request);
    free(job);
}

void ms_jobs_done(struct ms_jobs *js)
{
    for (size_t i = 0; i < js->n; i++) {
        ms_job_unref(js->v[i]);
    }
    *js = (struct ms_jobs){0};
}

static bool is_kind(const char *kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!strcmp(kinds[i], kind)) {
            return true;
        }
    }
    return false;
}

static int check_services(const json_t *services, const char *kind, struct ms_err *err)
{
    size_t i;
    json_t *v;

    if (!services) {
        return 0;
    }
    if (!json_is_array(services) || json_array_size(services) > 64) {
        return ms_err_set(err, MS_EINVAL, 0, "services: expected a list of at most 64 names");
    }
    if (strcmp(kind, "restart")) {
        return ms_err_set(err, MS_EINVAL, 0, "services: not for a job of kind %s", kind);
    }
    json_array_foreach(services, i, v)
    {
        const char *s = json_string_value(v);

        if (!s || !*s || strlen(s) > 64 || s[0] == '-' ||
            s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.")]) {
            return ms_err_set(err, MS_EINVAL, 0, "services: not the name of a service");
        }
    }
    return 0;
}

static int check_request(const json_t *rq, struct ms_err *err)
{
    const char *kind = json_string_value(json_object_get(rq, "kind"));
    const json_t *volumes = json_object_get(rq, "volumes"), *wait = json_object_get(rq, "wait");
    const char *key;
    json_t *v;

    if (!kind || !is_kind(kind)) {
        return ms_err_set(err, MS_EINVAL, 0, "kind: expected up, down, restart, images or refresh");
    }
    json_object_foreach((json_t *)rq, key, v)
    {
        if (strcmp(key, "kind") && strcmp(key, "services") && strcmp(key, "volumes") &&
            strcmp(key, "wait")) {
            return ms_err_set(err, MS_EINVAL, 0, "a job has no member of that name");
        }
    }
    if ((volumes && !json_is_boolean(volumes)) || (wait && !json_is_boolean(wait))) {
        return ms_err_set(err, MS_EINVAL, 0, "volumes and wait: expected true or false");
    }
    if (json_is_true(volumes) && strcmp(kind, "down")) {
        return ms_err_set(err, MS_EINVAL, 0, "volumes: only for a job of kind down");
    }
    return check_services(json_object_get(rq, "services"), kind, err);
}

struct ms_job *ms_jobs_running(const struct ms_jobs *js)
{
    for (size_t i = 0; i < js->n; i++) {
        if (js->v[i]->state == MS_JOB_RUNNING) {
            return js->v[i];
        }
    }
    return NULL;
}

struct ms_job *ms_jobs_next(const struct ms_jobs *js)
{
    for (size_t i = 0; i < js->n; i++) {
        if (js->v[i]->state == MS_JOB_QUEUED) {
            return js->v[i];
        }
    }
    return NULL;
}

static int check_busy(const struct ms_jobs *js, bool wait, struct ms_err *err)
{
    const struct ms_job *busy = ms_jobs_running(js);
    size_t queued = 0;

    if (!busy) {
        busy = ms_jobs_next(js);
    }
    for (size_t i = 0; i < js->n; i++) {
        queued += js->v[i]->state == MS_JOB_QUEUED;
    }
    if (busy && !wait) {
        return ms_err_set(err, MS_EBUSY, 0, "job %llu (%s) is running",
                          (unsigned long long)busy->id, busy->kind);
    }
    if (queued >= MS_JOBS_QUEUED) {
        return ms_err_set(err, MS_EBUSY, 0, "%d jobs are waiting already", MS_JOBS_QUEUED);
    }
    return 0;
}

void ms_jobs_make_room(struct ms_jobs *js)
{
    size_t ended = 0;

    for (size_t i = 0; i < js->n; i++) {
        ended += js->v[i]->state == MS_JOB_ENDED;
        while (js->v[i]->state == MS_JOB_ENDED && js->v[i]->n_bytes > MS_JOB_OLD_BYTES) {
            drop_first(js->v[i]);
        }
    }
    for (size_t i = 0; i < js->n && ended >= MS_JOBS_KEPT;) {
        if (js->v[i]->state != MS_JOB_ENDED) {
            i++;
            continue;
        }
        ms_job_unref(js->v[i]);
        js->n--;
        ended--;
        for (size_t k = i; k < js->n; k++) {
            js->v[k] = js->v[k + 1];
        }
    }
}

void ms_jobs_append(struct ms_jobs *js, struct ms_job *job)
{
    js->v[js->n++] = job;
}

int ms_jobs_add(struct ms_jobs *js, const json_t *request, int64_t now_ms, struct ms_job **ret,
                struct ms_err *err)
{
    struct ms_job *job;

    if (check_request(request, err) < 0 ||
        check_busy(js, json_is_true(json_object_get(request, "wait")), err) < 0) {
        return -1;
    }
    ms_jobs_make_room(js);
    job = ms_xcalloc(1, sizeof(*job));
    job->refs = 1;
    job->id = ++js->last_id;
    job->request = json_deep_copy(request);
    job->kind = json_string_value(json_object_get(job->request, "kind"));
    job->created_ms = now_ms;
    ms_jobs_append(js, job);
    *ret = job;
    return 0;
}

struct ms_job *ms_jobs_find(const struct ms_jobs *js, const char *id)
{
    uint64_t n;

    if (ms_parse_u64(id, &n) < 0) {
        return NULL;
    }
    for (size_t i = 0; i < js->n; i++) {
        if (js->v[i]->id == n) {
            return js->v[i];
        }
    }
    return NULL;
}

static void set_time(json_t *o, const char *key, int64_t t_ms)
{
    char text[MS_TIME_TEXT];

    if (t_ms) {
        ms_time_format(t_ms, text);
        (void)json_object_set_new(o, key, json_string(text));
    }
}

json_t *ms_job_json(const struct ms_job *job)
{
    static const char *const states[] = {"queued", "running", "ended"};
    json_t *o = json_object();
    char id[24];

    (void)snprintf(id, sizeof(id), "%llu", (unsigned long long)job->id);
    (void)json_object_set_new(o, "id", json_string(id));
    (void)json_object_set_new(o, "kind", json_string(job->kind));
    (void)json_object_set_new(o, "state", json_string(states[job->state]));
    set_time(o, "created", job->created_ms);
    set_time(o, "started", job->started_ms);
    set_time(o, "ended", job->ended_ms);
    if (job->state == MS_JOB_ENDED) {
        (void)json_object_set_new(o, "ok", json_boolean(job->ok));
        (void)json_object_set_new(o, "changed", json_boolean(job->changed));
    }
    return o;
}

json_t *ms_jobs_json(const struct ms_jobs *js)
{
    json_t *a = json_array();

    for (size_t i = 0; i < js->n; i++) {
        (void)json_array_append_new(a, ms_job_json(js->v[i]));
    }
    return a;
}

void ms_job_started(struct ms_job *job, int64_t now_ms)
{
    job->state = MS_JOB_RUNNING;
    job->started_ms = now_ms;
}

void ms_job_append(struct ms_job *job, char *text)
{
    size_t n = strlen(text);

    while (job->n_lines && (job->n_lines >= MS_JOB_LINES || job->n_bytes + n > MS_JOB_BYTES)) {
        drop_first(job);
    }
    job->lines = ms_xgrow(job->lines, job->n_lines, &job->cap_lines, sizeof(job->lines[0]));
    job->lines[job->n_lines++] = (struct ms_job_line){.p = text, .n = n};
    job->n_bytes += n;
}

static void append(struct ms_job *job, const json_t *event)
{
    ms_auto_free char *text = json_dumps(event, JSON_COMPACT);

    if (text) {
        ms_job_append(job, ms_xasprintf("%s\n", text));
    }
}

static json_t *make_event(const char *state, const char *text, size_t n, int64_t now_ms)
{
    json_t *e = json_object();
    ms_auto_free char *copy = ms_xmemdup0(text, n);

    (void)json_object_set_new(e, "t", json_integer(now_ms));
    (void)json_object_set_new(e, "step", json_string(""));
    (void)json_object_set_new(e, "state", json_string(state));
    (void)json_object_set_new(e, "text", ms_json_lossy(copy));
    return e;
}

static void end(struct ms_job *job, const json_t *event, int64_t now_ms)
{
    job->state = MS_JOB_ENDED;
    job->ok = json_is_true(json_object_get(event, "ok"));
    job->changed = json_is_true(json_object_get(event, "changed"));
    job->ended_ms = now_ms;
}

void ms_job_line(struct ms_jobs *js, struct ms_job *job, const char *p, size_t n, int64_t now_ms)
{
    ms_auto_json json_t *event = NULL;
    const char *state;

    if (job->state == MS_JOB_ENDED) {
        return;
    }
    n = n > MS_JOB_LINE ? MS_JOB_LINE : n;
    event = json_loadb(p, n, 0, NULL);
    if (!json_is_object(event)) {
        json_decref(event);
        event = make_event("output", p, n, now_ms);
    }
    append(job, event);
    state = json_string_value(json_object_get(event, "state"));
    if (state && !strcmp(state, "end")) {
        end(job, event, now_ms);
    }
    if (js->on_change) {
        js->on_change(js->arg, job);
    }
}

void ms_job_ended(struct ms_jobs *js, struct ms_job *job, const char *why, int64_t now_ms)
{
    ms_auto_json json_t *event = NULL;

    if (job->state == MS_JOB_ENDED) {
        return;
    }
    event = make_event("end", why, strlen(why), now_ms);
    (void)json_object_set_new(event, "ok", json_false());
    (void)json_object_set_new(event, "changed", json_true());
    append(job, event);
    end(job, event, now_ms);
    if (js->on_change) {
        js->on_change(js->arg, job);
    }
}

int ms_job_read(const struct ms_job *job, uint64_t *pos, size_t max, struct ms_buf *out)
{
    size_t start = out->len;

    if (*pos < job->first) {
        ms_auto_free char *text =
            ms_xasprintf("%llu events were left out", (unsigned long long)(job->first - *pos));
        ms_auto_json json_t *note = make_event("note", text, strlen(text), job->started_ms);
        ms_auto_free char *line = json_dumps(note, JSON_COMPACT);

        ms_buf_adds(out, line ? line : "{}");
        ms_buf_addc(out, '\n');
        *pos = job->first;
    }
    while (*pos - job->first < job->n_lines) {
        const struct ms_job_line *l = &job->lines[*pos - job->first];

        if (out->len > start && out->len - start + l->n > max) {
            break;
        }
        ms_buf_add(out, l->p, l->n);
        ++*pos;
    }
    if (out->len > start) {
        return 1;
    }
    return job->state == MS_JOB_ENDED ? -1 : 0;
}
