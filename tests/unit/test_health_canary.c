/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test message and what it is found by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/health/canary.h"

static void test_message(void **state)
{
    struct ms_canary c = {.from = "mailstead-test@example.test", .to = "a@example.test"};
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 8192);
    ms_canary_message(&c, "id@x", 1795529101123, &b);
    assert_non_null(strstr(b.p, "Date: Tue, 24 Nov 2026 14:05:01 +0000\r\n"));
    assert_non_null(strstr(b.p, "From: mailstead test <mailstead-test@example.test>\r\n"));
    assert_non_null(strstr(b.p, "To: <a@example.test>\r\n"));
    assert_non_null(strstr(b.p, "Message-ID: <id@x>\r\n"));
    assert_non_null(strstr(b.p, "\r\n\r\n"));
    /* every line ends with CRLF and is short (RFC 5322, 2.1.1) */
    for (const char *p = b.p; *p;) {
        size_t n = strcspn(p, "\n");

        assert_true(n && n < 80 && p[n] == '\n' && p[n - 1] == '\r');
        p += n + 1;
    }
}

static void test_search_uid(void **state)
{
    static const struct {
        const char *text;
        uint32_t uid;
    } rows[] = {
        {"", 0},
        {"* SEARCH\r\n", 0},
        {"* SEARCH 5\r\n", 5},
        {"* SEARCH 12 13\r\n", 12},
        {"* 3 EXISTS\r\n* SEARCH 4294967295\r\n", 4294967295U},
        {"* SEARCH 4294967296\r\n", 0},
        {"* SEARCH 99999999999999999999\r\n", 0},
        {"* SEARCH x\r\n", 0},
        {"* SEARCH 7", 7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ms_canary_search_uid(rows[i].text, strlen(rows[i].text)), rows[i].uid);
    }
}

/* Nobody listens: the first hop fails, and there is no other. */
static void test_nobody_listens(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *r = NULL;
    struct ms_canary c = {.host = "127.0.0.1",
                          .smtp_port = 1,
                          .helo = "h.test",
                          .from = "a@b.test",
                          .to = "a@b.test"};
    const json_t *hops;

    (void)state;
    assert_int_equal(ms_canary_run(&c, &r, &err), 0);
    hops = json_object_get(r, "hops");
    assert_true(json_is_false(json_object_get(r, "ok")));
    assert_int_equal(json_array_size(hops), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(hops, 0), "name")),
                        "connect");
    assert_true(json_is_false(json_object_get(json_array_get(hops, 0), "ok")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_search_uid),
        cmocka_unit_test(test_nobody_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
