/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/engine/create_priv.h"

int ms_create_apply(struct ms_creation *c, const json_t *v, const struct ms_create_row *rows,
                    struct ms_err *err)
{
    const char *key;
    json_t *value;

    if (!json_is_object(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a map");
    }
    json_object_foreach((json_t *)v, key, value)
    {
        const struct ms_create_row *r = rows;

        while (r->key && strcmp(r->key, key) != 0) {
            r++;
        }
        if (!r->key && !strncmp(key, "x-", 2)) {
            continue;
        }
        if (!r->key) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: this key is not supported", key);
        }
        if (r->fn && !json_is_null(value) && r->fn(c, value, r->api, err) < 0) {
            return ms_err_wrap(err, "%s", key);
        }
    }
    return 0;
}

char *ms_create_text(const json_t *v)
{
    if (json_is_string(v)) {
        return ms_xstrdup(json_string_value(v));
    }
    if (json_is_boolean(v)) {
        return ms_xstrdup(json_is_true(v) ? "true" : "false");
    }
    return json_is_number(v) ? json_dumps(v, JSON_ENCODE_ANY) : NULL;
}

int ms_create_size(const json_t *v, uint64_t *ret)
{
    if (json_is_integer(v) && json_integer_value(v) >= 0) {
        *ret = (uint64_t)json_integer_value(v);
        return 0;
    }
    return json_is_string(v) && ms_parse_size(json_string_value(v), ret) == 0 && *ret <= INT64_MAX
               ? 0
               : -1;
}

int ms_create_list(const json_t *v, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();
    const json_t *e;
    size_t i;

    if (json_is_string(v)) {
        (void)json_array_append(list, (json_t *)v);
    } else if (!json_is_array(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a list");
    }
    json_array_foreach(v, i, e)
    {
        ms_auto_free char *text = ms_create_text(e);

        if (!text) {
            return ms_err_set(err, MS_EINVAL, 0, "must be a list of texts");
        }
        (void)json_array_append_new(list, json_string(text));
    }
    *ret = ms_steal(&list);
    return 0;
}

static int add_pair(json_t *map, const char *text, struct ms_err *err)
{
    const char *eq = strchr(text, '=');
    ms_auto_free char *key = eq ? ms_xmemdup0(text, (size_t)(eq - text)) : NULL;

    if (!eq || eq == text) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%.60s\" must be key=value", text);
    }
    (void)json_object_set_new(map, key, json_string(eq + 1));
    return 0;
}

int ms_create_map(const json_t *v, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *map = json_object();
    const char *key;
    json_t *e;
    size_t i;

    if (!json_is_object(v) && !json_is_array(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a map or a list");
    }
    json_array_foreach(v, i, e)
    {
        if (!json_is_string(e)) {
            return ms_err_set(err, MS_EINVAL, 0, "must be a list of texts");
        }
        if (add_pair(map, json_string_value(e), err) < 0) {
            return -1;
        }
    }
    json_object_foreach((json_t *)v, key, e)
    {
        ms_auto_free char *text = ms_create_text(e);

        if (!text) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: must be a text or a number", key);
        }
        (void)json_object_set_new(map, key, json_string(text));
    }
    *ret = ms_steal(&map);
    return 0;
}
