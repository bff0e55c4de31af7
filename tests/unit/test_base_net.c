/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses count as public, and the look-up of the host's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "modules/core/base/net.h"

struct row {
    int family;
    const char *text;
    bool global;
};

static const struct row rows[] = {
    {AF_INET, "0.0.0.0", false},
    {AF_INET, "1.1.1.1", true},
    {AF_INET, "9.255.255.255", true},
    {AF_INET, "10.0.0.1", false},
    {AF_INET, "11.0.0.0", true},
    {AF_INET, "100.63.255.255", true},
    {AF_INET, "100.64.0.1", false},
    {AF_INET, "100.127.255.255", false},
    {AF_INET, "100.128.0.0", true},
    {AF_INET, "127.0.0.1", false},
    {AF_INET, "169.254.1.1", false},
    {AF_INET, "172.15.255.255", true},
    {AF_INET, "172.16.0.1", false},
    {AF_INET, "172.31.255.255", false},
    {AF_INET, "172.32.0.0", true},
    {AF_INET, "192.0.2.1", false},
    {AF_INET, "192.168.1.1", false},
    {AF_INET, "192.169.0.0", true},
    {AF_INET, "198.17.255.255", true},
    {AF_INET, "198.18.0.1", false},
    {AF_INET, "198.19.255.255", false},
    {AF_INET, "198.20.0.0", true},
    {AF_INET, "203.0.113.9", false},
    {AF_INET, "223.255.255.255", true},
    {AF_INET, "224.0.0.1", false},
    {AF_INET, "255.255.255.255", false},
    {AF_INET6, "::", false},
    {AF_INET6, "::1", false},
    {AF_INET6, "::ffff:1.1.1.1", false},
    {AF_INET6, "1fff::1", false},
    {AF_INET6, "2001::1", false},
    {AF_INET6, "2001:1ff:ffff::1", false},
    {AF_INET6, "2001:200::1", true},
    {AF_INET6, "2001:db8::1", false},
    {AF_INET6, "2001:db9::1", true},
    {AF_INET6, "2002:c000:201::1", false},
    {AF_INET6, "2a01:4f8::2", true},
    {AF_INET6, "3fff:fff::1", false},
    {AF_INET6, "3fff:1000::1", true},
    {AF_INET6, "4000::1", false},
    {AF_INET6, "fd00::1", false},
    {AF_INET6, "fe80::1", false},
    {AF_INET6, "ff02::1", false},
};

static void test_is_global(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t addr[16];

        assert_int_equal(inet_pton(rows[i].family, rows[i].text, addr), 1);
        if (ms_net_is_global(rows[i].family, addr) != rows[i].global) {
            fail_msg("%s", rows[i].text);
        }
    }
}

/* Whatever the machine has: an answer is a global address, and no answer is no failure. */
static void test_public_address(void **state)
{
    static const int families[] = {AF_INET, AF_INET6};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_free char *text = NULL;
        uint8_t addr[16];
        int r = ms_net_public_address(families[i], &text, &err);

        assert_in_range(r, 0, 1);
        assert_int_equal(err.code, MS_OK);
        if (r) {
            assert_int_equal(inet_pton(families[i], text, addr), 1);
            assert_true(ms_net_is_global(families[i], addr));
        } else {
            assert_null(text);
        }
    }
}

static void test_normalise(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: refused */
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1/24", "192.0.2.0/24"},
        {"192.0.2.129/25", "192.0.2.128/25"},
        {"192.0.2.1/32", "192.0.2.1"},
        {"1.2.3.4/0", "0.0.0.0/0"},
        {"2001:DB8:0::1", "2001:db8::1"},
        {"2001:db8:ffff::/33", "2001:db8:8000::/33"},
        {"2001:db8::1/128", "2001:db8::1"},
        {"::/0", "::/0"},
        {"", NULL},
        {"/", NULL},
        {"192.0.2.1/", NULL},
        {"192.0.2.1/33", NULL},
        {"192.0.2.1/+8", NULL},
        {"192.0.2.1/8/8", NULL},
        {"192.0.2", NULL},
        {"192.0.2.1 ", NULL},
        {"::ffff:192.0.2.1", NULL},
        {"::1/129", NULL},
        {"fe80::1%eth0", NULL},
        {"example.org", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_free char *got = NULL;

        if (cases[i].want) {
            assert_int_equal(ms_net_normalise(cases[i].text, &got, &err), 0);
            assert_string_equal(got, cases[i].want);
        } else {
            assert_int_equal(ms_net_normalise(cases[i].text, &got, &err), -1);
            assert_int_equal(err.code, MS_EINVAL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_global),
        cmocka_unit_test(test_public_address),
        cmocka_unit_test(test_normalise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
