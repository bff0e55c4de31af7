/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of our own name server: made once, and the DS records that Knot's keymgr prints for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "modules/core/pki/pki.h"
#include "tests/unit/fixture_dir.h"

static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyrQ3gJi/YabBfuev\n"
                          "nmDSyKtQMGrusoz4HFRRyNJTcfChRANCAAShd5uy4nXslR1wCxJqDM1xWqpFm0Bb\n"
                          "zOFf89gsML6uKp6ORHXdf2j3Am3o7WAu3pPIUtAHMwptXmZnVI96F6HQ\n"
                          "-----END PRIVATE KEY-----\n";

static void put(const char *dir, const char *name, const char *text, mode_t mode)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *folder = ms_xasprintf("%s/keys/dns", dir);
    ms_auto_free char *path = ms_xasprintf("%s/%s", folder, name);
    struct ms_fs_attr attr = {mode, (uid_t)-1, (gid_t)-1};

    assert_int_equal(ms_fs_mkdir_p(folder, 0755, &err), 0);
    assert_int_equal(ms_fs_write_atomic(path, text, strlen(text), attr, &err), 0);
}

static void test_made_once(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_zone_key a, b;

    assert_int_equal(ms_zone_key_read(*state, &a, &err), 0);
    assert_int_equal(ms_zone_key_ensure(*state, &err), 0);
    assert_int_equal(ms_zone_key_read(*state, &a, &err), 1);
    assert_int_equal(ms_zone_key_ensure(*state, &err), 0);
    assert_int_equal(ms_zone_key_read(*state, &b, &err), 1);
    assert_memory_equal(a.data, b.data, sizeof(a.data));
    assert_int_equal(fixture_mode(*state, "keys/dns/zone.key"), 0600);
    assert_int_equal(fixture_mode(*state, "keys/dns/zone.pub"), 0644);
}

static void test_ds(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_zone_key k;
    char text[MS_ZONE_KEY_DS], label[70];

    put(*state, "zone.key", pem, 0600);
    put(*state, "zone.pub", "257 3 13 damaged\n", 0644);
    assert_int_equal(ms_zone_key_read(*state, &k, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "damaged"));
    ms_err_done(&err);
    assert_int_equal(ms_zone_key_ensure(*state, &err), 0); /* mends it */
    assert_int_equal(ms_zone_key_read(*state, &k, &err), 1);
    assert_int_equal(ms_zone_key_ds(&k, "_domainkey.example.org.", text), 0);
    assert_string_equal(
        text, "38922 13 2 6a04ca498359af307bc84e703926b07e81b33c98d597e1c2b5036fccb2eafcbb");
    assert_int_equal(ms_zone_key_ds(&k, "_dmarc.example.org", text), 0);
    assert_string_equal(
        text, "38922 13 2 a16eefb7c94770b43197db38bac84ac280466a011f55c104824dfd9ccd8c4097");
    memset(label, 'a', sizeof(label));
    label[64] = '\0';
    assert_int_equal(ms_zone_key_ds(&k, label, text), -1);
    assert_int_equal(ms_zone_key_ds(&k, "a..b", text), -1);
}

/* Another kind of key is not taken. */
static void test_wrong_key(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    put(*state, "zone.key",
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "-----END PRIVATE KEY-----\n",
        0600);
    assert_int_equal(ms_zone_key_ensure(*state, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "P-256"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_dir_make, fixture_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_made_once),
        TEST(test_ds),
        TEST(test_wrong_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
