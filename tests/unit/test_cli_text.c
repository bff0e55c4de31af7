/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/mailstead/help.h"
#include "cmd/mailstead/text.h"
#include "modules/core/base/cleanup_ext.h"

static void cleaned(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"a\tb\nc\033[31m", "a?b?c?[31m"},
        {"\x7f\xc2\x85", "??"},  /* DEL and the C1 control NEL */
        {"\xff\xc0\xaf", "???"}, /* not UTF-8 */
        {"\xe2\x80\xae"
         "evil",
         "?evil"}, /* right-to-left override */
        {"J\xc3\xbcrgen \xe6\x97\xa5", "J\xc3\xbcrgen \xe6\x97\xa5"},
        {"\xe6\x97", "??"}, /* cut off */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, 1000);
        ms_text_clean(cases[i].in, &b);
        assert_string_equal(b.p, cases[i].out);
    }
}

static void cleaned_lines(void **state)
{
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 100);
    ms_text_clean_lines("a\tb\r\n\033c\n", &b);
    assert_string_equal(b.p, "a\tb?\n?c\n");
}

static void widths(void **state)
{
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 1000);
    assert_int_equal(ms_text_width(""), 0);
    assert_int_equal(ms_text_width("J\xc3\xbcrgen"), 6);
    assert_int_equal(ms_text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
    assert_int_equal(ms_text_width("e\xcc\x81"), 1); /* a combining accent */
    ms_text_cut("\xe6\x97\xa5\xe6\x9c\xac", 3, &b);
    assert_string_equal(b.p, "\xe6\x97\xa5");
}

static void sizes_and_times(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {1536, "1.5 KiB"},
        {UINT64_C(5) << 30, "5 GiB"},
        {UINT64_MAX, "16384 PiB"},
    };
    static const struct {
        int64_t ms;
        const char *text;
    } times[] = {
        {-1, "0 ms"}, {85, "85 ms"}, {1234, "1.2 s"}, {99900, "99.9 s"}, {185000, "3 min 05 s"}};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, 100);
        ms_text_size(sizes[i].bytes, &b);
        assert_string_equal(b.p, sizes[i].text);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, 100);
        ms_text_duration(times[i].ms, &b);
        assert_string_equal(b.p, times[i].text);
    }
}

static void quotas(void **state)
{
    ms_auto_json json_t *none = json_integer(0), *some = json_integer(1 << 20);
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 100);
    ms_text_quota(none, &b);
    ms_text_quota(NULL, &b);
    ms_text_quota(some, &b);
    assert_string_equal(b.p, "unlimited1 MiB");
}

static void tables(void **state)
{
    static const char *const heads[] = {"NAME", ">N", "REASON", NULL};
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 1000);
    ms_table_init(&t, heads);
    ms_table_print(&t, &b);
    assert_string_equal(b.p, "");
    ms_table_add(&t, "J\xc3\xbcrgen");
    ms_table_add(&t, "5");
    ms_table_add(&t, NULL);
    ms_table_add(&t, "x\n\xe6\x97\xa5");
    ms_table_add(&t, "12345");
    ms_table_add(&t, "why");
    ms_table_print(&t, &b);
    assert_string_equal(b.p, "NAME        N  REASON\n"
                             "J\xc3\xbcrgen      5\n"
                             "x?\xe6\x97\xa5    12345  why\n");
}

static void wrapped(void **state)
{
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 1000);
    ms_help_wrap("one two three averyverylongword end", 2, 10, &b);
    assert_string_equal(b.p, "  one two\n  three\n  averyverylongword\n  end\n");
}

static int utf8(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaned), cmocka_unit_test(cleaned_lines),
        cmocka_unit_test(widths),  cmocka_unit_test(sizes_and_times),
        cmocka_unit_test(quotas),  cmocka_unit_test(tables),
        cmocka_unit_test(wrapped),
    };

    return cmocka_run_group_tests(tests, utf8, NULL);
}
