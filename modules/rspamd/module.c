/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>

extern const struct ms_module ms_module_rspamd;

static json_t *rate_vars(const struct ms_site_rate *r)
{
    return r->count ? json_pack("{s:I,s:I}", "count", (json_int_t)r->count, "period_s",
                                (json_int_t)r->period_s)
                    : json_false();
}

/* send_rate: user and domain (false: no limit), boxes [{address rate}] */
static int rspamd_vars(const struct ms_site *s, json_t *vars, struct ms_err *err)
{
    json_t *boxes = json_array(), *o;

    for (size_t i = 0; i < s->n_box_rates; i++) {
        (void)json_array_append_new(boxes,
                                    json_pack("{s:s,s:o}", "address", s->box_rates[i].address,
                                              "rate", rate_vars(&s->box_rates[i].rate)));
    }
    o = json_pack("{s:o,s:o,s:o}", "user", rate_vars(&s->user_rate), "domain",
                  rate_vars(&s->domain_rate), "boxes", boxes);
    if (!o || json_object_set_new(vars, "send_rate", o) < 0) {
        return ms_err_set(err, MS_EIO, ENOMEM, "rspamd: variables");
    }
    return 0;
}

const struct ms_module ms_module_rspamd = {
    .name = "rspamd",
    .summary = "spam filter, DKIM and ARC signing, DMARC (Rspamd)",
    .vars = rspamd_vars,
};
