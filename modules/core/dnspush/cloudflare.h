/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cloudflare's form of a record: some types are one text, others an object with their fields.
 */
#ifndef MS_DNSPUSH_CLOUDFLARE_H
#define MS_DNSPUSH_CLOUDFLARE_H

#include <jansson.h>
#include <stdint.h>

#include "modules/core/base/arena.h"

/* The value of a record of an answer in presentation form, in the arena; NULL when it has none. */
char *ms_cloudflare_value(struct ms_arena *a, const json_t *record) ms_must_use;

/* A record for a request; value is canonical. The caller owns the reference. */
json_t *ms_cloudflare_record(const char *name, const char *type, uint32_t ttl, const char *value)
    ms_must_use;

#endif
