/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/engine/create_priv.h"

/* The options of one kind of mount, copied by name. */
struct option {
    const char *key, *api;
};

/* Add the options of a mount: v's members become those of api_key in m. Options of the Compose
 * client itself have no API name and are passed over. */
static int add_options(json_t *m, const char *api_key, const json_t *v, const struct option *known,
                       struct ms_err *err)
{
    json_t *options = json_object(), *value;
    const char *key;

    (void)json_object_set_new(m, api_key, options);
    json_object_foreach((json_t *)v, key, value)
    {
        const struct option *o = known;
        uint64_t size;

        while (o->key && strcmp(o->key, key) != 0) {
            o++;
        }
        if (!o->key) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: this key is not supported", key);
        }
        if (!o->api) {
            continue;
        }
        if (strcmp(o->api, "SizeBytes") != 0) {
            (void)json_object_set(options, o->api, value);
        } else if (ms_create_size(value, &size) < 0) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: must be a size such as 64M", key);
        } else {
            (void)json_object_set_new(options, o->api, json_integer((json_int_t)size));
        }
    }
    return 0;
}

static int mount_options(json_t *m, const char *key, const json_t *v, struct ms_err *err)
{
    static const struct option bind[] = {
        {"propagation", "Propagation"}, {"create_host_path", NULL}, {0}};
    static const struct option volume[] = {{"nocopy", "NoCopy"}, {0}};
    static const struct option tmpfs[] = {{"size", "SizeBytes"}, {"mode", "Mode"}, {0}};

    if (!strcmp(key, "bind")) {
        return add_options(m, "BindOptions", v, bind, err);
    }
    if (!strcmp(key, "volume")) {
        return add_options(m, "VolumeOptions", v, volume, err);
    }
    if (!strcmp(key, "tmpfs")) {
        return add_options(m, "TmpfsOptions", v, tmpfs, err);
    }
    return ms_err_set(err, MS_EINVAL, 0, "%s: this key is not supported", key);
}

/* The name of a volume as the engine knows it, or a path as it is. */
static json_t *source_of(const struct ms_creation *c, const char *type, const char *source)
{
    ms_auto_free char *full =
        strcmp(type, "volume") ? ms_xstrdup(source) : ms_xasprintf("%s_%s", c->project, source);

    return json_string(full);
}

static int check_mount(const char *type, const char *source, const char *target, struct ms_err *err)
{
    if (!type || (strcmp(type, "bind") && strcmp(type, "volume") && strcmp(type, "tmpfs"))) {
        return ms_err_set(err, MS_EINVAL, 0, "type must be bind, volume or tmpfs");
    }
    if (!target || *target != '/') {
        return ms_err_set(err, MS_EINVAL, 0, "target must be an absolute path");
    }
    if (!strcmp(type, "tmpfs")) {
        return source ? ms_err_set(err, MS_EINVAL, 0, "a tmpfs has no source") : 0;
    }
    if (!source || !*source) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: source is missing", target);
    }
    if (!strcmp(type, "bind") && *source != '/') {
        return ms_err_set(err, MS_EINVAL, 0, "%s: source must be an absolute path", target);
    }
    return 0;
}

static int long_mount(const struct ms_creation *c, const json_t *v, json_t *mounts,
                      struct ms_err *err)
{
    const char *type = json_string_value(json_object_get(v, "type")), *key;
    const char *source = json_string_value(json_object_get(v, "source"));
    const char *target = json_string_value(json_object_get(v, "target"));
    json_t *m, *value;

    if (check_mount(type, source, target, err) < 0) {
        return -1;
    }
    m = json_pack("{s:s, s:s}", "Type", type, "Target", target);
    (void)json_array_append_new(mounts, m);
    if (source) {
        (void)json_object_set_new(m, "Source", source_of(c, type, source));
    }
    (void)json_object_set(
        m, "ReadOnly", json_is_true(json_object_get(v, "read_only")) ? json_true() : json_false());
    json_object_foreach((json_t *)v, key, value)
    {
        if (!strcmp(key, "type") || !strcmp(key, "source") || !strcmp(key, "target") ||
            !strcmp(key, "read_only")) {
            continue;
        }
        if (mount_options(m, key, value, err) < 0) {
            return ms_err_wrap(err, "%s", target);
        }
    }
    return 0;
}

/* "source:target" or "source:target:mode". */
static int short_mount(const struct ms_creation *c, const char *text, json_t *mounts,
                       struct ms_err *err)
{
    ms_auto_free char *source = ms_xstrdup(text);
    char *target = strchr(source, ':'), *mode = NULL;
    const char *type;

    if (!target) {
        return ms_err_set(err, MS_EINVAL, 0, "%.100s: must be SOURCE:TARGET[:ro]", text);
    }
    *target++ = '\0';
    mode = strchr(target, ':');
    if (mode) {
        *mode++ = '\0';
    }
    if (mode && strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0) {
        return ms_err_set(err, MS_EINVAL, 0, "%.100s: the mode must be ro or rw", text);
    }
    type = *source == '/' || *source == '.' ? "bind" : "volume";
    if (check_mount(type, source, target, err) < 0) {
        return -1;
    }
    (void)json_array_append_new(mounts, json_pack("{s:s, s:s, s:o, s:b}", "Type", type, "Target",
                                                  target, "Source", source_of(c, type, source),
                                                  "ReadOnly", mode && !strcmp(mode, "ro")));
    return 0;
}

int ms_create_volumes(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *mounts = json_array();
    const json_t *e;
    size_t i;

    (void)json_object_set_new(c->host, api, mounts);
    if (!json_is_array(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a list");
    }
    json_array_foreach(v, i, e)
    {
        if (json_is_string(e) ? short_mount(c, json_string_value(e), mounts, err) < 0
                              : long_mount(c, e, mounts, err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_create_tmpfs(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    ms_auto_json json_t *list = NULL;
    json_t *map = json_object(), *e;
    size_t i;

    (void)json_object_set_new(c->host, api, map);
    if (ms_create_list(v, &list, err) < 0) {
        return -1;
    }
    json_array_foreach(list, i, e)
    {
        const char *text = json_string_value(e), *colon = strchr(text, ':');
        ms_auto_free char *path = ms_xmemdup0(text, colon ? (size_t)(colon - text) : strlen(text));

        if (*path != '/') {
            return ms_err_set(err, MS_EINVAL, 0, "%.100s: must be an absolute path", text);
        }
        (void)json_object_set_new(map, path, json_string(colon ? colon + 1 : ""));
    }
    return 0;
}
