/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/site/site_priv.h"

/* The default of a row as JSON, NULL without one. */
static json_t *default_value(const struct ms_opt *o)
{
    struct ms_arena *a = ms_arena_new();
    struct ms_node *n = NULL;
    ms_auto_diags struct ms_diags d;
    json_t *j = NULL;

    ms_diags_init(&d, 1);
    if (o->def &&
        ms_yaml_parse(a, &(struct ms_yaml_text){o->key, o->def, strlen(o->def)}, NULL, &d, &n) ==
            0 &&
        n) {
        j = ms_node_to_json(n);
    }
    ms_arena_free(a);
    return j;
}

static json_t *row_schema(const struct ms_opt *o)
{
    json_t *j, *def = default_value(o);

    if (o->type->section) {
        j = ms_opt_schema(o->sub);
    } else {
        j = json_object();
        o->type->schema(o, j);
    }
    (void)json_object_set_new(j, "description", json_string(o->doc));
    if (def) {
        (void)json_object_set_new(j, "default", def);
    }
    if (o->flags & MS_OPT_SECRET) {
        (void)json_object_set_new(j, "writeOnly", json_true());
    }
    return j;
}

json_t *ms_opt_schema(const struct ms_opt *table)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *j = json_pack("{s:[s,s],s:b,s:o}", "type", "object", "null", "additionalProperties", 0,
                          "properties", properties);

    for (const struct ms_opt *o = table; o->key; o++) {
        (void)json_object_set_new(properties, o->key, row_schema(o));
        if (!o->def && !o->type->section && !(o->flags & MS_OPT_OPTIONAL)) {
            (void)json_array_append_new(required, json_string(o->key));
        }
    }
    if (json_array_size(required)) { /* then nothing at all is not enough */
        (void)json_object_set_new(j, "type", json_string("object"));
        (void)json_object_set(j, "required", required);
    }
    json_decref(required);
    return j;
}

json_t *ms_site_schema(void)
{
    json_t *j = json_pack("{s:s,s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
                          "title", "site.yaml of mailstead");

    (void)json_object_update_new(j, ms_opt_schema(ms_site_opts));
    return j;
}
