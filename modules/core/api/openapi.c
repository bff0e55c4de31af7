/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/openapi.h"

#include <ctype.h>
#include <string.h>

#include "modules/core/api/handlers.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/routes.h"
#include "modules/core/api/schemas.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

/* What the query parameters mean. */
static const struct {
    const char *name, *type, *doc;
} parameters[] = {
    {"domain", "string", "only of this domain"},
    {"max", "string", "at most so many"},
    {"days", "string", "of the last so many days"},
    {"name", "string", "which one"},
    {"with_content", "string", "1: even when it has mailboxes or aliases, and these too"},
    {"keep_mail", "string", "1: the mail stays on the disk"},
};

const char *ms_scope_name(int scope)
{
    static const char *const names[] = {
        [MS_SCOPE_READ] = "read",
        [MS_SCOPE_DIRECTORY] = "directory",
        [MS_SCOPE_OPERATE] = "operate",
        [MS_SCOPE_ALL] = "all",
    };

    return names[scope];
}

static json_t *parameter(const char *name, const char *in, const char *doc)
{
    return json_pack("{s:s, s:s, s:b, s:s*, s:{s:s}}", "name", name, "in", in, "required",
                     !strcmp(in, "path"), "description", doc, "schema", "type", "string");
}

static json_t *parameters_of(const struct ms_route *r)
{
    json_t *list = json_array();

    if (strstr(r->pattern, "{}")) {
        (void)json_array_append_new(list, parameter("id", "path", NULL));
    }
    for (const char *p = r->query; p && *p;) {
        size_t n = strcspn(p, " ");

        for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
            if (strlen(parameters[i].name) == n && !strncmp(parameters[i].name, p, n)) {
                (void)json_array_append_new(
                    list, parameter(parameters[i].name, "query", parameters[i].doc));
            }
        }
        p += n + (p[n] == ' ');
    }
    return list;
}

static json_t *content(const char *type, json_t *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

/* The body: that of an op without what the path says already, or one of the table. */
static json_t *request_of(const struct ms_route *r)
{
    json_t *schema = ms_op_schema(r->request, strstr(r->pattern, "{}") != NULL);

    return json_pack("{s:b, s:o}", "required", 1, "content",
                     content("application/json", schema ? schema : ms_schema_of_type(r->request)));
}

static json_t *success_of(const struct ms_route *r)
{
    size_t n = strlen(r->response);
    bool lines = r->response[n - 1] == '*';
    ms_auto_free char *type = ms_xmemdup0(r->response, lines ? n - 1 : n);

    return json_pack(
        "{s:s, s:o}", "description", lines ? "lines, one JSON object in each" : "done", "content",
        content(lines ? "application/x-ndjson" : "application/json", ms_schema_of_type(type)));
}

/* "post_mailboxes_id_rename" */
static json_t *operation_id(const struct ms_route *r)
{
    struct ms_buf b;
    json_t *id;

    ms_buf_init(&b, 256);
    for (const char *p = r->method; *p; p++) {
        ms_buf_addc(&b, (char)tolower((unsigned char)*p));
    }
    for (const char *p = r->pattern + strlen("/api/v1"); *p; p++) {
        if (*p == '{') {
            ms_buf_adds(&b, "id");
        } else if (*p != '}') {
            ms_buf_addc(&b, isalnum((unsigned char)*p) ? *p : '_');
        }
    }
    id = json_string(b.p);
    ms_buf_done(&b);
    return id;
}

static json_t *operation(const struct ms_route *r)
{
    char status[16];
    json_t *o = json_object(), *responses = json_object();
    json_t *problem = json_pack("{s:s, s:o}", "description", "refused, or failed", "content",
                                content("application/problem+json", ms_schema_of_type("Problem")));

    (void)snprintf(status, sizeof(status), "%u", r->status);
    (void)json_object_set_new(o, "operationId", operation_id(r));
    (void)json_object_set_new(o, "summary", json_string(r->doc));
    (void)json_object_set_new(o, "x-scope", json_string(ms_scope_name((int)r->scope)));
    (void)json_object_set_new(o, "parameters", parameters_of(r));
    if (r->request) {
        (void)json_object_set_new(o, "requestBody", request_of(r));
    }
    (void)json_object_set_new(responses, status, success_of(r));
    (void)json_object_set_new(responses, "default", problem);
    (void)json_object_set_new(o, "responses", responses);
    return o;
}

/* The path as OpenAPI has it: the segment has a name. */
static char *path_of(const struct ms_route *r)
{
    const char *hole = strstr(r->pattern, "{}");

    return hole ? ms_xasprintf("%.*s{id}%s", (int)(hole - r->pattern), r->pattern, hole + 2)
                : ms_xstrdup(r->pattern);
}

static json_t *paths(void)
{
    size_t n;
    const struct ms_route *r = ms_routes(&n);
    json_t *all = json_object();

    for (size_t i = 0; i < n; i++) {
        ms_auto_free char *path = path_of(&r[i]);
        json_t *item = json_object_get(all, path);
        struct ms_buf method;

        if (!item) {
            item = json_object();
            (void)json_object_set_new(all, path, item);
        }
        ms_buf_init(&method, 16);
        for (const char *p = r[i].method; *p; p++) {
            ms_buf_addc(&method, (char)tolower((unsigned char)*p));
        }
        (void)json_object_set_new(item, method.p, operation(&r[i]));
        ms_buf_done(&method);
    }
    return all;
}

json_t *ms_openapi(void)
{
    json_t *schemas = json_object();

    for (const struct ms_schema *s = ms_schemas; s->name; s++) {
        (void)json_object_set_new(schemas, s->name, ms_schema_json(s));
    }
    return json_pack(
        "{s:s, s:{s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:[{s:[]}], s:o, s:{s:o, s:{s:{s:s, s:s}}}}",
        "openapi", "3.1.0", "info", "title", "mailstead", "version", MS_VERSION, "license", "name",
        "Apache-2.0", "identifier", "Apache-2.0", "servers", "url", "/", "security", "token",
        "paths", paths(), "components", "schemas", schemas, "securitySchemes", "token", "type",
        "http", "scheme", "bearer");
}

void ms_api_get_openapi(struct ms_api_request *rq)
{
    ms_api_reply(rq, 200, ms_openapi());
}
