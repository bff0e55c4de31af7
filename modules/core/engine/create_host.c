/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/engine/create_priv.h"

int ms_create_bytes(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    uint64_t n;

    if (ms_create_size(v, &n) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a size such as 64M");
    }
    (void)json_object_set_new(c->host, api, json_integer((json_int_t)n));
    return 0;
}

int ms_create_integer(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    if (!json_is_integer(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a whole number");
    }
    (void)json_object_set(c->host, api, (json_t *)v);
    return 0;
}

/* Decimal digits with at most nine after the point, in units of 10^-9. */
static int parse_nano(const char *s, uint64_t *ret)
{
    const char *dot = strchr(s, '.');
    size_t n = dot ? strlen(dot + 1) : 0;
    ms_auto_free char *whole = ms_xmemdup0(s, dot ? (size_t)(dot - s) : strlen(s));
    ms_auto_free char *part =
        ms_xasprintf("%.9s%.*s", dot ? dot + 1 : "", (int)(9 - (n < 9 ? n : 9)), "000000000");
    uint64_t a, b;

    if (n > 9 || ms_parse_u64(whole, &a) < 0 || ms_parse_u64(part, &b) < 0 || a > 4096) {
        return -1;
    }
    *ret = a * 1000000000 + b;
    return 0;
}

int ms_create_cpus(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    ms_auto_free char *text =
        json_is_real(v) ? ms_xasprintf("%.6f", json_real_value(v)) : ms_create_text(v);
    uint64_t nano;

    if (!text || parse_nano(text, &nano) < 0 || !nano) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a number of processors such as 0.5");
    }
    (void)json_object_set_new(c->host, api, json_integer((json_int_t)nano));
    return 0;
}

static int limits(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    static const struct ms_create_row rows[] = {{"memory", ms_create_bytes, "Memory"},
                                                {"pids", ms_create_integer, "PidsLimit"},
                                                {"cpus", ms_create_cpus, "NanoCpus"},
                                                {0}};

    (void)api;
    return ms_create_apply(c, v, rows, err);
}

static int reservations(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    static const struct ms_create_row rows[] = {{"memory", ms_create_bytes, "MemoryReservation"},
                                                {0}};

    (void)api;
    return ms_create_apply(c, v, rows, err);
}

static int resources(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    static const struct ms_create_row rows[] = {
        {"limits", limits, NULL}, {"reservations", reservations, NULL}, {0}};

    (void)api;
    return ms_create_apply(c, v, rows, err);
}

int ms_create_deploy(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    static const struct ms_create_row rows[] = {{"resources", resources, NULL}, {0}};

    (void)api;
    return ms_create_apply(c, v, rows, err);
}

int ms_create_ulimits(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *list = json_array(), *e;
    const char *name;

    (void)json_object_set_new(c->host, api, list);
    json_object_foreach((json_t *)v, name, e)
    {
        const json_t *s = json_is_object(e) ? json_object_get(e, "soft") : e;
        const json_t *h = json_is_object(e) ? json_object_get(e, "hard") : e;
        json_int_t soft = json_integer_value(s), hard = json_integer_value(h);
        json_int_t most = c->max_nofile < INT64_MAX ? (json_int_t)c->max_nofile : 0;

        if (!json_is_integer(s) || !json_is_integer(h)) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: must be a number or {soft, hard}", name);
        }
        if (most && !strcmp(name, "nofile")) {
            hard = hard > most || hard < 0 ? most : hard;
            soft = soft > hard || soft < 0 ? hard : soft;
        }
        (void)json_array_append_new(
            list, json_pack("{s:s, s:I, s:I}", "Name", name, "Soft", soft, "Hard", hard));
    }
    return json_is_object(v) ? 0 : ms_err_set(err, MS_EINVAL, 0, "must be a map");
}

int ms_create_restart(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    static const char *const names[] = {"no", "always", "unless-stopped", "on-failure"};
    ms_auto_free char *text = json_is_false(v) ? ms_xstrdup("no") : ms_create_text(v);
    char *colon = text ? strchr(text, ':') : NULL;
    uint32_t count = 0;
    json_t *policy;

    if (colon) {
        *colon = '\0';
        if (strcmp(text, "on-failure") != 0 || ms_parse_u32(colon + 1, &count) < 0) {
            return ms_err_set(err, MS_EINVAL, 0, "only on-failure takes a count");
        }
    }
    for (size_t i = 0; text && i < sizeof(names) / sizeof(names[0]); i++) {
        if (!strcmp(text, names[i])) {
            policy = json_pack("{s:s}", "Name", text);
            if (colon) {
                (void)json_object_set_new(policy, "MaximumRetryCount", json_integer(count));
            }
            (void)json_object_set_new(c->host, api, policy);
            return 0;
        }
    }
    return ms_err_set(err, MS_EINVAL, 0,
                      "must be no, always, unless-stopped, on-failure or on-failure:N");
}

static int log_driver(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    if (!json_is_string(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a text");
    }
    (void)json_object_set(json_object_get(c->host, "LogConfig"), api, (json_t *)v);
    return 0;
}

static int log_options(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *map;

    if (ms_create_map(v, &map, err) < 0) {
        return -1;
    }
    (void)json_object_set_new(json_object_get(c->host, "LogConfig"), api, map);
    return 0;
}

int ms_create_logging(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    static const struct ms_create_row rows[] = {
        {"driver", log_driver, "Type"}, {"options", log_options, "Config"}, {0}};

    (void)json_object_set_new(c->host, api, json_object());
    return ms_create_apply(c, v, rows, err);
}

int ms_create_security(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *list, *e;
    size_t i;

    if (ms_create_list(v, &list, err) < 0) {
        return -1;
    }
    (void)json_object_set_new(c->host, api, list);
    json_array_foreach(list, i, e)
    {
        const char *s = json_string_value(e);

        /* The engine wants a profile's text; a file would have to be read, which is not pure. */
        if (!strncmp(s, "seccomp", 7) && strcmp(s + 7, "=unconfined") != 0 &&
            strcmp(s + 7, ":unconfined") != 0) {
            return ms_err_set(err, MS_EINVAL, 0, "%.60s: only seccomp=unconfined is supported", s);
        }
    }
    return 0;
}
