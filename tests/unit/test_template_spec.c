/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases in the form of the Mustache specification's own test files: the files of this repository
 * and, if MUSTACHE_SPEC names a directory, all its *.json (but those that begin with "~": optional
 * modules). Each case runs in this process and through mustache-render.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glob.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/template/template.h"

static const char own_dir[] = "tests/unit/data/mustache";

static const char *partial_of(void *arg, const char *name)
{
    return json_string_value(json_object_get(arg, name));
}

/* Whether two outputs are the same; says how they differ. */
static bool same(const json_t *test, const char *how, const char *got, size_t n)
{
    const json_t *want = json_object_get(test, "expected");

    if (json_string_length(want) == n && memcmp(json_string_value(want), got, n) == 0) {
        return true;
    }
    print_error("%s, %s:\n template: %s\n expected: %s\n      got: %.*s\n",
                json_string_value(json_object_get(test, "name")), how,
                json_string_value(json_object_get(test, "template")), json_string_value(want),
                (int)n, got);
    return false;
}

static bool run_here(const json_t *test)
{
    const json_t *text = json_object_get(test, "template");
    struct ms_template_opts opts = {.syntax = MS_SYNTAX_HTML,
                                    .name = "case",
                                    .partial = partial_of,
                                    .partial_arg = json_object_get(test, "partials")};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;

    ms_buf_init(&out, 1 << 20);
    if (ms_template_render(json_string_value(text), json_string_length(text),
                           json_object_get(test, "data"), &opts, &out, &err) < 0) {
        print_error("%s: %s\n", json_string_value(json_object_get(test, "name")), ms_err_msg(&err));
        return false;
    }
    return same(test, "in process", out.p, out.len);
}

static char *in_dir(const char *dir, const char *name, const char *ext)
{
    return ms_xasprintf("%s/%s%s", dir, name, ext);
}

static void write_file(const char *dir, const char *name, const char *ext, const char *text,
                       size_t n)
{
    ms_auto_free char *path = in_dir(dir, name, ext);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};

    assert_int_equal(ms_fs_write_atomic(path, text, n, attr, &err), 0);
}

static void write_case(const char *dir, json_t *test)
{
    const json_t *text = json_object_get(test, "template");
    ms_auto_free char *data =
        json_dumps(json_object_get(test, "data"), JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    const char *name;
    json_t *partial;

    write_file(dir, "template", ".mustache", json_string_value(text), json_string_length(text));
    write_file(dir, "data", ".json", data, strlen(data));
    json_object_foreach(json_object_get(test, "partials"), name, partial)
    {
        write_file(dir, name, ".mustache", json_string_value(partial), json_string_length(partial));
    }
}

/* The program beside the directory of this test. */
static char *program(void)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    assert_true(n > 0);
    self[n] = '\0';
    return in_dir(dirname(dirname(self)), "mustache-render", "");
}

static bool run_program(json_t *test)
{
    char dir[] = "/tmp/mustache-spec-XXXXXX";
    ms_auto_free char *bin = program(), *result = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;
    int status = -1;
    bool ok;

    assert_non_null(mkdtemp(dir));
    write_case(dir, test);
    result = in_dir(dir, "out", "");
    {
        const char *argv[] = {"sh",
                              "-c",
                              "exec \"$0\" \"$1/template.mustache\" \"$1/data.json\""
                              " --partials \"$1\" >\"$1/out\"",
                              bin,
                              dir,
                              NULL};

        assert_int_equal(ms_proc_run(argv, 20000, NULL, NULL, &status, &err), 0);
    }
    ms_buf_init(&out, 1 << 20);
    assert_int_equal(ms_fs_read(result, &out, &err), 0);
    ok = status == 0 && same(test, "mustache-render", out.p, out.len);
    assert_int_equal(ms_fs_remove_tree(dir, &err), 0);
    return ok;
}

static size_t run_file(const char *path, bool with_program, size_t *n_cases)
{
    json_error_t je;
    json_t *spec = json_load_file(path, 0, &je), *tests, *test;
    size_t i, n_bad = 0;

    if (!spec) {
        print_error("%s:%d: %s\n", path, je.line, je.text);
        return 1;
    }
    tests = json_object_get(spec, "tests");
    json_array_foreach(tests, i, test)
    {
        if (!(with_program ? run_program(test) : run_here(test))) {
            print_error("  in %s\n", path);
            n_bad++;
        }
        ++*n_cases;
    }
    json_decref(spec);
    return n_bad;
}

static void run_dir(const char *dir, bool with_program)
{
    ms_auto_free char *pattern = in_dir(dir, "[!~]*.json", "");
    glob_t g;
    size_t n_bad = 0, n_cases = 0;

    assert_int_equal(glob(pattern, 0, NULL, &g), 0);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        n_bad += run_file(g.gl_pathv[i], with_program, &n_cases);
    }
    globfree(&g);
    print_message("%s: %zu cases\n", dir, n_cases);
    assert_true(n_cases > 0);
    assert_int_equal(n_bad, 0);
}

static void test_own_in_process(void **state)
{
    (void)state;
    run_dir(own_dir, false);
}

static void test_own_program(void **state)
{
    ms_auto_free char *bin = program();

    (void)state;
    if (!ms_fs_exists(bin)) {
        print_message("%s is not built\n", bin);
        skip();
    }
    run_dir(own_dir, true);
}

static void on_line(void *arg, const char *line)
{
    ms_buf_adds(arg, line);
    ms_buf_addc(arg, '\n');
}

/* Run the program on the template and data; returns its exit status, its messages in *ret. */
static int run_on(const char *template, const char *data, struct ms_buf *ret)
{
    char dir[] = "/tmp/mustache-spec-XXXXXX";
    ms_auto_free char *bin = program(), *t = NULL, *d = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *argv[4] = {bin, NULL};
    int status = -1;

    assert_non_null(mkdtemp(dir));
    t = in_dir(dir, "t", ".mustache");
    d = in_dir(dir, "d", ".json");
    if (template) {
        write_file(dir, "t", ".mustache", template, strlen(template));
        write_file(dir, "d", ".json", data, strlen(data));
        argv[1] = t;
        argv[2] = d;
    }
    assert_int_equal(ms_proc_run(argv, 20000, on_line, ret, &status, &err), 0);
    assert_int_equal(ms_fs_remove_tree(dir, &err), 0);
    return status;
}

static void test_exit_status(void **state)
{
    ms_auto_free char *bin = program();
    ms_auto_buf struct ms_buf out;

    (void)state;
    if (!ms_fs_exists(bin)) {
        skip();
    }
    ms_buf_init(&out, 10000);
    assert_int_equal(run_on("a{{.}}", "\"b\"", &out), 0);
    assert_string_equal(out.p, "ab\n");
    ms_buf_reset(&out);
    assert_int_equal(run_on("a\n{{#b}}", "{}", &out), 1);
    assert_non_null(strstr(out.p, "/t.mustache:2: this section is not closed: {{b}}"));
    ms_buf_reset(&out);
    assert_int_equal(run_on("a", "{\n]", &out), 1);
    assert_non_null(strstr(out.p, "/d.json:2: "));
    assert_int_equal(run_on(NULL, NULL, &out), 2);
    assert_non_null(strstr(out.p, "usage: mustache-render"));
}

static void test_given(void **state)
{
    const char *dir = getenv("MUSTACHE_SPEC");

    (void)state;
    if (!dir) {
        skip();
    }
    run_dir(dir, false);
    run_dir(dir, true);
}

int main(void)
{
    const struct CMUnitTest own[] = {
        cmocka_unit_test(test_own_in_process),
        cmocka_unit_test(test_own_program),
        cmocka_unit_test(test_exit_status),
    };
    const struct CMUnitTest given[] = {cmocka_unit_test(test_given)};
    int failed = cmocka_run_group_tests(own, NULL, NULL);

    return getenv("MUSTACHE_SPEC") ? failed + cmocka_run_group_tests(given, NULL, NULL) : failed;
}
