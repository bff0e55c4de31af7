/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/pki/pki_priv.h"

enum { PUBLIC_MAX = 4096 }; /* bytes of a public key: RSA with 16384 bits has 2086 */

static int encode(const char *algorithm, const unsigned char *p, size_t n, char **ret,
                  struct ms_err *err)
{
    unsigned char text[PUBLIC_MAX * 4 / 3 + 8];

    if (n > PUBLIC_MAX) {
        return ms_err_set(err, MS_ETLS, 0, "the public key is too large");
    }
    (void)EVP_EncodeBlock(text, p, (int)n);
    *ret = ms_xasprintf("v=DKIM1; k=%s; p=%s", algorithm, (const char *)text);
    return 0;
}

static int txt_of(EVP_PKEY *key, char **ret, struct ms_err *err)
{
    unsigned char raw[32];
    size_t n = sizeof(raw);
    ms_auto_free unsigned char *der = NULL; /* OPENSSL_malloc is malloc */
    int len;

    if (EVP_PKEY_is_a(key, "ED25519")) {
        /* RFC 8463 4.2: the bare key, not a SubjectPublicKeyInfo */
        if (EVP_PKEY_get_raw_public_key(key, raw, &n) != 1) {
            return ms_pki_ssl_error(err, "take the public key");
        }
        return encode("ed25519", raw, n, ret, err);
    }
    if (!EVP_PKEY_is_a(key, "RSA")) {
        return ms_err_set(err, MS_ETLS, 0, "neither an RSA nor an Ed25519 key");
    }
    len = i2d_PUBKEY(key, &der);
    if (len <= 0) {
        return ms_pki_ssl_error(err, "take the public key");
    }
    return encode("rsa", der, (size_t)len, ret, err);
}

int ms_dkim_public(const char *key_path, char **ret_txt, struct ms_err *err)
{
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    int r = ms_pki_key_read(key_path, MS_PKI_OURS, &key, err);

    if (!r) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", key_path);
    }
    if (r < 0) {
        return -1;
    }
    return txt_of(key, ret_txt, err) < 0 ? ms_err_wrap(err, "%s", key_path) : 0;
}

/* Whether the .txt is there and newer than the key: then it was made from it. The time of the last
 * status change is taken since copying a file can set the others. */
static bool is_fresh(const char *key, const char *txt)
{
    struct stat k, t;

    if (lstat(key, &k) < 0 || lstat(txt, &t) < 0 || !S_ISREG(k.st_mode) || !t.st_size ||
        k.st_mode & 077) {
        return false;
    }
    return t.st_ctim.tv_sec > k.st_ctim.tv_sec ||
           (t.st_ctim.tv_sec == k.st_ctim.tv_sec && t.st_ctim.tv_nsec > k.st_ctim.tv_nsec);
}

static int ensure_key(const char *dir, const char *selector, const char *algorithm,
                      struct ms_err *err)
{
    bool rsa = !strcmp(algorithm, "rsa");
    ms_auto_free char *full = ms_xasprintf("%s-%s", selector, algorithm);
    ms_auto_free char *key_path = ms_xasprintf("%s/%s.key", dir, full);
    ms_auto_free char *txt_path = ms_xasprintf("%s/%s.txt", dir, full);
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    ms_auto_free char *txt = NULL;

    if (!ms_name_is_selector(full)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a DKIM selector", selector);
    }
    if (is_fresh(key_path, txt_path)) {
        return 0;
    }
    if (ms_pki_key_ensure(key_path, rsa ? "RSA" : "ED25519", &key, err) < 0) {
        return -1;
    }
    if (!EVP_PKEY_is_a(key, rsa ? "RSA" : "ED25519")) {
        return ms_err_set(err, MS_ETLS, 0, "%s: not an %s key", key_path, rsa ? "RSA" : "Ed25519");
    }
    if (txt_of(key, &txt, err) < 0) {
        return ms_err_wrap(err, "%s", key_path);
    }
    return ms_fs_write_atomic(txt_path, txt, strlen(txt), attr, err);
}

static int ensure_keys(const char *dir, const char *base, unsigned algorithms, struct ms_err *err)
{
    if (algorithms & MS_DKIM_RSA2048 && ensure_key(dir, base, "rsa", err) < 0) {
        return -1;
    }
    return algorithms & MS_DKIM_ED25519 ? ensure_key(dir, base, "ed25519", err) : 0;
}

int ms_dkim_ensure(const char *state, const char *domain, const char *selector, unsigned algorithms,
                   struct ms_err *err)
{
    ms_auto_free char *sub = ms_xasprintf("keys/dkim/%s", domain);
    ms_auto_free char *dir = NULL;
    ms_auto_free char *base = NULL;
    ms_auto_free char *next = NULL;
    struct ms_dkim_rotation r;
    unsigned generation = 1;

    if (!ms_name_is_domain(domain)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a domain name", domain);
    }
    if (!ms_name_is_selector(selector)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a DKIM selector", selector);
    }
    if (ms_pki_dir(state, sub, 0755, &dir, err) < 0 ||
        ms_dkim_rotation_read(state, domain, &r, err) < 0) {
        return -1;
    }
    if (!strcmp(r.selector, selector)) {
        generation = r.generation;
    }
    base = ms_dkim_base(selector, generation);
    if (ensure_keys(dir, base, algorithms, err) < 0) {
        return ms_err_wrap(err, "DKIM key of %s", domain);
    }
    if (r.phase != MS_DKIM_PUBLISH || strcmp(r.selector, selector) != 0) {
        return 0;
    }
    next = ms_dkim_base(selector, generation + 1);
    return ensure_keys(dir, next, algorithms, err) < 0 ? ms_err_wrap(err, "DKIM key of %s", domain)
                                                       : 0;
}
