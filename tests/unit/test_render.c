/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "modules/core/pki/pki.h"
#include "modules/core/render/render_priv.h"
#include "tests/unit/fixture_stack.h"

static void merged(const char *base, const char *override, const char *expected)
{
    ms_auto_buf struct ms_buf out;

    ms_buf_init(&out, 4096);
    ms_render_merge_main_cf(base, override, &out);
    assert_string_equal(out.p, expected);
}

static void override_replaces_a_parameter(void **state)
{
    (void)state;
    merged("a = 1\nb = 2\n", "b = 3\n", "a = 1\nb = 3\n");
    merged("a = 1\n", "c=3\n", "a = 1\nc=3\n");
    merged("", "c = 3\n", "c = 3\n");
}

static void override_replaces_continuation_lines_too(void **state)
{
    (void)state;
    merged("a = 1,\n  2,\n  3\nb = 2\n", "a = 9\n", "b = 2\na = 9\n");
    merged("a = 1,\n# about the rest\n  2\n\nb = 2\n", "a = 9\n", "\nb = 2\na = 9\n");
}

static void name_that_only_begins_alike_is_kept(void **state)
{
    (void)state;
    merged("mynetworks_style = host\n", "mynetworks = 127.0.0.0/8\n",
           "mynetworks_style = host\nmynetworks = 127.0.0.0/8\n");
}

static char *secret(void *arg, const char *service, const char *name, struct ms_err *err)
{
    (void)arg;
    (void)err;
    return ms_xasprintf("%s-%s", service, name);
}

static void renders_with_secrets_and_says_where_it_fails(void **state)
{
    static const char *names[] = {"admin", NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_tree_done) struct ms_tree t = {0};
    struct fixture f;
    struct ms_render_input in;

    (void)state;
    fixture_init(&f);
    in = (struct ms_render_input){
        .site = &f.site, .stack = &f.stack, .paths = &f.paths, .secret = secret};
    f.services[0].secrets = names;
    fixture_write(f.data, "modules/db/templates/conf.mustache", "pw {{secret.db.admin}}\n");
    assert_int_equal(ms_render(&in, &t, &err), 0);
    assert_int_equal(t.n, 3);
    assert_string_equal(t.v[0].bytes, "pw db-admin\n");
    fixture_write(f.data, "modules/web/templates/conf.mustache", "ok\n{{no.such}}\n");
    ms_tree_done(&t);
    assert_int_equal(ms_render(&in, &t, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "web/conf:2"));
    fixture_done(&f);
}

static void writing_removes_what_is_not_in_the_tree(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_tree_done) struct ms_tree t = {0};
    struct ms_file_spec spec = {.mode = 0600, .uid = geteuid(), .gid = getegid()};
    struct fixture f;
    struct stat st;
    ms_auto_free char *kept = NULL, *gone = NULL, *dir = NULL;

    (void)state;
    fixture_init(&f);
    dir = ms_xasprintf("%s/out", f.dir);
    kept = ms_xasprintf("%s/a/b", dir);
    gone = ms_xasprintf("%s/a/old", dir);
    fixture_write(dir, "a/old", "x");
    fixture_write(dir, "stale/deep/file", "x");
    ms_tree_add(&t, "s", "a/b", ms_xstrdup("text"), 4, &spec);
    assert_int_equal(ms_tree_write(&t, "s", dir, &err), 0);
    assert_int_equal(stat(kept, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_false(ms_fs_exists(gone));
    free(gone);
    gone = ms_xasprintf("%s/stale", dir);
    assert_false(ms_fs_exists(gone));
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(override_replaces_a_parameter),
        cmocka_unit_test(override_replaces_continuation_lines_too),
        cmocka_unit_test(name_that_only_begins_alike_is_kept),
        cmocka_unit_test(renders_with_secrets_and_says_where_it_fails),
        cmocka_unit_test(writing_removes_what_is_not_in_the_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
