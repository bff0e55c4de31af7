/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dns/dns.h"

json_t *ms_dns_format_json(const struct ms_records *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n; i++) {
        const struct ms_record *x = &r->v[i];

        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:b, s:b, s:s, s:s}",
                            "id", x->id, "scope", x->scope, "zone", x->zone, "name", x->name,
                            "type", x->type, "ttl", (json_int_t)x->ttl, "value", x->value, "need",
                            ms_need_name(x->need), "merge", ms_merge_name(x->merge), "foreign",
                            x->foreign, "served", x->served, "why", x->why, "breaks", x->breaks));
    }
    return json_pack("{s:o}", "records", list);
}
