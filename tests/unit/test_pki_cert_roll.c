/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of the host's certificate changes only after the hash of the next one was seen at all
 * name servers and the old records are forgotten; at every step everything is read anew, as after a
 * kill.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <unistd.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/cert_roll.h"
#include "modules/core/pki/certs_priv.h"
#include "tests/unit/fixture_dir.h"

static const int64_t t0_s = 1800000000; /* 2027-01-15T08:00:00Z */

/* What the name servers say. */
struct dns {
    bool visible;
    int64_t ttl_s;
    unsigned asked;
    char hash[MS_HASH_TEXT];
};

static int on_visible(void *arg, const char *hash, int64_t *ret_ttl_s, char why[MS_ROLL_WHY])
{
    struct dns *d = arg;

    d->asked++;
    (void)snprintf(d->hash, sizeof(d->hash), "%s", hash);
    if (!d->visible) {
        (void)snprintf(why, MS_ROLL_WHY, "ns2.test. does not have it");
        return 0;
    }
    *ret_ttl_s = d->ttl_s;
    return 1;
}

static struct ms_site *make_site(void)
{
    static const char text[] = "hostname: mail.example.org\ncontact: a@example.org\n"
                               "domains: {example.org: {}}\n"
                               "tls: {mode: acme, directory: 'https://a.test/d'}\n";
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d = {0};
    struct ms_site *s = NULL;

    ms_diags_init(&d, 0);
    if (ms_site_load_text("site.yaml", text, strlen(text), &d, &s, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    return s;
}

/* What an authority does: sign the key of the request. */
static void sign(const struct ms_buf *csr, struct ms_buf *chain)
{
    ms_cleanup(BIO_free_allp) BIO *bio = BIO_new_mem_buf(csr->p, (int)csr->len);
    X509_REQ *req = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *ca_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    ms_cleanup(X509_freep) X509 *x = X509_new();
    ms_cleanup(BIO_free_allp) BIO *out = BIO_new(BIO_s_mem());
    X509_EXTENSION *san =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:mail.example.org");
    char *text;
    long n;

    assert_non_null(req);
    (void)X509_set_version(x, X509_VERSION_3);
    (void)ASN1_TIME_set(X509_getm_notBefore(x), (time_t)t0_s);
    (void)ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(t0_s + 90 * 86400));
    (void)X509_set_pubkey(x, X509_REQ_get0_pubkey(req));
    (void)X509_add_ext(x, san, -1);
    assert_true(X509_sign(x, ca_key, EVP_sha256()) > 0);
    (void)PEM_write_bio_X509(out, x);
    n = BIO_get_mem_data(out, &text);
    ms_buf_add(chain, text, (size_t)n);
    X509_EXTENSION_free(san);
    X509_REQ_free(req);
}

static void issue(const char *state, const struct ms_site *site, int64_t now_s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf csr = {0}, chain = {0};
    ms_auto_certs struct ms_certs c = {0};

    ms_buf_init(&csr, 1 << 16);
    ms_buf_init(&chain, 1 << 16);
    ms_certs_read(state, site, &c);
    if (ms_cert_request(state, &c.v[0], &csr, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    sign(&csr, &chain);
    if (ms_cert_install(state, site, &c.v[0], &chain, now_s, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static struct ms_tls_hashes hashes(const char *state, const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_tls_hashes h;

    assert_int_equal(ms_tls_hashes(state, site, site->hostname, &h, &err), 0);
    return h;
}

static enum ms_roll_phase step(struct ms_cert_roll_turn *t, int64_t now_s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_cert_roll r;
    bool changed;

    t->now_s = now_s;
    if (ms_cert_roll_step(t, &changed, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    ms_cert_roll_read(t->state, &r);
    return r.phase;
}

static bool is_due(const struct ms_cert_roll_turn *t, int64_t now_s)
{
    ms_auto_certs struct ms_certs c = {0};

    ms_certs_read(t->state, t->site, &c);
    return ms_cert_due_s(t->site, &c.v[0]) <= now_s;
}

static void test_change(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = make_site();
    struct dns dns = {.ttl_s = 7200};
    struct ms_cert_roll_turn t = {
        .state = *state, .site = site, .now_s = t0_s, .visible = on_visible, .arg = &dns};
    struct ms_tls_hashes before, after;
    ms_auto_buf struct ms_buf todo = {0};
    struct ms_cert_roll r;

    issue(*state, site, t0_s);
    before = hashes(*state, site);
    assert_int_equal(step(&t, t0_s), MS_ROLL_IDLE);
    assert_int_equal(ms_cert_roll_begin(&t, &err), 0);
    assert_int_equal(ms_cert_roll_begin(&t, &err), -1);
    ms_err_done(&err);
    /* a server lacks it: nothing changes, however long it takes, and a renewal keeps the key */
    assert_int_equal(step(&t, t0_s + 1), MS_ROLL_PUBLISH);
    assert_string_equal(dns.hash, before.next);
    assert_int_equal(step(&t, t0_s + 30 * 86400), MS_ROLL_PUBLISH);
    assert_false(is_due(&t, t0_s + 30 * 86400));
    issue(*state, site, t0_s + 10);
    assert_string_equal(hashes(*state, site).current, before.current);
    ms_buf_init(&todo, 4096);
    ms_cert_roll_read(*state, &r);
    ms_cert_roll_todo(&r, site->hostname, false, &todo);
    assert_non_null(strstr(todo.p, "set the TLSA records"));
    assert_non_null(strstr(todo.p, "ns2.test. does not have it"));
    /* all have it: the old TTL is waited for */
    dns.visible = true;
    assert_int_equal(step(&t, t0_s + 100), MS_ROLL_KNOWN);
    assert_int_equal(step(&t, t0_s + 100 + 7199), MS_ROLL_KNOWN);
    issue(*state, site, t0_s + 200);
    assert_string_equal(hashes(*state, site).current, before.current);
    assert_int_equal(step(&t, t0_s + 100 + 7200), MS_ROLL_SWITCH);
    assert_true(is_due(&t, t0_s + 100 + 7200));
    /* the certificate comes for the next key, and a new next one is there */
    issue(*state, site, t0_s + 8000);
    after = hashes(*state, site);
    assert_string_equal(after.current, before.next);
    assert_string_not_equal(after.next, before.next);
    assert_int_equal(strlen(after.next), 64);
    assert_int_equal(step(&t, t0_s + 8001), MS_ROLL_IDLE);
    assert_false(is_due(&t, t0_s + 8001));
    issue(*state, site, t0_s + 8002);
    assert_string_equal(hashes(*state, site).current, before.next);
}

/* Killed after the key was put in place and before its certificate was: the same key is asked for.
 */
static void test_kill_between(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = make_site();
    struct dns dns = {.visible = true};
    struct ms_cert_roll_turn t = {
        .state = *state, .site = site, .now_s = t0_s, .visible = on_visible, .arg = &dns};
    ms_auto_free char *key = ms_xasprintf("%s/keys/tls/key.pem", (char *)*state);
    ms_auto_free char *next = ms_xasprintf("%s/keys/tls/.next.key", (char *)*state);
    struct ms_tls_hashes before;

    issue(*state, site, t0_s);
    before = hashes(*state, site);
    assert_int_equal(ms_cert_roll_begin(&t, &err), 0);
    assert_int_equal(step(&t, t0_s), MS_ROLL_KNOWN);
    assert_int_equal(step(&t, t0_s + MS_ROLL_TTL_S), MS_ROLL_SWITCH);
    assert_int_equal(rename(next, key), 0);
    assert_int_equal(step(&t, t0_s + MS_ROLL_TTL_S + 1), MS_ROLL_SWITCH);
    issue(*state, site, t0_s + MS_ROLL_TTL_S + 2);
    assert_string_equal(hashes(*state, site).current, before.next);
    assert_int_equal(step(&t, t0_s + MS_ROLL_TTL_S + 3), MS_ROLL_IDLE);
}

/* A next key that was replaced by hand was never announced: from the beginning. */
static void test_other_next(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = make_site();
    struct dns dns = {.visible = true};
    struct ms_cert_roll_turn t = {
        .state = *state, .site = site, .now_s = t0_s, .visible = on_visible, .arg = &dns};
    ms_auto_free char *next = ms_xasprintf("%s/keys/tls/.next.key", (char *)*state);

    issue(*state, site, t0_s);
    assert_int_equal(ms_cert_roll_begin(&t, &err), 0);
    assert_int_equal(step(&t, t0_s), MS_ROLL_KNOWN);
    assert_int_equal(unlink(next), 0);
    issue(*state, site, t0_s + 1); /* makes another one */
    assert_int_equal(step(&t, t0_s + 2 * MS_ROLL_TTL_S), MS_ROLL_PUBLISH);
    assert_string_not_equal(dns.hash, hashes(*state, site).next);
    assert_int_equal(step(&t, t0_s + 2 * MS_ROLL_TTL_S), MS_ROLL_KNOWN);
    assert_string_equal(dns.hash, hashes(*state, site).next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_change, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_kill_between, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_other_next, fixture_dir_make, fixture_dir_remove),
    };

    return cmocka_run_group_tests_name("pki_cert_roll", tests, NULL, NULL);
}
