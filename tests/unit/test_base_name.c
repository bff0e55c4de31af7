/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which texts are domain names and selectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/name.h"

static void test_domain(void **state)
{
    char label[66];
    char deep[260];

    (void)state;
    assert_true(ms_name_is_domain("example.org"));
    assert_true(ms_name_is_domain("xn--bcher-kva.example"));
    assert_true(ms_name_is_domain("a"));
    assert_false(ms_name_is_domain(""));
    assert_false(ms_name_is_domain("."));
    assert_false(ms_name_is_domain(".."));
    assert_false(ms_name_is_domain("example.org."));
    assert_false(ms_name_is_domain(".example.org"));
    assert_false(ms_name_is_domain("a..b"));
    assert_false(ms_name_is_domain("Example.org"));
    assert_false(ms_name_is_domain("-a.org"));
    assert_false(ms_name_is_domain("a-.org"));
    assert_false(ms_name_is_domain("a/b"));
    assert_false(ms_name_is_domain("a b"));
    assert_false(ms_name_is_domain("b\xc3\xbc.org"));
    memset(label, 'a', sizeof(label));
    label[63] = '\0';
    assert_true(ms_name_is_domain(label));
    label[63] = 'a';
    label[64] = '\0';
    assert_false(ms_name_is_domain(label));
    for (size_t i = 0; i < 254; i++) {
        deep[i] = i % 2 ? '.' : 'a';
    }
    deep[253] = '\0';
    assert_true(ms_name_is_domain(deep));
    deep[253] = 'a';
    deep[254] = '\0';
    assert_false(ms_name_is_domain(deep));
}

static void test_selector(void **state)
{
    (void)state;
    assert_true(ms_name_is_selector("ms"));
    assert_true(ms_name_is_selector("2026A_x-rsa"));
    assert_true(ms_name_is_selector("a.b"));
    assert_false(ms_name_is_selector(""));
    assert_false(ms_name_is_selector(".."));
    assert_false(ms_name_is_selector("../x"));
    assert_false(ms_name_is_selector("a b"));
    assert_false(ms_name_is_selector("a;b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domain),
        cmocka_unit_test(test_selector),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
