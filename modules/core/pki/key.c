/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

int ms_pki_ssl_error(struct ms_err *err, const char *fmt, ...)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ms_auto_free char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    ERR_clear_error();
    return ms_err_set(err, MS_ETLS, 0, "%s%s%s", text, reason ? ": " : "", reason ? reason : "");
}

/* OpenSSL asks at the terminal unless a callback answers. */
static int no_passphrase(char *buf, int size, int rw, void *arg)
{
    bool *asked = arg;

    (void)buf;
    (void)size;
    (void)rw;
    *asked = true;
    return -1;
}

int ms_pki_key_read(const char *path, enum ms_pki_owner owner, EVP_PKEY **ret, struct ms_err *err)
{
    ms_cleanup(ms_secret_freep) char *pem = NULL;
    ms_cleanup(BIO_free_allp) BIO *bio = NULL;
    EVP_PKEY *key = NULL;
    bool asked = false;
    size_t n = 0;
    int r = ms_pki_read_private(path, owner, &pem, &n, err);

    if (r <= 0) {
        return r;
    }
    bio = BIO_new_mem_buf(pem, (int)n);
    key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked) : NULL;
    if (!key && asked) {
        ERR_clear_error();
        return ms_err_set(err, MS_ETLS, 0, "%s: the private key has a passphrase: remove it", path);
    }
    if (!key) {
        return ms_pki_ssl_error(err, "%s: not a private key in PEM form", path);
    }
    *ret = key;
    return 1;
}

int ms_pki_key_pem(EVP_PKEY *key, char **ret, struct ms_err *err)
{
    ms_cleanup(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
    char *p = NULL;
    long n;

    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1) {
        return ms_pki_ssl_error(err, "write a private key");
    }
    n = BIO_get_mem_data(bio, &p);
    *ret = ms_xmemdup0(p, (size_t)n);
    return 0;
}

static EVP_PKEY *generate(const char *type)
{
    if (!strcmp(type, "RSA")) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    }
    if (!strcmp(type, "EC")) {
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    }
    return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

static int make_key(const char *path, const char *type, struct ms_err *err)
{
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = generate(type);
    ms_cleanup(ms_secret_freep) char *pem = NULL;
    struct ms_fs_attr attr = {0600, (uid_t)-1, (gid_t)-1};

    if (!key) {
        return ms_pki_ssl_error(err, "make a %s key", type);
    }
    if (ms_pki_key_pem(key, &pem, err) < 0) {
        return -1;
    }
    return ms_fs_create_atomic(path, pem, strlen(pem), attr, err) < 0 ? -1 : 0;
}

int ms_pki_key_ensure(const char *path, const char *type, EVP_PKEY **ret, struct ms_err *err)
{
    int r = ms_pki_key_read(path, MS_PKI_OURS, ret, err);

    if (!r) {
        if (make_key(path, type, err) < 0) {
            return -1;
        }
        r = ms_pki_key_read(path, MS_PKI_OURS, ret, err); /* whoever made it */
    }
    if (!r) {
        return ms_err_set(err, MS_EIO, 0, "%s vanished", path);
    }
    return r < 0 ? -1 : 0;
}
