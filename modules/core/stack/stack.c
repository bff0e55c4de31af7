/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/stack/stack.h"

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/images/images.h"
#include "modules/core/module.h"
#include "modules/core/stack/stack_priv.h"

void ms_stack_free(struct ms_stack *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; i < s->n_services; i++) {
        json_decref(s->services[i].compose);
    }
    for (size_t i = 0; i < s->n_networks; i++) {
        json_decref(s->networks[i].compose);
    }
    json_decref(s->vars);
    ms_arena_free(s->arena);
    free(s);
}

/* images.<component> and images.base: the references that fragments use. */
static int image_refs(json_t *vars, const struct ms_site *site, const char *data,
                      struct ms_err *err)
{
    json_t *images = json_object();
    ms_auto_free char *base = NULL;

    (void)json_object_set_new(vars, "images", images);
    if (ms_image_base_ref(data, site, &base, err) < 0) {
        return -1;
    }
    (void)json_object_set_new(images, "base", json_string(base));
    for (size_t i = 0; i < site->components.n; i++) {
        ms_auto_free char *ref = NULL;

        if (ms_image_ref(data, site, site->components.v[i], &ref, err) < 0) {
            return -1;
        }
        (void)json_object_set_new(images, site->components.v[i], json_string(ref));
    }
    return 0;
}

static int start_vars(struct ms_stack *s, const struct ms_site *site, const struct ms_paths *paths,
                      struct ms_err *err)
{
    s->vars = ms_site_vars(site);
    (void)json_object_set_new(s->vars, "project", json_string(paths->project));
    (void)json_object_set_new(s->vars, "paths",
                              json_pack("{s:o,s:s,s:s}", "config",
                                        json_sprintf("%s/config", paths->state), "state",
                                        paths->state, "data", paths->data));
    for (size_t i = 0; ms_modules[i]; i++) {
        if (ms_site_has(site, ms_modules[i]->name) && ms_modules[i]->vars &&
            ms_modules[i]->vars(site, s->vars, err) < 0) {
            return ms_err_wrap(err, "%s", ms_modules[i]->name);
        }
    }
    return image_refs(s->vars, site, paths->data, err);
}

/* All fragments, as an object component -> fragment. */
static int fragments(const struct ms_stack *s, const struct ms_site *site, const char *data,
                     bool strict, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *all = json_object();

    for (size_t i = 0; i < site->components.n; i++) {
        json_t *one = NULL;

        if (ms_stack_fragment(data, site->components.v[i], s->vars, strict, &one, err) < 0) {
            return -1;
        }
        (void)json_object_set_new(all, site->components.v[i], one);
    }
    *ret = ms_steal(&all);
    return 0;
}

/* Addresses depend on all fragments and fragments may use addresses: read once for the layout, once
 * in earnest. */
static int lay_out(struct ms_stack *s, const struct ms_site *site, const char *data,
                   struct ms_err *err)
{
    ms_auto_json json_t *draft = NULL;
    ms_auto_json json_t *networks = json_object();
    const char *component;
    json_t *fragment;

    if (fragments(s, site, data, false, &draft, err) < 0) {
        return -1;
    }
    json_object_foreach(draft, component, fragment)
    {
        if (ms_stack_merge_networks(networks, fragment, component, err) < 0) {
            return -1;
        }
    }
    if (ms_stack_place_networks(s, site, networks, err) < 0) {
        return -1;
    }
    return ms_stack_place_services(s, draft, err);
}

static int add_volumes(struct ms_stack *s, const json_t *all)
{
    size_t n = 0, cap = 0;
    const char *component, *name;
    json_t *fragment, *v;

    json_object_foreach((json_t *)all, component, fragment)
    {
        cap += json_object_size(json_object_get(fragment, "volumes"));
    }
    s->volumes = ms_arena_alloc(s->arena, cap + 1, sizeof(*s->volumes));
    json_object_foreach((json_t *)all, component, fragment)
    {
        json_object_foreach(json_object_get(fragment, "volumes"), name, v)
        {
            s->volumes[n++] = ms_arena_strdup(s->arena, name);
        }
    }
    return 0;
}

static int add_services(struct ms_stack *s, const json_t *all, struct ms_err *err)
{
    const char *component, *name;
    json_t *fragment, *def;
    size_t cap = 0;

    json_object_foreach((json_t *)all, component, fragment)
    {
        cap += json_object_size(json_object_get(fragment, "services"));
    }
    s->services = ms_arena_alloc(s->arena, cap, sizeof(*s->services));
    json_object_foreach((json_t *)all, component, fragment)
    {
        json_object_foreach(json_object_get(fragment, "services"), name, def)
        {
            if (ms_stack_service(s, name)) {
                return ms_err_set(err, MS_EINVAL, 0, "compose/%s.yaml: services.%s: defined twice",
                                  component, name);
            }
            if (ms_stack_service_fill(s, component, name, def, &s->services[s->n_services++], err) <
                0) {
                return -1;
            }
        }
    }
    return ms_stack_order(s, err);
}

int ms_stack_build(const struct ms_site *site, const struct ms_paths *paths, struct ms_stack **ret,
                   struct ms_err *err)
{
    ms_cleanup(ms_stack_freep) struct ms_stack *s = ms_xcalloc(1, sizeof(*s));
    ms_auto_json json_t *all = NULL;

    s->arena = ms_arena_new();
    s->project = ms_arena_strdup(s->arena, paths->project);
    if (start_vars(s, site, paths, err) < 0 || lay_out(s, site, paths->data, err) < 0 ||
        fragments(s, site, paths->data, true, &all, err) < 0 || add_volumes(s, all) < 0 ||
        add_services(s, all, err) < 0) {
        return -1;
    }
    ms_stack_share_memory(s, site);
    for (size_t i = 0; i < s->n_services; i++) {
        ms_stack_service_hash(&s->services[i]);
    }
    *ret = ms_steal(&s);
    return 0;
}

const struct ms_service *ms_stack_service(const struct ms_stack *s, const char *name)
{
    for (size_t i = 0; i < s->n_services; i++) {
        if (!strcmp(s->services[i].name, name)) {
            return &s->services[i];
        }
    }
    return NULL;
}

const struct ms_service *ms_stack_command(const struct ms_stack *s, const char *name,
                                          const char *const **ret_argv)
{
    for (size_t i = 0; i < s->n_services; i++) {
        const struct ms_service *v = &s->services[i];

        for (size_t k = 0; k < v->n_commands; k++) {
            if (!strcmp(v->commands[k].name, name)) {
                *ret_argv = v->commands[k].argv;
                return v;
            }
        }
    }
    return NULL;
}

const char *ms_stack_address(const struct ms_stack *s, const char *service, const char *network)
{
    const json_t *all = json_object_get(s->vars, "address");

    return json_string_value(json_object_get(json_object_get(all, service), network));
}

json_t *ms_stack_compose(const struct ms_stack *s)
{
    json_t *services = json_object(), *networks = json_object(), *volumes = json_object();

    for (size_t i = 0; i < s->n_services; i++) {
        (void)json_object_set(services, s->services[i].name, s->services[i].compose);
    }
    for (size_t i = 0; i < s->n_networks; i++) {
        (void)json_object_set(networks, s->networks[i].name, s->networks[i].compose);
    }
    for (size_t i = 0; s->volumes[i]; i++) {
        (void)json_object_set_new(volumes, s->volumes[i], json_object());
    }
    return json_pack("{s:o,s:o,s:o}", "services", services, "networks", networks, "volumes",
                     volumes);
}
