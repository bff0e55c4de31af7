/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files about certificates share. Tests look at it too.
 */
#ifndef MS_PKI_CERTS_PRIV_H
#define MS_PKI_CERTS_PRIV_H

#include "modules/core/pki/certs.h"
#include "modules/core/pki/pki_priv.h"

enum { MS_CERT_NAMES_MAX = 5000, MS_CERT_STATE_MAX = 1 << 14 };

/* The folder of a name below the state directory: "keys/tls" or "keys/tls/names/<name>". The caller
 * frees it. */
char *ms_cert_dir(const struct ms_cert *c) ms_must_use;

/* A list of the site's names with nothing known of them. */
void ms_certs_list_names(const char *state, const struct ms_site *site, struct ms_certs *ret);

/* What certificates of the site come from: the URL of the authority, "selfsigned" or "files". */
const char *ms_cert_source(const struct ms_site *site);

/* .state.json of a name; an empty object when there is none. The caller owns the reference. */
json_t *ms_cert_state_read(const char *state, const struct ms_cert *c) ms_must_use;
int ms_cert_state_write(const char *state, const struct ms_cert *c, const json_t *j,
                        struct ms_err *err) ms_must_use;

/* Whether the certificate is for the name, and for nothing that the name does not cover. */
bool ms_cert_has_name(X509 *x, const char *name);

/* Whether the key may stay in use for ACME: P-256. */
bool ms_cert_key_fits(const EVP_PKEY *key);

/* A time of a certificate; 0 when it cannot be read. */
int64_t ms_cert_seconds(const ASN1_TIME *t);

#endif
