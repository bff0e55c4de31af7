/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presentation forms: reverse names, TXT strings, mailto URIs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

static void check_reverse(int family, const char *text, const char *want)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 256);
    assert_int_equal(ms_dns_reverse(family, text, &b), want ? 0 : -1);
    assert_string_equal(b.p, want ? want : "");
}

static void test_reverse(void **state)
{
    (void)state;
    check_reverse(AF_INET, "192.0.2.25", "25.2.0.192.in-addr.arpa.");
    /* the example of RFC 3596 2.5 */
    check_reverse(AF_INET6, "4321:0:1:2:3:4:567:89ab",
                  "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.");
    check_reverse(AF_INET, "192.0.2", NULL);
    check_reverse(AF_INET, "::1", NULL);
    check_reverse(AF_INET6, "192.0.2.1", NULL);
    check_reverse(AF_INET6, "", NULL);
}

static void check_txt(const char *text, const char *want)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 4096);
    ms_dns_txt(text, &b);
    assert_string_equal(b.p, want);
}

static void test_txt(void **state)
{
    char text[512];
    ms_auto_free char *want = NULL;
    ms_auto_free char *want2 = NULL;

    (void)state;
    check_txt("", "\"\"");
    check_txt("v=spf1 mx ~all", "\"v=spf1 mx ~all\"");
    check_txt("a\"b\\c;d", "\"a\\\"b\\\\c;d\"");
    check_txt("t\tn\n\xc3\xbc\x7f", "\"t\\009n\\010\\195\\188\\127\"");
    memset(text, 'x', sizeof(text));
    text[255] = '\0';
    want = ms_xasprintf("\"%s\"", text);
    check_txt(text, want);
    want2 = ms_xasprintf("\"%s\" \"x\"", text);
    text[255] = 'x';
    text[256] = '\0';
    check_txt(text, want2);
}

/* The limit counts bytes of data, not of their escaped form. */
static void test_txt_split_escaped(void **state)
{
    char text[257];
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    memset(text, '"', 256);
    text[256] = '\0';
    ms_buf_init(&b, 4096);
    ms_dns_txt(text, &b);
    assert_int_equal(b.len, 256 * 2 + 2 + 3);
    assert_string_equal(b.p + 1 + 255 * 2, "\" \"\\\"\"");
}

static void test_line(void **state)
{
    struct ms_record r = {.name = "example.org.", .type = "TXT", .ttl = 60, .value = "a b"};
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 4096);
    assert_int_equal(ms_dns_line(&r, &b), 0);
    assert_string_equal(b.p, "example.org. 60 IN TXT \"a b\"");
    ms_buf_reset(&b);
    r.type = "MX";
    r.value = "10 mail.example.org.";
    assert_int_equal(ms_dns_line(&r, &b), 0);
    assert_string_equal(b.p, "example.org. 60 IN MX 10 mail.example.org.");
    ms_buf_done(&b);
    ms_buf_init(&b, 10);
    assert_int_equal(ms_dns_line(&r, &b), -1);
}

static void test_mailto(void **state)
{
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 256);
    ms_dns_mailto("a.b+c!d,e%f?g/h;i j@example.org", &b);
    assert_string_equal(b.p, "mailto:a.b+c%21d%2Ce%25f%3Fg%2Fh%3Bi%20j@example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reverse),
        cmocka_unit_test(test_txt),
        cmocka_unit_test(test_txt_split_escaped),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_mailto),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
