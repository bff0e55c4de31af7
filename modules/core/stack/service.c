/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/parse.h"
#include "modules/core/stack/extension.h"
#include "modules/core/stack/stack_priv.h"

/* Replace each network's x-mailstead.host by the address it stands for. */
static void resolve_networks(const struct ms_stack *s, const char *name, json_t *compose)
{
    const json_t *addresses = json_object_get(json_object_get(s->vars, "address"), name);
    json_t *out = json_object();
    const char *net;
    json_t *use;

    if (!json_object_get(compose, "networks")) {
        json_decref(out);
        return;
    }
    json_object_foreach(json_object_get(compose, "networks"), net, use)
    {
        json_t *copy = json_is_object(use) ? json_deep_copy(use) : json_object();

        (void)json_object_del(copy, "x-mailstead");
        (void)json_object_set(copy, "ipv4_address", json_object_get(addresses, net));
        (void)json_object_set_new(out, net, copy);
    }
    (void)json_object_set_new(compose, "networks", out);
}

/* depends_on as a list of names, from its short or long form. */
static const char **needs(struct ms_stack *s, const json_t *compose)
{
    json_t *d = json_object_get(compose, "depends_on"), *v;
    size_t n = 0, i;
    const char *key, **out;

    out = ms_arena_alloc(s->arena, json_object_size(d) + json_array_size(d) + 1, sizeof(*out));
    json_object_foreach(d, key, v)
    {
        out[n++] = ms_arena_strdup(s->arena, key);
    }
    json_array_foreach(d, i, v)
    {
        if (json_is_string(v)) {
            out[n++] = ms_arena_strdup(s->arena, json_string_value(v));
        }
    }
    return out;
}

/* Without the keys that no container is made of. */
void ms_stack_service_hash(struct ms_service *v)
{
    ms_auto_json json_t *copy = json_copy(v->compose);

    (void)json_object_del(copy, "build");
    (void)json_object_del(copy, "healthcheck");
    (void)json_object_del(copy, "depends_on");
    ms_stack_json_hash(copy, v->spec_hash);
}

int ms_stack_service_fill(struct ms_stack *s, const char *component, const char *name,
                          const json_t *def, struct ms_service *ret, struct ms_err *err)
{
    const json_t *image = json_object_get(def, "image");

    if (!json_is_object(def) || !json_is_string(image)) {
        return ms_err_set(err, MS_EINVAL, 0, "compose/%s.yaml: services.%s: needs an image",
                          component, name);
    }
    ret->name = ms_arena_strdup(s->arena, name);
    ret->component = ms_arena_strdup(s->arena, component);
    ret->image = ms_arena_strdup(s->arena, json_string_value(image));
    ret->compose = json_deep_copy(def);
    if (ms_stack_memory_read(def, ret, err) < 0) {
        return ms_err_wrap(err, "compose/%s.yaml: services.%s", component, name);
    }
    (void)json_object_del(ret->compose, "x-mailstead");
    resolve_networks(s, name, ret->compose);
    ret->needs = needs(s, ret->compose);
    if (ms_stack_extension(s->arena, json_object_get(def, "x-mailstead"), ret, err) < 0) {
        return ms_err_wrap(err, "compose/%s.yaml: services.%s.x-mailstead", component, name);
    }
    return 0;
}
