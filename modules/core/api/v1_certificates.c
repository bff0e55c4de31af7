/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_certificates(struct ms_api_request *rq)
{
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);

    ms_api_reply(rq, 200, b->certificates(arg));
}

void ms_api_post_renew(struct ms_api_request *rq)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    const json_t *force = json_object_get(ms_api_body(rq), "force");

    if (json_object_size(ms_api_body(rq)) > (force != NULL)) {
        (void)ms_err_set(&err, MS_EINVAL, 0, "there is no such member: only force");
    } else if (force && !json_is_boolean(force)) {
        (void)ms_err_set(&err, MS_EINVAL, 0, "force: expected true or false");
    } else {
        (void)!b->renew(arg, json_is_true(force), &err);
    }
    if (err.code) {
        ms_api_fail(rq, &err);
        return;
    }
    ms_api_reply(rq, 202, b->certificates(arg));
}
