/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy.h"

enum { JOB_ARGS = 80 };

static void on_line(void *arg, char *p, size_t n)
{
    struct sup *s = arg;

    ms_job_line(&s->jobs, s->job, p, n, ms_time_wall_ms());
}

static void ended(struct sup *s, const char *why)
{
    struct ms_job *job = s->job;

    ms_job_ended(&s->jobs, job, why, ms_time_wall_ms());
    ms_log(job->ok ? MS_LOG_INFO : MS_LOG_WARN, "job", "%s ended id=%llu ok=%s took_ms=%lld",
           job->kind, (unsigned long long)job->id, job->ok ? "true" : "false",
           (long long)(job->ended_ms - job->started_ms));
    sup_history(s, "job", job->kind, job->ok ? job->changed ? "done" : "nothing to change" : why);
    s->job = NULL;
    ms_job_unref(job);
}

static void start(struct sup *s, struct ms_job *job)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *args[JOB_ARGS] = {
        "-x", "job", "--site", s->o->paths.site, "--state", s->o->paths.state};
    const json_t *services = json_object_get(job->request, "services");
    size_t n = 6, i;
    json_t *name;

    if (json_is_true(json_object_get(job->request, "volumes"))) {
        args[n++] = "--volumes";
    }
    if (job->id == s->resume_id) {
        args[n++] = "--resume";
    }
    args[n++] = "--";
    args[n++] = job->kind;
    json_array_foreach(services, i, name)
    {
        args[n++] = json_string_value(name);
    }
    s->job = ms_job_ref(job);
    s->job_worker.on_line = on_line;
    s->job_worker.arg = s;
    ms_job_started(job, ms_time_wall_ms());
    sup_api_job(s, job);
    ms_log(MS_LOG_INFO, "job", "%s started id=%llu", job->kind, (unsigned long long)job->id);
    if (worker_start(&s->job_worker, args, NULL, MS_JOB_LINE, &err) < 0) {
        ended(s, ms_err_msg(&err));
    }
}

void sup_jobs_pump(struct sup *s)
{
    struct ms_job *job;

    while (!s->job && !s->stopping && (job = ms_jobs_next(&s->jobs))) {
        start(s, job);
    }
}

int sup_jobs_post(void *arg, const json_t *request, struct ms_job **ret, struct ms_err *err)
{
    struct sup *s = arg;

    if (ms_jobs_add(&s->jobs, request, ms_time_wall_ms(), ret, err) < 0) {
        return -1;
    }
    sup_api_job(s, *ret);
    sup_jobs_pump(s);
    return 0;
}

void sup_jobs_resume(struct sup *s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *request = NULL;
    char kind[MS_RUN_KIND];
    struct ms_job *job;

    if (!ms_deploy_interrupted(s->o->paths.state, kind)) {
        return;
    }
    ms_log(MS_LOG_INFO, "supervisor", "the last deployment (%s) did not end: going on with it",
           kind);
    /* never with "volumes": a `down` that is resumed keeps the data */
    request = json_pack("{s:s}", "kind", strcmp(kind, "down") ? "up" : "down");
    if (ms_jobs_add(&s->jobs, request, ms_time_wall_ms(), &job, &err) < 0) {
        ms_log(MS_LOG_WARN, "supervisor", "%s", ms_err_msg(&err));
        return;
    }
    s->resume_id = job->id;
    sup_jobs_pump(s);
}

void sup_jobs_reap(struct sup *s)
{
    ms_auto_free char *why = NULL;
    int status;

    if (!worker_reap(&s->job_worker, &status)) {
        return;
    }
    why = worker_status_text(status);
    ended(s, why);
    sup_site_load(s);
    sup_engine_snapshot_soon(s);
    sup_jobs_pump(s);
}
