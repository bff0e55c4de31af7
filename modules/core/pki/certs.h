/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates of a site in every tls.mode: which names have one, what is known of each, when
 * it is due, and its place on disk. Each name of mode acme has a folder of its own, so that one
 * that fails blocks no other: keys/tls has that of the host's name, keys/tls/names/<name> that of
 * every other name. In each, key.pem stays over renewals of cert.pem; .next.key is the one that
 * would come after it, made beforehand so that its hash (.next.hash) can be in DNS (TLSA 3 1 1)
 * before it is used; .state.json is what the last try said. keys/tls/.account.json is who we are at
 * the authority. Talks to no authority: it makes requests and takes certificates. The supervisor
 * reads, its worker writes. Times are seconds since 1970 (UTC).
 */
#ifndef MS_PKI_CERTS_H
#define MS_PKI_CERTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/base/hash.h"
#include "modules/core/site/site.h"

enum { MS_CERT_ERROR = 512 };

/* What is known of one name. */
struct ms_cert {
    char *name;
    bool host;    /* the host's own name: every service falls back to its certificate */
    bool needed;  /* mail does not work well without it: a failure is a problem at once */
    bool found;   /* there is a certificate for the name */
    bool wanted;  /* ... and it is what the site asks for (mode, authority, name) */
    char *issuer; /* its common name or organisation; NULL when not found */
    int64_t not_before_s, not_after_s;
    bool rolling; /* a certificate for the next key is to be had (cert_roll.h) */
    /* of the last try */
    char *error; /* NULL: it went well, or none was made */
    int64_t tried_s, wait_until_s;
    unsigned failures; /* in a row */
};

struct ms_certs {
    struct ms_cert *v;
    size_t n;
};

/* Free the content. Accepts a zeroed list. */
void ms_certs_done(struct ms_certs *c);

#define ms_auto_certs ms_cleanup(ms_certs_done)

/* The names of the site, the host's first, and what is on disk for each. In mode acme they are the
 * host's name, tls.acme.names, and for each domain (also one that was made at run time) the names
 * that mail programs ask. A file that cannot be read counts as absent. */
void ms_certs_read(const char *state, const struct ms_site *site, struct ms_certs *ret);

/* When the next try is due: at once (0) for what is missing, else at two thirds of its life or 30
 * days before its end, whichever is later, less a share of its life that differs from name to name;
 * never before wait_until_s. INT64_MAX: never (mode files). */
int64_t ms_cert_due_s(const struct ms_site *site, const struct ms_cert *c);

/* When the first of them is due; more than 200,000 years from now when none is. */
int64_t ms_certs_due_s(const struct ms_site *site, const struct ms_certs *c);

/* When to look again on the monotonic clock, whose time is now_ms when that of the wall is wall_ms:
 * at the moment it is due, when that comes within most_ms; else 0: there are looks before it
 * anyway. */
int64_t ms_certs_look_ms(int64_t due_s, int64_t wall_ms, int64_t now_ms, int64_t most_ms);

/* How long to wait after so many failures in a row: 15 minutes, twice that each time, 24 hours at
 * most, a little more by the name; what the authority asked for (0: nothing) if that is longer, but
 * not more than 8 days. */
int64_t ms_cert_wait_s(const char *name, unsigned failures, int64_t asked_s);

/* Whether people must be told: the last try failed and it is needed or in use, or it ends within a
 * week, or its time is over. *ret (MS_CERT_ERROR bytes) gets a line that says so. */
bool ms_cert_problem(const struct ms_cert *c, int64_t now_s, char *ret);

/* As the API shows it. The caller owns the reference. */
json_t *ms_cert_json(const struct ms_site *site, const struct ms_cert *c, int64_t now_s)
    ms_must_use;

/* A signing request (PEM) for the name, by its key; key and next key are made when they are
 * missing. A key that is not of type P-256 is replaced by the next key, but only when the
 * certificate comes (ms_cert_install). */
int ms_cert_request(const char *state, const struct ms_cert *c, struct ms_buf *ret,
                    struct ms_err *err) ms_must_use;

/* Take the chain that an authority gave for the request: checked (one of our keys, the name, its
 * dates), then put in place of the old one, with .state.json. On failure the old one stays. */
int ms_cert_install(const char *state, const struct ms_site *site, const struct ms_cert *c,
                    const struct ms_buf *chain, int64_t now_s, struct ms_err *err) ms_must_use;

/* How a try ended. */
struct ms_cert_outcome {
    int64_t at_s;
    const char *error; /* NULL: well */
    int64_t wait_until_s;
};

/* Note the outcome of a try. */
int ms_cert_note(const char *state, const struct ms_site *site, const struct ms_cert *c,
                 const struct ms_cert_outcome *o, struct ms_err *err) ms_must_use;

/* Put the folders of names that the site no longer has aside, below keys/tls/names/.retired.
 * Returns whether there was one. */
bool ms_certs_retire(const char *state, const struct ms_certs *c, int64_t now_s);

/* The names (but for the host's) that have a certificate and its key, for templates: [{"name":
 * ...}]. The caller owns the reference. */
json_t *ms_certs_names(const char *state, const struct ms_site *site) ms_must_use;

/* What mode acme needs before it has a certificate: the account's key, copies of the files that
 * site.yaml names (ca, key of DNS updates; absolute paths or NULL), and a certificate to serve
 * meanwhile: that of the host's name if there is one in date, else a self-signed one. */
int ms_tls_ensure_acme(const char *state, const struct ms_site *site, const char *ca,
                       const char *dns_key, int64_t now_s, struct ms_err *err) ms_must_use;

/* SHA-256 of the public keys (SubjectPublicKeyInfo) under which TLS is served for a name, in
 * hexadecimal: what TLSA records "3 1 1" hold (RFC 6698 2.1). "": there is none. */
struct ms_tls_hashes {
    char current[MS_HASH_TEXT];
    char next[MS_HASH_TEXT]; /* of the key that comes after it; mode acme only */
};

/* The hashes of the host's name, or of one that has a certificate of its own. Only public files are
 * read: needs no root. */
int ms_tls_hashes(const char *state, const struct ms_site *site, const char *name,
                  struct ms_tls_hashes *ret, struct ms_err *err) ms_must_use;

/* Keep the account's URI, where what the component that asks the authority printed (n bytes)
 * begins with a line "account: URI"; anything else is passed over. */
int ms_cert_account_note(const char *state, const struct ms_site *site, const char *said, size_t n,
                         struct ms_err *err) ms_must_use;

/* The account's URI at the authority of site.yaml, fit for a CAA record (RFC 8657 3). NULL when it
 * is not known. The caller frees it. */
char *ms_cert_account(const char *state, const struct ms_site *site) ms_must_use;

/* Why an authority did not sign, as the component that asks it prints it. */
struct ms_cert_refusal {
    unsigned status;       /* HTTP status; 0: the challenge was not met, or unknown */
    int64_t retry_after_s; /* the point in time; 0: not told */
    char text[MS_CERT_ERROR];
};

/* Read lines "status: ", "retry-after: " (seconds or a date, RFC 9110 10.2.3) and "detail: ".
 * Anything else is passed over. */
void ms_cert_refusal_parse(const char *text, size_t n, int64_t now_s, struct ms_cert_refusal *ret);

/* Whether it is about the authority, not about one name: 5xx. */
bool ms_cert_refusal_is_general(const struct ms_cert_refusal *r);

#endif
