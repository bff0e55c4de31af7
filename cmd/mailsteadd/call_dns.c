/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the site's DNS, and of what depends on it. */
#include "cmd/mailsteadd/call.h"
#include "modules/core/sitecheck/sitecheck.h"

enum { LIMIT_MS = 60000 }; /* less than the supervisor's bound on a call */

int call_dns_check(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *domain = NULL;
    ms_auto_free char *problem = NULL;
    ms_auto_checks struct ms_checks found = {0};
    struct ms_sitecheck x = {.site = c->loaded.site,
                             .stack = c->loaded.stack,
                             .state = c->o->paths.state,
                             .limit_ms = LIMIT_MS};

    if (call_string(c, "domain") && call_domain(c, "domain", &domain, err) < 0) {
        return -1;
    }
    x.domain = domain;
    ms_checks_init(&found);
    if (ms_sitecheck_run(&x, &found, &problem, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:o, s:[]}", "checks", ms_checks_json(&found), "problems");
    if (problem) {
        call_problem(*ret, problem);
    }
    return 0;
}
