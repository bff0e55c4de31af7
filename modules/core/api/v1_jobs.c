/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_jobs(struct ms_api_request *rq)
{
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);

    ms_api_reply(rq, 200, ms_jobs_json(b->jobs(arg)));
}

void ms_api_post_job(struct ms_api_request *rq)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    struct ms_job *job;

    if (b->job(arg, ms_api_body(rq), &job, &err) < 0) {
        ms_api_fail(rq, &err);
        return;
    }
    ms_api_reply(rq, 202, ms_job_json(job));
}

/* The job that the path names; NULL: the request was answered. */
static struct ms_job *find(struct ms_api_request *rq)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    struct ms_job *job = ms_jobs_find(b->jobs(arg), ms_api_name(rq));

    if (!job) {
        (void)ms_err_set(&err, MS_ENOTFOUND, 0, "there is no such job (any more)");
        ms_api_fail(rq, &err);
    }
    return job;
}

void ms_api_get_job(struct ms_api_request *rq)
{
    const struct ms_job *job = find(rq);

    if (job) {
        ms_api_reply(rq, 200, ms_job_json(job));
    }
}

void ms_api_get_job_events(struct ms_api_request *rq)
{
    struct ms_job *job = find(rq);

    if (job) {
        ms_api_follow(rq, job);
    }
}
