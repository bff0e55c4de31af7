/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_aliases(struct ms_api_request *rq)
{
    ms_auto_free char *domain = ms_api_query(rq, "domain");

    ms_api_call(rq, MS_OP_ALIAS_LIST, domain ? json_pack("{s:s}", "domain", domain) : NULL, 200);
}

void ms_api_get_alias(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_ALIAS_SHOW, json_pack("{s:s}", "address", ms_api_name(rq)), 200);
}

void ms_api_put_alias(struct ms_api_request *rq)
{
    json_t *members = json_copy((json_t *)ms_api_body(rq));

    (void)json_object_set_new(members, "address", json_string(ms_api_name(rq)));
    ms_api_call(rq, MS_OP_ALIAS_SET, members, 200);
}

void ms_api_delete_alias(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_ALIAS_DELETE, json_pack("{s:s}", "address", ms_api_name(rq)), 200);
}
