/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <crypt.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/pki.h"

static void test_verifies(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *a = NULL;
    ms_auto_free char *b = NULL;
    ms_auto_free struct crypt_data *data = ms_xcalloc(1, sizeof(*data));
    const char *again = NULL;

    (void)state;
    assert_int_equal(ms_password_hash("s3cret \xc3\xbc", 10, &a, &err), 0);
    assert_int_equal(ms_password_hash("s3cret \xc3\xbc", 10, &b, &err), 0);
    assert_string_not_equal(a, b);
    assert_int_equal(strncmp(a, "{BLF-CRYPT}$2y$10$", 18), 0);
    assert_int_equal(strlen(a), 11 + 60);
    again = crypt_rn("s3cret \xc3\xbc", a + 11, data, sizeof(*data));
    assert_string_equal(again, a + 11);
    again = crypt_rn("s3cret", a + 11, data, sizeof(*data));
    assert_string_not_equal(again, a + 11);
}

static void check_refused(const char *password, unsigned cost)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *s = NULL;

    assert_int_equal(ms_password_hash(password, cost, &s, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
    assert_null(s);
}

static void test_limits(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *s = NULL;
    char text[74];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[73] = '\0';
    check_refused(text, 10);
    text[72] = '\0';
    assert_int_equal(ms_password_hash(text, 10, &s, &err), 0);
    check_refused("", 10);
    check_refused("x", 9);
    check_refused("x", 13);
}

/* {SSHA256}: base64 of SHA-256(password, salt) and the salt. */
static void test_token(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *a = NULL;
    ms_auto_free char *b = NULL;
    unsigned char all[64] = {0}, input[24 + 16], digest[32];

    (void)state;
    assert_int_equal(ms_password_hash_token("abcdefghijklmnopqrstuvwx", &a, &err), 0);
    assert_int_equal(ms_password_hash_token("abcdefghijklmnopqrstuvwx", &b, &err), 0);
    assert_string_not_equal(a, b);
    assert_int_equal(strncmp(a, "{SSHA256}", 9), 0);
    assert_int_equal(EVP_DecodeBlock(all, (const unsigned char *)a + 9, (int)strlen(a + 9)), 48);
    memcpy(input, "abcdefghijklmnopqrstuvwx", 24);
    memcpy(input + 24, all + 32, 16);
    assert_int_equal(EVP_Digest(input, sizeof(input), digest, NULL, EVP_sha256(), NULL), 1);
    assert_memory_equal(digest, all, 32);
}

static void test_token_is_no_password(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *s = NULL;

    (void)state;
    assert_int_equal(ms_password_hash_token("secret", &s, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verifies),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_token_is_no_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
