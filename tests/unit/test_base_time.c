/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points of time as people write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/time.h"

static void test_ends(void **state)
{
    static const struct {
        const char *text;
        int64_t end_s;
    } rows[] = {
        {"7d", 1000 + 7 * 86400},
        {"90", 1090},
        {"1h", 4600},
        {"1970-01-01T00:00:00Z", 0},
        {"2030-01-31", 1896134400}, /* the day included */
        {"2030-01-31T12:30:05Z", 1896093005},
        {"2028-02-29", 1835481600},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t end_s = -1;

        assert_int_equal(ms_time_parse_end(rows[i].text, 1000, &end_s), 0);
        assert_int_equal(end_s, rows[i].end_s);
    }
}

static void test_refused(void **state)
{
    static const char *const rows[] = {"",
                                       "d",
                                       "-1d",
                                       "tomorrow",
                                       "2030-1-1",
                                       "2030-02-30",
                                       "2029-02-29",
                                       "2030-13-01",
                                       "2030-00-01",
                                       "2030-01-31T12:30:05",
                                       "2030-01-31T24:00:00Z",
                                       "2030-01-31 12:00:00",
                                       "2030-01-31T12:30:05Zx",
                                       "2030-01-31x",
                                       "9999-01-01",
                                       "999999999999999w",
                                       "18446744073709551615"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t end_s = -7;

        assert_int_equal(ms_time_parse_end(rows[i], 1000, &end_s), -1);
        assert_int_equal(end_s, -7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
