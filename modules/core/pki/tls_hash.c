/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/sha.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/pki/certs_priv.h"

enum { DIGITS = MS_HASH_TEXT - 1 };

int ms_pki_spki_hash(const EVP_PKEY *key, char out[MS_HASH_TEXT], struct ms_err *err)
{
    ms_auto_free unsigned char *der = NULL; /* OPENSSL_malloc is malloc */
    int n = i2d_PUBKEY((EVP_PKEY *)key, &der);

    if (n <= 0) {
        return ms_pki_ssl_error(err, "take the public key");
    }
    ms_hash_bytes(der, (size_t)n, out);
    return 0;
}

/* The hash that stands in a file; "" when it holds none. */
static void read_hash(const char *path, char out[MS_HASH_TEXT])
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, DIGITS + 1);
    out[0] = '\0';
    if (ms_fs_read(path, &b, &err) == 0 && strspn(b.p, "0123456789abcdef") == DIGITS) {
        memcpy(out, b.p, DIGITS);
        out[DIGITS] = '\0';
    }
}

int ms_pki_next_ensure(const char *dir, EVP_PKEY **ret, struct ms_err *err)
{
    ms_auto_free char *key_path = ms_xasprintf("%s/.next.key", dir);
    ms_auto_free char *hash_path = ms_xasprintf("%s/.next.hash", dir);
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    char want[MS_HASH_TEXT], have[MS_HASH_TEXT];

    if (ms_pki_key_ensure(key_path, "EC", &key, err) < 0 || ms_pki_spki_hash(key, want, err) < 0) {
        return -1;
    }
    read_hash(hash_path, have);
    if (strcmp(want, have) != 0 && ms_fs_write_atomic(hash_path, want, DIGITS, attr, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&key);
    return 0;
}

int ms_tls_hashes(const char *state, const struct ms_site *site, const char *name,
                  struct ms_tls_hashes *ret, struct ms_err *err)
{
    struct ms_cert c = {.name = (char *)name, .host = !strcmp(name, site->hostname)};
    ms_auto_free char *dir = ms_name_is_domain(name) ? ms_cert_dir(&c) : NULL;
    ms_auto_free char *cert = ms_xasprintf("%s/%s/cert.pem", state, dir ? dir : "");
    ms_auto_free char *next = ms_xasprintf("%s/%s/.next.hash", state, dir ? dir : "");
    ms_auto_chain ms_pki_chain *chain = NULL;
    struct ms_tls_hashes h = {0};
    int r;

    if (!dir) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a host name", name);
    }
    r = ms_pki_certs_read(cert, &chain, err);
    if (r < 0 ||
        (r && ms_pki_spki_hash(X509_get0_pubkey(sk_X509_value(chain, 0)), h.current, err) < 0)) {
        return -1;
    }
    if (site->tls_mode == MS_TLS_ACME) {
        read_hash(next, h.next);
    }
    if (!strcmp(h.next, h.current)) {
        h.next[0] = '\0';
    }
    *ret = h;
    return 0;
}
