/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain names, addresses, local parts and password hashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/names.h"
#include "modules/core/site/site.h"

static void becomes(int (*f)(const char *, char **, struct ms_err *), const char *text,
                    const char *want)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *got = NULL;
    int r = f(text, &got, &err);

    if (!want) {
        assert_int_equal(r, -1);
        assert_int_equal(err.code, MS_EINVAL);
        assert_null(got);
        return;
    }
    assert_int_equal(r, 0);
    assert_string_equal(got, want);
}

static void test_domain(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {{"example.org", "example.org"},
                {"Example.ORG.", "example.org"},
                {"b\xc3\xbc"
                 "cher.example",
                 "xn--bcher-kva.example"},
                {"B\xc3\x9c"
                 "CHER.example",
                 "xn--bcher-kva.example"},
                {"XN--BCHER-KVA.example", "xn--bcher-kva.example"},
                {"stra\xc3\x9f"
                 "e.example",
                 "xn--strae-oqa.example"}, /* not transitional: not ss */
                {"b\xc3\xbc"
                 "cher\xe3\x80\x82"
                 "example",
                 "xn--bcher-kva.example"},
                {"a-b.c1.d2", "a-b.c1.d2"},
                {"", NULL},
                {".", NULL},
                {"example", NULL},
                {"example.org..", NULL},
                {".example.org", NULL},
                {"a..b", NULL},
                {"a_b.org", NULL},
                {"-a.org", NULL},
                {"a-.org", NULL},
                {"a b.org", NULL},
                {"a@b.org", NULL},
                {"192.0.2.1", NULL},
                {"2001:db8::1", NULL},
                {"[192.0.2.1]", NULL},
                {"1.2.3.256", NULL},
                {"xn--a.org", NULL},
                {"\xff.org", NULL},
                {"*.example.org", NULL},
                {"a\n.org", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        becomes(ms_domain_normalise, rows[i].text, rows[i].want);
    }
}

static void test_domain_lengths(void **state)
{
    char label[64 + 5] = {0};
    ms_auto_free char *name = NULL;

    (void)state;
    memset(label, 'a', 63);
    memcpy(label + 63, ".org", 5);
    becomes(ms_domain_normalise, label, label);
    memset(label, 'a', 64);
    memcpy(label + 64, ".or", 4);
    becomes(ms_domain_normalise, label, NULL);
    name = ms_xcalloc(1, 2048);
    for (size_t i = 0; i < 253; i++) {
        name[i] = i % 2 ? '.' : 'a';
    }
    becomes(ms_domain_normalise, name, name);
    memcpy(name + 253, ".a", 3);
    becomes(ms_domain_normalise, name, NULL);
    memset(name, 'a', 2000);
    becomes(ms_domain_normalise, name, NULL);
}

static void test_address(void **state)
{
    char local[80] = {0};

    (void)state;
    becomes(ms_address_normalise, "Anna.B+x@Example.org", "anna.b+x@example.org");
    becomes(ms_address_normalise,
            "a@b\xc3\xbc"
            "cher.example",
            "a@xn--bcher-kva.example");
    becomes(ms_address_normalise, "!#$%&'*+-/=?^_`{|}~@a.b", "!#$%&'*+-/=?^_`{|}~@a.b");
    becomes(ms_address_normalise, "anna", NULL);
    becomes(ms_address_normalise, "@example.org", NULL);
    becomes(ms_address_normalise, "anna@", NULL);
    becomes(ms_address_normalise, "anna@example", NULL);
    becomes(ms_address_normalise, "a@b@example.org", NULL);
    becomes(ms_address_normalise, ".a@example.org", NULL);
    becomes(ms_address_normalise, "a.@example.org", NULL);
    becomes(ms_address_normalise, "a..b@example.org", NULL);
    becomes(ms_address_normalise, "\"a b\"@example.org", NULL);
    becomes(ms_address_normalise, "a b@example.org", NULL);
    becomes(ms_address_normalise, "\xc3\xa4@example.org", NULL);
    becomes(ms_address_normalise, "a@192.0.2.1", NULL);
    memset(local, 'a', 64);
    memcpy(local + 64, "@a.b", 5);
    becomes(ms_address_normalise, local, local);
    memset(local, 'a', 65);
    memcpy(local + 65, "@a.b", 5);
    becomes(ms_address_normalise, local, NULL);
}

static void test_mailbox_name(void **state)
{
    (void)state;
    assert_null(ms_mailbox_name_problem("Anna.B-c_1"));
    assert_non_null(ms_mailbox_name_problem(""));
    assert_non_null(ms_mailbox_name_problem("a+b"));
    assert_non_null(ms_mailbox_name_problem("a/b"));
    assert_non_null(ms_mailbox_name_problem(".."));
    assert_non_null(ms_mailbox_name_problem("a%d"));
}

static void test_display(void **state)
{
    struct ms_arena *a = ms_arena_new();

    (void)state;
    assert_string_equal(ms_domain_display(a, "xn--bcher-kva.example"), "b\xc3\xbc"
                                                                       "cher.example");
    assert_string_equal(ms_domain_display(a, "example.org"), "example.org");
    ms_arena_free(a);
}

static void test_hash_accepted(void **state)
{
    static const char *const rows[] = {"{BLF-CRYPT}$2y$05$abc",
                                       "{blf-crypt}$2b$05$abc",
                                       "{SHA512-CRYPT}$6$x$y",
                                       "{SHA256-CRYPT}$5$x$y",
                                       "{ARGON2ID}$argon2id$v=19$m=1",
                                       "{ARGON2I}$argon2i$v=19$m=1",
                                       "{PBKDF2}$1$salt$5000$abcd",
                                       "{SSHA512}abc=",
                                       "{SSHA512.hex}00ff",
                                       "{SSHA512.b64}abc=",
                                       "{SSHA256}x",
                                       "{SSHA}x",
                                       "{SHA512}x",
                                       "{SHA256}x",
                                       "{SHA1}x",
                                       "{SHA}x",
                                       "{MD5-CRYPT}$1$x$y",
                                       "{MD5}$1$x$y",
                                       "{SMD5}x",
                                       "{LDAP-MD5}x",
                                       "{PLAIN-MD5}x",
                                       "{CRYPT}$2y$05$x",
                                       "{DES-CRYPT}abcdefghijklm",
                                       "{SCRAM-SHA-1}4096,a,b,c",
                                       "{SCRAM-SHA-256}4096,a,b,c",
                                       "{PLAIN}some words",
                                       "{CLEAR}x",
                                       "{CLEARTEXT}x",
                                       "{BLF-CRYPT.b64}JDJ5JA=="};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(ms_password_hash_ok(rows[i], NULL));
    }
    assert_true(ms_password_is_plain("{plain}x"));
    assert_true(ms_password_is_plain("{CLEARTEXT.b64}x"));
    assert_false(ms_password_is_plain("{PLAIN-MD5}x"));
}

static void test_hash_refused(void **state)
{
    static const char *const rows[] = {
        "",           "hunter2",     "$2y$05$abc",      "{BLF-CRYPT",          "{}x",
        "{WAT}x",     "{BLF-CRYPT}", "{BLF-CRYPT}word", "{SSHA.raw}x",         "{SSHA}a b",
        "{SSHA}a\nb", "{ SSHA}x",    "{SSHA }x",        "{SHA512-CRYPT}$5$x$y"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *why = NULL;

        assert_false(ms_password_hash_ok(rows[i], &why));
        assert_non_null(why);
        assert_null(strstr(why, "hunter2"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domain),       cmocka_unit_test(test_domain_lengths),
        cmocka_unit_test(test_address),      cmocka_unit_test(test_mailbox_name),
        cmocka_unit_test(test_display),      cmocka_unit_test(test_hash_accepted),
        cmocka_unit_test(test_hash_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
