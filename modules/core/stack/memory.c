/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/parse.h"
#include "modules/core/stack/stack_priv.h"

#define MIB ((uint64_t)1 << 20)

/* Kept for the host's kernel, engine and supervisor: an eighth of its memory, within these. */
#define RESERVE_LEAST (192 * MIB)
#define RESERVE_MOST (1024 * MIB)
/* The kernel's own share differs a little from boot to boot: limits must not. */
#define STEP (64 * MIB)

static int size_of(const json_t *v, uint64_t *ret)
{
    const char *s = json_string_value(v);

    if (json_is_integer(v) && json_integer_value(v) > 0) {
        *ret = (uint64_t)json_integer_value(v);
        return 0;
    }
    return s && ms_parse_size(s, ret) == 0 ? 0 : -1;
}

int ms_stack_memory_read(const json_t *def, struct ms_service *ret, struct ms_err *err)
{
    const json_t *x = json_object_get(json_object_get(def, "x-mailstead"), "memory");
    const json_t *weight = json_object_get(x, "weight"), *least = json_object_get(x, "least");

    if (size_of(json_object_get(def, "mem_limit"), &ret->memory_most) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "needs mem_limit, a size such as 64M");
    }
    ret->memory_least = ret->memory_most;
    ret->memory_weight = 1;
    if ((least && size_of(least, &ret->memory_least) < 0) ||
        (weight && (!json_is_integer(weight) || json_integer_value(weight) < 1 ||
                    json_integer_value(weight) > 100)) ||
        ret->memory_least > ret->memory_most) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "x-mailstead.memory: {least: a size up to mem_limit, weight: 1 to 100}");
    }
    if (weight) {
        ret->memory_weight = (unsigned)json_integer_value(weight);
    }
    ret->memory = ret->memory_most;
    return 0;
}

static uint64_t budget_of(const struct ms_site *site)
{
    uint64_t total = site->host_memory / STEP * STEP, reserve = total / 8;

    if (site->memory) {
        return site->memory;
    }
    reserve = reserve < RESERVE_LEAST ? RESERVE_LEAST : reserve;
    reserve = reserve > RESERVE_MOST ? RESERVE_MOST : reserve;
    return total > reserve ? total - reserve : 0;
}

/* Give what is left by weight; what one service does not take goes round again. */
static void share_out(struct ms_stack *s, uint64_t left)
{
    bool more = true;

    while (left >= MIB && more) {
        uint64_t weights = 0, round = left;

        for (size_t i = 0; i < s->n_services; i++) {
            weights += s->services[i].memory < s->services[i].memory_most
                           ? s->services[i].memory_weight
                           : 0;
        }
        more = false;
        for (size_t i = 0; i < s->n_services && weights; i++) {
            struct ms_service *v = &s->services[i];
            uint64_t part = round / MIB * v->memory_weight / weights * MIB;

            if (v->memory < v->memory_most && part) {
                part = part < v->memory_most - v->memory ? part : v->memory_most - v->memory;
                v->memory += part;
                left -= part;
                more = true;
            }
        }
    }
}

/* "postfix 512, ..." in MiB, the least or what they get. */
static const char *list_text(struct ms_stack *s, bool least)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 16);
    for (size_t i = 0; i < s->n_services; i++) {
        const struct ms_service *v = &s->services[i];

        ms_buf_addf(&b, "%s%s %llu", i ? ", " : "", v->name,
                    (unsigned long long)((least ? v->memory_least : v->memory) / MIB));
    }
    return ms_arena_strdup(s->arena, b.p);
}

/* The limits as Compose's mem_limit, and as memory.<service>.{mb,half_mb,quarter_mb} for the
 * templates. */
static void write_limits(struct ms_stack *s)
{
    json_t *all = json_object();

    for (size_t i = 0; i < s->n_services; i++) {
        struct ms_service *v = &s->services[i];
        json_int_t mb = (json_int_t)(v->memory / MIB);

        (void)json_object_set_new(v->compose, "mem_limit", json_sprintf("%lldM", (long long)mb));
        (void)json_object_set_new(
            all, v->name,
            json_pack("{s:I,s:I,s:I}", "mb", mb, "half_mb", mb / 2, "quarter_mb", mb / 4));
    }
    (void)json_object_set_new(s->vars, "memory", all);
}

void ms_stack_share_memory(struct ms_stack *s, const struct ms_site *site)
{
    uint64_t budget = budget_of(site), least = 0, sum = 0;
    const char *from = site->memory ? "limits.memory" : "of this host's memory";

    for (size_t i = 0; i < s->n_services; i++) {
        least += s->services[i].memory_least;
    }
    if (site->memory || site->host_memory) {
        for (size_t i = 0; i < s->n_services; i++) {
            s->services[i].memory = s->services[i].memory_least;
        }
        if (least <= budget) {
            share_out(s, budget - least);
        } else {
            s->too_little_memory = ms_arena_printf(
                s->arena,
                "the services need at least %llu MiB of memory, there are %llu (%s): switch "
                "components off, or get more memory; least in MiB: %s",
                (unsigned long long)(least / MIB), (unsigned long long)(budget / MIB), from,
                list_text(s, true));
        }
    }
    for (size_t i = 0; i < s->n_services; i++) {
        sum += s->services[i].memory;
    }
    s->memory_budget =
        budget ? ms_arena_printf(s->arena, "memory limits: %llu of %llu MiB (%s): %s",
                                 (unsigned long long)(sum / MIB),
                                 (unsigned long long)(budget / MIB), from, list_text(s, false))
               : NULL;
    write_limits(s);
}
