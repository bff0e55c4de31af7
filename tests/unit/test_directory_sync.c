/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/sync_priv.h"

static void test_rows(void **state)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    struct ms_sync_rows rows = {.arena = arena};

    (void)state;
    assert_null(ms_sync_find(&rows, "a"));
    ms_sync_sort(&rows);
    for (int i = 0; i < 1000; i++) {
        ms_sync_add(&rows, (struct ms_loc){0}, NULL,
                    (const struct ms_db_val[]){MS_S(ms_arena_printf(arena, "u%d@x", i)), MS_I(i)},
                    2);
    }
    ms_sync_sort(&rows);
    for (int i = 0; i < 1000; i++) {
        const struct ms_sync_row *r = ms_sync_find(&rows, ms_arena_printf(arena, "U%d@X", i));

        assert_non_null(r);
        assert_int_equal(r->v[1].i, i);
    }
    assert_null(ms_sync_find(&rows, "u1000@x"));
    ms_sync_rows_done(&rows);
    ms_sync_rows_done(&rows);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(ms_object_number("12"), 12);
    assert_int_equal(ms_object_number("-1"), -1);
    assert_int_equal(ms_object_number(NULL), 0);
    assert_int_equal(ms_object_number(""), 0);
    assert_int_equal(ms_object_number("9223372036854775808"), 0);
    assert_int_equal(ms_object_number("x"), 0);
}

static void test_names(void **state)
{
    static const char *const bad[] = {"", "@x", ".a@x", "a/b@x", "/@x"};

    (void)state;
    assert_string_equal(ms_address_domain("a@b@c"), "c");
    assert_string_equal(ms_address_domain("@c"), "c");
    assert_string_equal(ms_address_domain("c"), "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        assert_int_equal(ms_mailbox_local_check(bad[i], &err), -1);
        assert_int_equal(err.code, MS_EINVAL);
    }
    for (const char *const *s = (const char *const[]){"a", "a@x/y", "a.b-c+d_e", NULL}; *s; s++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        assert_int_equal(ms_mailbox_local_check(*s, &err), 0);
    }
}

static void test_declared(void **state)
{
    ms_auto_json json_t *place = ms_object_declared("site.yaml", "7");
    ms_auto_json json_t *none = ms_object_declared(NULL, NULL);

    (void)state;
    assert_string_equal(json_string_value(place), "site.yaml:7");
    assert_true(json_is_null(none));
}

static void test_error_kinds(void **state)
{
    (void)state;
    assert_true(ms_db_is_unreachable(2002));
    assert_true(ms_db_is_unreachable(2013));
    assert_false(ms_db_is_unreachable(1045));
    assert_false(ms_db_is_unreachable(1062));
}

/* No server: refused at once, with what was asked for in the message. */
static void test_login(void **state)
{
    struct ms_directory_login l = {.host = "127.0.0.1",
                                   .port = 1,
                                   .user = "u",
                                   .password = "hidden",
                                   .database = "m",
                                   .timeout_s = 2};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_directory *d = NULL;

    (void)state;
    assert_int_equal(ms_directory_open(&l, &d, &err), -1);
    assert_int_equal(err.code, MS_EUNREACH);
    assert_null(strstr(ms_err_msg(&err), "hidden"));
    assert_null(d);
    ms_err_done(&err);
    l.database = "m`x";
    assert_int_equal(ms_directory_open(&l, &d, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
    ms_directory_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_declared),
        cmocka_unit_test(test_error_kinds), cmocka_unit_test(test_login),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
