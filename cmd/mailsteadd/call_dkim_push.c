/* SPDX-License-Identifier: Apache-2.0 */
/* Records of DKIM keys where we may write them. */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/facts.h"
#include "modules/core/dnspush/push.h"

bool call_dkim_pushes(const struct call *c, const char *domain)
{
    struct ms_site_authority a;

    ms_site_authority(c->loaded.site, domain, &a);
    return a.kind != MS_DNS_MANUAL;
}

static bool is_key(const struct ms_record *r)
{
    return !strncmp(r->id, "dkim-", 5);
}

/* Each zone tells for itself why it was not written. */
static void add_problems(const struct ms_push *p, json_t *result)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct ms_push_zone *z = &p->zones[i];
        ms_auto_free char *text = NULL;

        if (z->error) {
            text = ms_xasprintf("DNS of %s: %s", z->domain, z->error);
            call_problem(result, text);
        } else if (ms_rrchanges_conflicts(&z->changes)) {
            text = ms_xasprintf("DNS of %s: a record of its DKIM keys cannot be written: see "
                                "`mailstead dns diff %s`",
                                z->domain, z->domain);
            call_problem(result, text);
        }
    }
}

void call_dkim_push(struct call *c, const char *domain, json_t *result)
{
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    ms_auto_records struct ms_records records = {0};
    ms_auto_push struct ms_push push = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *below = ms_xasprintf("_domainkey.%s.", domain);
    struct ms_push_in in = {.site = c->loaded.site,
                            .records = &records,
                            .state = c->o->paths.state,
                            .only = domain,
                            .filter = is_key,
                            .part = true};

    if (!call_dkim_pushes(c, domain)) {
        return;
    }
    facts = ms_dns_facts_new(c->o->paths.state, c->loaded.site);
    if (ms_dns_records(c->loaded.site, ms_dns_facts_input(facts), domain, &records, &err) < 0) {
        call_problem(result, ms_err_msg(&err));
        return;
    }
    /* the records of keys that are gone go, too, unless a key could not be read */
    in.whole_below = ms_dns_facts_problem(facts) ? NULL : below;
    ms_push_plan(&in, &push);
    (void)!ms_push_apply(&push);
    add_problems(&push, result);
}
