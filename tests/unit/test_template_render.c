/* SPDX-License-Identifier: Apache-2.0 */
/* Strict mode, messages, limits and what escaping does inside templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/template/template.h"

static const char *partial_of(void *arg, const char *name)
{
    (void)arg;
    if (strcmp(name, "loop") == 0) {
        return "{{>loop}}";
    }
    if (name[0] == 'b' && name[1] >= 'A' && name[1] < 'Z') {
        static char twice[26][16];
        char *s = twice[name[1] - 'A'];

        (void)snprintf(s, sizeof(twice[0]), "{{>b%c}}{{>b%c}}", name[1] + 1, name[1] + 1);
        return s;
    }
    if (strcmp(name, "broken") == 0) {
        return "a\nb\n{{#c}}\n";
    }
    if (strcmp(name, "misses") == 0) {
        return "\n{{missing}}";
    }
    return NULL;
}

static int render(enum ms_syntax syntax, bool strict, const char *text, const char *data,
                  struct ms_buf *out, struct ms_err *err)
{
    json_t *d = json_loads(data, JSON_DECODE_ANY, NULL);
    struct ms_template_opts opts = {
        .syntax = syntax, .strict = strict, .name = "x/t.conf", .partial = partial_of};
    int rc;

    assert_non_null(d);
    rc = ms_template_render(text, strlen(text), d, &opts, out, err);
    json_decref(d);
    return rc;
}

static void expect(enum ms_syntax syntax, const char *text, const char *data, const char *want)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;
    int rc;

    ms_buf_init(&out, 1 << 20);
    rc = render(syntax, true, text, data, &out, &err);
    if (rc < 0) {
        print_error("%s: %s\n", text, ms_err_msg(&err));
    }
    assert_int_equal(rc, 0);
    assert_string_equal(out.p, want);
}

static void expect_error(enum ms_syntax syntax, bool strict, const char *text, const char *data,
                         const char *want)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;

    ms_buf_init(&out, 1000);
    ms_buf_adds(&out, "before");
    assert_int_equal(render(syntax, strict, text, data, &out, &err), -1);
    assert_string_equal(ms_err_msg(&err), want);
    assert_int_equal(err.code, MS_EINVAL);
    assert_string_equal(out.p, "before");
    assert_int_equal(out.len, 6);
    assert_false(out.too_big);
}

static const struct {
    const char *text, *want;
} syntax_errors[] = {
    {"a\n{{#b}}\n{{c}}\n", "x/t.conf:2: this section is not closed: {{b}}"},
    {"a\n{{^b}}{{#c}}{{/c}}\n", "x/t.conf:2: this section is not closed: {{b}}"},
    {"{{#b}}\n\n{{/c}}\n", "x/t.conf:3: {{/c}} does not close the section {{#b}} of line 1"},
    {"{{^b}}\n{{#c}}{{/b}}", "x/t.conf:2: {{/b}} does not close the section {{#c}} of line 2"},
    {"\n{{/b}}\n", "x/t.conf:2: this closes a section that is not open: {{b}}"},
    {"\n\na {{b \nc", "x/t.conf:3: this tag is not closed: {{b}}"},
    {"{{{b}}", "x/t.conf:1: this tag is not closed: {{b}}}}"},
    {"{{! b", "x/t.conf:1: this tag is not closed: {{b}}"},
    {"\r\n{{}}", "x/t.conf:2: a tag without a name: {{}}"},
    {"{{ # }}", "x/t.conf:1: a tag without a name: {{}}"},
    {"{{a b}}", "x/t.conf:1: not a name: {{a b}}"},
    {"{{.a}}", "x/t.conf:1: not a name: {{.a}}"},
    {"{{a.}}", "x/t.conf:1: not a name: {{a.}}"},
    {"{{a..b}}", "x/t.conf:1: not a name: {{a..b}}"},
    {"{{>.}}", "x/t.conf:1: not a partial's name: {{.}}"},
    {"{{=<%=}}", "x/t.conf:1: not a pair of delimiters: {{<%}}"},
    {"{{=a b c=}}", "x/t.conf:1: not a pair of delimiters: {{a b c}}"},
    {"{{= a= b =}}", "x/t.conf:1: not a pair of delimiters: {{a= b}}"},
    {"{{=0123456789abcdef0 b=}}", "x/t.conf:1: not a pair of delimiters: {{0123456789abcdef0 b}}"},
    {"{{<a}}{{/a}}", "x/t.conf:1: template inheritance is not supported: {{a}}"},
    {"{{$a}}{{/a}}", "x/t.conf:1: template inheritance is not supported: {{a}}"},
    {"{{>*a}}", "x/t.conf:1: dynamic names are not supported: {{*a}}"},
};

static void test_syntax_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(syntax_errors) / sizeof(syntax_errors[0]); i++) {
        expect_error(MS_SYNTAX_HTML, false, syntax_errors[i].text, "{}", syntax_errors[i].want);
    }
}

static void test_strict(void **state)
{
    (void)state;
    expect(MS_SYNTAX_TEXT, "{{#a}}x{{/a}}{{^a}}y{{/a}}{{#b.c}}z{{/b.c}}", "{}", "y");
    expect(MS_SYNTAX_TEXT, "({{a}})", "{\"a\": null}", "()");
    expect(MS_SYNTAX_TEXT, "{{^a}}{{b}}{{/a}}", "{\"a\": true}", "");
    expect_error(MS_SYNTAX_TEXT, true, "\n\n{{a}}", "{}", "x/t.conf:3: {{a}}: no such variable");
    expect_error(MS_SYNTAX_TEXT, true, "{{a.b}}", "{\"a\": false}",
                 "x/t.conf:1: {{a.b}}: no such variable");
    expect_error(MS_SYNTAX_TEXT, true, "{{{a}}}", "{}", "x/t.conf:1: {{a}}: no such variable");
    expect_error(MS_SYNTAX_TEXT, true, "{{>p}}", "{}", "x/t.conf:1: {{p}}: no such partial");
    expect_error(MS_SYNTAX_TEXT, true, "{{>misses}}", "{}",
                 "misses:2: {{missing}}: no such variable");
}

static void test_values_without_text(void **state)
{
    (void)state;
    expect_error(MS_SYNTAX_HTML, false, "{{a}}", "{\"a\": [1]}",
                 "x/t.conf:1: {{a}}: a list has no text; use it as a section");
    expect_error(MS_SYNTAX_HTML, false, "{{a}}", "{\"a\": {}}",
                 "x/t.conf:1: {{a}}: an object has no text; name one of its members");
}

static void test_values_refused(void **state)
{
    (void)state;
    expect_error(MS_SYNTAX_POSTFIX_MAIN, true, "a = 1\nb = {{v}}\n", "{\"v\": \"secret\\nx\"}",
                 "x/t.conf:2: {{v}}: the value contains a line break");
    expect_error(MS_SYNTAX_UNBOUND, true, "{{#l}}\n{{.}}{{/l}}", "{\"l\": [\"a\", \"\\\"\"]}",
                 "x/t.conf:2: {{.}}: the value contains \", which cannot be written here");
    expect(MS_SYNTAX_POSTFIX_MAIN, "{{v}} {{{v}}} {{&v}}", "{\"v\": \"$x\"}", "$$x $x $x");
    expect(MS_SYNTAX_POSTFIX_MAIN, "{{n}} {{t}}", "{\"n\": 1.5, \"t\": true}", "1.5 true");
}

static void test_partials(void **state)
{
    (void)state;
    expect_error(MS_SYNTAX_TEXT, false, "{{>loop}}", "{}",
                 "loop:1: {{loop}}: sections and partials nest too deep");
    expect_error(MS_SYNTAX_TEXT, false, "\n {{>broken}}", "{}",
                 "broken:3: this section is not closed: {{c}}");
}

static void test_nesting(void **state)
{
    ms_auto_buf struct ms_buf text;

    (void)state;
    ms_buf_init(&text, 10000);
    for (int i = 0; i < 64; i++) {
        ms_buf_adds(&text, "{{#a}}");
    }
    for (int i = 0; i < 64; i++) {
        ms_buf_adds(&text, "{{/a}}");
    }
    expect(MS_SYNTAX_TEXT, text.p, "{\"a\": 1}", "");
    ms_buf_reset(&text);
    for (int i = 0; i < 65; i++) {
        ms_buf_adds(&text, "{{#a}}");
    }
    expect_error(MS_SYNTAX_TEXT, false, text.p, "{}", "x/t.conf:1: sections nest too deep: {{a}}");
}

/* Work is bounded even if nothing is written. */
static void test_steps(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;
    json_t *d = json_object(), *a = json_array();
    static const char text[] = "{{#a}}{{#a}}{{#a}}{{#a}}{{^a}}x{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}";
    struct ms_template_opts opts = {.syntax = MS_SYNTAX_TEXT, .name = "t", .max_steps = 100000};

    (void)state;
    ms_buf_init(&out, 100);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(json_array_append_new(a, json_integer(i)), 0);
    }
    assert_int_equal(json_object_set_new(d, "a", a), 0);
    assert_int_equal(ms_template_render(text, sizeof(text) - 1, d, &opts, &out, &err), -1);
    assert_string_equal(ms_err_msg(&err), "t:1: {{a}}: the template takes too many steps");
    ms_err_done(&err);
    opts.partial = partial_of; /* 2^25 partials */
    assert_int_equal(ms_template_render("{{>bA}}", 7, d, &opts, &out, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "the template takes too many steps"));
    json_decref(d);
}

static void test_output_limit(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;

    (void)state;
    ms_buf_init(&out, 8);
    assert_int_equal(render(MS_SYNTAX_TEXT, true, "abcd\n{{a}}", "{\"a\": \"xyz\"}", &out, &err),
                     0);
    assert_string_equal(out.p, "abcd\nxyz");
    ms_buf_reset(&out);
    assert_int_equal(render(MS_SYNTAX_TEXT, true, "abcd\n{{a}}", "{\"a\": \"wxyz\"}", &out, &err),
                     -1);
    assert_string_equal(ms_err_msg(&err), "x/t.conf:2: the output is larger than 8 bytes");
    assert_int_equal(out.len, 0);
}

static void test_too_large(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;
    size_t n = (16u << 20) + 1;
    ms_auto_free char *text = ms_xcalloc(n, 1);
    struct ms_template_opts opts = {.syntax = MS_SYNTAX_TEXT, .name = "t"};

    (void)state;
    ms_buf_init(&out, 32u << 20);
    assert_int_equal(ms_template_render(text, n - 1, NULL, &opts, &out, &err), 0);
    assert_int_equal(out.len, n - 1);
    assert_int_equal(ms_template_render(text, n, NULL, &opts, &out, &err), -1);
    assert_string_equal(ms_err_msg(&err), "t: the template is larger than 16 MiB");
}

/* What stands in quotes, in plain text and alone in YAML. */
static const struct {
    const char *text, *want; /* want NULL: refused */
} yaml[] = {
    {"a: {{s}}\n", "a: \"it's \\\"a\\\": b\"\n"},
    {"a: \"x {{s}} y\"\n", "a: \"x it's \\\"a\\\": b y\"\n"},
    {"a: 'x {{s}}'\n", "a: 'x it''s \"a\": b'\n"},
    {"a: x {{s}}\n", NULL},
    {"a: {{s}}/x\n", NULL},
    {"a: b-{{p}}\n", "a: b-plain\n"},
    {"a: {{p}}/b:/c\n", "a: plain/b:/c\n"},
    {"a: {{n}}\n", "a: \"25\"\n"},
    {"a: {{i}}\n", "a: 25\n"},
    {"a: {{n}}:{{n}}\n", "a: 25:25\n"},
    {"a: \"{{n}}:{{i}}\"\n", "a: \"25:25\"\n"},
    {"{{s}}: 1\n", "\"it's \\\"a\\\": b\": 1\n"},
    {"{{p}}:\n  - {{n}}\n", "plain:\n  - \"25\"\n"},
    {"[{{s}}, {{p}},{{n}}]\n", "[\"it's \\\"a\\\": b\", plain,\"25\"]\n"},
    {"[\"{{s}}\", '{{n}}', a{{p}}]\n", "[\"it's \\\"a\\\": b\", '25', aplain]\n"},
    {"a: [\n \"{{p}}\", \"{{s}}\"\n]\n", "a: [\n \"plain\", \"it's \\\"a\\\": b\"\n]\n"},
    {"{a: {{n}}, b: \"{{n}}\"}\n", "{a: \"25\", b: \"25\"}\n"},
    {"# it's {{s}}\na: {{n}}\n", "# it's it's \\\"a\\\": b\na: \"25\"\n"},
    {"a: it's \"{{s}}\"\n", NULL},
    {"- - {{n}}\n", "- - \"25\"\n"},
    {"- \"a\\\"{{s}}\"\n", "- \"a\\\"it's \\\"a\\\": b\"\n"},
    {"a: '{{l}}'\n", NULL},
    {"a: \"{{l}}\"\n", "a: \"x\\n- y\"\n"},
    {"# {{l}}\n", "# x\\n- y\n"},
    {"a: {{n}}{{#p}}{{/p}}\n", "a: \"25\"\n"},
    {"a: \"b\" # {{s}}\n", "a: \"b\" # it's \\\"a\\\": b\n"},
};

static void test_yaml_places(void **state)
{
    static const char data[] = "{\"s\": \"it's \\\"a\\\": b\", \"p\": \"plain\", \"n\": \"25\","
                               " \"i\": 25, \"l\": \"x\\n- y\"}";

    (void)state;
    for (size_t i = 0; i < sizeof(yaml) / sizeof(yaml[0]); i++) {
        if (yaml[i].want) {
            expect(MS_SYNTAX_YAML, yaml[i].text, data, yaml[i].want);
        } else {
            ms_auto_err struct ms_err err = MS_ERR_INIT;
            ms_auto_buf struct ms_buf out;

            ms_buf_init(&out, 1000);
            assert_int_equal(render(MS_SYNTAX_YAML, true, yaml[i].text, data, &out, &err), -1);
            assert_non_null(strstr(ms_err_msg(&err), "x/t.conf:1: {{"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax_errors),
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_values_without_text),
        cmocka_unit_test(test_values_refused),
        cmocka_unit_test(test_partials),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_output_limit),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_yaml_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
