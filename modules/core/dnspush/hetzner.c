/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hetzner's Cloud API (Authorization: Bearer), its DNS part. Each set of records is one request, so
 * that a push can be refused half-way; what was done is counted. A request that is taken begins an
 * action, which is waited for: it may fail later.
 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/api_common.h"

enum { PER_PAGE = 50, LEAST_TTL_S = 60, LOOKS = 20, LOOK_MS = 500, LOOK_MAX_MS = 4000 };

static int look(struct ms_dnsapi *api, const char *name, struct ms_push_zone_id *ret,
                struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/zones?name=%s", name);
    ms_auto_json json_t *j = NULL;
    const json_t *zones, *z;

    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) < 0) {
        return -1;
    }
    zones = json_object_get(j, "zones");
    z = json_array_get(zones, 0);
    if (!json_is_array(zones) || (z && strcmp(ms_dnsapi_str(z, "name"), name) != 0)) {
        return ms_dnsapi_odd(api, err);
    }
    if (!z || !ms_dnsapi_zone_set(ret, name, name)) {
        return 0;
    }
    ret->least_ttl = LEAST_TTL_S;
    return 1;
}

static int zone(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err)
{
    return ms_dnsapi_zone_search(&((struct ms_dnsapi_provider *)impl)->api, name, look, ret, err);
}

static int take_page(const struct ms_dnsapi *api, const struct ms_push_zone_id *z,
                     const json_t *page, size_t *n, struct ms_rrsets *ret, struct ms_err *err)
{
    const json_t *sets = json_object_get(page, "rrsets"), *set, *rec;
    size_t i, k;

    if (!json_is_array(sets)) {
        return ms_dnsapi_odd(api, err);
    }
    json_array_foreach(sets, i, set)
    {
        const char *name = ms_dnsapi_absolute(ret->arena, ms_dnsapi_str(set, "name"), z->name);

        json_array_foreach(json_object_get(set, "records"), k, rec)
        {
            if (ms_dnsapi_room(api, ++*n, err) < 0) {
                return -1;
            }
            if (*ms_dnsapi_str(set, "type")) {
                (void)ms_rrsets_add(ret, name, ms_dnsapi_str(set, "type"),
                                    ms_dnsapi_num(set, "ttl", 0), ms_dnsapi_str(rec, "value"),
                                    NULL);
            }
        }
    }
    return 0;
}

static int fetch(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                 struct ms_rrsets *ret, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    uint32_t page = 1;
    size_t n = 0;

    (void)ask;
    for (int i = 0; i < MS_DNSAPI_PAGES; i++) {
        ms_auto_free char *path =
            ms_xasprintf("/zones/%s/rrsets?page=%u&per_page=%d", z->id, page, PER_PAGE);
        ms_auto_json json_t *j = NULL;
        uint32_t next;

        if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) <
                0 ||
            take_page(api, z, j, &n, ret, err) < 0) {
            return -1;
        }
        next = ms_dnsapi_num(json_object_get(json_object_get(j, "meta"), "pagination"), "next_page",
                             0);
        if (!next) {
            return 0;
        }
        if (next <= page) {
            return ms_dnsapi_odd(api, err);
        }
        page = next;
    }
    return ms_err_set(err, MS_EIO, 0, "%s: the list of records has no end", api->name);
}

static json_t *records_json(const struct ms_rrchange *x)
{
    json_t *a = json_array();

    for (size_t i = 0; i < x->n; i++) {
        (void)json_array_append_new(a, json_pack("{s:s}", "value", x->v[i].text));
    }
    return a;
}

/* 1: it is done, 0: not yet, -1: it failed. */
static int action_state(const struct ms_dnsapi *api, const json_t *action, struct ms_err *err)
{
    const char *status = ms_dnsapi_str(action, "status");
    const json_t *error = json_object_get(action, "error");

    if (!strcmp(status, "error")) {
        return ms_err_set(err, MS_EIO, 0, "%s took the request and failed: %.200s (%.60s)",
                          api->name, ms_dnsapi_str(error, "message"), ms_dnsapi_str(error, "code"));
    }
    return strcmp(status, "running") != 0;
}

/* Wait for the action that an answer tells of, if it does. */
static int finish(struct ms_dnsapi *api, const json_t *answer, struct ms_err *err)
{
    const json_t *action = json_object_get(answer, "action");
    ms_auto_free char *path =
        ms_xasprintf("/actions/%lld", (long long)json_integer_value(json_object_get(action, "id")));
    int64_t wait = LOOK_MS;
    int r = action ? action_state(api, action, err) : 1;

    for (int i = 0; !r && i < LOOKS; i++) {
        ms_auto_json json_t *j = NULL;

        api->wait(api->arg, wait);
        wait = wait * 2 < LOOK_MAX_MS ? wait * 2 : LOOK_MAX_MS;
        if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) <
            0) {
            return -1;
        }
        action = json_object_get(j, "action");
        r = action ? action_state(api, action, err) : ms_dnsapi_odd(api, err);
    }
    return r ? (r < 0 ? -1 : 0)
             : ms_err_set(err, MS_ETIME, 0, "%s has not made the change yet", api->name);
}

static int apply_one(struct ms_dnsapi *api, const struct ms_push_zone_id *z,
                     const struct ms_rrchange *x, struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    const char *name = ms_dnsapi_relative(a, x->name, z->name, "@");
    ms_auto_json json_t *body = NULL, *answer = NULL;
    struct ms_dnsapi_call c = {.method = "POST"};

    if (x->act == MS_ACT_REMOVE) {
        c.method = "DELETE";
        c.path = ms_arena_printf(a, "/zones/%s/rrsets/%s/%s", z->id, name, x->type);
    } else if (x->act == MS_ACT_CHANGE) {
        c.path =
            ms_arena_printf(a, "/zones/%s/rrsets/%s/%s/actions/set_records", z->id, name, x->type);
        body = json_pack("{s:o}", "records", records_json(x));
    } else {
        c.path = ms_arena_printf(a, "/zones/%s/rrsets", z->id);
        body = json_pack("{s:s, s:s, s:I, s:o}", "name", name, "type", x->type, "ttl",
                         (json_int_t)x->ttl, "records", records_json(x));
    }
    c.body = body;
    if (ms_dnsapi_run(api, &c, &answer, err) < 0 || finish(api, answer, err) < 0) {
        return ms_err_wrap(err, "%s %s", x->name, x->type);
    }
    return 0;
}

static int apply(void *impl, const struct ms_push_zone_id *z, const struct ms_rrchange *const *v,
                 size_t n, size_t *ret_done, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            if ((v[i]->act == MS_ACT_REMOVE) != (pass == 0)) {
                continue;
            }
            if (apply_one(api, z, v[i], err) < 0) {
                return -1;
            }
            (*ret_done)++;
        }
    }
    return 0;
}

static const struct ms_provider_ops ops = {
    .zone = zone, .fetch = fetch, .apply = apply, .free = ms_dnsapi_provider_free};

int ms_hetzner_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err)
{
    (void)err;
    ms_dnsapi_provider_new(api, &ops, ret);
    return 0;
}
