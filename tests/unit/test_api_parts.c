/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pure parts of the API: routes, encoded text, shapes of requests, event lines, problems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/api/client_priv.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/routes.h"
#include "modules/core/api/server_priv.h"
#include "modules/core/api/url.h"
#include "modules/core/base/cleanup_ext.h"

static void test_routes(void **state)
{
    static const struct {
        const char *method, *path;
        int want;            /* 405: the method is not allowed */
        const char *pattern; /* of the route that is found */
        const char *name;
    } rows[] = {
        {"GET", "/api/v1/status", 1, "/api/v1/status", NULL},
        {"POST", "/api/v1/status", 405, NULL, NULL},
        {"GET", "/api/v1/status/", 0, NULL, NULL},
        {"GET", "/api/v1", 0, NULL, NULL},
        {"GET", "", 0, NULL, NULL},
        {"GET", "/api/v1/jobs/7/events", 1, "/api/v1/jobs/{}/events", "7"},
        {"GET", "/api/v1/jobs//events", 0, NULL, NULL},
        {"GET", "/api/v1/jobs/7/events/x", 0, NULL, NULL},
        {"GET", "/api/v1/domains/ex%41mple.org", 1, "/api/v1/domains/{}", "exAmple.org"},
        {"GET", "/api/v1/domains/", 0, NULL, NULL},
        {"DELETE", "/api/v1/mailboxes/a%2Fb@c.test", 1, "/api/v1/mailboxes/{}", "a/b@c.test"},
        {"DELETE", "/api/v1/mailboxes/a/b@c.test", 0, NULL, NULL},
        {"PATCH", "/api/v1/mailboxes/a%zz", -1, NULL, NULL},
        {"PUT", "/api/v1/aliases/@c.test", 1, "/api/v1/aliases/{}", "@c.test"},
        {"PATCH", "/api/v1/aliases/@c.test", 405, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        const struct ms_route *r = NULL;
        ms_auto_free char *name = NULL;
        int got = ms_route_match(rows[i].method, rows[i].path, &r, &name, &err);

        got = got < 0 && err.sys == 405 ? 405 : got;
        if (got != rows[i].want || (got == 1 && strcmp(r->pattern, rows[i].pattern)) ||
            (name ? !rows[i].name || strcmp(name, rows[i].name) : rows[i].name != NULL)) {
            fail_msg("row %zu: %d, %s", i, got, name ? name : "(none)");
        }
    }
}

static void test_every_route_is_documented(void **state)
{
    size_t n;
    const struct ms_route *r = ms_routes(&n);

    (void)state;
    assert_true(n > 10);
    for (size_t i = 0; i < n; i++) {
        assert_true(r[i].handler && strlen(r[i].doc) > 5);
        for (size_t k = 0; k < i; k++) {
            assert_true(strcmp(r[i].method, r[k].method) || strcmp(r[i].pattern, r[k].pattern));
        }
    }
}

static void test_url(void **state)
{
    static const char *const bad[] = {"%",    "%4",    "%4g",    "a%00b", "%0a",
                                      "\x01", "a\x7f", "%c3%28", "\xff",  "%ED%A0%80"};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *enc = ms_url_encode("J\xc3\xb6rg+x/\"%\n@a.test");
    char *dec = NULL;
    char limit[1026];

    (void)state;
    assert_string_equal(enc, "J%C3%B6rg%2Bx%2F%22%25%0A@a.test");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err e = MS_ERR_INIT;

        assert_int_equal(ms_url_decode(bad[i], strlen(bad[i]), &dec, &e), -1);
        assert_int_equal(e.code, MS_EINVAL);
    }
    assert_int_equal(ms_url_decode("%C3%B6+%2f", 10, &dec, &err), 0);
    assert_string_equal(dec, "\xc3\xb6+/");
    free(dec);
    memset(limit, 'a', sizeof(limit));
    assert_int_equal(ms_url_decode(limit, 1024, &dec, &err), 0);
    free(dec);
    assert_int_equal(ms_url_decode("", 0, &dec, &err), 0);
    assert_string_equal(dec, "");
    free(dec);
    assert_int_equal(ms_url_decode(limit, 1025, &dec, &err), -1);
}

static void test_ops(void **state)
{
    static const struct {
        const char *request;
        int op;           /* -1: refused */
        const char *text; /* in the error */
    } rows[] = {
        {"{\"op\":\"domain-list\"}", MS_OP_DOMAIN_LIST, NULL},
        {"{}", -1, "no such operation"},
        {"{\"op\":\"format-disk\"}", -1, "no such operation"},
        {"{\"op\":7}", -1, "no such operation"},
        {"{\"op\":\"domain-list\",\"x\":1}", -1, "x: there is no such member"},
        {"{\"op\":\"domain-add\"}", -1, "name is missing"},
        {"{\"op\":\"domain-add\",\"name\":7}", -1, "name: expected a string"},
        {"{\"op\":\"domain-add\",\"name\":\"a\",\"alias_for\":null,\"quota\":\"5G\"}",
         MS_OP_DOMAIN_ADD, NULL},
        {"{\"op\":\"domain-add\",\"name\":\"a\",\"quota\":-1}", -1, "quota: expected a size"},
        {"{\"op\":\"domain-add\",\"name\":\"a\",\"quota\":\"5 apples\"}", -1, "quota"},
        {"{\"op\":\"domain-add\",\"name\":\"a\\u0000b\"}", -1, "name: expected a string"},
        {"{\"op\":\"mailbox-set\",\"address\":\"a@b\",\"active\":1}", -1, "active: expected true"},
        {"{\"op\":\"alias-set\",\"address\":\"a@b\",\"targets\":[\"c@d\"]}", MS_OP_ALIAS_SET, NULL},
        {"{\"op\":\"alias-set\",\"address\":\"a@b\",\"targets\":[7]}", -1, "targets"},
        {"{\"op\":\"alias-set\",\"address\":\"a@b\",\"targets\":\"c@d\"}", -1, "targets"},
        {"{\"op\":\"alias-show\",\"address\":\"a@b\"}", MS_OP_ALIAS_SHOW, NULL},
        {"{\"op\":\"spam-set\",\"owner\":\"a@b\",\"junk_score\":4.5,\"reject_score\":null}",
         MS_OP_SPAM_SET, NULL},
        {"{\"op\":\"spam-set\",\"owner\":\"a@b\",\"junk_score\":-1}", -1, "junk_score"},
        {"{\"op\":\"spam-set\",\"owner\":\"a@b\",\"junk_score\":1000.5}", -1, "junk_score"},
        {"{\"op\":\"spam-set\",\"owner\":\"a@b\",\"junk_score\":\"4\"}", -1, "junk_score"},
        {"{\"op\":\"test\",\"address\":null}", MS_OP_TEST, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *j = json_loads(rows[i].request, JSON_ALLOW_NUL, NULL);
        enum ms_op op = MS_OP__COUNT;
        int r;

        assert_non_null(j);
        r = ms_op_check(j, &op, &err);
        if (rows[i].op < 0 ? r != -1 || !strstr(ms_err_msg(&err), rows[i].text)
                           : r != 0 || (int)op != rows[i].op) {
            fail_msg("row %zu: %d %s", i, r, ms_err_msg(&err));
        }
    }
}

static void test_answers(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, back = MS_ERR_INIT, none = MS_ERR_INIT;
    ms_auto_json json_t *good = ms_op_answer(json_integer(7));
    ms_auto_json json_t *bad = NULL;
    json_t *result = NULL;

    (void)state;
    (void)ms_err_set(&err, MS_EEXIST, 0, "a \xff b");
    bad = ms_op_answer_error(&err);
    assert_int_equal(ms_op_result(good, &result, &back), 0);
    assert_int_equal(json_integer_value(result), 7);
    json_decref(result);
    assert_int_equal(ms_op_result(bad, &result, &back), -1);
    assert_int_equal(back.code, MS_EEXIST);
    assert_string_equal(ms_err_msg(&back), "a ? b");
    assert_int_equal(ms_op_result(NULL, &result, &none), -1);
    assert_int_equal(none.code, MS_EIO);
    for (unsigned c = MS_EINVAL; c < MS_CODE__COUNT; c++) {
        assert_int_equal(ms_op_code(ms_code_name((enum ms_code)c)), c);
    }
    assert_int_equal(ms_op_code("ok"), MS_EIO);
}

/* What the server writes as a problem is what the client reads. */
static void test_problem_round_trip(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, back = MS_ERR_INIT, junk = MS_ERR_INIT;
    ms_auto_json json_t *problem = NULL;
    ms_auto_free char *text = NULL;

    (void)state;
    (void)ms_err_set(&err, MS_ECONFIG, 0, "site.yaml is not valid\nline 1\nline 2");
    problem = ms_api_problem(&err);
    assert_int_equal(json_array_size(json_object_get(problem, "diagnostics")), 2);
    assert_int_equal(json_integer_value(json_object_get(problem, "status")), 422);
    text = json_dumps(problem, 0);
    assert_int_equal(ms_client_problem(text, strlen(text), 422, &back), -1);
    assert_int_equal(back.code, MS_ECONFIG);
    assert_int_equal(back.sys, 422);
    assert_string_equal(ms_err_msg(&back), ms_err_msg(&err));
    assert_int_equal(ms_client_problem("<html>", 6, 502, &junk), -1);
    assert_int_equal(junk.code, MS_EIO);
}

static void test_http_status(void **state)
{
    static const struct {
        enum ms_code code;
        int sys;
        unsigned status;
    } rows[] = {
        {MS_EINVAL, 0, 422},  {MS_EINVAL, 400, 400},  {MS_EINVAL, 700, 422},
        {MS_ECONFIG, 0, 422}, {MS_ENOTFOUND, 0, 404}, {MS_EEXIST, 0, 409},
        {MS_EBUSY, 0, 409},   {MS_EUNREACH, 0, 503},  {MS_ETIME, 0, 504},
        {MS_EDB, 0, 500},     {MS_EENGINE, 404, 500},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ms_err err = {.code = rows[i].code, .sys = rows[i].sys};

        assert_int_equal(ms_api_http_status(&err), rows[i].status);
    }
}

static int count(void *arg, const json_t *event)
{
    int *n = arg;

    ++*n;
    return json_is_true(json_object_get(event, "stop")) ? -1 : 0;
}

static void test_lines(void **state)
{
    static const char text[] = "{\"a\":1}\n\n{\"b\":\"x\"}\n{\"c\":3}\n";

    (void)state;
    /* in parts of every size */
    for (size_t part = 1; part < sizeof(text); part++) {
        struct ms_lines l;
        int n = 0;

        ms_lines_init(&l, count, &n);
        for (size_t i = 0; i < sizeof(text) - 1; i += part) {
            size_t left = sizeof(text) - 1 - i;

            assert_int_equal(ms_lines_feed(&l, text + i, part < left ? part : left), 0);
        }
        assert_int_equal(n, 3);
        ms_lines_done(&l);
    }
}

static void test_lines_end(void **state)
{
    struct ms_lines l;
    char junk[4096];
    int n = 0, r = 0;

    (void)state;
    ms_lines_init(&l, count, &n);
    assert_int_equal(ms_lines_feed(&l, "{\"stop\":true}\n{}\n", 17), -1);
    assert_true(l.stopped && !l.bad);
    assert_int_equal(n, 1);
    ms_lines_done(&l);
    ms_lines_init(&l, count, &n);
    assert_int_equal(ms_lines_feed(&l, "[1]\n", 4), -1);
    assert_true(l.bad);
    ms_lines_done(&l);
    ms_lines_init(&l, count, &n);
    memset(junk, ' ', sizeof(junk));
    for (int i = 0; i < 100 && !r; i++) {
        r = ms_lines_feed(&l, junk, sizeof(junk));
    }
    assert_int_equal(r, -1);
    assert_true(l.bad);
    ms_lines_done(&l);
}

static void test_socket_path(void **state)
{
    ms_auto_free char *a = ms_client_socket_path("/var/lib/mailstead");
    ms_auto_free char *b = ms_client_socket_path("/var/lib/mailstead//");
    ms_auto_free char *c = ms_client_socket_path("/var/lib/mailstead2");
    ms_auto_free char *d = ms_client_socket_path("/");

    (void)state;
    assert_string_equal(a, "/run/mailstead/control.sock");
    assert_string_equal(b, "/run/mailstead/control.sock");
    assert_string_equal(c, "/var/lib/mailstead2/control.sock");
    assert_string_equal(d, "//control.sock");
}

static void test_reserved(void **state)
{
    static const struct {
        const char *address;
        bool reserved;
    } rows[] = {
        {"mailstead-test@example.org", true},
        {"mailstead-test@mail.example.org", false},
        {"mailstead-test@example.com", false},
        {"mailstead-test2@example.org", false},
        {"a.mailstead-test@example.org", false},
        {"@example.org", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ms_op_is_reserved(rows[i].address, "example.org") != rows[i].reserved) {
            fail_msg("%s", rows[i].address);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_every_route_is_documented),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_ops),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_problem_round_trip),
        cmocka_unit_test(test_http_status),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lines_end),
        cmocka_unit_test(test_socket_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
