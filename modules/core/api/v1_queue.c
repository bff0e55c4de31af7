/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_queue(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_QUEUE_LIST, NULL, 200);
}

void ms_api_get_queue_message(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_QUEUE_SHOW, json_pack("{s:s}", "id", ms_api_name(rq)), 200);
}

void ms_api_post_queue(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_QUEUE_ACTION, json_copy((json_t *)ms_api_body(rq)), 200);
}

void ms_api_post_test(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_TEST, json_copy((json_t *)ms_api_body(rq)), 200);
}
