/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "modules/core/base/fs.h"
#include "modules/core/pki/pki_priv.h"

enum { CHAIN_MAX = 32 };

static int parse_all(BIO *bio, const char *name, ms_pki_chain *chain, struct ms_err *err)
{
    for (;;) {
        X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (!cert) {
            break;
        }
        if (sk_X509_num(chain) == CHAIN_MAX || !sk_X509_push(chain, cert)) {
            X509_free(cert);
            return ms_err_set(err, MS_ETLS, 0, "%s: more than %d certificates", name, CHAIN_MAX);
        }
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        return ms_pki_ssl_error(err, "%s: a certificate cannot be read", name);
    }
    ERR_clear_error();
    if (!sk_X509_num(chain)) {
        return ms_err_set(err, MS_ETLS, 0, "%s: no certificate in PEM form", name);
    }
    return 0;
}

int ms_pki_certs_parse(const char *name, const char *pem, size_t n, ms_pki_chain **ret,
                       struct ms_err *err)
{
    ms_auto_chain ms_pki_chain *chain = sk_X509_new_null();
    ms_cleanup(BIO_free_allp) BIO *bio = NULL;

    if (n > MS_PKI_CERT_MAX) {
        return ms_err_set(err, MS_ETLS, 0, "%s: larger than %d bytes", name, MS_PKI_CERT_MAX);
    }
    bio = BIO_new_mem_buf(pem, (int)n);
    if (!chain || !bio) {
        return ms_pki_ssl_error(err, "%s", name);
    }
    if (parse_all(bio, name, chain, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&chain);
    return 0;
}

int ms_pki_certs_read(const char *path, ms_pki_chain **ret, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_PKI_CERT_MAX);
    if (ms_fs_read(path, &b, err) < 0) {
        if (err->code == MS_EIO && err->sys == ENOENT) {
            ms_err_done(err);
            return 0;
        }
        return -1;
    }
    return ms_pki_certs_parse(path, b.p, b.len, ret, err) < 0 ? -1 : 1;
}

int ms_pki_cert_pem(X509 *cert, struct ms_buf *out, struct ms_err *err)
{
    ms_cleanup(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
    char *p = NULL;
    long n;

    if (!bio || PEM_write_bio_X509(bio, cert) != 1) {
        return ms_pki_ssl_error(err, "write a certificate");
    }
    n = BIO_get_mem_data(bio, &p);
    ms_buf_add(out, p, (size_t)n);
    return 0;
}
