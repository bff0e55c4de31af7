/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 decoding at the edges of RFC 3629, decimal numbers, and messages without control
 * characters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/diag.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/utf8.h"

static void test_good(void **state)
{
    static const struct {
        const char *text;
        uint32_t c;
        size_t len;
    } rows[] = {{"A", 'A', 1},
                {"\x7f", 0x7f, 1},
                {"\xc2\x80", 0x80, 2},
                {"\xdf\xbf", 0x7ff, 2},
                {"\xe0\xa0\x80", 0x800, 3},
                {"\xed\x9f\xbf", 0xd7ff, 3},
                {"\xee\x80\x80", 0xe000, 3},
                {"\xef\xbf\xbf", 0xffff, 3},
                {"\xf0\x90\x80\x80", 0x10000, 4},
                {"\xf4\x8f\xbf\xbf", 0x10ffff, 4}};
    uint32_t c;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ms_utf8_decode(rows[i].text, strlen(rows[i].text), &c), rows[i].len);
        assert_int_equal(c, rows[i].c);
    }
}

static void test_bad(void **state)
{
    static const char *const rows[] = {"\x80",
                                       "\xbf",
                                       "\xc0\x80",
                                       "\xc1\xbf",
                                       "\xc2",
                                       "\xc2\x41",
                                       "\xe0\x9f\xbf",
                                       "\xed\xa0\x80",
                                       "\xed\xbf\xbf",
                                       "\xe2\x82",
                                       "\xf0\x8f\xbf\xbf",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xff",
                                       "\xf0\x90\x80"};
    uint32_t c;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ms_utf8_decode(rows[i], strlen(rows[i]), &c), 0);
    }
    assert_int_equal(ms_utf8_decode("", 0, &c), 0);
    assert_int_equal(ms_utf8_decode("\xe2\x82\xac", 2, &c), 0); /* cut off */
}

static void test_double(void **state)
{
    static const char *const bad[] = {"",   ".",  "-",    "+",   "e1",  "1e",  "1e+",  "1.2.3",
                                      " 1", "1 ", "0x10", "inf", "nan", "1,5", "1e999"};
    double v = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(ms_parse_double(bad[i], &v), -1);
        assert_true(v == 7);
    }
    assert_int_equal(ms_parse_double("-1.5e2", &v), 0);
    assert_true(v == -150);
    assert_int_equal(ms_parse_double(".25", &v), 0);
    assert_true(v == 0.25);
}

static void test_diag_is_printable(void **state)
{
    ms_auto_diags struct ms_diags d;

    (void)state;
    ms_diags_init(&d, 0);
    ms_diag_add(&d, MS_DIAG_ERROR, (struct ms_loc){.file = "f"}, "a\nb", "x\x1b[1m%s",
                "\xc2\x9b\xc3\xa4");
    assert_string_equal(d.v[0].path, "a?b");
    assert_string_equal(d.v[0].text, "x?[1m??\xc3\xa4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_double),
        cmocka_unit_test(test_diag_is_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
