/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerDNS Authoritative Server, its HTTP API (X-API-Key). A PATCH is made as a whole or not.
 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/api_common.h"

#define ZONES "/api/v1/servers/localhost/zones"

static int look(struct ms_dnsapi *api, const char *name, struct ms_push_zone_id *ret,
                struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf(ZONES "?zone=%s.&dnssec=false", name);
    ms_auto_json json_t *j = NULL;
    const json_t *z;

    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) < 0) {
        return -1;
    }
    z = json_array_get(j, 0);
    if (!json_is_array(j) || (z && !*ms_dnsapi_str(z, "name"))) {
        return ms_dnsapi_odd(api, err);
    }
    return z ? ms_dnsapi_zone_set(ret, ms_dnsapi_str(z, "name"), ms_dnsapi_str(z, "id")) : 0;
}

static int zone(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err)
{
    return ms_dnsapi_zone_search(&((struct ms_dnsapi_provider *)impl)->api, name, look, ret, err);
}

/* An id may hold "=2F" and the like: it goes into the path as it stands. */
static char *path_of(const struct ms_push_zone_id *z)
{
    return ms_xasprintf(ZONES "/%s", z->id);
}

static int fetch(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                 struct ms_rrsets *ret, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    ms_auto_free char *path = path_of(z);
    ms_auto_json json_t *j = NULL;
    const json_t *sets, *set, *rec;
    size_t i, k, n = 0;

    (void)ask;
    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) < 0) {
        return -1;
    }
    sets = json_object_get(j, "rrsets");
    if (!json_is_array(sets)) {
        return ms_dnsapi_odd(api, err);
    }
    json_array_foreach(sets, i, set)
    {
        json_array_foreach(json_object_get(set, "records"), k, rec)
        {
            if (ms_dnsapi_room(api, ++n, err) < 0) {
                return -1;
            }
            if (*ms_dnsapi_str(set, "type") && !json_is_true(json_object_get(rec, "disabled"))) {
                (void)ms_rrsets_add(ret, ms_dnsapi_str(set, "name"), ms_dnsapi_str(set, "type"),
                                    ms_dnsapi_num(set, "ttl", 0), ms_dnsapi_str(rec, "content"),
                                    NULL);
            }
        }
    }
    return 0;
}

static json_t *change_json(const struct ms_rrchange *x)
{
    json_t *records = json_array();

    for (size_t i = 0; i < x->n; i++) {
        (void)json_array_append_new(
            records, json_pack("{s:s, s:b}", "content", x->v[i].text, "disabled", 0));
    }
    if (x->act == MS_ACT_REMOVE) {
        json_decref(records);
        return json_pack("{s:s, s:s, s:s}", "name", x->name, "type", x->type, "changetype",
                         "DELETE");
    }
    return json_pack("{s:s, s:s, s:I, s:s, s:o}", "name", x->name, "type", x->type, "ttl",
                     (json_int_t)x->ttl, "changetype", "REPLACE", "records", records);
}

static int apply(void *impl, const struct ms_push_zone_id *z, const struct ms_rrchange *const *v,
                 size_t n, size_t *ret_done, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    ms_auto_free char *path = path_of(z);
    json_t *list = json_array();
    ms_auto_json json_t *body = json_pack("{s:o}", "rrsets", list);

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            if ((v[i]->act == MS_ACT_REMOVE) == (pass == 0)) {
                (void)json_array_append_new(list, change_json(v[i]));
            }
        }
    }
    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "PATCH", .path = path, .body = body},
                      NULL, err) < 0) {
        return -1;
    }
    *ret_done += n;
    return 0;
}

static const struct ms_provider_ops ops = {
    .zone = zone, .fetch = fetch, .apply = apply, .free = ms_dnsapi_provider_free};

int ms_powerdns_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err)
{
    (void)err;
    ms_dnsapi_provider_new(api, &ops, ret);
    return 0;
}
