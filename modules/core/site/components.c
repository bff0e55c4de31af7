/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/parse.h"
#include "modules/core/module.h"
#include "modules/core/site/types.h"

enum { COMPONENTS_MAX = 64 };

static const struct ms_component *find(const char *name)
{
    for (const struct ms_component *x = ms_components; x->name; x++) {
        if (!strcmp(x->name, name)) {
            return x;
        }
    }
    return NULL;
}

static int unknown(struct ms_opt_ctx *c, const struct ms_node *n)
{
    const char *names[COMPONENTS_MAX] = {NULL}, *near;
    size_t count = 0;

    for (const struct ms_component *x = ms_components; x->name && count < COMPONENTS_MAX; x++) {
        if (x->kind != MS_COMPONENT_ALWAYS) {
            names[count++] = x->name;
        }
    }
    near = ms_opt_did_you_mean(n->key, names, count);
    if (near) {
        return ms_opt_error(c, n->key_loc, "unknown component; did you mean \"%s\"?", near);
    }
    return ms_opt_error(c, n->key_loc, "unknown component; `mailstead options` lists them");
}

/* One switch; *ret_on is what it says. */
static int parse_switch(struct ms_opt_ctx *c, const struct ms_node *n, bool *ret_on)
{
    const struct ms_component *x = find(n->key);

    if (!x) {
        return unknown(c, n);
    }
    if (x->kind == MS_COMPONENT_ALWAYS) {
        return ms_opt_error(c, n->key_loc, "is always on: remove this line");
    }
    if (ms_opt_want(c, n, MS_NODE_SCALAR, "on or off") < 0) {
        return -1;
    }
    if (ms_parse_bool(n->text, ret_on) < 0) {
        return ms_opt_error(c, n->loc, "%s is not on or off", ms_opt_quote(c->arena, n->text));
    }
    if (x->kind == MS_COMPONENT_PLANNED && *ret_on) {
        ms_opt_warn_planned(c, n->key_loc, NULL, "the component is not started");
    }
    return 0;
}

/* What the file says about a component, else its default; a wrong value was reported before. */
static bool own_switch(const struct ms_node *n, const struct ms_component *x, bool *ret_given)
{
    const struct ms_node *given = ms_node_get(n, x->name);
    bool on = x->kind == MS_COMPONENT_ON || x->kind == MS_COMPONENT_ALWAYS;

    *ret_given = given && given->kind == MS_NODE_SCALAR && x->kind != MS_COMPONENT_ALWAYS;
    if (*ret_given) {
        (void)!ms_parse_bool(given->text, &on);
    }
    return on && x->kind != MS_COMPONENT_PLANNED;
}

/* A component that the file does not mention is on, too, when one that is on needs it, or when
 * other options want it. */
static bool is_on(const struct ms_site *s, const struct ms_node *n, const struct ms_component *x)
{
    bool given, other, on = own_switch(n, x, &given);

    if (!given && x->module && x->module->wanted) {
        on = on || x->module->wanted(s);
    }
    for (const struct ms_component *y = ms_components; !on && !given && y->name; y++) {
        on = y->module && y->module->needs && !strcmp(y->module->needs, x->name) &&
             own_switch(n, y, &other);
    }
    return on;
}

static int parse_components(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                            void *base)
{
    struct ms_site *s = base;
    size_t count = 0;
    int r = 0;

    (void)o;
    if (!ms_node_is_null(n) && ms_opt_want(c, n, MS_NODE_MAPPING, "a mapping (name: on)") < 0) {
        return -1;
    }
    for (size_t i = 0; i < n->n; i++) {
        size_t len = ms_opt_push(c, n->v[i]->key);
        bool on;

        if (parse_switch(c, n->v[i], &on) < 0) {
            r = -1;
        }
        ms_opt_pop(c, len);
    }
    s->components.v = ms_arena_alloc(c->arena, COMPONENTS_MAX, sizeof(*s->components.v));
    for (const struct ms_component *x = ms_components; x->name && count < COMPONENTS_MAX; x++) {
        if (is_on(s, n, x)) {
            s->components.v[count++] = x->name;
        }
    }
    s->components.n = count;
    return r;
}

static void schema_components(const struct ms_opt *o, json_t *into)
{
    json_t *properties = json_object();

    (void)o;
    for (const struct ms_component *x = ms_components; x->name; x++) {
        if (x->kind != MS_COMPONENT_ALWAYS) {
            json_t *one = json_object();

            ms_type_bool.schema(o, one);
            (void)json_object_set_new(properties, x->name, one);
        }
    }
    (void)json_object_update_new(into,
                                 json_pack("{s:[s,s],s:b,s:o}", "type", "object", "null",
                                           "additionalProperties", 0, "properties", properties));
}

const struct ms_opt_type ms_type_components = {
    .name = "mapping", .parse = parse_components, .schema = schema_components};
