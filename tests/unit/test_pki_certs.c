/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of several names: which, when they are due, what is taken from an authority and what
 * is not, and how its refusals are read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "modules/core/pki/certs_priv.h"
#include "tests/unit/fixture_dir.h"

enum { DAY = 86400, LIFE = 90 * DAY };

static const int64_t t0_s = 1800000000; /* 2027-01-15T08:00:00Z */

static struct ms_site *make_site(const char *tls)
{
    ms_auto_free char *text = ms_xasprintf("hostname: mail.example.org\n"
                                           "contact: a@example.org\n"
                                           "domains:\n"
                                           "  example.org: {mta_sts: enforce}\n"
                                           "  example.net: {alias_for: example.org}\n"
                                           "  example.com: {mta_sts: off}\n"
                                           "tls: %s\n",
                                           tls);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d = {0};
    struct ms_site *s = NULL;

    ms_diags_init(&d, 0);
    if (ms_site_load_text("site.yaml", text, strlen(text), &d, &s, &err) < 0) {
        ms_diags_print(&d, stderr);
        fail_msg("%s", ms_err_msg(&err));
    }
    return s;
}

#define ACME "{mode: acme, directory: 'https://a.test/d', acme: {names: [mail.example.net]}}"

/* What an authority does: sign the key of the request for the names. */
static void sign(const struct ms_buf *csr, const char *name, int64_t now_s, struct ms_buf *chain)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *names[] = {name};
    struct ms_strv list = {names, 1};
    ms_cleanup(BIO_free_allp) BIO *bio = BIO_new_mem_buf(csr->p, (int)csr->len);
    X509_REQ *req = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *ca_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    ms_cleanup(X509_freep) X509 *ca = NULL;
    ms_cleanup(X509_freep) X509 *leaf = NULL;

    assert_non_null(req);
    assert_int_equal(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
    assert_true(ms_cert_key_fits(X509_REQ_get0_pubkey(req)));
    assert_int_equal(ms_pki_make_ca(ca_key, "x", now_s, &ca, &err), 0);
    assert_int_equal(ms_pki_make_leaf(X509_REQ_get0_pubkey(req), &list, ca, ca_key, now_s, &leaf),
                     0);
    ms_buf_init(chain, 1 << 20);
    assert_int_equal(ms_pki_cert_pem(leaf, chain, &err), 0);
    assert_int_equal(ms_pki_cert_pem(ca, chain, &err), 0);
    X509_REQ_free(req);
}

static void request(const char *dir, const struct ms_cert *c, struct ms_buf *csr)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    ms_buf_init(csr, 1 << 16);
    if (ms_cert_request(dir, c, csr, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static void test_names(void **state)
{
    static const char *const want[] = {
        "mail.example.org",         "mail.example.net",    "autoconfig.example.org",
        "autodiscover.example.org", "mta-sts.example.org", "autoconfig.example.net",
        "autodiscover.example.net", "mta-sts.example.net", "autoconfig.example.com",
        "autodiscover.example.com", "autoconfig.run.test", "autodiscover.run.test"};
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_cleanup(ms_site_freep) struct ms_site *own = make_site("{mode: selfsigned}");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *made = ms_xasprintf("%s/keys/dkim/run.test", (char *)*state);
    ms_auto_certs struct ms_certs c = {0};

    assert_int_equal(ms_fs_mkdir_p(made, 0755, &err), 0);
    ms_certs_read(*state, s, &c);
    assert_int_equal(c.n, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < c.n; i++) {
        assert_string_equal(c.v[i].name, want[i]);
        assert_int_equal(c.v[i].host, i == 0);
        assert_int_equal(c.v[i].needed, i < 2 || i == 4 || i == 7);
        assert_false(c.v[i].found);
        assert_int_equal(ms_cert_due_s(s, &c.v[i]), 0);
    }
    ms_certs_done(&c);
    ms_certs_read(*state, own, &c);
    assert_int_equal(c.n, 1);
}

/* A request for a key that stays, the answer put in place, the next key beside it. */
static void test_issue(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_certs struct ms_certs c = {0};
    ms_auto_buf struct ms_buf csr = {0}, csr2 = {0}, chain = {0};
    ms_auto_free char *key = NULL;
    ms_auto_free char *key2 = NULL;
    ms_auto_json json_t *names = NULL;
    const char sub[] = "keys/tls/names/autoconfig.example.org";
    ms_auto_free char *key_path = ms_xasprintf("%s/key.pem", sub);
    ms_auto_free char *next_path = ms_xasprintf("%s/.next.key", sub);

    ms_certs_read(*state, s, &c);
    request(*state, &c.v[2], &csr);
    key = fixture_read(*state, key_path);
    sign(&csr, "autoconfig.example.org", t0_s, &chain);
    assert_int_equal(ms_cert_install(*state, s, &c.v[2], &chain, t0_s, &err), 0);
    assert_int_equal(fixture_mode(*state, key_path), 0600);
    assert_int_equal(fixture_mode(*state, next_path), 0600);
    request(*state, &c.v[2], &csr2);
    key2 = fixture_read(*state, key_path);
    assert_string_equal(key, key2);
    ms_certs_done(&c);
    ms_certs_read(*state, s, &c);
    assert_true(c.v[2].found && c.v[2].wanted && !c.v[2].error);
    assert_true(ms_cert_due_s(s, &c.v[2]) > t0_s + 300 * DAY);
    assert_false(c.v[0].found);
    names = ms_certs_names(*state, s);
    assert_int_equal(json_array_size(names), 1);
    /* from another authority: due at once */
    s->acme_directory = "https://b.test/d";
    ms_certs_done(&c);
    ms_certs_read(*state, s, &c);
    assert_true(c.v[2].found && !c.v[2].wanted);
    assert_int_equal(ms_cert_due_s(s, &c.v[2]), 0);
}

/* What does not belong to us leaves the old one. */
static void test_wrong_answers(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_certs struct ms_certs c = {0};
    ms_auto_buf struct ms_buf csr = {0}, other_csr = {0};
    struct {
        struct ms_buf chain;
        const char *text;
    } rows[5] = {{.text = "not for this name"},
                 {.text = "not for our key"},
                 {.text = "not valid now"},
                 {.text = "not valid now"},
                 {.text = "no certificate in PEM form"}};

    ms_certs_read(*state, s, &c);
    request(*state, &c.v[0], &csr);
    request(*state, &c.v[1], &other_csr);
    sign(&csr, "other.example.org", t0_s, &rows[0].chain);
    sign(&other_csr, "mail.example.org", t0_s, &rows[1].chain);
    sign(&csr, "mail.example.org", t0_s - 500 * DAY, &rows[2].chain);
    sign(&csr, "mail.example.org", t0_s + 2 * DAY, &rows[3].chain);
    ms_buf_init(&rows[4].chain, 100);
    ms_buf_adds(&rows[4].chain, "nothing\n");
    for (size_t i = 0; i < 5; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        assert_int_equal(ms_cert_install(*state, s, &c.v[0], &rows[i].chain, t0_s, &err), -1);
        if (!strstr(ms_err_msg(&err), rows[i].text)) {
            fail_msg("%zu: %s", i, ms_err_msg(&err));
        }
        assert_int_equal(fixture_mode(*state, "keys/tls/cert.pem"), 0);
        ms_buf_done(&rows[i].chain);
    }
}

/* A key of another type gives way to the next key, but only with the certificate. */
static void test_other_key(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_certs struct ms_certs c = {0};
    ms_auto_buf struct ms_buf csr = {0}, chain = {0};
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *rsa = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *after = NULL;
    ms_auto_free char *dir = NULL;
    ms_auto_free char *path = ms_xasprintf("%s/keys/tls/key.pem", (char *)*state);

    assert_int_equal(ms_pki_dir(*state, "keys/tls", 0755, &dir, &err), 0);
    assert_int_equal(ms_pki_key_ensure(path, "RSA", &rsa, &err), 0);
    ms_certs_read(*state, s, &c);
    request(*state, &c.v[0], &csr);
    sign(&csr, "mail.example.org", t0_s, &chain);
    assert_int_equal(ms_cert_install(*state, s, &c.v[0], &chain, t0_s, &err), 0);
    assert_int_equal(ms_pki_key_read(path, MS_PKI_OURS, &after, &err), 1);
    assert_true(ms_cert_key_fits(after));
    assert_int_equal(fixture_mode(*state, "keys/tls/.next.key"), 0600);
}

/* The hashes for TLSA: of the certificate's key and of the next key, without reading a private one.
 */
static void test_hashes(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_cleanup(ms_site_freep) struct ms_site *own = make_site("{mode: selfsigned}");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_certs struct ms_certs c = {0};
    ms_auto_buf struct ms_buf csr = {0}, chain = {0};
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_auto_free char *path = ms_xasprintf("%s/keys/tls/key.pem", (char *)*state);
    ms_auto_free char *next = ms_xasprintf("%s/keys/tls/.next.key", (char *)*state);
    struct ms_tls_hashes before, h;
    char want[MS_HASH_TEXT];

    assert_int_equal(ms_tls_hashes(*state, s, s->hostname, &h, &err), 0);
    assert_string_equal(h.current, "");
    assert_string_equal(h.next, "");
    assert_int_equal(ms_tls_ensure_acme(*state, s, NULL, NULL, t0_s, &err), 0);
    assert_int_equal(ms_tls_hashes(*state, s, s->hostname, &before, &err), 0);
    assert_int_equal(ms_pki_key_read(path, MS_PKI_OURS, &key, &err), 1);
    assert_int_equal(ms_pki_spki_hash(key, want, &err), 0);
    assert_string_equal(before.current, want);
    assert_int_equal(strlen(before.next), 64);
    assert_string_not_equal(before.next, before.current);
    assert_int_equal(fixture_mode(*state, "keys/tls/.next.hash"), 0644);
    /* a renewal keeps both */
    ms_certs_read(*state, s, &c);
    request(*state, &c.v[0], &csr);
    sign(&csr, "mail.example.org", t0_s, &chain);
    assert_int_equal(ms_cert_install(*state, s, &c.v[0], &chain, t0_s, &err), 0);
    assert_int_equal(ms_tls_hashes(*state, s, s->hostname, &h, &err), 0);
    assert_memory_equal(&h, &before, sizeof(h));
    /* another next key has another hash; the other modes have no next key */
    assert_int_equal(unlink(next), 0);
    assert_int_equal(ms_tls_ensure_acme(*state, s, NULL, NULL, t0_s, &err), 0);
    assert_int_equal(ms_tls_hashes(*state, s, s->hostname, &h, &err), 0);
    assert_string_equal(h.current, before.current);
    assert_string_not_equal(h.next, before.next);
    assert_int_equal(ms_tls_hashes(*state, own, s->hostname, &h, &err), 0);
    assert_string_equal(h.next, "");
    assert_int_equal(ms_tls_hashes(*state, s, "../../x", &h, &err), -1);
}

static void note_account(const char *dir, const struct ms_site *s, const char *said)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    assert_int_equal(ms_cert_account_note(dir, s, said, strlen(said), &err), 0);
}

static void check_account(const char *dir, const struct ms_site *s, const char *want)
{
    ms_auto_free char *got = ms_cert_account(dir, s);

    if (want) {
        assert_string_equal(got, want);
    } else {
        assert_null(got);
    }
}

static void test_account(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_cleanup(ms_site_freep) struct ms_site *other =
        make_site("{mode: acme, directory: 'https://b.test/d'}");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *dir = NULL;

    assert_int_equal(ms_pki_dir(*state, "keys/tls", 0755, &dir, &err), 0);
    check_account(*state, s, NULL);
    note_account(*state, s, "account: https://a.test/acct/1\n-----BEGIN CERTIFICATE-----\n");
    check_account(*state, s, "https://a.test/acct/1");
    check_account(*state, other, NULL);
    note_account(*state, s, "-----BEGIN CERTIFICATE-----\n");
    note_account(*state, s, "account: https://a.test/x\" ; issue \"evil\n");
    note_account(*state, s, "account: x\n");
    note_account(*state, s, "account: ");
    check_account(*state, s, "https://a.test/acct/1");
    note_account(*state, s, "account: https://a.test/acct/2");
    check_account(*state, s, "https://a.test/acct/2");
}

static void test_due(void **state)
{
    static const struct {
        int64_t life, at;
    } rows[] = {{LIFE, 60 * DAY}, {6 * DAY, 4 * DAY}, {397 * DAY, 367 * DAY}};
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct ms_cert c = {.name = (char *)"a.test",
                            .found = true,
                            .wanted = true,
                            .not_before_s = t0_s,
                            .not_after_s = t0_s + rows[i].life};
        int64_t at = ms_cert_due_s(s, &c) - t0_s;

        assert_in_range(at, rows[i].at - rows[i].life / 30, rows[i].at);
        c.wait_until_s = c.not_after_s;
        assert_int_equal(ms_cert_due_s(s, &c), c.not_after_s);
    }
}

/* The supervisor wakes for the first that is due, and not before it must. */
static void test_first_due(void **state)
{
    struct ms_cert list[] = {
        {.name = (char *)"a.test",
         .found = true,
         .wanted = true,
         .not_before_s = t0_s,
         .not_after_s = t0_s + LIFE},
        {.name = (char *)"b.test",
         .found = true,
         .wanted = true,
         .not_before_s = t0_s - 10 * DAY,
         .not_after_s = t0_s - 10 * DAY + LIFE},
    };
    const struct ms_certs all = {list, 2}, none = {0};
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);

    (void)state;
    assert_int_equal(ms_certs_due_s(s, &all), ms_cert_due_s(s, &list[1]));
    list[1].wait_until_s = t0_s + 80 * DAY; /* it failed, and waits */
    assert_int_equal(ms_certs_due_s(s, &all), ms_cert_due_s(s, &list[0]));
    list[0].wanted = false; /* another authority: at once */
    assert_int_equal(ms_certs_due_s(s, &all), 0);
    assert_true(ms_certs_due_s(s, &none) > t0_s + (int64_t)1000000 * DAY);
}

static void test_next_look(void **state)
{
    (void)state;
    assert_int_equal(ms_certs_look_ms(1010, 1000000, 5, 60000), 10005);
    assert_int_equal(ms_certs_look_ms(1060, 1000000, 5, 60000), 0); /* not within a minute */
    assert_int_equal(ms_certs_look_ms(1059, 1000000, 5, 60000), 59005);
    assert_int_equal(ms_certs_look_ms(999, 1000000, 5, 60000), 0); /* past: the last one waits */
    assert_int_equal(ms_certs_look_ms(0, 1000000, 5, 60000), 0);
    assert_int_equal(ms_certs_look_ms(INT64_MAX / 1000, 1000000, 5, 60000), 0);
}

static void test_wait(void **state)
{
    (void)state;
    assert_in_range(ms_cert_wait_s("a.test", 1, 0), 900, 1013);
    assert_in_range(ms_cert_wait_s("a.test", 2, 0), 1800, 2025);
    assert_in_range(ms_cert_wait_s("a.test", 60, 0), DAY, DAY + DAY / 8);
    assert_in_range(ms_cert_wait_s("a.test", 1, 7200), 7200, 8100);
    assert_in_range(ms_cert_wait_s("a.test", 1, INT64_MAX), 8 * DAY, 9 * DAY);
    assert_int_not_equal(ms_cert_wait_s("a.test", 9, 0), ms_cert_wait_s("b.test", 9, 0));
}

/* What people are told, and what is remembered of a try. */
static void test_problems(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_certs struct ms_certs c = {0};
    struct ms_cert ok = {.name = (char *)"a.test",
                         .found = true,
                         .wanted = true,
                         .not_before_s = t0_s,
                         .not_after_s = t0_s + LIFE};
    const struct ms_cert_outcome o = {
        .at_s = t0_s, .error = "it\xff failed", .wait_until_s = t0_s + 9};
    char text[MS_CERT_ERROR];

    assert_false(ms_cert_problem(&ok, t0_s + 80 * DAY, text));
    assert_true(ms_cert_problem(&ok, t0_s + 85 * DAY, text));
    assert_string_equal(text, "a.test: the certificate ends on 2027-04-15");
    assert_true(ms_cert_problem(&ok, t0_s + LIFE, text));
    ok.error = (char *)"no";
    assert_true(ms_cert_problem(&ok, t0_s + 61 * DAY, text));
    assert_string_equal(text, "a.test: the certificate ends on 2027-04-15 (29 days left): no");
    ms_certs_read(*state, s, &c);
    for (size_t i = 0; i < 3; i++) { /* host, needed, not needed */
        assert_int_equal(ms_cert_note(*state, s, &c.v[i], &o, &err), 0);
    }
    ms_certs_done(&c);
    ms_certs_read(*state, s, &c);
    assert_int_equal(c.v[1].failures, 1);
    assert_int_equal(c.v[1].wait_until_s, t0_s + 9);
    assert_string_equal(c.v[1].error, "it? failed");
    assert_true(ms_cert_problem(&c.v[0], t0_s, text) && ms_cert_problem(&c.v[1], t0_s, text));
    assert_false(ms_cert_problem(&c.v[2], t0_s, text));
    s->acme_directory = "https://b.test/d"; /* what another authority said does not count */
    ms_certs_done(&c);
    ms_certs_read(*state, s, &c);
    assert_null(c.v[1].error);
    assert_int_equal(c.v[1].wait_until_s, 0);
}

static void test_damaged_state(void **state)
{
    static const char *const texts[] = {"", "[]", "{\"failures\": -5, \"source\": 3}", "{",
                                        "{\"source\":\"https://a.test/d\",\"failures\":1e99}"};
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *dir = NULL;

    assert_int_equal(ms_pki_dir(*state, "keys/tls", 0755, &dir, &err), 0);
    fixture_write(*state, "keys/tls/cert.pem", "-----BEGIN CERTIFICATE-----\nno\n", 0644);
    for (size_t i = 0; i < 5; i++) {
        ms_auto_certs struct ms_certs c = {0};

        fixture_write(*state, "keys/tls/.state.json", texts[i], 0644);
        ms_certs_read(*state, s, &c);
        assert_false(c.v[0].found);
        assert_int_equal(c.v[0].failures, 0);
    }
}

static void test_retire(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_certs struct ms_certs c = {0};
    ms_auto_free char *a = NULL;
    ms_auto_free char *b = NULL;

    assert_int_equal(ms_pki_dir(*state, "keys/tls/names/mail.example.net", 0755, &a, &err), 0);
    assert_int_equal(ms_pki_dir(*state, "keys/tls/names/autoconfig.gone.test", 0755, &b, &err), 0);
    ms_certs_read(*state, s, &c);
    assert_true(ms_certs_retire(*state, &c, t0_s));
    assert_true(ms_fs_exists(a));
    assert_false(ms_fs_exists(b));
    assert_int_equal(fixture_mode(*state, "keys/tls/names/.retired"), 0700);
    assert_false(ms_certs_retire(*state, &c, t0_s));
}

/* Until there is one from the authority, a self-signed one is served; it never replaces a good one.
 */
static void test_fallback(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = make_site(ACME);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_certs struct ms_certs c = {0};
    ms_auto_buf struct ms_buf csr = {0}, chain = {0};
    ms_auto_free char *served = NULL;
    ms_auto_free char *ca = ms_xasprintf("%s/none.pem", (char *)*state);

    assert_int_equal(ms_tls_ensure_acme(*state, s, NULL, NULL, t0_s, &err), 0);
    assert_int_equal(fixture_mode(*state, "keys/acme/account.key"), 0600);
    ms_certs_read(*state, s, &c);
    assert_true(c.v[0].found && !c.v[0].wanted);
    request(*state, &c.v[0], &csr);
    sign(&csr, "mail.example.org", t0_s, &chain);
    assert_int_equal(ms_cert_install(*state, s, &c.v[0], &chain, t0_s, &err), 0);
    assert_int_equal(ms_tls_ensure_acme(*state, s, NULL, NULL, t0_s, &err), 0);
    served = fixture_read(*state, "keys/tls/cert.pem");
    assert_string_equal(served, chain.p);
    assert_int_equal(ms_tls_ensure_acme(*state, s, ca, NULL, t0_s, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "none.pem does not exist"));
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text;
        unsigned status;
        int64_t retry;
        const char *says;
    } rows[] = {
        {"status: 429\nretry-after: 120\ndetail: slow down", 429, 120, "slow down"},
        {"status: 503\nretry-after: Fri, 15 Jan 2027 09:00:00 GMT\ndetail: x\n", 503, 3600, "x"},
        {"retry-after: soon\ndetail: \x1b[31mred\r\n", 0, 0, "?[31mred?"},
        {"status: 99999\nother: x\nstatus:\n", 0, 0, "the authority gave no certificate"},
        {"", 0, 0, "the authority gave no certificate"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ms_cert_refusal r;

        ms_cert_refusal_parse(rows[i].text, strlen(rows[i].text), t0_s, &r);
        assert_int_equal(r.status, rows[i].status);
        assert_int_equal(r.retry_after_s, rows[i].retry ? t0_s + rows[i].retry : 0);
        assert_string_equal(r.text, rows[i].says);
        assert_int_equal(ms_cert_refusal_is_general(&r), rows[i].status == 503);
    }
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, fixture_dir_make, fixture_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(test_names),
        IN_DIR(test_issue),
        IN_DIR(test_wrong_answers),
        IN_DIR(test_other_key),
        IN_DIR(test_hashes),
        IN_DIR(test_account),
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_first_due),
        cmocka_unit_test(test_next_look),
        cmocka_unit_test(test_wait),
        IN_DIR(test_problems),
        IN_DIR(test_damaged_state),
        IN_DIR(test_retire),
        IN_DIR(test_fallback),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
