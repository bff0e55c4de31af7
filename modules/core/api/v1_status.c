/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_status(struct ms_api_request *rq)
{
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);

    ms_api_reply(rq, 200, b->status(arg));
}

void ms_api_post_shutdown(struct ms_api_request *rq)
{
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);

    b->shutdown(arg);
    ms_api_reply(rq, 202, json_object());
}
