/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/pki/pki_priv.h"

enum { RENEW_S = 30 * MS_PKI_DAY_S };

struct paths {
    char *dir, *lock, *ca_key, *ca, *key, *cert;
};

static void paths_done(struct paths *p)
{
    free(p->dir);
    free(p->lock);
    free(p->ca_key);
    free(p->ca);
    free(p->key);
    free(p->cert);
}

static int paths_init(struct paths *p, const char *state, struct ms_err *err)
{
    if (ms_pki_dir(state, "keys/tls", 0755, &p->dir, err) < 0) {
        return -1;
    }
    p->lock = ms_xasprintf("%s/.lock", p->dir);
    p->ca_key = ms_xasprintf("%s/ca.key", p->dir);
    p->ca = ms_xasprintf("%s/ca.pem", p->dir);
    p->key = ms_xasprintf("%s/key.pem", p->dir);
    p->cert = ms_xasprintf("%s/cert.pem", p->dir);
    return 0;
}

static bool lasts(const X509 *x, int64_t now_s)
{
    return X509_cmp_time(X509_get0_notAfter(x), &(time_t){(time_t)(now_s + RENEW_S)}) > 0;
}

static bool has_names(X509 *x, const struct ms_strv *names)
{
    unsigned flags = X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

    for (size_t i = 0; i < names->n; i++) {
        if (X509_check_host(x, names->v[i], 0, flags, NULL) != 1) {
            return false;
        }
    }
    return true;
}

/* Whether cert.pem can stay. What cannot be read as a certificate cannot. */
static int is_good(const struct paths *p, X509 *ca, const struct ms_strv *names, int64_t now_s,
                   struct ms_err *err)
{
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_auto_err struct ms_err why = MS_ERR_INIT;
    X509 *leaf = NULL;
    int r;

    if (ms_pki_certs_read(p->cert, &chain, &why) <= 0) {
        return 0;
    }
    r = ms_pki_key_read(p->key, MS_PKI_OURS, &key, err);
    if (r <= 0) {
        return r;
    }
    leaf = sk_X509_value(chain, 0);
    r = sk_X509_num(chain) == 2 && X509_cmp(sk_X509_value(chain, 1), ca) == 0 &&
        X509_verify(leaf, X509_get0_pubkey(ca)) == 1 && X509_check_private_key(leaf, key) == 1 &&
        lasts(leaf, now_s) && has_names(leaf, names);
    ERR_clear_error();
    return r;
}

static int read_ca(const struct paths *p, X509 **ret, struct ms_err *err)
{
    ms_auto_chain ms_pki_chain *chain = NULL;
    int r = ms_pki_certs_read(p->ca, &chain, err);

    if (r > 0) {
        *ret = sk_X509_shift(chain);
    }
    return r;
}

static int write_certs(const char *path, X509 *first, X509 *second, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};

    ms_buf_init(&b, MS_PKI_CERT_MAX);
    if (ms_pki_cert_pem(first, &b, err) < 0 || (second && ms_pki_cert_pem(second, &b, err) < 0)) {
        return -1;
    }
    if (b.too_big) {
        return ms_err_set(err, MS_ETLS, 0, "%s: the certificate has too many names", path);
    }
    return ms_fs_write_atomic(path, b.p, b.len, attr, err);
}

/* The CA's key, and its certificate when there is none that lasts. */
static int ready_ca(const struct paths *p, const char *hostname, int64_t now_s, X509 **ca,
                    EVP_PKEY **ret_key, struct ms_err *err)
{
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;

    if (*ca && !ms_fs_exists(p->ca_key)) {
        return ms_err_set(err, MS_ETLS, 0,
                          "%s is missing, so no certificate can be made: put it back, or remove %s "
                          "to start a new CA",
                          p->ca_key, p->ca);
    }
    if (ms_pki_key_ensure(p->ca_key, "EC", &key, err) < 0) {
        return -1;
    }
    if (*ca && X509_check_private_key(*ca, key) != 1) {
        ERR_clear_error();
        return ms_err_set(err, MS_ETLS, 0, "%s does not belong to %s", p->ca_key, p->ca);
    }
    if (!*ca || !lasts(*ca, now_s)) {
        X509_free(ms_steal(ca));
        if (ms_pki_make_ca(key, hostname, now_s, ca, err) < 0 ||
            write_certs(p->ca, *ca, NULL, err) < 0) {
            return -1;
        }
    }
    *ret_key = ms_steal(&key);
    return 0;
}

static int issue(const struct paths *p, X509 **ca, const struct ms_strv *names, int64_t now_s,
                 struct ms_err *err)
{
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *ca_key = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_cleanup(X509_freep) X509 *leaf = NULL;

    if (ready_ca(p, names->v[0], now_s, ca, &ca_key, err) < 0 ||
        ms_pki_key_ensure(p->key, "EC", &key, err) < 0) {
        return -1;
    }
    if (ms_pki_make_leaf(key, names, *ca, ca_key, now_s, &leaf) < 0) {
        return ms_pki_ssl_error(err, "make the certificate");
    }
    return write_certs(p->cert, leaf, *ca, err);
}

static int check_names(const struct ms_strv *names, struct ms_err *err)
{
    if (!names->n) {
        return ms_err_set(err, MS_EINVAL, 0, "a certificate needs a name");
    }
    for (size_t i = 0; i < names->n; i++) {
        if (!ms_name_is_domain(names->v[i])) {
            return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a host name", names->v[i]);
        }
    }
    return 0;
}

int ms_tls_ensure_selfsigned(const char *state, const struct ms_strv *names, int64_t now_s,
                             bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(paths_done) struct paths p = {0};
    ms_cleanup(X509_freep) X509 *ca = NULL;
    ms_auto_close int lock = -1;
    int r;

    if (check_names(names, err) < 0 || paths_init(&p, state, err) < 0 ||
        ms_fs_lock(p.lock, true, &lock, err) < 0) {
        return -1;
    }
    r = read_ca(&p, &ca, err);
    if (r > 0 && lasts(ca, now_s)) {
        r = is_good(&p, ca, names, now_s, err);
        if (r > 0) {
            *ret_changed = false;
            return 0;
        }
    }
    if (r < 0 || issue(&p, &ca, names, now_s, err) < 0) {
        return ms_err_wrap(err, "self-signed certificate");
    }
    *ret_changed = true;
    return 0;
}
