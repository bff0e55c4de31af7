/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The self-signed mode: the CA, the certificate, when it is made anew, and that openssl verifies
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "modules/core/base/proc.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/pki_priv.h"
#include "tests/unit/fixture_dir.h"

enum { DAY = 86400 };

static const char *const host[] = {"mail.example.org", "mail.example.net",
                                   "autoconfig.example.org"};

static bool ensure(const char *dir, size_t n_names, int64_t now_s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_strv names = {(const char **)host, n_names};
    bool changed = false;

    if (ms_tls_ensure_selfsigned(dir, &names, now_s, &changed, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    return changed;
}

static void check_fails(const char *dir, const struct ms_strv *names, enum ms_code code,
                        const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool changed = false;
    int64_t now_s = ms_time_wall_ms() / 1000;

    assert_int_equal(ms_tls_ensure_selfsigned(dir, names, now_s, &changed, &err), -1);
    assert_int_equal(err.code, code);
    if (!strstr(ms_err_msg(&err), part)) {
        fail_msg("\"%s\" is not in: %s", part, ms_err_msg(&err));
    }
}

static ms_pki_chain *certs(const char *dir, const char *file)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/keys/tls/%s", dir, file);
    ms_pki_chain *chain = NULL;

    assert_int_equal(ms_pki_certs_read(path, &chain, &err), 1);
    return chain;
}

static void keep(void *arg, const char *line)
{
    ms_buf_addf(arg, "%s\n", line);
}

static void openssl(const char *const *argv, int want, struct ms_buf *out)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int status = -1;

    assert_int_equal(ms_proc_run(argv, 30000, keep, out, &status, &err), 0);
    if (status != want) {
        fail_msg("%s %s: status %d: %s", argv[0], argv[1], status, out->p);
    }
}

static void verify(const char *dir, const char *name, int want)
{
    ms_auto_free char *ca = ms_xasprintf("%s/keys/tls/ca.pem", dir);
    ms_auto_free char *cert = ms_xasprintf("%s/keys/tls/cert.pem", dir);
    const char *argv[] = {
        "openssl",    "verify",      "-x509_strict",     "-purpose", "sslserver", "-CAfile", ca,
        "-no-CApath", "-no-CAstore", "-verify_hostname", name,       cert,        NULL};
    ms_auto_buf struct ms_buf out = {0};

    ms_buf_init(&out, 65536);
    openssl(argv, want, &out);
}

static void test_verifies(void **state)
{
    const char *dir = *state;
    int64_t now_s = ms_time_wall_ms() / 1000;

    assert_true(ensure(dir, 2, now_s));
    assert_int_equal(fixture_mode(dir, "keys/tls"), 0755);
    assert_int_equal(fixture_mode(dir, "keys/tls/ca.key"), 0600);
    assert_int_equal(fixture_mode(dir, "keys/tls/key.pem"), 0600);
    assert_int_equal(fixture_mode(dir, "keys/tls/ca.pem"), 0644);
    assert_int_equal(fixture_mode(dir, "keys/tls/cert.pem"), 0644);
    verify(dir, host[0], 0);
    verify(dir, host[1], 0);
    verify(dir, host[2], 2);
}

static void check_in(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}

static void test_fields(void **state)
{
    const char *dir = *state;
    int64_t now_s = ms_time_wall_ms() / 1000;
    ms_auto_chain ms_pki_chain *cas = NULL;
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_auto_free char *ca = ms_xasprintf("%s/keys/tls/ca.pem", dir);
    ms_auto_free char *cert = ms_xasprintf("%s/keys/tls/cert.pem", dir);
    const char *show[] = {"openssl", "x509", "-noout", "-text", "-in", ca, NULL};
    ms_auto_buf struct ms_buf out = {0};
    int days = 0, secs = 0;

    assert_true(ensure(dir, 2, now_s));
    cas = certs(dir, "ca.pem");
    chain = certs(dir, "cert.pem");
    assert_int_equal(sk_X509_num(cas), 1);
    assert_int_equal(sk_X509_num(chain), 2);
    assert_int_equal(X509_cmp(sk_X509_value(cas, 0), sk_X509_value(chain, 1)), 0);
    assert_int_equal(ASN1_TIME_diff(&days, &secs, X509_get0_notBefore(sk_X509_value(chain, 0)),
                                    X509_get0_notAfter(sk_X509_value(chain, 0))),
                     1);
    assert_int_equal(days, 397);
    ms_buf_init(&out, 65536);
    openssl(show, 0, &out);
    check_in(out.p, "mailstead CA mail.example.org"); /* "CN = " or "CN=": by version */
    check_in(out.p, "CA:TRUE, pathlen:0");
    check_in(out.p, "X509v3 Basic Constraints: critical");
    check_in(out.p, "Certificate Sign, CRL Sign");
    check_in(out.p, "NIST CURVE: P-256");
    ms_buf_reset(&out);
    show[5] = cert;
    openssl(show, 0, &out);
    check_in(out.p, "CA:FALSE");
    check_in(out.p, "TLS Web Server Authentication");
    check_in(out.p, "X509v3 Subject Key Identifier");
    check_in(out.p, "X509v3 Authority Key Identifier");
    check_in(out.p, "DNS:mail.example.org, DNS:mail.example.net\n");
    assert_null(strstr(out.p, "autoconfig"));
}

static void test_when_anew(void **state)
{
    const char *dir = *state;
    int64_t now_s = ms_time_wall_ms() / 1000;
    ms_auto_free char *key = NULL;
    ms_auto_free char *ca = NULL;
    ms_auto_free char *cert = NULL;
    ms_auto_free char *key2 = NULL;
    ms_auto_free char *ca2 = NULL;
    ms_auto_free char *cert2 = NULL;

    assert_true(ensure(dir, 2, now_s));
    key = fixture_read(dir, "keys/tls/key.pem");
    ca = fixture_read(dir, "keys/tls/ca.pem");
    cert = fixture_read(dir, "keys/tls/cert.pem");
    assert_false(ensure(dir, 2, now_s));
    assert_false(ensure(dir, 1, now_s)); /* a name too many does no harm */
    assert_false(ensure(dir, 2, now_s + (397 - 30) * DAY - 60));
    cert2 = fixture_read(dir, "keys/tls/cert.pem");
    assert_string_equal(cert, cert2);
    free(ms_steal(&cert2));
    assert_true(ensure(dir, 2, now_s + (397 - 30) * DAY + 60));
    assert_true(ensure(dir, 3, now_s)); /* a name is missing */
    verify(dir, host[2], 0);
    key2 = fixture_read(dir, "keys/tls/key.pem");
    ca2 = fixture_read(dir, "keys/tls/ca.pem");
    cert2 = fixture_read(dir, "keys/tls/cert.pem");
    assert_string_equal(key, key2);
    assert_string_equal(ca, ca2);
    assert_string_not_equal(cert, cert2);
    assert_false(ensure(dir, 3, now_s));
}

static void test_replaced(void **state)
{
    const char *dir = *state;
    int64_t now_s = ms_time_wall_ms() / 1000;
    ms_auto_free char *other = ms_xasprintf("%s/other", dir);
    ms_auto_free char *foreign = NULL;
    ms_auto_free char *cert_path = ms_xasprintf("%s/keys/tls/cert.pem", dir);
    ms_auto_free char *key_path = ms_xasprintf("%s/keys/tls/key.pem", dir);

    assert_true(ensure(dir, 2, now_s));
    fixture_write(dir, "keys/tls/cert.pem", "rubbish", 0644);
    assert_true(ensure(dir, 2, now_s));
    assert_int_equal(unlink(cert_path), 0);
    assert_true(ensure(dir, 2, now_s));
    assert_int_equal(unlink(key_path), 0);
    assert_true(ensure(dir, 2, now_s));
    assert_false(ensure(dir, 2, now_s));
    /* a certificate from another CA, as after a change of tls.mode */
    assert_true(ensure(other, 2, now_s));
    foreign = fixture_read(other, "keys/tls/cert.pem");
    fixture_write(dir, "keys/tls/cert.pem", foreign, 0644);
    assert_true(ensure(dir, 2, now_s));
    verify(dir, host[0], 0);
}

/* No certificate outlives the CA, and the CA is renewed with its key. */
static void test_ca_end(void **state)
{
    const char *dir = *state;
    int64_t now_s = ms_time_wall_ms() / 1000;
    int64_t late_s = now_s + (int64_t)(3653 - 100) * DAY;
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_auto_chain ms_pki_chain *after = NULL;
    ms_auto_free char *key = NULL;
    ms_auto_free char *key2 = NULL;

    assert_true(ensure(dir, 1, now_s));
    key = fixture_read(dir, "keys/tls/ca.key");
    assert_true(ensure(dir, 1, late_s));
    chain = certs(dir, "cert.pem");
    assert_int_equal(ASN1_TIME_compare(X509_get0_notAfter(sk_X509_value(chain, 0)),
                                       X509_get0_notAfter(sk_X509_value(chain, 1))),
                     0);
    assert_false(ensure(dir, 1, late_s + 69 * DAY));
    assert_true(ensure(dir, 1, late_s + 71 * DAY));
    assert_false(ensure(dir, 1, late_s + 71 * DAY));
    key2 = fixture_read(dir, "keys/tls/ca.key");
    assert_string_equal(key, key2);
    after = certs(dir, "cert.pem");
    assert_int_not_equal(X509_cmp(sk_X509_value(chain, 1), sk_X509_value(after, 1)), 0);
    assert_int_equal(
        X509_verify(sk_X509_value(after, 0), X509_get0_pubkey(sk_X509_value(chain, 1))), 1);
}

static void test_refused(void **state)
{
    const char *dir = *state;
    static const char *bad[] = {"mail.example.org", "x,DNS:evil.example"};
    struct ms_strv none = {NULL, 0};
    struct ms_strv injected = {bad, 2};
    struct ms_strv one = {(const char **)host, 1};
    struct ms_strv two = {(const char **)host, 2};
    int64_t now_s = ms_time_wall_ms() / 1000;
    ms_auto_free char *ca_key = ms_xasprintf("%s/keys/tls/ca.key", dir);
    ms_auto_free char *key = ms_xasprintf("%s/keys/tls/key.pem", dir);
    ms_auto_free char *before = NULL;
    ms_auto_free char *after = NULL;
    ms_auto_free char *leaf_key = NULL;

    check_fails(dir, &none, MS_EINVAL, "needs a name");
    check_fails(dir, &injected, MS_EINVAL, "is not a host name");
    assert_true(ensure(dir, 1, now_s));
    before = fixture_read(dir, "keys/tls/cert.pem");
    assert_int_equal(chmod(key, 0644), 0);
    check_fails(dir, &one, MS_EINVAL, "chmod 600");
    assert_int_equal(chmod(key, 0600), 0);
    leaf_key = fixture_read(dir, "keys/tls/key.pem");
    fixture_write(dir, "keys/tls/ca.key", leaf_key, 0600);
    check_fails(dir, &two, MS_ETLS, "does not belong to");
    assert_int_equal(unlink(ca_key), 0);
    check_fails(dir, &two, MS_ETLS, "ca.key is missing");
    assert_false(ensure(dir, 1, now_s)); /* still good: the key is not needed */
    fixture_write(dir, "keys/tls/ca.pem", "rubbish", 0644);
    check_fails(dir, &one, MS_ETLS, "ca.pem: no certificate");
    after = fixture_read(dir, "keys/tls/cert.pem");
    assert_string_equal(before, after);
}

static void test_long_name(void **state)
{
    const char *dir = *state;
    static const char *name[] = {
        "a23456789012345678901234567890123456789012345678901234567890123.example.org"};
    struct ms_strv names = {name, 1};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool changed = false;

    assert_int_equal(
        ms_tls_ensure_selfsigned(dir, &names, ms_time_wall_ms() / 1000, &changed, &err), 0);
    assert_true(changed);
    verify(dir, name[0], 0);
}

/* Several processes at once end with one CA and one pair that fits. */
static void test_race(void **state)
{
    enum { N = 4 };
    int64_t now_s = ms_time_wall_ms() / 1000;
    struct ms_strv names = {(const char **)host, 2};

    for (int i = 0; i < N; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (!pid) {
            struct ms_err err = MS_ERR_INIT;
            bool changed = false;

            _exit(ms_tls_ensure_selfsigned(*state, &names, now_s, &changed, &err) < 0 ? 9
                                                                                      : changed);
        }
    }
    for (int i = 0, made = 0; i < N; i++) {
        int status = -1;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        made += WEXITSTATUS(status);
        assert_true(made <= 1);
    }
    assert_false(ensure(*state, 2, now_s));
    verify(*state, host[1], 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_dir_make, fixture_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_verifies), T(test_fields),  T(test_when_anew), T(test_replaced),
        T(test_ca_end),   T(test_refused), T(test_long_name), T(test_race),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
