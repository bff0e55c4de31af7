/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every route of the table, asked over the real socket for what it cannot give: each time the right
 * status, and a problem document that says so. And the description of the API names each of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/api/openapi.h"
#include "modules/core/api/routes.h"
#include "modules/core/api/schemas.h"
#include "tests/unit/fixture_api.h"

/* The path with the segment put in. */
static char *path_of(const struct ms_route *r, const char *segment)
{
    const char *hole = strstr(r->pattern, "{}");

    return hole ? ms_xasprintf("%.*s%s%s", (int)(hole - r->pattern), r->pattern, segment, hole + 2)
                : ms_xstrdup(r->pattern);
}

static void refused(const struct api_fixture *f, const char *method, const char *path,
                    const char *body, unsigned status)
{
    api_auto_answer struct api_answer a = {0};
    ms_auto_free char *type = NULL;

    api_ask(f, method, path, NULL, body, &a);
    type = api_header(&a, "Content-Type");
    if (a.status != status || !type || strcmp(type, "application/problem+json") != 0 ||
        json_integer_value(json_object_get(a.json, "status")) != (json_int_t)status ||
        !json_is_string(json_object_get(a.json, "title")) ||
        !json_is_string(json_object_get(a.json, "detail")) ||
        !json_is_string(json_object_get(a.json, "code"))) {
        fail_msg("%s %s %.40s: not a problem of status %u: %s", method, path, body ? body : "",
                 status, a.text.p);
    }
}

typedef void (*visitor)(const struct api_fixture *f, const struct ms_route *r);

static void each(void **state, visitor visit)
{
    size_t n;
    const struct ms_route *r = ms_routes(&n);

    for (size_t i = 0; i < n; i++) {
        visit(*state, &r[i]);
    }
}

static void wrong_bodies(const struct api_fixture *f, const struct ms_route *r)
{
    static const char *const no_json[] = {
        "{",
        "[]",
        "7",
        "null",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\xff\"}",
        "{\"a\":1} x",
        "{\"a\":\"\\ud800\"}",
    };
    ms_auto_free char *path = path_of(r, "x.test");
    ms_auto_free char *deep = ms_xcalloc(8001, 1);

    if (!r->request) {
        return;
    }
    for (size_t i = 0; i < sizeof(no_json) / sizeof(no_json[0]); i++) {
        refused(f, r->method, path, no_json[i], 400);
    }
    memset(deep, '[', 8000);
    refused(f, r->method, path, deep, 400);
    refused(f, r->method, path, "{\"no_such_member\":1}", 422);
}

static void test_wrong_bodies(void **state)
{
    each(state, wrong_bodies);
}

/* Each member of each body with values of other types. */
static void wrong_types(const struct api_fixture *f, const struct ms_route *r)
{
    static const char *const values[] = {"{\"x\":1}", "-1.5", "[[1]]"};
    ms_auto_free char *path = path_of(r, "x.test");
    ms_auto_json json_t *schema =
        r->request ? ms_op_schema(r->request, strstr(r->pattern, "{}") != NULL) : NULL;
    const char *key;
    json_t *member;

    json_object_foreach(json_object_get(schema, "properties"), key, member)
    {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            ms_auto_free char *body = ms_xasprintf("{\"%s\":%s}", key, values[i]);

            refused(f, r->method, path, body, 422);
        }
    }
}

static void test_wrong_types(void **state)
{
    each(state, wrong_types);
}

/* Without what the body must have. */
static void missing(const struct api_fixture *f, const struct ms_route *r)
{
    ms_auto_free char *path = path_of(r, "x.test");
    ms_auto_json json_t *schema =
        r->request ? ms_op_schema(r->request, strstr(r->pattern, "{}") != NULL) : NULL;

    if (json_array_size(json_object_get(schema, "required"))) {
        refused(f, r->method, path, "{}", 422);
        refused(f, r->method, path, NULL, 422);
    }
}

static void test_missing(void **state)
{
    each(state, missing);
}

/* Some body that is accepted, as far as the shape goes. */
static char *good_body(const struct ms_route *r)
{
    ms_auto_json json_t *schema = ms_op_schema(r->request, strstr(r->pattern, "{}") != NULL);
    ms_auto_json json_t *o = json_object();
    const char *key;
    json_t *member;

    json_object_foreach(json_object_get(schema, "properties"), key, member)
    {
        json_t *type = json_object_get(member, "type");
        bool list = json_is_string(type) && !strcmp(json_string_value(type), "array");
        bool text = json_is_string(type) && !strcmp(json_string_value(type), "string");

        if (list || text) {
            (void)json_object_set_new(o, key, list ? json_array() : json_string("a@x.test"));
        }
    }
    return json_dumps(o, 0);
}

static void unknown_id(const struct api_fixture *f, const struct ms_route *r)
{
    ms_auto_free char *path = path_of(r, "unknown");
    ms_auto_free char *body = r->request ? good_body(r) : NULL;

    if (strstr(r->pattern, "{}")) {
        ms_auto_free char *full = r->query && !strcmp(r->query, "name")
                                      ? ms_xasprintf("%s?name=x", path)
                                      : ms_xstrdup(path);

        refused(f, r->method, full, body, 404);
    }
}

static void test_unknown_id(void **state)
{
    each(state, unknown_id);
}

static void wrong_path(const struct api_fixture *f, const struct ms_route *r)
{
    static const char *const bad[] = {"%ff", "%zz", "%00", "%0a", "%c0%af", "a%"};
    ms_auto_free char *path = path_of(r, "x.test");
    ms_auto_free char *more = ms_xasprintf("%s/no/more", path);
    ms_auto_free char *query = NULL;

    refused(f, "BREW", path, NULL, 405);
    refused(f, r->method, more, NULL, 404);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]) && strstr(r->pattern, "{}"); i++) {
        ms_auto_free char *full = path_of(r, bad[i]);

        refused(f, r->method, full, r->request ? "{}" : NULL, 422);
    }
    if (r->query) {
        query = ms_xasprintf("%s?%.*s=%%ff", path, (int)strcspn(r->query, " "), r->query);
        refused(f, r->method, query, NULL, 422);
    }
}

static void test_wrong_path(void **state)
{
    each(state, wrong_path);
}

static void oversized(const struct api_fixture *f, const struct ms_route *r)
{
    api_auto_answer struct api_answer a = {0}, chunked = {0};
    ms_auto_free char *path = path_of(r, "x.test");
    ms_auto_free char *head =
        ms_xasprintf("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n",
                     r->method, path, MS_API_BODY_MAX + 1);
    ms_auto_free char *parts = ms_xasprintf(
        "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        r->method, path);

    api_send(f, head, strlen(head), &a);
    assert_int_equal(a.status, 413);
    api_send(f, parts, strlen(parts), &chunked);
    assert_int_equal(chunked.status, 411);
}

static void test_oversized(void **state)
{
    each(state, oversized);
}

static void test_allow(void **state)
{
    api_auto_answer struct api_answer a = {0};
    ms_auto_free char *allow = NULL;

    api_ask(*state, "PUT", "/api/v1/queue", NULL, NULL, &a);
    allow = api_header(&a, "Allow");
    assert_string_equal(allow, "GET, POST");
}

/* Whether all references of the document lead somewhere. */
static void check_references(const json_t *schemas, json_t *v)
{
    const char prefix[] = "#/components/schemas/", *key;
    const char *to = json_string_value(json_object_get(v, "$ref"));
    json_t *part;
    size_t i;

    if (to) {
        assert_memory_equal(to, prefix, sizeof(prefix) - 1);
        assert_non_null(json_object_get(schemas, to + sizeof(prefix) - 1));
    }
    json_object_foreach(v, key, part)
    {
        check_references(schemas, part);
    }
    json_array_foreach(v, i, part)
    {
        check_references(schemas, part);
    }
}

static void test_described(void **state)
{
    api_auto_answer struct api_answer a = {0};
    ms_auto_json json_t *doc = ms_openapi();
    const json_t *paths;
    size_t n, described = 0;
    const struct ms_route *r = ms_routes(&n);
    const char *path, *method;
    json_t *item, *operation;

    api_ask(*state, "GET", "/api/v1/openapi.json", NULL, NULL, &a);
    assert_int_equal(a.status, 200);
    assert_true(json_equal(a.json, doc));
    paths = json_object_get(a.json, "paths");
    json_object_foreach((json_t *)paths, path, item)
    {
        json_object_foreach(item, method, operation)
        {
            assert_non_null(json_object_get(operation, "responses"));
            described++;
        }
    }
    assert_int_equal(described, n);
    for (size_t i = 0; i < n; i++) {
        ms_auto_free char *at = path_of(&r[i], "{id}");

        assert_non_null(json_object_get(paths, at));
        assert_true(*r[i].doc != '\0' && r[i].status >= 200 && r[i].status < 300);
    }
    check_references(json_object_get(json_object_get(doc, "components"), "schemas"), doc);
}

static void test_services(void **state)
{
    api_auto_answer struct api_answer all = {0}, one = {0}, restart = {0}, job = {0};

    api_ask(*state, "GET", "/api/v1/services", NULL, NULL, &all);
    assert_int_equal(json_array_size(all.json), 1);
    api_ask(*state, "GET", "/api/v1/services/edge", NULL, NULL, &one);
    assert_int_equal(one.status, 200);
    api_ask(*state, "POST", "/api/v1/services/edge/restart", NULL, NULL, &restart);
    assert_int_equal(restart.status, 202);
    assert_string_equal(json_string_value(json_object_get(restart.json, "kind")), "restart");
    api_ask(*state, "GET", "/api/v1/jobs/1", NULL, NULL, &job);
    assert_int_equal(job.status, 200);
    assert_true(json_equal(job.json, restart.json));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_bodies), cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_missing),      cmocka_unit_test(test_unknown_id),
        cmocka_unit_test(test_wrong_path),   cmocka_unit_test(test_oversized),
        cmocka_unit_test(test_allow),        cmocka_unit_test(test_described),
        cmocka_unit_test(test_services),
    };

    return cmocka_run_group_tests(tests, api_set_up, api_tear_down);
}
