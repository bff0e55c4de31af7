/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_reports(struct ms_api_request *rq)
{
    ms_auto_free char *domain = ms_api_query(rq, "domain");
    ms_auto_free char *days = ms_api_query(rq, "days");
    json_t *members = json_object();

    if (domain) {
        (void)json_object_set_new(members, "domain", json_string(domain));
    }
    if (days) {
        (void)json_object_set_new(members, "days", json_string(days));
    }
    ms_api_call(rq, MS_OP_REPORTS, members, 200);
}
