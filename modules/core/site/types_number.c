/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "modules/core/base/parse.h"
#include "modules/core/site/types.h"

/* A size as a person writes it: "50M" for 52428800. */
static const char *size_text(struct ms_arena *a, int64_t v)
{
    static const char units[] = "\0KMGT";
    size_t u = 0;

    while (v && v % 1024 == 0 && u < 4) {
        v /= 1024;
        u++;
    }
    return ms_arena_printf(a, "%" PRId64 "%.1s", v, units + u);
}

static int parse_size(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    bool may_auto = o->flags & MS_OPT_AUTO;
    uint64_t v = 0;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, may_auto ? "auto or a size" : "a size") < 0) {
        return -1;
    }
    if (!(may_auto && !strcmp(n->text, "auto"))) {
        if (ms_parse_size(n->text, &v) < 0) {
            return ms_opt_error(c, n->loc, "%s is not a size: write %s500M or 5G",
                                ms_opt_quote(c->arena, n->text), may_auto ? "auto, " : "");
        }
        if (v < (uint64_t)o->min || v > (uint64_t)o->max) {
            return ms_opt_error(c, n->loc, "%s is out of range: from %s to %s",
                                ms_opt_quote(c->arena, n->text), size_text(c->arena, o->min),
                                size_text(c->arena, o->max));
        }
    }
    *(uint64_t *)ms_opt_place(o, base) = v;
    return 0;
}

static void schema_size(const struct ms_opt *o, json_t *into)
{
    (void)json_object_update_new(
        into, json_pack("{s:[s,s],s:s,s:I,s:I}", "type", "integer", "string", "pattern",
                        o->flags & MS_OPT_AUTO ? "^(auto|[0-9]+([KkMmGgTt]?([Ii]?[Bb])?))$"
                                               : "^[0-9]+([KkMmGgTt]?([Ii]?[Bb])?)$",
                        "minimum", (json_int_t)o->min, "maximum", (json_int_t)o->max));
}

static int parse_count(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                       void *base)
{
    uint64_t v;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a number") < 0) {
        return -1;
    }
    if (ms_parse_u64(n->text, &v) < 0 || v < (uint64_t)o->min || v > (uint64_t)o->max) {
        return ms_opt_error(c, n->loc, "%s is not a number from %" PRId64 " to %" PRId64,
                            ms_opt_quote(c->arena, n->text), o->min, o->max);
    }
    *(uint64_t *)ms_opt_place(o, base) = v;
    return 0;
}

static int parse_duration(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                          void *base)
{
    uint64_t v;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a time such as 10m") < 0) {
        return -1;
    }
    if (ms_parse_duration(n->text, &v) < 0) {
        return ms_opt_error(c, n->loc, "%s is not a time: write it as in 30s, 10m, 12h, 7d or 4w",
                            ms_opt_quote(c->arena, n->text));
    }
    if (v < (uint64_t)o->min || v > (uint64_t)o->max) {
        return ms_opt_error(c, n->loc, "%s is not from %" PRId64 " s to %" PRId64 " s",
                            ms_opt_quote(c->arena, n->text), o->min, o->max);
    }
    *(uint64_t *)ms_opt_place(o, base) = v;
    return 0;
}

static void schema_duration(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, json_pack("{s:[s,s],s:s,s:i}", "type", "string", "integer",
                                                 "pattern", "^[0-9]+[smhdw]?$", "minimum", 0));
}

static int parse_port(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    uint16_t v;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a port number") < 0) {
        return -1;
    }
    if (ms_parse_port(n->text, &v) < 0) {
        return ms_opt_error(c, n->loc, "%s is not a port: 1 to 65535, or 0 to close it",
                            ms_opt_quote(c->arena, n->text));
    }
    *(uint16_t *)ms_opt_place(o, base) = v;
    return 0;
}

static void schema_integer(const struct ms_opt *o, json_t *into)
{
    (void)json_object_update_new(into,
                                 json_pack("{s:s,s:I,s:I}", "type", "integer", "minimum",
                                           (json_int_t)o->min, "maximum", (json_int_t)o->max));
}

static int parse_decimal(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    double v;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a number") < 0) {
        return -1;
    }
    if (ms_parse_double(n->text, &v) < 0 || v < (double)o->min || v > (double)o->max) {
        return ms_opt_error(c, n->loc, "%s is not a number from %" PRId64 " to %" PRId64,
                            ms_opt_quote(c->arena, n->text), o->min, o->max);
    }
    *(double *)ms_opt_place(o, base) = v;
    return 0;
}

static void schema_number(const struct ms_opt *o, json_t *into)
{
    schema_integer(o, into);
    (void)json_object_set_new(into, "type", json_string("number"));
}

const struct ms_opt_type ms_type_size = {
    .name = "size", .parse = parse_size, .schema = schema_size};
const struct ms_opt_type ms_type_duration = {
    .name = "time", .parse = parse_duration, .schema = schema_duration};
const struct ms_opt_type ms_type_port = {
    .name = "port", .parse = parse_port, .schema = schema_integer};
const struct ms_opt_type ms_type_count = {
    .name = "number", .parse = parse_count, .schema = schema_integer};
const struct ms_opt_type ms_type_decimal = {
    .name = "number", .parse = parse_decimal, .schema = schema_number};
