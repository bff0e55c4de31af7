/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, certificates and secrets below the state directory. Nothing that exists is ever made anew;
 * private files are 0600 and refused when group or world can read them. Layout: secrets/<name>,
 * keys/tls/{ca.key,ca.pem,key.pem,cert.pem}, keys/dkim/<domain>/<full selector>.key and beside each
 * .key a .txt with exactly the record's value. secrets/ is 0700, folders below keys/ are 0755, so
 * that public parts can be read without root. Paths come from checked names only. No role but the
 * engine's and the CLI calls this.
 */
#ifndef MS_PKI_PKI_H
#define MS_PKI_PKI_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/site/site.h"

/* The secret of that name, made (32 random characters) when absent and create is set; MS_ENOTFOUND
 * otherwise. Two processes that make it at once get the same one. One newline at the end of a file
 * written by hand does not count; an empty file, control characters, more than 4096 bytes, a
 * symbolic link, and a file or folder open to others are errors. *ret is freed by the caller with
 * ms_secret_free. name matches [a-z0-9.-]+ and does not begin with a dot. */
int ms_secret_get(const char *state, const char *name, bool create, char **ret, struct ms_err *err)
    ms_must_use;

/* The password in a file of the administrator's: read as above, but a symbolic link and readers of
 * its group are fine; readers beyond it are an error. *ret is freed with ms_secret_free. */
int ms_secret_file(const char *path, char **ret, struct ms_err *err) ms_must_use;

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

/* The keys of a domain, RSA first, then by selector. */
struct ms_dkim_keys {
    struct ms_dkim_key *v;
    size_t n;
};

/* Free the content. Accepts a zeroed list. */
void ms_dkim_keys_done(struct ms_dkim_keys *k);

#define ms_auto_dkim_keys ms_cleanup(ms_dkim_keys_done)

/* Make the keys of a domain that are missing. algorithms: MS_DKIM_ bits. A key put there by hand
 * stays; its .txt is written anew when the key is the newer file. */
int ms_dkim_ensure(const char *state, const char *domain, const char *selector, unsigned algorithms,
                   struct ms_err *err) ms_must_use;

/* Put the keys of a domain that is gone aside, from keys/dkim/<domain> to
 * keys/dkim/.retired/<domain>.<UTC time>, a folder that only root can read: nothing signs with them
 * any more. No key is not an error. */
int ms_dkim_retire(const char *state, const char *domain, struct ms_err *err) ms_must_use;

/* List the keys of a domain, private keys not read: needs no root. No key is not an error. */
int ms_dkim_list(const char *state, const char *domain, struct ms_dkim_keys *ret,
                 struct ms_err *err) ms_must_use;

/* The record's value that belongs to a private key file (RSA or Ed25519). *ret_txt is freed by the
 * caller. */
int ms_dkim_public(const char *key_path, char **ret_txt, struct ms_err *err) ms_must_use;

/* Self-signed mode: own CA (P-256, 10 years, "mailstead CA <first name>") and a certificate of 397
 * days for the DNS names, the first of which is the host's. The certificate is made anew with the
 * same key when a name is missing, less than 30 days are left at now_s, or it is not from this CA;
 * the CA's own is renewed with the same key when less than 30 days are left. cert.pem holds the
 * certificate and the CA's. *ret_changed says whether cert.pem was written. */
int ms_tls_ensure_selfsigned(const char *state, const struct ms_strv *names, int64_t now_s,
                             bool *ret_changed, struct ms_err *err) ms_must_use;

/* tls.mode files: check that certificate (PEM, the server's first, then its chain) and key (PEM, no
 * passphrase, not open to everybody) belong together and are in date, then copy them to keys/tls.
 * On failure what is there stays, and the error names the file. */
int ms_tls_ensure_files(const char *state, const char *certificate, const char *key, int64_t now_s,
                        bool *ret_changed, struct ms_err *err) ms_must_use;

/* A bcrypt hash "{BLF-CRYPT}$2y$..." of a password (cost 10..12). MS_EINVAL for an empty password
 * and for one above 72 bytes, of which bcrypt would ignore the rest. *ret is freed by the caller.
 */
int ms_password_hash(const char *password, unsigned cost, char **ret, struct ms_err *err)
    ms_must_use;

/* A hash "{SSHA256}..." of a password that was made by ms_random_token, 20 to 64 characters: at
 * more than 100 random bits nobody can try them out, however fast the hash is, and Dovecot computes
 * one at each log-in of each client. Never for a password that a person chose. *ret is freed by the
 * caller. */
int ms_password_hash_token(const char *token, char **ret, struct ms_err *err) ms_must_use;

#endif
