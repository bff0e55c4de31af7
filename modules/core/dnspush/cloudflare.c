/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cloudflare's API v4 (Authorization: Bearer). Records are single objects with an id; a batch of
 * deletions and additions is made as a whole or not.
 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/api_common.h"
#include "modules/core/dnspush/cloudflare.h"

enum { PER_PAGE = 500, BATCH = 200, LEAST_TTL_S = 60 };

static int look(struct ms_dnsapi *api, const char *name, struct ms_push_zone_id *ret,
                struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/zones?name=%s", name);
    ms_auto_json json_t *j = NULL;
    const json_t *list, *z;

    if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) < 0) {
        return -1;
    }
    list = json_object_get(j, "result");
    z = json_array_get(list, 0);
    if (!json_is_array(list) || (z && strcmp(ms_dnsapi_str(z, "name"), name) != 0) ||
        strspn(ms_dnsapi_str(z, "id"), "0123456789abcdef") != strlen(ms_dnsapi_str(z, "id"))) {
        return ms_dnsapi_odd(api, err);
    }
    if (!z || !ms_dnsapi_zone_set(ret, name, ms_dnsapi_str(z, "id"))) {
        return 0;
    }
    ret->least_ttl = LEAST_TTL_S;
    return 1;
}

static int zone(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err)
{
    return ms_dnsapi_zone_search(&((struct ms_dnsapi_provider *)impl)->api, name, look, ret, err);
}

static int take_page(const struct ms_dnsapi *api, const json_t *page, size_t *n,
                     struct ms_rrsets *ret, struct ms_err *err)
{
    const json_t *list = json_object_get(page, "result"), *rec;
    size_t i;

    if (!json_is_array(list)) {
        return ms_dnsapi_odd(api, err);
    }
    json_array_foreach(list, i, rec)
    {
        const char *value = ms_cloudflare_value(ret->arena, rec);

        if (ms_dnsapi_room(api, ++*n, err) < 0) {
            return -1;
        }
        if (value && *ms_dnsapi_str(rec, "name")) {
            (void)ms_rrsets_add(ret, ms_dnsapi_str(rec, "name"), ms_dnsapi_str(rec, "type"),
                                ms_dnsapi_num(rec, "ttl", 0), value, ms_dnsapi_str(rec, "id"));
        }
    }
    return 0;
}

static int fetch(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                 struct ms_rrsets *ret, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    size_t n = 0;

    (void)ask;
    for (uint32_t page = 1; page <= MS_DNSAPI_PAGES; page++) {
        ms_auto_free char *path =
            ms_xasprintf("/zones/%s/dns_records?page=%u&per_page=%d", z->id, page, PER_PAGE);
        ms_auto_json json_t *j = NULL;

        if (ms_dnsapi_run(api, &(struct ms_dnsapi_call){.method = "GET", .path = path}, &j, err) <
                0 ||
            take_page(api, j, &n, ret, err) < 0) {
            return -1;
        }
        if (page >= ms_dnsapi_num(json_object_get(j, "result_info"), "total_pages", 1)) {
            return 0;
        }
    }
    return ms_err_set(err, MS_EIO, 0, "%s: the list of records has no end", api->name);
}

static bool has(const struct ms_rrvalue *v, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(v[i].text, text)) {
            return true;
        }
    }
    return false;
}

/* Deletions and additions of one set; values that stay are not touched. */
static void add_change(const struct ms_rrchange *x, json_t *deletes, json_t *posts)
{
    size_t n = x->act == MS_ACT_REMOVE ? 0 : x->n;

    for (size_t i = 0; i < x->n_old; i++) {
        if (!has(x->v, n, x->old[i].text) && x->old[i].id) {
            (void)json_array_append_new(deletes, json_pack("{s:s}", "id", x->old[i].id));
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!has(x->old, x->n_old, x->v[i].text)) {
            (void)json_array_append_new(
                posts, ms_cloudflare_record(x->name, x->type, x->ttl, x->v[i].text));
        }
    }
}

static int send_batch(struct ms_dnsapi *api, const struct ms_push_zone_id *z, const json_t *deletes,
                      const json_t *posts, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/zones/%s/dns_records/batch", z->id);
    ms_auto_json json_t *body =
        json_pack("{s:O, s:O}", "deletes", (json_t *)deletes, "posts", (json_t *)posts);

    return ms_dnsapi_run(
        api, &(struct ms_dnsapi_call){.method = "POST", .path = path, .body = body}, NULL, err);
}

static int apply(void *impl, const struct ms_push_zone_id *z, const struct ms_rrchange *const *v,
                 size_t n, size_t *ret_done, struct ms_err *err)
{
    struct ms_dnsapi *api = &((struct ms_dnsapi_provider *)impl)->api;
    size_t from = 0;

    while (from < n) {
        ms_auto_json json_t *deletes = json_array(), *posts = json_array();
        size_t to = from;

        do {
            add_change(v[to++], deletes, posts);
        } while (to < n &&
                 json_array_size(deletes) + json_array_size(posts) + v[to]->n_old + v[to]->n <=
                     BATCH);
        if (send_batch(api, z, deletes, posts, err) < 0) {
            return -1;
        }
        *ret_done += to - from;
        from = to;
    }
    return 0;
}

static const struct ms_provider_ops ops = {
    .zone = zone, .fetch = fetch, .apply = apply, .free = ms_dnsapi_provider_free};

int ms_cloudflare_open(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err)
{
    (void)err;
    ms_dnsapi_provider_new(api, &ops, ret);
    return 0;
}
