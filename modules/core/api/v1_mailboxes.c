/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/api/handlers.h"

void ms_api_get_mailboxes(struct ms_api_request *rq)
{
    ms_auto_free char *domain = ms_api_query(rq, "domain");

    ms_api_call(rq, MS_OP_MAILBOX_LIST, domain ? json_pack("{s:s}", "domain", domain) : NULL, 200);
}

void ms_api_get_mailbox(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_MAILBOX_SHOW, json_pack("{s:s}", "address", ms_api_name(rq)), 200);
}

void ms_api_post_mailbox(struct ms_api_request *rq)
{
    ms_api_call(rq, MS_OP_MAILBOX_ADD, json_copy((json_t *)ms_api_body(rq)), 201);
}

void ms_api_patch_mailbox(struct ms_api_request *rq)
{
    json_t *members = json_copy((json_t *)ms_api_body(rq));

    (void)json_object_set_new(members, "address", json_string(ms_api_name(rq)));
    ms_api_call(rq, MS_OP_MAILBOX_SET, members, 200);
}

void ms_api_delete_mailbox(struct ms_api_request *rq)
{
    ms_auto_free char *keep = ms_api_query(rq, "keep_mail");

    ms_api_call(rq, MS_OP_MAILBOX_DELETE,
                json_pack("{s:s, s:b}", "address", ms_api_name(rq), "keep_mail",
                          keep && !strcmp(keep, "1")),
                200);
}

void ms_api_post_rename(struct ms_api_request *rq)
{
    json_t *members = json_copy((json_t *)ms_api_body(rq));

    (void)json_object_set_new(members, "address", json_string(ms_api_name(rq)));
    ms_api_call(rq, MS_OP_MAILBOX_RENAME, members, 200);
}
