/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/api/jobs_priv.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

bool ms_job_is_untold(const struct ms_job *job)
{
    return job->told < job->first + job->n_lines;
}

json_t *ms_job_tell(struct ms_job *job, size_t max)
{
    json_t *lines = json_array();
    uint64_t from = job->told > job->first ? job->told : job->first;
    size_t sum = 0;

    for (job->told = from; ms_job_is_untold(job) && sum < max; job->told++) {
        const struct ms_job_line *l = &job->lines[job->told - job->first];

        (void)json_array_append_new(lines, json_stringn(l->p, l->n));
        sum += l->n;
    }
    return json_pack("{s:I, s:O, s:i, s:b, s:b, s:I, s:I, s:I, s:I, s:o}", "id",
                     (json_int_t)job->id, "request", job->request, "state",
                     ms_job_is_untold(job) ? (int)MS_JOB_RUNNING : (int)job->state, "ok", job->ok,
                     "changed", job->changed, "created", (json_int_t)job->created_ms, "started",
                     (json_int_t)job->started_ms, "ended", (json_int_t)job->ended_ms, "from",
                     (json_int_t)from, "lines", lines);
}

static struct ms_job *find(const struct ms_jobs *js, uint64_t id)
{
    for (size_t i = 0; i < js->n; i++) {
        if (js->v[i]->id == id) {
            return js->v[i];
        }
    }
    return NULL;
}

static struct ms_job *add(struct ms_jobs *js, const json_t *told, const json_t *request)
{
    struct ms_job *job;

    ms_jobs_make_room(js);
    if (js->n == sizeof(js->v) / sizeof(js->v[0])) {
        return NULL;
    }
    job = ms_xcalloc(1, sizeof(*job));
    job->refs = 1;
    job->id = (uint64_t)json_integer_value(json_object_get(told, "id"));
    job->request = json_deep_copy(request);
    job->kind = json_string_value(json_object_get(job->request, "kind"));
    ms_jobs_append(js, job);
    return job;
}

static void take_lines(struct ms_job *job, const json_t *lines, uint64_t from)
{
    size_t i;
    const json_t *l;

    if (!job->n_lines) {
        job->first = from;
    }
    json_array_foreach(lines, i, l)
    {
        const char *text = json_string_value(l);
        size_t n = text ? strlen(text) : 0;

        if (n && text[n - 1] == '\n') {
            ms_job_append(job, ms_xstrdup(text));
        }
    }
}

int ms_jobs_heard(struct ms_jobs *js, const json_t *told, struct ms_err *err)
{
    const json_t *request = json_object_get(told, "request");
    json_int_t id = json_integer_value(json_object_get(told, "id"));
    json_int_t state = json_integer_value(json_object_get(told, "state"));
    json_int_t from = json_integer_value(json_object_get(told, "from"));
    struct ms_job *job = find(js, (uint64_t)id);

    if (id <= 0 || state < MS_JOB_QUEUED || state > MS_JOB_ENDED || from < 0 ||
        !json_is_string(json_object_get(request, "kind"))) {
        return ms_err_set(err, MS_EINVAL, 0, "this is no job");
    }
    if (!job) {
        job = add(js, told, request);
    }
    if (!job) {
        return ms_err_set(err, MS_EINVAL, 0, "too many jobs");
    }
    take_lines(job, json_object_get(told, "lines"), (uint64_t)from);
    job->state = (enum ms_job_state)state;
    job->ok = json_is_true(json_object_get(told, "ok"));
    job->changed = json_is_true(json_object_get(told, "changed"));
    job->created_ms = json_integer_value(json_object_get(told, "created"));
    job->started_ms = json_integer_value(json_object_get(told, "started"));
    job->ended_ms = json_integer_value(json_object_get(told, "ended"));
    if (js->on_change) {
        js->on_change(js->arg, job);
    }
    return 0;
}
