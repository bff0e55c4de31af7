/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/api/handlers.h"
#include "modules/core/base/cleanup_ext.h"

void ms_api_get_services(struct ms_api_request *rq)
{
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    ms_auto_json json_t *status = b->status(arg);
    json_t *services = json_object_get(status, "services");

    ms_api_reply(rq, 200, services ? json_incref(services) : json_array());
}

/* The service that the path names; borrowed from status. NULL: the request was answered. */
static json_t *find(struct ms_api_request *rq, const json_t *status)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    size_t i;
    json_t *s;

    json_array_foreach(json_object_get(status, "services"), i, s)
    {
        const char *name = json_string_value(json_object_get(s, "name"));

        if (name && !strcmp(name, ms_api_name(rq))) {
            return s;
        }
    }
    (void)ms_err_set(&err, MS_ENOTFOUND, 0, "there is no such service");
    ms_api_fail(rq, &err);
    return NULL;
}

void ms_api_get_service(struct ms_api_request *rq)
{
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    ms_auto_json json_t *status = b->status(arg);
    json_t *s = find(rq, status);

    if (s) {
        ms_api_reply(rq, 200, json_incref(s));
    }
}

void ms_api_post_service_restart(struct ms_api_request *rq)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    ms_auto_json json_t *status = b->status(arg);
    ms_auto_json json_t *request = NULL;
    struct ms_job *job;

    if (!find(rq, status)) {
        return;
    }
    request = json_pack("{s:s, s:[s]}", "kind", "restart", "services", ms_api_name(rq));
    if (b->job(arg, request, &job, &err) < 0) {
        ms_api_fail(rq, &err);
        return;
    }
    ms_api_reply(rq, 202, ms_job_json(job));
}
