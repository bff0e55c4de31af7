/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/pki_priv.h"

static int64_t seconds_of(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static int check_date(const char *path, const X509 *x, int64_t now_s, struct ms_err *err)
{
    int64_t from_s = seconds_of(X509_get0_notBefore(x));
    int64_t to_s = seconds_of(X509_get0_notAfter(x));
    char text[MS_TIME_TEXT];

    if (to_s < now_s) {
        ms_time_format(to_s * 1000, text);
        return ms_err_set(err, MS_ETLS, 0, "%s: the certificate expired on %.10s", path, text);
    }
    if (from_s > now_s) {
        ms_time_format(from_s * 1000, text);
        return ms_err_set(err, MS_ETLS, 0, "%s: the certificate is valid only from %.19sZ on", path,
                          text);
    }
    return 0;
}

/* Both files checked and in one form: of a file that holds more, only what is meant is copied. */
static int load(const char *certificate, const char *key_file, int64_t now_s, struct ms_buf *certs,
                char **ret_key, struct ms_err *err)
{
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    int r = ms_pki_certs_read(certificate, &chain, err);

    if (r > 0) {
        r = ms_pki_key_read(key_file, MS_PKI_ADMINS, &key, err);
    }
    if (r < 0) {
        return -1;
    }
    if (!r) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist",
                          chain ? key_file : certificate);
    }
    if (X509_check_private_key(sk_X509_value(chain, 0), key) != 1) {
        ERR_clear_error();
        return ms_err_set(err, MS_ETLS, 0, "%s is not the key of the first certificate in %s",
                          key_file, certificate);
    }
    if (check_date(certificate, sk_X509_value(chain, 0), now_s, err) < 0) {
        return -1;
    }
    for (int i = 0; i < sk_X509_num(chain); i++) {
        if (ms_pki_cert_pem(sk_X509_value(chain, i), certs, err) < 0) {
            return -1;
        }
    }
    if (certs->too_big) {
        return ms_err_set(err, MS_ETLS, 0, "%s: too large", certificate);
    }
    return ms_pki_key_pem(key, ret_key, err);
}

static bool has_text(const char *path, const char *text, size_t n)
{
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_PKI_CERT_MAX);
    return ms_fs_exists(path) && ms_fs_read(path, &b, &ignored) == 0 && b.len == n &&
           !memcmp(b.p, text, n);
}

/* The key first: if we end between the two, the next run copies the certificate. */
static int copy(const char *dir, const struct ms_buf *certs, const char *key, bool *ret_changed,
                struct ms_err *err)
{
    ms_auto_free char *key_path = ms_xasprintf("%s/key.pem", dir);
    ms_auto_free char *cert_path = ms_xasprintf("%s/cert.pem", dir);
    struct ms_fs_attr secret = {0600, (uid_t)-1, (gid_t)-1};
    struct ms_fs_attr open = {0644, (uid_t)-1, (gid_t)-1};
    ms_cleanup(ms_secret_freep) char *old = NULL;
    size_t n = 0;
    int r = ms_pki_read_private(key_path, MS_PKI_OURS, &old, &n, err);
    bool same_key = r > 0 && n == strlen(key) && !memcmp(old, key, n);
    bool same_cert = has_text(cert_path, certs->p, certs->len);

    if (r < 0) {
        return -1;
    }
    if (!same_key && ms_fs_write_atomic(key_path, key, strlen(key), secret, err) < 0) {
        return -1;
    }
    if (!same_cert && ms_fs_write_atomic(cert_path, certs->p, certs->len, open, err) < 0) {
        return -1;
    }
    *ret_changed = !same_key || !same_cert;
    return 0;
}

int ms_tls_ensure_files(const char *state, const char *certificate, const char *key, int64_t now_s,
                        bool *ret_changed, struct ms_err *err)
{
    ms_auto_buf struct ms_buf certs = {0};
    ms_cleanup(ms_secret_freep) char *key_pem = NULL;
    ms_auto_free char *dir = NULL;
    ms_auto_free char *lock_path = NULL;
    ms_auto_close int lock = -1;

    ms_buf_init(&certs, MS_PKI_CERT_MAX);
    if (load(certificate, key, now_s, &certs, &key_pem, err) < 0) {
        return -1;
    }
    if (ms_pki_dir(state, "keys/tls", 0755, &dir, err) < 0) {
        return -1;
    }
    lock_path = ms_xasprintf("%s/.lock", dir);
    if (ms_fs_lock(lock_path, true, &lock, err) < 0) {
        return -1;
    }
    return copy(dir, &certs, key_pem, ret_changed, err);
}
