/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/cert_roll.h"
#include "modules/core/pki/certs_priv.h"

int64_t ms_cert_seconds(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

bool ms_cert_has_name(X509 *x, const char *name)
{
    return X509_check_host(x, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

bool ms_cert_key_fits(const EVP_PKEY *key)
{
    char group[32] = "";

    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
           (!strcmp(group, "prime256v1") || !strcmp(group, "P-256"));
}

const char *ms_cert_source(const struct ms_site *site)
{
    return site->tls_mode == MS_TLS_ACME    ? site->acme_directory
           : site->tls_mode == MS_TLS_FILES ? "files"
                                            : "selfsigned";
}

json_t *ms_cert_state_read(const char *state, const struct ms_cert *c)
{
    ms_auto_free char *dir = ms_cert_dir(c);
    ms_auto_free char *path = ms_xasprintf("%s/%s/.state.json", state, dir);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    json_t *j = NULL;

    ms_buf_init(&b, MS_CERT_STATE_MAX);
    if (ms_fs_exists(path) && ms_fs_read(path, &b, &err) == 0) {
        j = json_loadb(b.p, b.len, 0, NULL);
    }
    if (json_is_object(j)) {
        return j;
    }
    json_decref(j);
    return json_object();
}

int ms_cert_state_write(const char *state, const struct ms_cert *c, const json_t *j,
                        struct ms_err *err)
{
    ms_auto_free char *sub = ms_cert_dir(c);
    ms_auto_free char *dir = NULL;
    ms_auto_free char *path = NULL;
    ms_auto_free char *text = json_dumps(j, JSON_INDENT(1) | JSON_SORT_KEYS);
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};

    if (ms_pki_dir(state, sub, 0755, &dir, err) < 0) {
        return -1;
    }
    path = ms_xasprintf("%s/.state.json", dir);
    return ms_fs_write_atomic(path, text ? text : "{}", text ? strlen(text) : 2, attr, err);
}

/* The issuer for people: organisation and common name, as far as they are there. */
static char *issuer_of(X509 *x)
{
    const X509_NAME *n = X509_get_issuer_name(x);
    char o[128] = "", cn[128] = "";
    int has_o = X509_NAME_get_text_by_NID((X509_NAME *)n, NID_organizationName, o, sizeof(o));
    int has_cn = X509_NAME_get_text_by_NID((X509_NAME *)n, NID_commonName, cn, sizeof(cn));

    return ms_xasprintf("%s%s%s", has_o > 0 ? o : "", has_o > 0 && has_cn > 0 ? " " : "",
                        has_cn > 0 ? cn : "");
}

/* The public parts only: whoever asks for the state needs no keys. */
static void read_cert(const char *state, struct ms_cert *c)
{
    ms_auto_free char *dir = ms_cert_dir(c);
    ms_auto_free char *path = ms_xasprintf("%s/%s/cert.pem", state, dir);
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    X509 *x;

    if (ms_pki_certs_read(path, &chain, &err) <= 0) {
        return;
    }
    x = sk_X509_value(chain, 0);
    c->found = true;
    c->wanted = ms_cert_has_name(x, c->name);
    c->issuer = issuer_of(x);
    c->not_before_s = ms_cert_seconds(X509_get0_notBefore(x));
    c->not_after_s = ms_cert_seconds(X509_get0_notAfter(x));
}

static void read_state(const char *state, const struct ms_site *site, struct ms_cert *c)
{
    ms_auto_json json_t *j = ms_cert_state_read(state, c);
    const char *source = json_string_value(json_object_get(j, "source"));
    const char *issued_by = json_string_value(json_object_get(j, "issued_by"));
    const char *error = json_string_value(json_object_get(j, "error"));
    json_int_t failures = json_integer_value(json_object_get(j, "failures"));

    if (site->tls_mode == MS_TLS_ACME) {
        c->wanted = c->wanted && issued_by && !strcmp(issued_by, ms_cert_source(site));
    }
    if (!source || strcmp(source, ms_cert_source(site)) != 0) {
        return; /* what was tried elsewhere does not count */
    }
    c->tried_s = json_integer_value(json_object_get(j, "tried"));
    c->wait_until_s = json_integer_value(json_object_get(j, "wait_until"));
    c->failures = failures > 0 && failures < 1000 ? (unsigned)failures : 0;
    c->error = ms_xstrdup(error);
}

void ms_certs_read(const char *state, const struct ms_site *site, struct ms_certs *ret)
{
    struct ms_cert_roll roll;

    ms_certs_list_names(state, site, ret);
    ms_cert_roll_read(state, &roll);
    for (size_t i = 0; i < ret->n; i++) {
        ret->v[i].rolling = ret->v[i].host && roll.phase == MS_ROLL_SWITCH;
        read_cert(state, &ret->v[i]);
        read_state(state, site, &ret->v[i]);
    }
    ERR_clear_error();
}
