/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_dkim(struct ms_api_request *rq)
{
    ms_auto_free char *domain = ms_api_query(rq, "domain");

    ms_api_call(rq, MS_OP_DKIM_LIST, domain ? json_pack("{s:s}", "domain", domain) : NULL, 200);
}

void ms_api_post_dkim(struct ms_api_request *rq)
{
    json_t *body = json_copy((json_t *)ms_api_body(rq));

    (void)json_object_set_new(body, "domain", json_string(ms_api_name(rq)));
    ms_api_refresh_after(rq);
    ms_api_call(rq, MS_OP_DKIM_ROTATE, body, 200);
}
