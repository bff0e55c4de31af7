/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"

void ms_api_get_dns_checks(struct ms_api_request *rq)
{
    ms_auto_free char *domain = ms_api_query(rq, "domain");

    ms_api_call(rq, MS_OP_DNS_CHECK, domain ? json_pack("{s:s}", "domain", domain) : NULL, 200);
}
