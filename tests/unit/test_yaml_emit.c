/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree as JSON, and JSON as YAML: what is written reads back as the same value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/cleanup_ext.h"
#include "tests/unit/fixture_yaml.h"

static void same(const char *yaml, const char *json)
{
    struct yaml_fixture f;
    ms_auto_json json_t *want = json_loads(json, JSON_DECODE_ANY, NULL);
    ms_auto_json json_t *got = NULL;

    yaml_open(&f, yaml, strlen(yaml), NULL);
    assert_int_equal(f.r, 0);
    got = ms_node_to_json(f.root);
    assert_non_null(want);
    assert_true(json_equal(want, got));
    yaml_close(&f);
}

static void test_to_json(void **state)
{
    (void)state;
    same("[~, null, Null, '']", "[null, null, null, \"\"]");
    same("[true, False, yes, on, 'true']", "[true, false, \"yes\", \"on\", \"true\"]");
    same("[1, -1, +1, 007, 0o17, 0x1F, 0x, 0o8]", "[1, -1, 1, 7, 15, 31, \"0x\", \"0o8\"]");
    same("[9223372036854775807, -9223372036854775808]",
         "[9223372036854775807, -9223372036854775808]");
    same("[1.5, .5, 1., 1e3, -2E-2, 1e999, .inf, e5, .]",
         "[1.5, 0.5, 1.0, 1000.0, -0.02, \"1e999\", \".inf\", \"e5\", \".\"]");
    same("[12:30, 1_000, 2024-01-01, '5', 1.2.3.4]",
         "[\"12:30\", \"1_000\", \"2024-01-01\", \"5\", \"1.2.3.4\"]");
    same("{a: {b: [1, {c: d}]}, e: }", "{\"a\": {\"b\": [1, {\"c\": \"d\"}]}, \"e\": null}");
}

static void test_integer_range(void **state)
{
    struct yaml_fixture f;
    ms_auto_json json_t *j = NULL;

    (void)state;
    yaml_open(&f, "[9223372036854775808]", strlen("[9223372036854775808]"), NULL);
    j = ms_node_to_json(f.root);
    assert_true(json_is_real(json_array_get(j, 0)));
    yaml_close(&f);
}

/* Emit and read back. */
static void round_trip(const json_t *j)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *back = NULL;
    struct yaml_fixture f;
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, 1 << 20);
    assert_int_equal(ms_yaml_emit(j, &b, &err), 0);
    yaml_open(&f, b.p, b.len, NULL);
    assert_int_equal(f.r, 0);
    back = ms_node_to_json(f.root);
    assert_true(json_equal((json_t *)(uintptr_t)j, back));
    yaml_close(&f);
}

/* Strings that could be read as something else. */
static const char *const strings[] = {"",
                                      " ",
                                      "a",
                                      "true",
                                      "True",
                                      "yes",
                                      "NO",
                                      "on",
                                      "y",
                                      "null",
                                      "~",
                                      "1",
                                      "-1",
                                      "0x1f",
                                      "0o7",
                                      "1.5",
                                      ".5",
                                      "1e5",
                                      "012",
                                      "12:30",
                                      "<<",
                                      "=",
                                      "-",
                                      "- a",
                                      "?",
                                      ": ",
                                      "a: b",
                                      "a:b",
                                      "a #b",
                                      "#a",
                                      "a\nb",
                                      "\n",
                                      "a\n\n",
                                      "\ta",
                                      " a",
                                      "a ",
                                      "'",
                                      "\"",
                                      "\\",
                                      "[a]",
                                      "{a}",
                                      "&a",
                                      "*a",
                                      "!a",
                                      "|",
                                      ">",
                                      "%a",
                                      "@a",
                                      "`a",
                                      "a,b",
                                      "---",
                                      "...",
                                      "a\tb",
                                      "\x7f",
                                      "\xc2\x85",
                                      "b\xc3\xbc",
                                      "\xf0\x9f\x98\x80",
                                      "\x01",
                                      "\xe2\x80\xa8",
                                      "\xef\xbb\xbf",
                                      "${X}",
                                      "a, b",
                                      "a:",
                                      "/x:/y:ro"};

static void test_round_trip_strings(void **state)
{
    ms_auto_json json_t *list = json_array();
    ms_auto_json json_t *object = json_object();

    (void)state;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        ms_auto_json json_t *one = json_string(strings[i]);

        round_trip(one);
        assert_int_equal(json_array_append(list, one), 0);
        assert_int_equal(json_object_set(object, strings[i], one), 0);
    }
    round_trip(list);
    round_trip(object);
}

static void test_round_trip_values(void **state)
{
    static const char *const texts[] = {
        "[]",
        "{}",
        "null",
        "true",
        "[[], {}, [[]], {\"a\": []}, {\"a\": {}}]",
        "[1, -9223372036854775808, 9223372036854775807, 1.0, 0.1, 1e300, 5e-324, -0.0]",
        "{\"\": {\"b\": [null, {\"c\": \"d\"}]}}"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ms_auto_json json_t *j = json_loads(texts[i], JSON_DECODE_ANY, NULL);

        assert_non_null(j);
        round_trip(j);
    }
}

static void test_text(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *j =
        json_loads("{\"b\": \"x\", \"a\": [\"80:80\", true]}", JSON_DECODE_ANY, NULL);
    ms_auto_buf struct ms_buf b;

    (void)state;
    ms_buf_init(&b, 1000);
    assert_int_equal(ms_yaml_emit(j, &b, &err), 0);
    assert_string_equal(b.p, "b: x\na:\n- \"80:80\"\n- true\n");
}

static void emit_fails(json_t *j, size_t max, const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, max);
    assert_int_equal(ms_yaml_emit(j, &b, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
    assert_non_null(strstr(ms_err_msg(&err), part));
    json_decref(j);
}

static void test_refused(void **state)
{
    json_t *deep = json_array();

    (void)state;
    for (int i = 0; i < 31; i++) {
        deep = json_pack("[o]", deep);
    }
    round_trip(deep); /* 32 levels: as many as the parser reads */
    emit_fails(json_pack("[o]", deep), 1 << 20, "deeper than 32");
    emit_fails(json_stringn("a\0b", 3), 1000, "NUL");
    emit_fails(json_pack("[s,s]", "aaaaaaaaaa", "b"), 5, "YAML");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_json),
        cmocka_unit_test(test_integer_range),
        cmocka_unit_test(test_round_trip_strings),
        cmocka_unit_test(test_round_trip_values),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
