/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The YAML parser: places, limits at their edge, and everything it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/mem.h"
#include "tests/unit/fixture_yaml.h"

/* The text is refused at line:col with a message that holds part. */
static void refused(const char *text, size_t size, unsigned line, unsigned col, const char *part)
{
    struct yaml_fixture f;

    yaml_open(&f, text, size, NULL);
    assert_int_equal(f.r, -1);
    assert_true(f.d.n >= 1);
    assert_non_null(strstr(f.d.v[0].text, part));
    assert_int_equal(f.d.v[0].line, line);
    assert_int_equal(f.d.v[0].col, col);
    yaml_close(&f);
}

#define REFUSED(text, line, col, part) refused(text, sizeof(text) - 1, line, col, part)

static void test_places(void **state)
{
    const char text[] = "a: 1\nlist:\n  - x\n  - {k: \"v\"}\n";
    struct yaml_fixture f;
    const struct ms_node *n;

    (void)state;
    yaml_open(&f, text, strlen(text), NULL);
    assert_int_equal(f.r, 0);
    assert_int_equal(f.root->kind, MS_NODE_MAPPING);
    assert_int_equal(f.root->n, 2);
    n = ms_node_get(f.root, "a");
    assert_string_equal(n->text, "1");
    assert_string_equal(n->loc.file, "t.yaml");
    assert_int_equal(n->loc.line, 1);
    assert_int_equal(n->loc.col, 4);
    assert_int_equal(n->key_loc.col, 1);
    assert_true(n->plain);
    n = ms_node_get(f.root, "list");
    assert_int_equal(n->kind, MS_NODE_SEQUENCE);
    n = ms_node_get(n->v[1], "k");
    assert_string_equal(n->text, "v");
    assert_false(n->plain);
    assert_int_equal(n->loc.line, 4);
    assert_int_equal(n->loc.col, 9);
    assert_null(ms_node_get(f.root, "b"));
    assert_null(ms_node_get(n, "b"));
    yaml_close(&f);
}

static void test_empty(void **state)
{
    static const char *const texts[] = {"", "# only a comment\n", "\xef\xbb\xbf", "\n\n"};
    struct yaml_fixture f;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        yaml_open(&f, texts[i], strlen(texts[i]), NULL);
        assert_int_equal(f.r, 0);
        assert_null(f.root);
        yaml_close(&f);
    }
}

static void test_byte_order_mark(void **state)
{
    const char text[] = "\xef\xbb\xbf"
                        "a: 1\n";
    struct yaml_fixture f;

    (void)state;
    yaml_open(&f, text, strlen(text), NULL);
    assert_int_equal(f.r, 0);
    assert_int_equal(ms_node_get(f.root, "a")->key_loc.col, 1);
    yaml_close(&f);
}

static void test_duplicates(void **state)
{
    const char text[] = "a: 1\nb: {x: 1, x: 2}\na: 2\na: 3\nl: [{k: 1, k: 2}]\n";
    struct yaml_fixture f;

    (void)state;
    yaml_open(&f, text, strlen(text), NULL);
    assert_int_equal(f.r, -1);
    assert_non_null(f.root); /* read to its end, so a caller can go on */
    ms_diags_sort(&f.d);
    assert_int_equal(f.d.n, 4);
    assert_string_equal(f.d.v[0].path, "b.x");
    assert_string_equal(f.d.v[1].path, "a");
    assert_int_equal(f.d.v[1].line, 3);
    assert_non_null(strstr(f.d.v[1].text, "line 1"));
    assert_int_equal(f.d.v[2].line, 4);
    assert_string_equal(f.d.v[3].path, "l[0].k");
    yaml_close(&f);
}

static void test_many_keys(void **state)
{
    enum { KEYS = 20000 };
    struct yaml_fixture f;
    struct ms_buf b;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    for (int i = 0; i < KEYS; i++) {
        ms_buf_addf(&b, "key%d: %d\n", i, i);
    }
    ms_buf_adds(&b, "key7: again\n");
    yaml_open(&f, b.p, b.len, NULL);
    assert_int_equal(f.d.n, 1);
    assert_int_equal(f.d.v[0].line, KEYS + 1);
    yaml_close(&f);
    b.len -= strlen("key7: again\n");
    yaml_open(&f, b.p, b.len, NULL);
    assert_int_equal(f.r, 0);
    assert_non_null(f.root->by_key);
    for (int i = 0; i < KEYS; i += 371) {
        ms_auto_free char *key = ms_xasprintf("key%d", i);

        assert_string_equal(ms_node_get(f.root, key)->text, key + 3);
    }
    assert_null(ms_node_get(f.root, "key"));
    assert_null(ms_node_get(f.root, "zzz"));
    yaml_close(&f);
    ms_buf_done(&b);
}

static void test_refused(void **state)
{
    (void)state;
    REFUSED("a: &x 1\n", 1, 4, "anchors");
    REFUSED("a: *x\n", 1, 4, "aliases");
    REFUSED("a: !foo 1\n", 1, 4, "tags");
    REFUSED("a: !!binary aGk=\n", 1, 4, "tags");
    REFUSED("a: {<<: {b: 1}}\n", 1, 5, "merge keys");
    REFUSED("a: 1\n---\nb: 2\n", 2, 1, "second document");
    REFUSED("? [x]\n: 1\n", 1, 3, "a key must be a word");
    REFUSED("? \n: 1\n", 1, 2, "key is missing");
    REFUSED("a: b\n\tc: d\n", 2, 1, "tabs");
    REFUSED("a: 1\nb: x\0y\n", 2, 5, "NUL");
    REFUSED("a: \"x\\0y\"\n", 1, 4, "NUL");
    REFUSED("a: \x1b[0m\n", 1, 4, "U+001B");
    REFUSED("a: \xff\n", 1, 4, "0xff");
    REFUSED("a: \xc0\xaf\n", 1, 4, "0xc0");         /* overlong */
    REFUSED("a: \xed\xa0\x80\n", 1, 4, "0xed");     /* surrogate */
    REFUSED("a: \xf4\x90\x80\x80\n", 1, 4, "0xf4"); /* above U+10FFFF */
    REFUSED("a: \xc3", 1, 4, "0xc3");               /* cut off */
    REFUSED("\xff\xfe"
            "a\0:\0",
            1, 1, "0xff"); /* UTF-16 */
    REFUSED("a: [1\n", 2, 1, "not valid YAML");
    REFUSED("a: {B}c\n", 1, 7, "needs quotes");
}

static void test_core_tags(void **state)
{
    const char text[] = "a: !!str 12\nb: !!map {}\nc: !!seq []\nd: ! 12\n";
    struct yaml_fixture f;

    (void)state;
    yaml_open(&f, text, strlen(text), NULL);
    assert_int_equal(f.r, 0);
    assert_false(ms_node_get(f.root, "a")->plain);
    assert_false(ms_node_get(f.root, "d")->plain);
    yaml_close(&f);
}

static void test_size_limit(void **state)
{
    const char text[] = "a: 12";
    struct ms_yaml_limits at = {.max_bytes = sizeof(text) - 1}, below = {.max_bytes = 4};
    struct yaml_fixture f;

    (void)state;
    yaml_open(&f, text, strlen(text), &at);
    assert_int_equal(f.r, 0);
    yaml_close(&f);
    yaml_open(&f, text, strlen(text), &below);
    assert_int_equal(f.r, -1);
    assert_non_null(strstr(f.d.v[0].text, "larger than 4 bytes"));
    assert_null(f.root);
    yaml_close(&f);
}

/* Lists in lists, depth of them. */
static void nested(struct ms_buf *b, unsigned depth)
{
    ms_buf_reset(b);
    for (unsigned i = 0; i < depth; i++) {
        ms_buf_addc(b, '[');
    }
    for (unsigned i = 0; i < depth; i++) {
        ms_buf_addc(b, ']');
    }
}

static void test_depth_limit(void **state)
{
    struct yaml_fixture f;
    struct ms_buf b;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    nested(&b, 32);
    yaml_open(&f, b.p, b.len, NULL);
    assert_int_equal(f.r, 0);
    yaml_close(&f);
    nested(&b, 33);
    yaml_open(&f, b.p, b.len, NULL);
    assert_int_equal(f.r, -1);
    assert_non_null(strstr(f.d.v[0].text, "deeper than 32"));
    yaml_close(&f);
    nested(&b, 100000); /* stopped long before its end */
    yaml_open(&f, b.p, b.len, NULL);
    assert_int_equal(f.r, -1);
    assert_int_equal(f.d.n, 1);
    yaml_close(&f);
    ms_buf_done(&b);
}

static void test_node_limit(void **state)
{
    const char text[] = "[a, b, c]";
    struct ms_yaml_limits at = {.max_nodes = 4}, below = {.max_nodes = 3};
    struct yaml_fixture f;

    (void)state;
    yaml_open(&f, text, strlen(text), &at);
    assert_int_equal(f.r, 0);
    yaml_close(&f);
    yaml_open(&f, text, strlen(text), &below);
    assert_int_equal(f.r, -1);
    assert_non_null(strstr(f.d.v[0].text, "more than 3"));
    yaml_close(&f);
}

static void test_null(void **state)
{
    const char text[] = "a:\nb: ~\nc: null\nd: \"\"\ne: \"null\"\nf: []\n";
    static const bool want[] = {true, true, true, false, false, false};
    struct yaml_fixture f;

    (void)state;
    yaml_open(&f, text, strlen(text), NULL);
    for (size_t i = 0; i < f.root->n; i++) {
        assert_int_equal(ms_node_is_null(f.root->v[i]), want[i]);
    }
    yaml_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_core_tags),
        cmocka_unit_test(test_size_limit),
        cmocka_unit_test(test_depth_limit),
        cmocka_unit_test(test_node_limit),
        cmocka_unit_test(test_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
