/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/directory/schema_priv.h"

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static bool may_run_twice(const char *s)
{
    return starts(s, "CREATE TABLE IF NOT EXISTS ") || starts(s, "INSERT IGNORE INTO ") ||
           starts(s, "CREATE OR REPLACE TRIGGER ") ||
           (starts(s, "ALTER TABLE ") && strstr(s, " IF NOT EXISTS "));
}

static void check_migration(size_t i)
{
    assert_non_null(ms_migrations[i][0]);
    for (const char *const *s = ms_migrations[i]; *s; s++) {
        if (!may_run_twice(*s)) {
            fail_msg("migration %zu: %s", i + 1, *s);
        }
    }
}

/* A kill between two statements makes the next start run the first again. */
static void test_statements_may_run_twice(void **state)
{
    (void)state;
    assert_true(ms_n_migrations >= 2);
    for (size_t i = 0; i < ms_n_migrations; i++) {
        check_migration(i);
    }
}

static void test_postfixadmin_version(void **state)
{
    char last[100];
    const char *const *s = ms_migrations[0];

    (void)state;
    (void)snprintf(last, sizeof(last),
                   "INSERT IGNORE INTO config (name, value) VALUES ('version', '%d')",
                   MS_POSTFIXADMIN_VERSION);
    while (s[1]) {
        s++;
    }
    assert_string_equal(*s, last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_may_run_twice),
        cmocka_unit_test(test_postfixadmin_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
