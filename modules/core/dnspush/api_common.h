/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the providers with an API share.
 */
#ifndef MS_DNSPUSH_API_COMMON_H
#define MS_DNSPUSH_API_COMMON_H

#include "modules/core/dnspush/provider.h"

/* The implementation of each: its API and nothing else. */
struct ms_dnsapi_provider {
    struct ms_dnsapi api;
};

/* Make one; api is taken over. */
void ms_dnsapi_provider_new(struct ms_dnsapi *api, const struct ms_provider_ops *ops,
                            struct ms_provider *ret);

/* ops.free of each. */
void ms_dnsapi_provider_free(void *impl);

/* A string member of an object, "" when it is absent or no string. */
const char *ms_dnsapi_str(const json_t *o, const char *key);

/* A number member that fits 0 to 2^31-1, else fallback. */
uint32_t ms_dnsapi_num(const json_t *o, const char *key, uint32_t fallback);

/* Copy a zone's name (absolute, lower case) and id; 0 when they do not fit, else 1. */
int ms_dnsapi_zone_set(struct ms_push_zone_id *z, const char *name, const char *id);

/* The longest of the names name, its parent, ... for which look says 1; as ops.zone. look gets a
 * name without its trailing dot. Top-level domains are not tried. */
typedef int (*ms_dnsapi_zone_look)(struct ms_dnsapi *api, const char *name,
                                   struct ms_push_zone_id *ret, struct ms_err *err);
int ms_dnsapi_zone_search(struct ms_dnsapi *api, const char *name, ms_dnsapi_zone_look look,
                          struct ms_push_zone_id *ret, struct ms_err *err) ms_must_use;

/* The part of a name before its zone, "@" or "" (apex) for the zone itself. In the arena. */
char *ms_dnsapi_relative(struct ms_arena *a, const char *name, const char *zone, const char *apex)
    ms_must_use;

/* The absolute name of a relative one ("@" and "" are the apex). In the arena. */
char *ms_dnsapi_absolute(struct ms_arena *a, const char *name, const char *zone) ms_must_use;

/* MS_EIO: the answer lacks what it must have. Always -1. */
int ms_dnsapi_odd(const struct ms_dnsapi *api, struct ms_err *err);

/* Whether there is room for more records; else MS_EIO. */
int ms_dnsapi_room(const struct ms_dnsapi *api, size_t n, struct ms_err *err) ms_must_use;

#endif
