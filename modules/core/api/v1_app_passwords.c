/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_app_passwords(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_APP_PASSWORD_LIST, json_pack("{s:s}", "address", ms_api_name(rq)), 200);
}

void ms_api_post_app_password(struct ms_api_request *rq)
{
    json_t *members = json_copy((json_t *)ms_api_body(rq));

    (void)json_object_set_new(members, "address", json_string(ms_api_name(rq)));
    ms_api_call(rq, MS_OP_APP_PASSWORD_ADD, members, 201);
}

void ms_api_delete_app_password(struct ms_api_request *rq)
{
    ms_auto_free char *name = ms_api_query(rq, "name");
    json_t *members = json_pack("{s:s}", "address", ms_api_name(rq));

    if (name) {
        (void)json_object_set_new(members, "name", json_string(name));
    }
    ms_api_call(rq, MS_OP_APP_PASSWORD_DELETE, members, 200);
}
