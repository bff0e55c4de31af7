/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.mode files: what is refused, and that a refusal leaves the old pair.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "modules/core/pki/pki_priv.h"
#include "tests/unit/fixture_dir.h"

enum { DAY = 86400 };

static const int64_t t0_s = 1800000000; /* 2027-01-15T08:00:00Z */

struct pair {
    char *cert, *key; /* PEM */
    char *ca;
};

static void pair_done(struct pair *p)
{
    free(p->cert);
    free(p->key);
    free(p->ca);
}

/* A certificate from a CA of its own, made at now_s. */
static void make_pair(const char *type, int64_t now_s, struct pair *p)
{
    static const char *names[] = {"mail.example.org"};
    struct ms_strv list = {names, 1};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *ca_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key =
        strcmp(type, "RSA") ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
                            : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    ms_cleanup(X509_freep) X509 *ca = NULL;
    ms_cleanup(X509_freep) X509 *leaf = NULL;
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 20);
    assert_int_equal(ms_pki_make_ca(ca_key, "x", now_s, &ca, &err), 0);
    assert_int_equal(ms_pki_make_leaf(key, &list, ca, ca_key, now_s, &leaf), 0);
    assert_int_equal(ms_pki_cert_pem(leaf, &b, &err), 0);
    p->cert = ms_buf_steal(&b);
    assert_int_equal(ms_pki_cert_pem(ca, &b, &err), 0);
    p->ca = ms_buf_steal(&b);
    assert_int_equal(ms_pki_key_pem(key, &p->key, &err), 0);
}

static int ensure(const char *dir, int64_t now_s, bool *changed, struct ms_err *err)
{
    ms_auto_free char *state = ms_xasprintf("%s/state", dir);
    ms_auto_free char *cert = ms_xasprintf("%s/fullchain.pem", dir);
    ms_auto_free char *key = ms_xasprintf("%s/privkey.pem", dir);

    return ms_tls_ensure_files(state, cert, key, now_s, changed, err);
}

static bool check_ok(const char *dir, int64_t now_s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool changed = false;

    if (ensure(dir, now_s, &changed, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    return changed;
}

static void check_fails(const char *dir, int64_t now_s, const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *before = fixture_read(dir, "state/keys/tls/cert.pem");
    ms_auto_free char *after = NULL;
    ms_auto_free char *key = fixture_read(dir, "state/keys/tls/key.pem");
    ms_auto_free char *key2 = NULL;
    bool changed = false;

    assert_int_equal(ensure(dir, now_s, &changed, &err), -1);
    if (!strstr(ms_err_msg(&err), part) || !strstr(ms_err_msg(&err), dir)) {
        fail_msg("\"%s\" is not in: %s", part, ms_err_msg(&err));
    }
    after = fixture_read(dir, "state/keys/tls/cert.pem");
    key2 = fixture_read(dir, "state/keys/tls/key.pem");
    assert_string_equal(before, after);
    assert_string_equal(key, key2);
}

static void test_copied(void **state)
{
    const char *dir = *state;
    ms_cleanup(pair_done) struct pair p = {0};
    ms_cleanup(pair_done) struct pair next = {0};
    ms_auto_free char *all = NULL;
    ms_auto_free char *chain = NULL;
    ms_auto_free char *got = NULL;
    ms_auto_free char *got_key = NULL;

    make_pair("RSA", t0_s, &p);
    chain = ms_xasprintf("%s%s", p.cert, p.ca);
    /* everything in one file, as some tools write it: the key must not get into cert.pem */
    all = ms_xasprintf("a comment\n%s%s%s", p.key, p.cert, p.ca);
    fixture_write(dir, "fullchain.pem", all, 0640);
    fixture_write(dir, "privkey.pem", all, 0640);
    assert_true(check_ok(dir, t0_s));
    got = fixture_read(dir, "state/keys/tls/cert.pem");
    got_key = fixture_read(dir, "state/keys/tls/key.pem");
    assert_string_equal(got, chain);
    assert_string_equal(got_key, p.key);
    assert_int_equal(fixture_mode(dir, "state/keys/tls/key.pem"), 0600);
    assert_int_equal(fixture_mode(dir, "state/keys/tls/cert.pem"), 0644);
    assert_false(check_ok(dir, t0_s));
    make_pair("EC", t0_s + DAY, &next);
    fixture_write(dir, "fullchain.pem", next.cert, 0644);
    fixture_write(dir, "privkey.pem", next.key, 0600);
    assert_true(check_ok(dir, t0_s + DAY));
    assert_false(check_ok(dir, t0_s + DAY));
}

static void test_refused(void **state)
{
    const char *dir = *state;
    ms_cleanup(pair_done) struct pair p = {0};
    ms_cleanup(pair_done) struct pair other = {0};
    ms_auto_free char *cut = NULL;
    ms_auto_free char *wrong_order = NULL;
    ms_auto_free char *key_path = ms_xasprintf("%s/privkey.pem", dir);

    make_pair("EC", t0_s, &p);
    make_pair("EC", t0_s, &other);
    check_fails(dir, t0_s, "fullchain.pem does not exist");
    fixture_write(dir, "fullchain.pem", p.cert, 0644);
    check_fails(dir, t0_s, "privkey.pem does not exist");
    fixture_write(dir, "privkey.pem", p.key, 0600);
    assert_true(check_ok(dir, t0_s)); /* from here on there is an old pair to be kept */

    check_fails(dir, t0_s + 398 * DAY, "fullchain.pem: the certificate expired on 2028-02-16");
    check_fails(dir, t0_s - DAY,
                "fullchain.pem: the certificate is valid only from 2027-01-15T07:");
    assert_int_equal(chmod(key_path, 0644), 0);
    check_fails(dir, t0_s, "open to everybody");
    fixture_write(dir, "privkey.pem", other.key, 0600);
    check_fails(dir, t0_s, "privkey.pem is not the key of the first certificate");
    fixture_write(dir, "privkey.pem", "rubbish", 0600);
    check_fails(dir, t0_s, "privkey.pem: not a private key");
    fixture_write(dir, "privkey.pem", p.key, 0600);
    wrong_order = ms_xasprintf("%s%s", p.ca, p.cert);
    fixture_write(dir, "fullchain.pem", wrong_order, 0644);
    check_fails(dir, t0_s, "is not the key of the first certificate");
    fixture_write(dir, "fullchain.pem", "", 0644);
    check_fails(dir, t0_s, "fullchain.pem: no certificate");
    fixture_write(dir, "fullchain.pem", p.key, 0600);
    check_fails(dir, t0_s, "fullchain.pem: no certificate");
    cut = ms_xmemdup0(p.cert, strlen(p.cert) / 2);
    fixture_write(dir, "fullchain.pem", cut, 0644);
    check_fails(dir, t0_s, "fullchain.pem: a certificate cannot be read");
}

/* Never a question at the terminal. */
static void test_passphrase(void **state)
{
    const char *dir = *state;
    ms_cleanup(pair_done) struct pair p = {0};
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    ms_cleanup(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
    ms_auto_free char *pem = NULL;
    char pass[] = "pass";
    char *text = NULL;
    long n;

    make_pair("EC", t0_s, &p);
    assert_int_equal(
        PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), pass, 4, NULL, NULL), 1);
    n = BIO_get_mem_data(bio, &text);
    pem = ms_xmemdup0(text, (size_t)n);
    fixture_write(dir, "fullchain.pem", p.cert, 0644);
    fixture_write(dir, "privkey.pem", pem, 0600);
    check_fails(dir, t0_s, "privkey.pem: the private key has a passphrase");
}

/* certbot's live/ folder holds symbolic links. */
static void test_symlink(void **state)
{
    const char *dir = *state;
    ms_cleanup(pair_done) struct pair p = {0};
    ms_auto_free char *cert = ms_xasprintf("%s/fullchain.pem", dir);
    ms_auto_free char *key = ms_xasprintf("%s/privkey.pem", dir);

    make_pair("EC", t0_s, &p);
    fixture_write(dir, "c1", p.cert, 0644);
    fixture_write(dir, "k1", p.key, 0600);
    assert_int_equal(symlink("c1", cert), 0);
    assert_int_equal(symlink("k1", key), 0);
    assert_true(check_ok(dir, t0_s));
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_dir_make, fixture_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_copied),
        T(test_refused),
        T(test_passphrase),
        T(test_symlink),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
