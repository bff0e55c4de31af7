/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bn.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

enum {
    CA_DAYS = 3653,
    LEAF_DAYS = 397, /* what clients accept at most is 398 (CA/Browser Forum BR 6.3.2) */
    EARLY_S = 3600,  /* for clients whose clock is behind */
    CN_MAX = 64,     /* ub-common-name, RFC 5280 appendix A.1 */
};

/* 159 random bits: positive, and 20 bytes at most (RFC 5280 4.1.2.2) */
static int set_serial(X509 *x)
{
    BIGNUM *bn = BN_new();
    int ok = bn && BN_rand(bn, 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
             BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x));

    BN_free(bn);
    return ok;
}

static int set_time(X509 *x, int64_t from_s, int64_t to_s)
{
    return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from_s) &&
           ASN1_TIME_set(X509_getm_notAfter(x), (time_t)to_s);
}

static int add_cn(X509_NAME *name, const char *cn)
{
    return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                      (const unsigned char *)cn, -1, -1, 0);
}

static int add_ext(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext = NULL;
    int ok;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ok = ext && X509_add_ext(x, ext, -1);
    X509_EXTENSION_free(ext);
    return ok;
}

static int add_dns_name(GENERAL_NAMES *list, const char *name)
{
    GENERAL_NAME *g = GENERAL_NAME_new();
    ASN1_IA5STRING *s = ASN1_IA5STRING_new();

    if (!g || !s || !ASN1_STRING_set(s, name, -1)) {
        GENERAL_NAME_free(g);
        ASN1_IA5STRING_free(s);
        return 0;
    }
    GENERAL_NAME_set0_value(g, GEN_DNS, s);
    if (!sk_GENERAL_NAME_push(list, g)) {
        GENERAL_NAME_free(g);
        return 0;
    }
    return 1;
}

/* Built from objects, not text, so that no name can add more than itself. */
static int add_names(X509 *x, const struct ms_strv *names, bool critical)
{
    GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
    int ok = list != NULL;

    for (size_t i = 0; ok && i < names->n; i++) {
        ok = add_dns_name(list, names->v[i]);
    }
    ok = ok && X509_add1_ext_i2d(x, NID_subject_alt_name, list, critical, X509V3_ADD_DEFAULT) == 1;
    sk_GENERAL_NAME_pop_free(list, GENERAL_NAME_free);
    return ok;
}

int ms_pki_make_ca(EVP_PKEY *key, const char *hostname, int64_t now_s, X509 **ret,
                   struct ms_err *err)
{
    ms_cleanup(X509_freep) X509 *x = X509_new();
    ms_auto_free char *cn = ms_xasprintf("mailstead CA %s", hostname);

    if (strlen(cn) > CN_MAX) {
        cn[CN_MAX] = '\0';
    }
    if (!x || !X509_set_version(x, X509_VERSION_3) || !set_serial(x) ||
        !set_time(x, now_s - EARLY_S, now_s + (int64_t)CA_DAYS * MS_PKI_DAY_S) ||
        !add_cn(X509_get_subject_name(x), cn) ||
        !X509_set_issuer_name(x, X509_get_subject_name(x)) || !X509_set_pubkey(x, key) ||
        !add_ext(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !add_ext(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !add_ext(x, x, NID_subject_key_identifier, "hash") || !X509_sign(x, key, EVP_sha256())) {
        return ms_pki_ssl_error(err, "make the CA's certificate");
    }
    *ret = ms_steal(&x);
    return 0;
}

static int set_validity(X509 *x, const X509 *ca, int64_t now_s)
{
    int64_t to_s = now_s + (int64_t)LEAF_DAYS * MS_PKI_DAY_S;

    if (!set_time(x, now_s - EARLY_S, to_s)) {
        return 0;
    }
    if (ASN1_TIME_compare(X509_get0_notAfter(ca), X509_get0_notAfter(x)) < 0) {
        return X509_set1_notAfter(x, X509_get0_notAfter(ca));
    }
    return 1;
}

static int set_leaf_extensions(X509 *x, X509 *ca, const EVP_PKEY *key, const struct ms_strv *names,
                               bool has_cn)
{
    const char *usage = EVP_PKEY_is_a(key, "RSA") ? "critical,digitalSignature,keyEncipherment"
                                                  : "critical,digitalSignature";

    return add_ext(x, ca, NID_basic_constraints, "critical,CA:FALSE") &&
           add_ext(x, ca, NID_key_usage, usage) &&
           add_ext(x, ca, NID_ext_key_usage, "serverAuth") &&
           add_ext(x, ca, NID_subject_key_identifier, "hash") &&
           add_ext(x, ca, NID_authority_key_identifier, "keyid:always") &&
           add_names(x, names, !has_cn);
}

int ms_pki_make_leaf(EVP_PKEY *key, const struct ms_strv *names, X509 *ca, EVP_PKEY *ca_key,
                     int64_t now_s, X509 **ret)
{
    ms_cleanup(X509_freep) X509 *x = X509_new();
    bool has_cn = strlen(names->v[0]) <= CN_MAX;

    if (!x || !X509_set_version(x, X509_VERSION_3) || !set_serial(x) ||
        !set_validity(x, ca, now_s) || (has_cn && !add_cn(X509_get_subject_name(x), names->v[0])) ||
        !X509_set_issuer_name(x, X509_get_subject_name(ca)) || !X509_set_pubkey(x, key) ||
        !set_leaf_extensions(x, ca, key, names, has_cn) || !X509_sign(x, ca_key, EVP_sha256())) {
        return -1;
    }
    *ret = ms_steal(&x);
    return 0;
}
