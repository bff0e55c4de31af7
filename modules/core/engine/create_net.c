/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/engine/create_priv.h"
#include "modules/core/engine/docker_json.h"

/* What a service says of one of its networks, as EndpointSettings. */
static int endpoint(const struct ms_creation *c, const json_t *v, json_t *out, struct ms_err *err)
{
    json_t *aliases = json_pack("[s]", c->service->name), *value;
    const char *key;

    (void)json_object_set_new(out, "Aliases", aliases);
    json_object_foreach((json_t *)v, key, value)
    {
        if (!strcmp(key, "ipv4_address") && json_is_string(value)) {
            (void)json_object_set_new(out, "IPAMConfig", json_pack("{s:O}", "IPv4Address", value));
        } else if (!strcmp(key, "aliases") && json_is_array(value)) {
            (void)json_array_extend(aliases, value);
        } else if (strncmp(key, "x-", 2) != 0) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: this key is not supported, or its value",
                              key);
        }
    }
    return 0;
}

static int add_network(struct ms_creation *c, json_t *endpoints, const char *name, const json_t *v,
                       struct ms_err *err)
{
    ms_auto_free char *full = ms_xasprintf("%s_%s", c->project, name);
    json_t *e = json_object();

    if (!json_object_size(endpoints)) {
        (void)json_object_set_new(c->host, "NetworkMode", json_string(full));
    }
    (void)json_object_set_new(endpoints, full, e);
    return endpoint(c, v, e, err) < 0 ? ms_err_wrap(err, "%s", name) : 0;
}

int ms_create_networks(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *endpoints = json_object(), *e;
    const char *name;
    size_t i;

    (void)json_object_set_new(c->body, api, json_pack("{s:o}", "EndpointsConfig", endpoints));
    if (!json_is_array(v) && !json_is_object(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a map or a list");
    }
    json_array_foreach(v, i, e)
    {
        if (!json_is_string(e)) {
            return ms_err_set(err, MS_EINVAL, 0, "must be a list of names");
        }
        if (add_network(c, endpoints, json_string_value(e), NULL, err) < 0) {
            return -1;
        }
    }
    json_object_foreach((json_t *)v, name, e)
    {
        if (add_network(c, endpoints, name, e, err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* One entry of ipam.config. */
static int ipam_config(const json_t *v, json_t *list, struct ms_err *err)
{
    json_t *out = json_object(), *value;
    const char *key;

    (void)json_array_append_new(list, out);
    json_object_foreach((json_t *)v, key, value)
    {
        const char *api = !strcmp(key, "subnet")     ? "Subnet"
                          : !strcmp(key, "gateway")  ? "Gateway"
                          : !strcmp(key, "ip_range") ? "IPRange"
                                                     : NULL;

        if (!api || !json_is_string(value)) {
            return ms_err_set(err, MS_EINVAL, 0, "ipam.config.%s: not supported", key);
        }
        (void)json_object_set(out, api, value);
    }
    return 0;
}

static int ipam(const json_t *v, json_t *body, struct ms_err *err)
{
    json_t *list = json_array(), *value;
    const json_t *e;
    const char *key;
    size_t i;

    (void)json_object_set_new(body, "IPAM",
                              json_pack("{s:s, s:o}", "Driver", "default", "Config", list));
    json_object_foreach((json_t *)v, key, value)
    {
        if (strcmp(key, "config") != 0 && strcmp(key, "driver") != 0) {
            return ms_err_set(err, MS_EINVAL, 0, "ipam.%s: this key is not supported", key);
        }
    }
    json_array_foreach(json_object_get(v, "config"), i, e)
    {
        if (ipam_config(e, list, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int network_key(json_t *body, const char *key, json_t *v, struct ms_err *err)
{
    static const struct {
        const char *key, *api;
        json_type type;
    } copied[] = {{"driver", "Driver", JSON_STRING},
                  {"internal", "Internal", JSON_TRUE},
                  {"attachable", "Attachable", JSON_TRUE},
                  {"enable_ipv6", "EnableIPv6", JSON_TRUE}};
    json_t *map;

    for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
        bool fits =
            json_typeof(v) == copied[i].type || (copied[i].type == JSON_TRUE && json_is_boolean(v));

        if (!strcmp(key, copied[i].key) && fits) {
            return json_object_set(body, copied[i].api, v);
        }
    }
    if (!strcmp(key, "ipam")) {
        return ipam(v, body, err);
    }
    if (!strcmp(key, "driver_opts")) {
        return ms_create_map(v, &map, err) < 0 ? -1 : json_object_set_new(body, "Options", map);
    }
    if (!strcmp(key, "labels")) {
        if (ms_create_map(v, &map, err) < 0) {
            return -1;
        }
        (void)json_object_update_missing(json_object_get(body, "Labels"), map);
        json_decref(map);
        return 0;
    }
    return strncmp(key, "x-", 2) == 0 || !strcmp(key, "name")
               ? 0
               : ms_err_set(err, MS_EINVAL, 0, "%s: this key is not supported, or its value", key);
}

int ms_engine_network_body(const char *project, const struct ms_network *n, json_t **ret,
                           struct ms_err *err)
{
    struct in_addr a = {.s_addr = htonl(n->addr)};
    ms_auto_free char *full = ms_xasprintf("%s_%s", project, n->name);
    char text[INET_ADDRSTRLEN];
    ms_auto_json json_t *body =
        json_pack("{s:s, s:b, s:s, s:{s:s, s:s, s:s}}", "Name", full, "CheckDuplicate", 1, "Driver",
                  "bridge", "Labels", MS_LABEL_PROJECT, project, MS_LABEL_NETWORK, n->name,
                  MS_LABEL_SPEC, n->spec_hash);
    const char *key;
    json_t *v;

    if (!body) {
        return ms_err_set(err, MS_EINVAL, 0, "%.100s: not a name in UTF-8", n->name);
    }
    json_object_foreach(n->compose, key, v)
    {
        if (!json_is_null(v) && network_key(body, key, v, err) < 0) {
            return -1;
        }
    }
    if (!json_object_get(body, "IPAM") && n->prefix) {
        ms_auto_free char *subnet = NULL;

        (void)inet_ntop(AF_INET, &a, text, sizeof(text));
        subnet = ms_xasprintf("%s/%u", text, n->prefix);
        (void)json_object_set_new(
            body, "IPAM",
            json_pack("{s:s, s:[{s:s}]}", "Driver", "default", "Config", "Subnet", subnet));
    }
    *ret = ms_steal(&body);
    return 0;
}
