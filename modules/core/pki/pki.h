/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, certificates and secrets below the state directory. Nothing that exists is ever made anew;
 * private files are 0600 and refused when group or world can read them. Layout: secrets/<name>,
 * keys/tls/{ca.key,ca.pem,key.pem,cert.pem}, keys/dkim/<domain>/<selector>.{rsa,ed25519}.key and
 * beside each .key a .txt with the record's value.
 */
#ifndef MS_PKI_PKI_H
#define MS_PKI_PKI_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/site/site.h"

/* The secret of that name, made (32 random characters) when absent and create is set; MS_ENOTFOUND
 * otherwise. *ret is freed by the caller with ms_secret_free. name matches [a-z0-9.-]+. */
int ms_secret_get(const char *state, const char *name, bool create, char **ret, struct ms_err *err)
    ms_must_use;

/* Wipe and free. Accepts NULL. */
void ms_secret_free(char *s);
MS_DEFINE_CLEANUP(char, ms_secret_free)

/* One DKIM key of a domain. */
struct ms_dkim_key {
    char *selector;  /* full selector, "ms-rsa" for selector ms and RSA, "ms-ed25519" */
    char *algorithm; /* "rsa" or "ed25519", as in the k= tag (RFC 6376, RFC 8463) */
    char *path;      /* of the private key, PEM PKCS#8 */
    char *txt;       /* "v=DKIM1; k=rsa; p=..." */
};

struct ms_dkim_keys {
    struct ms_dkim_key *v;
    size_t n;
};

void ms_dkim_keys_done(struct ms_dkim_keys *k);

/* Make the keys of a domain that are missing. algorithms: MS_DKIM_ bits. */
int ms_dkim_ensure(const char *state, const char *domain, const char *selector, unsigned algorithms,
                   struct ms_err *err) ms_must_use;

/* List the keys of a domain, private keys not read: needs no root. No key is not an error. */
int ms_dkim_list(const char *state, const char *domain, struct ms_dkim_keys *ret,
                 struct ms_err *err) ms_must_use;

/* Sign a text with a DKIM private key file: for tests of the pair. */
int ms_dkim_public(const char *key_path, char **ret_txt, struct ms_err *err) ms_must_use;

/* Self-signed mode: own CA (P-256, 10 years) and a certificate for the names (825 days at most;
 * made anew with the same key when a name is missing or less than 30 days are left at now_s).
 * *ret_changed says whether cert.pem was written. */
int ms_tls_ensure_selfsigned(const char *state, const struct ms_strv *names, int64_t now_s,
                             bool *ret_changed, struct ms_err *err) ms_must_use;

/* tls.mode files: check that certificate and key belong together and are in date, then copy them to
 * keys/tls. */
int ms_tls_ensure_files(const char *state, const char *certificate, const char *key, int64_t now_s,
                        bool *ret_changed, struct ms_err *err) ms_must_use;

/* A bcrypt hash "{BLF-CRYPT}$2y$..." of a password (cost 10..12). *ret is freed by the caller. */
int ms_password_hash(const char *password, unsigned cost, char **ret, struct ms_err *err)
    ms_must_use;

#endif
