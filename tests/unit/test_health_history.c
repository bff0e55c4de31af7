/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history: what was written comes back, in order and within bounds, whatever was cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/health/history.h"
#include "tests/unit/fixture_dir.h"

static void add(const char *path, int n, size_t padding)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = ms_xcalloc(padding + 1, 1);
    ms_auto_json json_t *entry = NULL;

    memset(text, 'x', padding);
    entry = json_pack("{s:i, s:s}", "n", n, "text", text);
    assert_int_equal(ms_history_add(path, entry, &err), 0);
}

static json_t *last(const char *path, size_t max)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    json_t *list = NULL;

    assert_int_equal(ms_history_read(path, max, &list, &err), 0);
    return list;
}

static int n_of(const json_t *list, size_t i)
{
    return (int)json_integer_value(json_object_get(json_array_get(list, i), "n"));
}

static void the_last_ones_in_order(void **state)
{
    ms_auto_free char *path = ms_xasprintf("%s/history", (const char *)*state);
    ms_auto_json json_t *none = last(path, 10);
    ms_auto_json json_t *some = NULL;

    assert_int_equal(json_array_size(none), 0);
    for (int i = 0; i < 5; i++) {
        add(path, i, 3);
    }
    some = last(path, 3);
    assert_int_equal(json_array_size(some), 3);
    assert_int_equal(n_of(some, 0), 2);
    assert_int_equal(n_of(some, 2), 4);
}

static void a_full_file_makes_room(void **state)
{
    ms_auto_free char *path = ms_xasprintf("%s/history", (const char *)*state);
    ms_auto_free char *old = ms_xasprintf("%s.1", path);
    ms_auto_json json_t *all = NULL;
    struct stat st;
    int n = 3 * MS_HISTORY_MAX / 4000;

    for (int i = 0; i < n; i++) {
        add(path, i, 3970);
    }
    assert_int_equal(stat(path, &st), 0);
    assert_in_range(st.st_size, 1, MS_HISTORY_MAX + MS_HISTORY_LINE);
    assert_int_equal(stat(old, &st), 0);
    assert_in_range(st.st_size, MS_HISTORY_MAX, MS_HISTORY_MAX + MS_HISTORY_LINE);
    all = last(path, 1000000);
    for (size_t i = 0; i < json_array_size(all); i++) {
        assert_int_equal(n_of(all, i), n - (int)json_array_size(all) + (int)i);
    }
    assert_true(json_array_size(all) > MS_HISTORY_MAX / 4000);
}

static void a_line_that_was_cut_is_left_out(void **state)
{
    ms_auto_free char *path = ms_xasprintf("%s/history", (const char *)*state);
    ms_auto_json json_t *list = NULL;
    FILE *f;

    add(path, 1, 3);
    f = fopen(path, "ae");
    assert_non_null(f);
    assert_true(fputs("[1]\nnonsense\n{\"n\": 2, \"text", f) >= 0);
    assert_int_equal(fclose(f), 0);
    add(path, 3, 3);
    list = last(path, 10);
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(n_of(list, 0), 1);
    assert_int_equal(n_of(list, 1), 3);
}

static void too_long_is_refused(void **state)
{
    ms_auto_free char *path = ms_xasprintf("%s/history", (const char *)*state);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = ms_xcalloc(MS_HISTORY_LINE + 1, 1);
    ms_auto_json json_t *entry = NULL;

    memset(text, 'x', MS_HISTORY_LINE);
    entry = json_pack("{s:s}", "text", text);
    assert_int_equal(ms_history_add(path, entry, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_ones_in_order, fixture_dir_make,
                                        fixture_dir_remove),
        cmocka_unit_test_setup_teardown(a_full_file_makes_room, fixture_dir_make,
                                        fixture_dir_remove),
        cmocka_unit_test_setup_teardown(a_line_that_was_cut_is_left_out, fixture_dir_make,
                                        fixture_dir_remove),
        cmocka_unit_test_setup_teardown(too_long_is_refused, fixture_dir_make, fixture_dir_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
