/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/api_common.h"

#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"

void ms_dnsapi_provider_new(struct ms_dnsapi *api, const struct ms_provider_ops *ops,
                            struct ms_provider *ret)
{
    struct ms_dnsapi_provider *p = ms_xcalloc(1, sizeof(*p));

    p->api = *api;
    *api = (struct ms_dnsapi){0};
    *ret = (struct ms_provider){.ops = ops, .impl = p};
}

void ms_dnsapi_provider_free(void *impl)
{
    struct ms_dnsapi_provider *p = impl;

    ms_dnsapi_done(&p->api);
    free(p);
}

const char *ms_dnsapi_str(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

uint32_t ms_dnsapi_num(const json_t *o, const char *key, uint32_t fallback)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_integer_value(v);

    return json_is_integer(v) && n >= 0 && n <= INT32_MAX ? (uint32_t)n : fallback;
}

int ms_dnsapi_zone_set(struct ms_push_zone_id *z, const char *name, const char *id)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    const char *full = ms_rrname(a, name);

    /* both become part of paths */
    if (!*name || !*id || strlen(full) >= sizeof(z->name) || strlen(id) >= sizeof(z->id) ||
        strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=") !=
            strlen(id)) {
        return 0;
    }
    *z = (struct ms_push_zone_id){0};
    memcpy(z->name, full, strlen(full) + 1);
    memcpy(z->id, id, strlen(id) + 1);
    return 1;
}

int ms_dnsapi_zone_search(struct ms_dnsapi *api, const char *name, ms_dnsapi_zone_look look,
                          struct ms_push_zone_id *ret, struct ms_err *err)
{
    ms_auto_free char *bare = ms_xmemdup0(name, strlen(name) - (*name != '\0'));

    for (const char *p = bare; p && strchr(p, '.'); p = strchr(p, '.') + 1) {
        int r;

        if (*p == '_') {
            continue; /* such labels hold records, not zones */
        }
        r = look(api, p, ret, err);
        if (r) {
            return r;
        }
    }
    return 0;
}

char *ms_dnsapi_relative(struct ms_arena *a, const char *name, const char *zone, const char *apex)
{
    size_t n = strlen(name), z = strlen(zone);

    if (!strcmp(name, zone)) {
        return ms_arena_strdup(a, apex);
    }
    return n > z && ms_rrname_is_below(name, zone) ? ms_arena_memdup0(a, name, n - z - 1)
                                                   : ms_arena_strdup(a, name);
}

char *ms_dnsapi_absolute(struct ms_arena *a, const char *name, const char *zone)
{
    if (!*name || !strcmp(name, "@")) {
        return ms_arena_strdup(a, zone);
    }
    return ms_rrname(a, ms_arena_printf(a, "%s.%s", name, zone));
}

int ms_dnsapi_odd(const struct ms_dnsapi *api, struct ms_err *err)
{
    return ms_err_set(err, MS_EIO, 0, "%s: the answer is not what its documentation says",
                      api->name);
}

int ms_dnsapi_room(const struct ms_dnsapi *api, size_t n, struct ms_err *err)
{
    return n <= MS_ZONE_RECORDS_MAX ? 0
                                    : ms_err_set(err, MS_EIO, 0,
                                                 "%s: the zone has more than %d "
                                                 "records",
                                                 api->name, MS_ZONE_RECORDS_MAX);
}
