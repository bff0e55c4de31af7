/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DKIM keys: their files, their records, and that nothing is made anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <openssl/evp.h>

#include "modules/core/pki/pki_priv.h"
#include "tests/unit/fixture_dir.h"

#define D "keys/dkim/example.org"
#define BOTH (MS_DKIM_RSA2048 | MS_DKIM_ED25519)

static void ensure(const char *dir, unsigned algorithms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_dkim_ensure(dir, "example.org", "ms", algorithms, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static void list(const char *dir, struct ms_dkim_keys *k)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_dkim_list(dir, "example.org", k, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static void check_ensure_fails(const char *dir, const char *domain, const char *selector,
                               enum ms_code code, const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    assert_int_equal(ms_dkim_ensure(dir, domain, selector, BOTH, &err), -1);
    assert_int_equal(err.code, code);
    if (!strstr(ms_err_msg(&err), part)) {
        fail_msg("\"%s\" is not in: %s", part, ms_err_msg(&err));
    }
}

static void test_files(void **state)
{
    const char *dir = *state;
    ms_auto_dkim_keys struct ms_dkim_keys k = {0};
    ms_auto_free char *state_dir = ms_xasprintf("%s/new/state", dir);
    ms_auto_free char *txt = NULL;
    ms_auto_free char *pem = NULL;
    mode_t old = umask(077); /* a careful root's umask must not hide the records */

    ensure(state_dir, BOTH);
    umask(old);
    assert_int_equal(fixture_mode(state_dir, ""), 0755);
    assert_int_equal(fixture_mode(state_dir, "keys"), 0755);
    assert_int_equal(fixture_mode(state_dir, "keys/dkim"), 0755);
    assert_int_equal(fixture_mode(state_dir, D), 0755);
    assert_int_equal(fixture_mode(state_dir, D "/ms-rsa.key"), 0600);
    assert_int_equal(fixture_mode(state_dir, D "/ms-ed25519.key"), 0600);
    assert_int_equal(fixture_mode(state_dir, D "/ms-rsa.txt"), 0644);
    list(state_dir, &k);
    assert_int_equal(k.n, 2);
    assert_string_equal(k.v[0].selector, "ms-rsa");
    assert_string_equal(k.v[0].algorithm, "rsa");
    assert_string_equal(k.v[1].selector, "ms-ed25519");
    assert_string_equal(k.v[1].algorithm, "ed25519");
    txt = fixture_read(state_dir, D "/ms-rsa.txt");
    assert_string_equal(k.v[0].txt, txt);
    assert_true(ms_fs_exists(k.v[0].path));
    pem = fixture_read(state_dir, D "/ms-rsa.key");
    assert_int_equal(strncmp(pem, "-----BEGIN PRIVATE KEY-----\n", 28), 0);
}

/* The p= of the record, decoded, against the key. */
static void test_public(void **state)
{
    const char *dir = *state;
    ms_auto_dkim_keys struct ms_dkim_keys k = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    unsigned char raw[1024];
    const unsigned char *p = raw;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *pub = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;

    ensure(dir, BOTH);
    list(dir, &k);
    for (size_t i = 0; i < 2; i++) {
        ms_auto_free char *txt = NULL;

        assert_int_equal(ms_dkim_public(k.v[i].path, &txt, &err), 0);
        assert_string_equal(txt, k.v[i].txt);
    }
    assert_int_equal(strncmp(k.v[0].txt, "v=DKIM1; k=rsa; p=", 18), 0);
    assert_int_equal(strlen(k.v[0].txt + 18), 392);
    assert_int_equal(EVP_DecodeBlock(raw, (const unsigned char *)k.v[0].txt + 18, 392), 294);
    pub = d2i_PUBKEY(NULL, &p, 294);
    assert_non_null(pub);
    assert_int_equal(EVP_PKEY_get_bits(pub), 2048);
    assert_int_equal(ms_pki_key_read(k.v[0].path, MS_PKI_OURS, &key, &err), 1);
    assert_int_equal(EVP_PKEY_eq(pub, key), 1);
    assert_int_equal(strncmp(k.v[1].txt, "v=DKIM1; k=ed25519; p=", 22), 0);
    assert_int_equal(strlen(k.v[1].txt + 22), 44); /* 32 bytes, RFC 8463 */
}

/* RFC 8463 appendix A: the key pair brisbane. */
static void test_rfc8463(void **state)
{
    static const unsigned char seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
                                           0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                           0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
                                           0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
    ms_cleanup(ms_secret_freep) char *pem = NULL;
    ms_auto_free char *path = ms_xasprintf("%s/k", (const char *)*state);
    ms_auto_free char *txt = NULL;

    assert_non_null(key);
    assert_int_equal(ms_pki_key_pem(key, &pem, &err), 0);
    fixture_write(*state, "k", pem, 0600);
    assert_int_equal(ms_dkim_public(path, &txt, &err), 0);
    assert_string_equal(txt, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

static void test_kept(void **state)
{
    const char *dir = *state;
    ms_auto_free char *key = NULL;
    ms_auto_free char *txt = NULL;
    ms_auto_free char *key2 = NULL;
    ms_auto_free char *txt2 = NULL;
    ms_auto_free char *txt3 = NULL;
    ms_auto_free char *txt_path = ms_xasprintf("%s/" D "/ms-ed25519.txt", dir);

    ensure(dir, MS_DKIM_ED25519);
    assert_int_equal(fixture_mode(dir, D "/ms-rsa.key"), 0);
    key = fixture_read(dir, D "/ms-ed25519.key");
    txt = fixture_read(dir, D "/ms-ed25519.txt");
    assert_int_equal(unlink(txt_path), 0); /* comes back from the key */
    ensure(dir, BOTH);
    key2 = fixture_read(dir, D "/ms-ed25519.key");
    txt2 = fixture_read(dir, D "/ms-ed25519.txt");
    assert_string_equal(key, key2);
    assert_string_equal(txt, txt2);
    /* another key put in its place: the record follows */
    fixture_write(dir, D "/ms-ed25519.key",
                  "-----BEGIN PRIVATE KEY-----\n"
                  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                  "-----END PRIVATE KEY-----\n",
                  0600);
    ensure(dir, BOTH);
    txt3 = fixture_read(dir, D "/ms-ed25519.txt");
    assert_string_equal(txt3, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

static void test_bad_keys(void **state)
{
    const char *dir = *state;
    ms_auto_free char *path = ms_xasprintf("%s/" D "/ms-rsa.key", dir);

    ensure(dir, MS_DKIM_ED25519);
    fixture_write(dir, D "/ms-rsa.key", "rubbish", 0600);
    check_ensure_fails(dir, "example.org", "ms", MS_ETLS, "ms-rsa.key: not a private key");
    fixture_write(dir, D "/ms-rsa.key",
                  "-----BEGIN PRIVATE KEY-----\n"
                  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                  "-----END PRIVATE KEY-----\n",
                  0600);
    check_ensure_fails(dir, "example.org", "ms", MS_ETLS, "ms-rsa.key: not an RSA key");
    assert_int_equal(unlink(path), 0);
    ensure(dir, BOTH);
    assert_int_equal(chmod(path, 0644), 0);
    check_ensure_fails(dir, "example.org", "ms", MS_EINVAL, "chmod 600");
}

static void test_bad_names(void **state)
{
    const char *dir = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dkim_keys k = {0};

    check_ensure_fails(dir, "../../etc", "ms", MS_EINVAL, "not a domain name");
    check_ensure_fails(dir, "Example.org", "ms", MS_EINVAL, "not a domain name");
    check_ensure_fails(dir, "example.org", "../x", MS_EINVAL, "not a DKIM selector");
    check_ensure_fails(dir, "example.org", "", MS_EINVAL, "not a DKIM selector");
    /* together with "-rsa" the label is too long */
    check_ensure_fails(dir, "example.org",
                       "a123456789012345678901234567890123456789012345678901234567890", MS_EINVAL,
                       "not a DKIM selector");
    assert_int_equal(ms_dkim_list(dir, "..", &k, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
}

static void test_list(void **state)
{
    const char *dir = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_dkim_keys struct ms_dkim_keys none = {0};
    ms_auto_dkim_keys struct ms_dkim_keys k = {0};
    struct ms_dkim_keys bad = {0};

    list(dir, &none); /* the folder does not exist */
    assert_int_equal(none.n, 0);
    ensure(dir, MS_DKIM_ED25519);
    fixture_write(dir, D "/gone.txt", "v=DKIM1; p=AAAA", 0644); /* no key beside it */
    fixture_write(dir, D "/.x.txt", "rubbish", 0644);
    fixture_write(dir, D "/notes", "rubbish", 0644);
    fixture_write(dir, D "/old.key", "not read", 0600);
    fixture_write(dir, D "/old.txt", "v=DKIM1; k=rsa; p=AAAA\n", 0644);
    list(dir, &k);
    assert_int_equal(k.n, 2);
    assert_string_equal(k.v[0].selector, "old");
    assert_string_equal(k.v[0].txt, "v=DKIM1; k=rsa; p=AAAA");
    fixture_write(dir, D "/old.txt", "v=DKIM1; k=rsa; p=AAAA\"\ninjected", 0644);
    assert_int_equal(ms_dkim_list(dir, "example.org", &bad, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "old.txt: not a DKIM record"));
    assert_null(bad.v);
}

struct row {
    const char *text;
    const char *algorithm; /* NULL: refused */
};

static const struct row rows[] = {
    {"v=DKIM1; k=rsa; p=AAAA", "rsa"},
    {"v=DKIM1;k=ed25519;p=AAA=", "ed25519"},
    {"v=DKIM1; p=AAAA", "rsa"},
    {" v = DKIM1 ; t=s ; n=a note; p = AA== ; ", "rsa"},
    {"", NULL},
    {"v=DKIM1", NULL},
    {"p=AAAA", NULL},
    {"p=AAAA; v=DKIM1", NULL},
    {"v=DKIM2; p=AAAA", NULL},
    {"v=DKIM1; p=", NULL},
    {"v=DKIM1; p=AAA", NULL},
    {"v=DKIM1; p=A===", NULL},
    {"v=DKIM1; p====", NULL},
    {"v=DKIM1; p=A\"AA", NULL},
    {"v=DKIM1; p=AAAA; p=AAAA", NULL},
    {"v=DKIM1; k=rsa; k=rsa; p=AAAA", NULL},
    {"v=DKIM1; v=DKIM1; p=AAAA", NULL},
    {"v=DKIM1; k=dsa; p=AAAA", NULL},
    {"v=DKIM1; junk; p=AAAA", NULL},
    {"v=DKIM1; =x; p=AAAA", NULL},
    {"v=DKIM1;; p=AAAA", NULL},
    {"v=DKIM1; p=AAAA\n", NULL},
    {"v=DKIM1; n=\xc3\xbc; p=AAAA", NULL},
};

static void test_txt(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *algorithm = NULL;
        int r = ms_dkim_txt_parse(rows[i].text, strlen(rows[i].text), &algorithm);

        if (r != (rows[i].algorithm ? 0 : -1)) {
            fail_msg("%s: %d", rows[i].text, r);
        }
        if (rows[i].algorithm) {
            assert_string_equal(algorithm, rows[i].algorithm);
        }
    }
}

static size_t count_retired(const char *dir, const char *begin)
{
    ms_auto_free char *path = ms_xasprintf("%s/keys/dkim/.retired", dir);
    ms_auto_closedir DIR *d = opendir(path);
    const struct dirent *e;
    size_t n = 0;

    while (d && (e = readdir(d))) {
        n += !strncmp(e->d_name, begin, strlen(begin));
    }
    return n;
}

/* Retired keys are listed no more, kept, and never those of a new domain of that name. */
static void test_retire(void **state)
{
    const char *dir = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_dkim_keys struct ms_dkim_keys before = {0}, none = {0}, after = {0};

    assert_int_equal(ms_dkim_retire(dir, "example.org", &err), 0); /* there is none */
    ensure(dir, MS_DKIM_ED25519);
    list(dir, &before);
    assert_int_equal(before.n, 1);
    assert_int_equal(ms_dkim_retire(dir, "example.org", &err), 0);
    list(dir, &none);
    assert_int_equal(none.n, 0);
    assert_false(ms_fs_exists(before.v[0].path));
    assert_int_equal(fixture_mode(dir, "keys/dkim/.retired"), 0700);
    assert_int_equal(count_retired(dir, "example.org."), 1);
    ensure(dir, MS_DKIM_ED25519);
    list(dir, &after);
    assert_int_equal(after.n, 1);
    assert_string_not_equal(after.v[0].txt, before.v[0].txt);
    assert_int_equal(ms_dkim_retire(dir, "example.org", &err), 0);
    assert_int_equal(count_retired(dir, "example.org."), 2);
    assert_int_equal(ms_dkim_retire(dir, "../secrets", &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_txt),
        cmocka_unit_test_setup_teardown(test_files, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_public, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_rfc8463, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_kept, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_bad_keys, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_bad_names, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_list, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_retire, fixture_dir_make, fixture_dir_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
