/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, certificates and secrets below the state directory. Nothing that exists is ever made anew;
 * private files are 0600 and refused when group or world can read them. Layout: secrets/<name>,
 * keys/tls/{ca.key,ca.pem,key.pem,cert.pem}, keys/dkim/<domain>/<full selector>.key and beside each
 * .key a .txt with exactly the record's value, keys/dns/zone.{key,pub}. secrets/ is 0700, folders
 * below keys/ are 0755, so that public parts can be read without root. Paths come from checked
 * names only. No role but the engine's and the CLI calls this.
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

/* The whole text of a private file of the administrator's with more than one line (a TSIG key), at
 * most 4096 bytes without a NUL; otherwise as ms_secret_file. */
int ms_private_file(const char *path, char **ret, struct ms_err *err) ms_must_use;

/* Wipe and free. Accepts NULL. */
void ms_secret_free(char *s);
MS_DEFINE_CLEANUP(char, ms_secret_free)

/* What a DKIM key is good for now. */
enum ms_dkim_use {
    MS_DKIM_SIGNING,
    MS_DKIM_PUBLISHED, /* its record has to be known everywhere before it signs */
    MS_DKIM_RETIRED,   /* signs no more; what it signed is still on its way */
    MS_DKIM_REVOKED,   /* its record says so: p= is empty (RFC 6376 3.6.1) */
    MS_DKIM_USE__COUNT
};

/* "signing", "published", "retired", "revoked". */
const char *ms_dkim_use_name(enum ms_dkim_use use);

/* One DKIM key of a domain. */
struct ms_dkim_key {
    char *selector;  /* full selector, "ms-rsa" for selector ms and RSA, "ms-ed25519"; after a
                        change of keys "ms-2-rsa" */
    char *algorithm; /* "rsa" or "ed25519", as in the k= tag (RFC 6376, RFC 8463) */
    char *path;      /* of the private key, PEM PKCS#8 */
    char *txt;       /* what its record has to say: "v=DKIM1; k=rsa; p=..." */
    enum ms_dkim_use use;
};

/* The keys of a domain, RSA first, then by selector. */
struct ms_dkim_keys {
    struct ms_dkim_key *v;
    size_t n;
};

/* Free the content. Accepts a zeroed list. */
void ms_dkim_keys_done(struct ms_dkim_keys *k);

#define ms_auto_dkim_keys ms_cleanup(ms_dkim_keys_done)

/* Make the keys of a domain that are missing, of the generation in use and the one that is being
 * announced. algorithms: MS_DKIM_ bits. A key put there by hand
 * stays; its .txt is written anew when the key is the newer file. */
int ms_dkim_ensure(const char *state, const char *domain, const char *selector, unsigned algorithms,
                   struct ms_err *err) ms_must_use;

/* How far a change of a domain's keys has come. */
enum ms_dkim_phase {
    MS_DKIM_IDLE,    /* no change is under way */
    MS_DKIM_PUBLISH, /* the new keys are made, their records have to be known everywhere */
    MS_DKIM_BOTH,    /* old and new keys sign */
    MS_DKIM_RETIRE,  /* the new keys sign alone */
    MS_DKIM_REVOKE,  /* the records of the old keys say that they are revoked */
    MS_DKIM_PHASE__COUNT
};

/* "idle", "publish", "both", "retire", "revoke". */
const char *ms_dkim_phase_name(enum ms_dkim_phase phase);

enum { MS_DKIM_SELECTOR = 129, MS_DKIM_WHY = 300 };

/* What is kept of it, in keys/dkim/<domain>/.rotation.json: one file, replaced as a whole, from
 * which the use of each key follows. Keys are counted in generations: those of the selector itself
 * are the first, "<selector>-2" has the second. */
struct ms_dkim_rotation {
    enum ms_dkim_phase phase;
    char selector[MS_DKIM_SELECTOR]; /* of site.yaml; another one there counts anew */
    unsigned generation; /* that signs; of the two in BOTH the new one. PUBLISH: the one after it is
                            being announced; RETIRE, REVOKE: the one before it goes */
    int64_t since_s;     /* when the phase began, UTC */
    int64_t seen_s;      /* PUBLISH: since when every name server has the records; 0: not yet */
    char why[MS_DKIM_WHY]; /* PUBLISH: what was missing at the last look; "" */
};

/* Read it; idle in generation 1 when there is none. MS_EINVAL for a file that is damaged: no key's
 * use is known then. */
int ms_dkim_rotation_read(const char *state, const char *domain, struct ms_dkim_rotation *ret,
                          struct ms_err *err) ms_must_use;
int ms_dkim_rotation_write(const char *state, const char *domain, const struct ms_dkim_rotation *r,
                           struct ms_err *err) ms_must_use;

/* Whether a change is under way for any domain. A damaged file counts as one: somebody has to look.
 */
bool ms_dkim_is_changing(const char *state);

/* Remove the keys of the generation before r->generation, private parts too. */
int ms_dkim_remove_old(const char *state, const char *domain, const struct ms_dkim_rotation *r,
                       struct ms_err *err) ms_must_use;

/* Put the keys of a domain that is gone aside, from keys/dkim/<domain> to
 * keys/dkim/.retired/<domain>.<UTC time>, a folder that only root can read: nothing signs with them
 * any more. No key is not an error. */
int ms_dkim_retire(const char *state, const char *domain, struct ms_err *err) ms_must_use;

/* List the keys of a domain and what each is good for, private keys not read: needs no root. No key
 * is not an error. */
int ms_dkim_list(const char *state, const char *domain, struct ms_dkim_keys *ret,
                 struct ms_err *err) ms_must_use;

/* The record's value that belongs to a private key file (RSA or Ed25519). *ret_txt is freed by the
 * caller. */
int ms_dkim_public(const char *key_path, char **ret_txt, struct ms_err *err) ms_must_use;

/* The key that our own name server signs its zones with (RFC 4034, algorithm 13): one for all of
 * them, which signs keys and records alike, so that what their parents say of it never changes. */
enum { MS_ZONE_KEY_DATA = 68, MS_ZONE_KEY_DS = 80 };

/* Its public part, as the data of a DNSKEY record. */
struct ms_zone_key {
    unsigned char data[MS_ZONE_KEY_DATA];
};

/* Make it where it is absent: keys/dns/zone.key, and beside it zone.pub, which everybody can read.
 */
int ms_zone_key_ensure(const char *state, struct ms_err *err) ms_must_use;

/* Read the public part; the private one is not touched. 1, 0 when there is none yet, -1. */
int ms_zone_key_read(const char *state, struct ms_zone_key *ret, struct ms_err *err) ms_must_use;

/* The data of the DS record (RFC 4034 5, digest type 2) that a zone's parent has to have: "tag 13 2
 * digest". zone: a domain name in lower case with or without the final dot; -1 for one that is none
 * (a label longer than 63 bytes, a name longer than 255). */
int ms_zone_key_ds(const struct ms_zone_key *k, const char *zone, char out[MS_ZONE_KEY_DS])
    ms_must_use;

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
