/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the room share: private files, keys and certificates as OpenSSL objects. Tests
 * look at it too.
 */
#ifndef MS_PKI_PKI_PRIV_H
#define MS_PKI_PKI_PRIV_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/types.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/hash.h"
#include "modules/core/pki/pki.h"

enum { MS_PKI_DAY_S = 86400, MS_PKI_CERT_MAX = 1 << 20, MS_PKI_PRIVATE_MAX = 1 << 16 };

/* Whose private file: ours is 0600 and no symbolic link; an administrator's may be readable by a
 * group. */
enum ms_pki_owner { MS_PKI_OURS, MS_PKI_ADMINS };

typedef STACK_OF(X509) ms_pki_chain;

static inline ms_unused void ms_pki_chain_freep(ms_pki_chain **c)
{
    sk_X509_pop_free(*c, X509_free);
}

#define ms_auto_chain ms_cleanup(ms_pki_chain_freep)

/* Make STATE/sub: STATE and folders on the way 0755, the last one with the mode, whatever the umask
 * is; folders that exist are left as they are. *ret is the path, freed by the caller. */
int ms_pki_dir(const char *state, const char *sub, mode_t mode, char **ret, struct ms_err *err)
    ms_must_use;

/* Read a private file of at most MS_PKI_PRIVATE_MAX bytes. Returns 1 with *ret (NUL-terminated,
 * to be freed with ms_secret_free) and *ret_n, 0 when it does not exist, -1 on failure. */
int ms_pki_read_private(const char *path, enum ms_pki_owner owner, char **ret, size_t *ret_n,
                        struct ms_err *err) ms_must_use;

/* Set err to MS_ETLS with OpenSSL's reason added, and empty OpenSSL's queue. Returns -1. */
int ms_pki_ssl_error(struct ms_err *err, const char *fmt, ...) ms_printf(2, 3);

/* Read a private key in PEM form; never asks for a passphrase. 1, 0 and -1 as ms_pki_read_private.
 */
int ms_pki_key_read(const char *path, enum ms_pki_owner owner, EVP_PKEY **ret, struct ms_err *err)
    ms_must_use;

/* A private key as PKCS#8 PEM; *ret is freed with ms_secret_free. */
int ms_pki_key_pem(EVP_PKEY *key, char **ret, struct ms_err *err) ms_must_use;

/* Read our key, made when it is absent: type "RSA" (2048 bits), "ED25519" or "EC" (P-256). */
int ms_pki_key_ensure(const char *path, const char *type, EVP_PKEY **ret, struct ms_err *err)
    ms_must_use;

/* SHA-256 of the SubjectPublicKeyInfo, as hexadecimal text. */
int ms_pki_spki_hash(const EVP_PKEY *key, char out[MS_HASH_TEXT], struct ms_err *err) ms_must_use;

/* The key that comes after the one in use, dir/.next.key, made when it is absent; beside it
 * .next.hash with the hash of its public part, which everybody can read. */
int ms_pki_next_ensure(const char *dir, EVP_PKEY **ret, struct ms_err *err) ms_must_use;

/* All certificates of PEM text; name is the file for messages. MS_ETLS when there is none. */
int ms_pki_certs_parse(const char *name, const char *pem, size_t n, ms_pki_chain **ret,
                       struct ms_err *err) ms_must_use;

/* All certificates of a PEM file of at most MS_PKI_CERT_MAX bytes. 1, 0 and -1 as above. */
int ms_pki_certs_read(const char *path, ms_pki_chain **ret, struct ms_err *err) ms_must_use;

/* Append a certificate in PEM form. */
int ms_pki_cert_pem(X509 *cert, struct ms_buf *out, struct ms_err *err) ms_must_use;

/* A certificate of our CA for its own key, named after the host. */
int ms_pki_make_ca(EVP_PKEY *key, const char *hostname, int64_t now_s, X509 **ret,
                   struct ms_err *err) ms_must_use;

/* A server certificate for the key and names, signed by the CA. It does not outlive the CA's. */
int ms_pki_make_leaf(EVP_PKEY *key, const struct ms_strv *names, X509 *ca, EVP_PKEY *ca_key,
                     int64_t now_s, X509 **ret) ms_must_use;

/* The selector of a generation without the algorithm, "ms-2". The caller frees it. */
char *ms_dkim_base(const char *selector, unsigned generation) ms_must_use;

/* What a key is good for, by its full selector. */
enum ms_dkim_use ms_dkim_use_of(const struct ms_dkim_rotation *r, const char *full);

/* Check the text of a DKIM record (RFC 6376 3.6.1): v=DKIM1 first, a known k, a key that is not
 * empty, printable ASCII. *ret_algorithm is "rsa" or "ed25519" (static). Returns -1 when it is no
 * such record. */
int ms_dkim_txt_parse(const char *text, size_t n, const char **ret_algorithm) ms_must_use;

#endif
