/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are made once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "tests/unit/fixture_dir.h"

static size_t count(const char *dir)
{
    ms_auto_closedir DIR *d = opendir(dir);
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d)) {
        n++;
    }
    return n - 2;
}

static void test_once(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/f", (const char *)*state);
    ms_auto_free char *got = NULL;
    struct ms_fs_attr attr = {0640, (uid_t)-1, (gid_t)-1};

    assert_int_equal(ms_fs_create_atomic(path, "one", 3, attr, &err), 1);
    assert_int_equal(ms_fs_create_atomic(path, "two", 3, attr, &err), 0);
    got = fixture_read(*state, "f");
    assert_string_equal(got, "one");
    assert_int_equal(fixture_mode(*state, "f"), 0640);
    assert_int_equal(count(*state), 1); /* no temporary file is left */
}

static void test_failure(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/none/f", (const char *)*state);
    struct ms_fs_attr attr = {0600, (uid_t)-1, (gid_t)-1};

    assert_int_equal(ms_fs_create_atomic(path, "one", 3, attr, &err), -1);
    assert_int_equal(err.code, MS_EIO);
    assert_non_null(strstr(ms_err_msg(&err), path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_once, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_failure, fixture_dir_make, fixture_dir_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
