/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/api/openapi.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/routes.h"
#include "modules/core/api/schemas.h"
#include "modules/core/base/cleanup_ext.h"

/* The type of a member of a JSON Schema, in a word. */
static const char *type_of(const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    const char *format = json_string_value(json_object_get(schema, "x-format"));

    if (format) {
        return format;
    }
    if (json_is_array(type)) {
        return json_string_value(json_array_get(type, 0));
    }
    return type ? json_string_value(type) : "any";
}

/* "`address` string, `name` string (optional)" of an op; the name of a schema. */
static void add_body(const struct ms_route *r, struct ms_buf *b)
{
    ms_auto_json json_t *schema = ms_op_schema(r->request, strstr(r->pattern, "{}") != NULL);
    const char *key, *before = "";
    json_t *member, *required = json_object_get(schema, "required");

    if (!schema) {
        ms_buf_addf(b, "%s", r->request);
        return;
    }
    json_object_foreach(json_object_get(schema, "properties"), key, member)
    {
        bool needed = false;
        size_t i;
        json_t *name;

        json_array_foreach(required, i, name)
        {
            needed = needed || !strcmp(json_string_value(name), key);
        }
        ms_buf_addf(b, "%s%s`%s` %s", before, needed ? "" : "optional ", key, type_of(member));
        before = ", ";
    }
}

static void add_route(const struct ms_route *r, struct ms_buf *b)
{
    const char *hole = strstr(r->pattern, "{}");

    if (hole) {
        ms_buf_addf(b, "### %s %.*s{id}%s\n", r->method, (int)(hole - r->pattern), r->pattern,
                    hole + 2);
    } else {
        ms_buf_addf(b, "### %s %s\n", r->method, r->pattern);
    }
    ms_buf_addf(b, "%s. Scope `%s`.", r->doc, ms_scope_name((int)r->scope));
    if (r->query) {
        ms_buf_addf(b, " Query: %s.", r->query);
    }
    if (r->request) {
        ms_buf_adds(b, " Body: ");
        add_body(r, b);
        ms_buf_adds(b, ".");
    }
    ms_buf_addf(b, " Answer %u: %s.\n\n", r->status, r->response);
}

static void add_schema(const struct ms_schema *s, struct ms_buf *b)
{
    ms_buf_addf(b, "### %s\n%s.\n\n| member | type | |\n|---|---|---|\n", s->name, s->doc);
    for (const struct ms_schema_member *m = s->members; m->name; m++) {
        ms_buf_addf(b, "| %s | %s | %s%s%s |\n", m->name, m->type, m->optional ? "optional" : "",
                    m->optional && m->doc ? "; " : "", m->doc ? m->doc : "");
    }
    ms_buf_addc(b, '\n');
}

void ms_openapi_markdown(struct ms_buf *b)
{
    size_t n;
    const struct ms_route *r = ms_routes(&n);

    ms_buf_adds(b, "## Routes\n\n");
    for (size_t i = 0; i < n; i++) {
        add_route(&r[i], b);
    }
    ms_buf_adds(b, "## Schemas\n\n");
    for (const struct ms_schema *s = ms_schemas; s->name; s++) {
        add_schema(s, b);
    }
}
