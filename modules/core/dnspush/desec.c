/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deSEC's API (Authorization: Token). Sets of records are written in bulk, as a whole or not; an
 * empty list of records removes a set. Lists are paged with Link headers.
 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/api_common.h"

static int look(struct ms_dnsapi *api, const char *name, struct ms_push_zone_id *ret,
                struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/domains/%s/", name);
    ms_auto_json json_t *j = NULL;

    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) < 0) {
        if (err->code == MS_ENOTFOUND) {
            ms_err_done(err);
            return 0;
        }
        return -1;
    }
    if (strcmp(ms_dnsapi_str(j, "name"), name) != 0) {
        return ms_dnsapi_odd(api, err);
    }
    if (!ms_dnsapi_zone_set(ret, name, name)) {
        return 0;
    }
    ret->least_ttl = ms_dnsapi_num(j, "minimum_ttl", 3600);
    return 1;
}

static int zone(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err)
{
    return ms_dnsapi_zone_search(&((struct ms_dnsapi_provider *)impl)->api, name, look, ret, err);
}

static int take_page(const struct ms_dnsapi *api, const struct ms_push_zone_id *z,
                     const json_t *page, size_t *n, struct ms_rrsets *ret, struct ms_err *err)
{
    const json_t *set, *rec;
    size_t i, k;

    if (!json_is_array(page)) {
        return ms_dnsapi_odd(api, err);
    }
    json_array_foreach(page, i, set)
    {
        const char *name = ms_dnsapi_absolute(ret->arena, ms_dnsapi_str(set, "subname"), z->name);

        json_array_foreach(json_object_get(set, "records"), k, rec)
        {
            if (ms_dnsapi_room(api, ++*n, err) < 0) {
                return -1;
            }
            if (json_is_string(rec) && *ms_dnsapi_str(set, "type")) {
                (void)ms_rrsets_add(ret, name, ms_dnsapi_str(set, "type"),
                                    ms_dnsapi_num(set, "ttl", 0), json_string_value(rec), NULL);
            }
        }
    }
    return 0;
}

static int fetch(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                 struct ms_rrsets *ret, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    ms_auto_free char *path = ms_xasprintf("/domains/%s/rrsets/?cursor=", z->id);
    char next[2048] = "";
    size_t n = 0;

    (void)ask;
    for (int page = 0; page < MS_DNSAPI_PAGES; page++) {
        ms_auto_json json_t *j = NULL;
        struct ms_dnsapi_call c = {.method = "GET", .path = page ? next : path};
        char following[2048] = "";

        c.next = following;
        if (ms_dnsapi_run(api, &c, &j, err) < 0 || take_page(api, z, j, &n, ret, err) < 0) {
            return -1;
        }
        if (!*following) {
            return 0;
        }
        memcpy(next, following, sizeof(next));
    }
    return ms_err_set(err, MS_EIO, 0, "%s: the list of records has no end", api->name);
}

static int apply(void *impl, const struct ms_push_zone_id *z, const struct ms_rrchange *const *v,
                 size_t n, size_t *ret_done, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    ms_auto_free char *path = ms_xasprintf("/domains/%s/rrsets/", z->id);
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_json json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *records = json_array();

        for (size_t k = 0; v[i]->act != MS_ACT_REMOVE && k < v[i]->n; k++) {
            (void)json_array_append_new(records, json_string(v[i]->v[k].text));
        }
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:o}", "subname",
                                                    ms_dnsapi_relative(a, v[i]->name, z->name, ""),
                                                    "type", v[i]->type, "ttl",
                                                    (json_int_t)v[i]->ttl, "records", records));
    }
    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "PATCH", .path = path, .body = list},
                      NULL, err) < 0) {
        return -1;
    }
    *ret_done += n;
    return 0;
}

static const struct ms_provider_ops ops = {
    .zone = zone, .fetch = fetch, .apply = apply, .free = ms_dnsapi_provider_free};

int ms_desec_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err)
{
    (void)err;
    ms_dnsapi_provider_new(api, &ops, ret);
    return 0;
}
