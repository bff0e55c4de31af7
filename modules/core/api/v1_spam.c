/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_spam(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_SPAM_SHOW, json_pack("{s:s}", "owner", ms_api_name(rq)), 200);
}

void ms_api_patch_spam(struct ms_api_request *rq)
{
    json_t *members = json_copy((json_t *)ms_api_body(rq));

    (void)json_object_set_new(members, "owner", json_string(ms_api_name(rq)));
    ms_api_call(rq, MS_OP_SPAM_SET, members, 200);
}
