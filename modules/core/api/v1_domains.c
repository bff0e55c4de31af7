/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/api/handlers.h"

void ms_api_get_domains(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_DOMAIN_LIST, NULL, 200);
}

void ms_api_get_domain(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_DOMAIN_SHOW, json_pack("{s:s}", "name", ms_api_name(rq)), 200);
}

void ms_api_post_domain(struct ms_api_request *rq)
{
    ms_api_refresh_after(rq);
    ms_api_call(rq, MS_OP_DOMAIN_ADD, json_copy((json_t *)ms_api_body(rq)), 201);
}

void ms_api_delete_domain(struct ms_api_request *rq)
{
    ms_auto_free char *with = ms_api_query(rq, "with_content");

    ms_api_refresh_after(rq);
    ms_api_call(rq, MS_OP_DOMAIN_DELETE,
                json_pack("{s:s, s:b}", "name", ms_api_name(rq), "with_content",
                          with && !strcmp(with, "1")),
                200);
}
