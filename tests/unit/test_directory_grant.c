/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/directory/grant_priv.h"

static bool parses(const char *text)
{
    ms_cleanup(ms_privs_done) struct ms_privs p = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int r = ms_grant_parse(text, "mail_db", &p, &err);

    assert_int_equal(err.code, r < 0 ? MS_EINVAL : MS_OK);
    return r == 0;
}

static void test_accepted(void **state)
{
    static const char *const good[] = {"SELECT ON mailbox",
                                       "SELECT (username) ON mailbox",
                                       "SELECT (a,b , c_1) ON t",
                                       "SELECT (a), UPDATE (b), INSERT, DELETE ON t",
                                       "ALL ON roundcube.*",
                                       "SELECT, CREATE TEMPORARY TABLES, LOCK TABLES ON *",
                                       "SELECT ON  t "};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!parses(good[i])) {
            fail_msg("refused: %s", good[i]);
        }
    }
}

static void test_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "SELECT",
        " ON t",
        "SELECT ON ",
        "select ON t",
        "SELECT ON t; DROP TABLE t",
        "SELECT ON t TO root",
        "SELECT ON `t`",
        "SELECT ON T",
        "SELECT ON a.b",
        "SELECT ON a.* ON b",
        "SELECT ON mysql.*",
        "SELECT ON sys.*",
        "SELECT ON *.*",
        "SELECT (a ON t",
        "SELECT () ON t",
        "SELECT (a,) ON t",
        "SELECT (a) b ON t",
        "SELECT (a) ON *",
        "DELETE (a) ON t",
        "SELECT, ON t",
        "GRANT OPTION ON t",
        "SUPER ON *",
        "FILE ON t",
        "ALL ON t",
        "CREATE ON t",
        "SELECT (a') ON t",
        "SELECT ON t\n",
        "SELECT ON aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ON t",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (parses(bad[i])) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_true(ms_db_name_ok("postfix_2"));
    assert_false(ms_db_name_ok(""));
    assert_false(ms_db_name_ok("a-b"));
    assert_false(ms_db_name_ok("a'b"));
    assert_false(ms_db_name_ok("A"));
}

/* All statements of one comparison, with newlines between. */
static char *statements(const struct ms_privs *a, const struct ms_privs *b, bool grant)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf buf = {0};
    ms_auto_buf struct ms_buf out = {0};

    ms_buf_init(&buf, 10000);
    ms_buf_init(&out, 10000);
    assert_int_equal(ms_grant_statements(a, b, grant, "u", &buf, &err), 0);
    for (const char *p = buf.p; *p; p += strlen(p) + 1) {
        ms_buf_addf(&out, "%s\n", p);
    }
    return ms_buf_steal(&out);
}

static void test_statements(void **state)
{
    ms_cleanup(ms_privs_done) struct ms_privs want = {0};
    ms_cleanup(ms_privs_done) struct ms_privs have = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = NULL;

    (void)state;
    assert_int_equal(ms_grant_parse("SELECT (b, a), INSERT ON t", "m_d", &want, &err), 0);
    assert_int_equal(ms_grant_parse("SELECT (a) ON t", "m_d", &want, &err), 0);
    assert_int_equal(ms_grant_parse("SELECT ON *", "m_d", &want, &err), 0);
    ms_privs_sort(&want);
    assert_int_equal(want.n, 4);
    ms_privs_add(&have, "m_d", "t", "a", "SELECT");
    ms_privs_add(&have, "m_d", "t", "", "DELETE");
    ms_privs_add(&have, "*", "*", "", "PROCESS");
    ms_privs_sort(&have);

    text = statements(&want, &have, true);
    assert_string_equal(text, "GRANT SELECT ON `m\\_d`.* TO 'u'@'%'\n"
                              "GRANT INSERT, SELECT (`b`) ON `m_d`.`t` TO 'u'@'%'\n");
    free(text);
    text = statements(&have, &want, false);
    assert_string_equal(text, "REVOKE PROCESS ON *.* FROM 'u'@'%'\n"
                              "REVOKE DELETE ON `m_d`.`t` FROM 'u'@'%'\n");
    free(text);
    text = statements(&want, &want, true);
    assert_string_equal(text, "");
}

static void test_statement_refuses_quotes(void **state)
{
    ms_cleanup(ms_privs_done) struct ms_privs have = {0};
    const struct ms_privs none = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf buf = {0};

    (void)state;
    ms_buf_init(&buf, 10000);
    ms_privs_add(&have, "d", "t`; DROP", "", "SELECT");
    assert_int_equal(ms_grant_statements(&have, &none, false, "u", &buf, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_statement_refuses_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
