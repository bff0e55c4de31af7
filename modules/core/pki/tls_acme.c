/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/certs_priv.h"

/* A copy of a file that site.yaml names, for the component that asks the authority. */
static int keep_private(const char *dir, const char *name, const char *from, struct ms_err *err)
{
    ms_auto_free char *to = ms_xasprintf("%s/%s", dir, name);
    ms_cleanup(ms_secret_freep) char *text = NULL;
    struct ms_fs_attr attr = {0600, (uid_t)-1, (gid_t)-1};
    size_t n = 0;
    int r = ms_pki_read_private(from, MS_PKI_ADMINS, &text, &n, err);

    if (r <= 0) {
        return r < 0 ? -1 : ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", from);
    }
    return ms_fs_write_atomic(to, text, n, attr, err);
}

static int keep_certs(const char *dir, const char *name, const char *from, struct ms_err *err)
{
    ms_auto_free char *to = ms_xasprintf("%s/%s", dir, name);
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_auto_buf struct ms_buf pem = {0};
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    int r = ms_pki_certs_read(from, &chain, err);

    ms_buf_init(&pem, MS_PKI_CERT_MAX);
    if (r <= 0) {
        return r < 0 ? -1 : ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", from);
    }
    for (int i = 0; i < sk_X509_num(chain); i++) {
        if (ms_pki_cert_pem(sk_X509_value(chain, i), &pem, err) < 0) {
            return -1;
        }
    }
    return ms_fs_write_atomic(to, pem.p, pem.len, attr, err);
}

/* Whether the host's certificate can be served: in date, for the name, with its key. 1, 0, -1. */
static int is_usable(const char *state, const char *name, int64_t now_s, struct ms_err *err)
{
    ms_auto_free char *cert_path = ms_xasprintf("%s/keys/tls/cert.pem", state);
    ms_auto_free char *key_path = ms_xasprintf("%s/keys/tls/key.pem", state);
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_auto_err struct ms_err unreadable = MS_ERR_INIT;
    X509 *x;
    int r;

    if (ms_pki_certs_read(cert_path, &chain, &unreadable) <= 0) {
        return 0;
    }
    r = ms_pki_key_read(key_path, MS_PKI_OURS, &key, err);
    if (r <= 0) {
        return r;
    }
    x = sk_X509_value(chain, 0);
    r = X509_check_private_key(x, key) == 1 && ms_cert_has_name(x, name) &&
        ms_cert_seconds(X509_get0_notAfter(x)) > now_s;
    ERR_clear_error();
    return r;
}

/* The next key is there before the first certificate, so that its hash is in DNS early. */
static int next_ensure(const char *state, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/tls", state);
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *next = NULL;

    return ms_pki_next_ensure(dir, &next, err);
}

int ms_tls_ensure_acme(const char *state, const struct ms_site *site, const char *ca,
                       const char *dns_key, int64_t now_s, struct ms_err *err)
{
    const char *names[] = {site->hostname};
    struct ms_strv list = {.v = names, .n = 1};
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *account = NULL;
    ms_auto_free char *dir = NULL;
    ms_auto_free char *account_path = NULL;
    bool changed;
    int r;

    if (ms_pki_dir(state, "keys/acme", 0700, &dir, err) < 0) {
        return -1;
    }
    account_path = ms_xasprintf("%s/account.key", dir);
    if (ms_pki_key_ensure(account_path, "EC", &account, err) < 0 ||
        (ca && keep_certs(dir, "ca.pem", ca, err) < 0) ||
        (dns_key && keep_private(dir, "tsig.key", dns_key, err) < 0)) {
        return -1;
    }
    r = is_usable(state, site->hostname, now_s, err);
    if (r < 0) {
        return -1;
    }
    if (r > 0) {
        return next_ensure(state, err);
    }
    if (ms_tls_ensure_selfsigned(state, &list, now_s, &changed, err) < 0) {
        return -1;
    }
    return next_ensure(state, err);
}
