/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_bans(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_BAN_LIST, NULL, 200);
}

void ms_api_post_ban(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_BAN_ADD, json_copy((json_t *)ms_api_body(rq)), 201);
}

void ms_api_delete_ban(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_BAN_DELETE, json_pack("{s:s}", "address", ms_api_name(rq)), 200);
}
