/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/cert_roll.h"
#include "modules/core/pki/certs_priv.h"

MS_DEFINE_CLEANUP(X509_REQ, X509_REQ_free)

/* The places of one name. */
struct place {
    char *dir, *key, *next, *cert;
};

static void place_done(struct place *p)
{
    free(p->dir);
    free(p->key);
    free(p->next);
    free(p->cert);
}

static int place_init(struct place *p, const char *state, const struct ms_cert *c,
                      struct ms_err *err)
{
    ms_auto_free char *sub = ms_cert_dir(c);

    if (ms_pki_dir(state, sub, 0755, &p->dir, err) < 0) {
        return -1;
    }
    p->key = ms_xasprintf("%s/key.pem", p->dir);
    p->next = ms_xasprintf("%s/.next.key", p->dir);
    p->cert = ms_xasprintf("%s/cert.pem", p->dir);
    return 0;
}

/* Whether the key is the one that a change of keys is about. */
static bool is_awaited(const EVP_PKEY *key, const struct ms_cert_roll *roll)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char hash[MS_HASH_TEXT];

    return ms_pki_spki_hash(key, hash, &err) == 0 && !strcmp(hash, roll->hash);
}

/* The key that a new certificate is for: the one in use, or the next one when that does not fit or
 * its time has come. */
static int choose_key(const struct place *p, const struct ms_cert_roll *roll, EVP_PKEY **ret,
                      struct ms_err *err)
{
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *next = NULL;

    if (ms_pki_key_ensure(p->key, "EC", &key, err) < 0 ||
        ms_pki_next_ensure(p->dir, &next, err) < 0) {
        return -1;
    }
    if (!ms_cert_key_fits(key) || (roll->phase == MS_ROLL_SWITCH && is_awaited(next, roll))) {
        *ret = ms_steal(&next);
    } else {
        *ret = ms_steal(&key);
    }
    return 0;
}

static int add_name(X509_REQ *req, const char *name)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    ms_auto_free char *value = ms_xasprintf("DNS:%s", name); /* a checked host name */
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, value);
    int ok = list && ext && sk_X509_EXTENSION_push(list, ext);

    if (!ok) {
        X509_EXTENSION_free(ext);
    }
    ok = ok && X509_REQ_add_extensions(req, list) == 1;
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    return ok;
}

int ms_cert_request(const char *state, const struct ms_cert *c, struct ms_buf *ret,
                    struct ms_err *err)
{
    ms_cleanup(place_done) struct place p = {0};
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_cleanup(X509_REQ_freep) X509_REQ *req = X509_REQ_new();
    ms_cleanup(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
    struct ms_cert_roll roll = {.phase = MS_ROLL_IDLE};
    char *text = NULL;
    long n;

    if (!ms_name_is_domain(c->name)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a host name", c->name);
    }
    if (c->host) {
        ms_cert_roll_read(state, &roll);
    }
    if (place_init(&p, state, c, err) < 0 || choose_key(&p, &roll, &key, err) < 0) {
        return -1;
    }
    if (!req || !bio || !X509_REQ_set_version(req, X509_REQ_VERSION_1) ||
        !X509_REQ_set_pubkey(req, key) || !add_name(req, c->name) ||
        !X509_REQ_sign(req, key, EVP_sha256()) || PEM_write_bio_X509_REQ(bio, req) != 1) {
        return ms_pki_ssl_error(err, "make a signing request for %s", c->name);
    }
    n = BIO_get_mem_data(bio, &text);
    ms_buf_add(ret, text, (size_t)n);
    return 0;
}

/* Which of our keys it is for; *ret_next says that it is the next one. */
static int match_key(const struct place *p, const X509 *x, bool *ret_next, struct ms_err *err)
{
    const char *paths[] = {p->key, p->next};

    for (size_t i = 0; i < 2; i++) {
        ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;

        if (ms_pki_key_read(paths[i], MS_PKI_OURS, &key, err) < 0) {
            return -1;
        }
        if (key && X509_check_private_key(x, key) == 1) {
            *ret_next = i == 1;
            return 0;
        }
    }
    ERR_clear_error();
    return ms_err_set(err, MS_ETLS, 0, "the certificate is not for our key");
}

static int judge(const struct ms_cert *c, X509 *x, int64_t now_s, struct ms_err *err)
{
    enum { CLOCK_S = 3600 };

    if (!ms_cert_has_name(x, c->name)) {
        return ms_err_set(err, MS_ETLS, 0, "the certificate is not for this name");
    }
    if (ms_cert_seconds(X509_get0_notAfter(x)) <= now_s ||
        ms_cert_seconds(X509_get0_notBefore(x)) > now_s + CLOCK_S) {
        return ms_err_set(err, MS_ETLS, 0,
                          "the certificate is not valid now (is the clock of this host right?)");
    }
    return 0;
}

static int put(const struct place *p, bool next, const struct ms_buf *pem, struct ms_err *err)
{
    struct ms_fs_attr open = {0644, (uid_t)-1, (gid_t)-1};

    /* the key first: if we end between the two, the next try gets another certificate for it */
    if (next && rename(p->next, p->key) < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", p->key);
    }
    return ms_fs_write_atomic(p->cert, pem->p, pem->len, open, err);
}

int ms_cert_install(const char *state, const struct ms_site *site, const struct ms_cert *c,
                    const struct ms_buf *chain, int64_t now_s, struct ms_err *err)
{
    ms_cleanup(place_done) struct place p = {0};
    ms_auto_chain ms_pki_chain *certs = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *next_key = NULL;
    ms_auto_free char *lock_path = ms_xasprintf("%s/keys/tls/.lock", state);
    ms_auto_buf struct ms_buf pem = {0};
    ms_auto_close int lock = -1;
    bool next = false;

    ms_buf_init(&pem, MS_PKI_CERT_MAX);
    if (place_init(&p, state, c, err) < 0 || ms_fs_lock(lock_path, true, &lock, err) < 0 ||
        ms_pki_certs_parse("the answer", chain->p, chain->len, &certs, err) < 0 ||
        judge(c, sk_X509_value(certs, 0), now_s, err) < 0 ||
        match_key(&p, sk_X509_value(certs, 0), &next, err) < 0) {
        return -1;
    }
    for (int i = 0; i < sk_X509_num(certs); i++) {
        if (ms_pki_cert_pem(sk_X509_value(certs, i), &pem, err) < 0) {
            return -1;
        }
    }
    if (put(&p, next, &pem, err) < 0 || ms_pki_next_ensure(p.dir, &next_key, err) < 0) {
        return -1;
    }
    return ms_cert_note(state, site, c, &(struct ms_cert_outcome){.at_s = now_s}, err);
}

int ms_cert_note(const char *state, const struct ms_site *site, const struct ms_cert *c,
                 const struct ms_cert_outcome *o, struct ms_err *err)
{
    ms_auto_json json_t *j = ms_cert_state_read(state, c);
    const char *source = ms_cert_source(site);

    (void)json_object_set_new(j, "source", json_string(source));
    (void)json_object_set_new(j, "tried", json_integer(o->at_s));
    (void)json_object_set_new(j, "failures", json_integer(o->error ? c->failures + 1 : 0));
    (void)json_object_set_new(j, "wait_until", json_integer(o->wait_until_s));
    (void)json_object_set_new(j, "error", o->error ? ms_json_lossy(o->error) : json_null());
    if (!o->error) {
        (void)json_object_set_new(j, "issued_by", json_string(source));
    }
    return ms_cert_state_write(state, c, j, err);
}

static bool is_listed(const struct ms_certs *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!c->v[i].host && !strcmp(c->v[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool retire(const char *state, const char *name, int64_t now_s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *dir = NULL;
    ms_auto_free char *from = ms_xasprintf("%s/keys/tls/names/%s", state, name);
    ms_auto_free char *to = NULL;
    char when[MS_TIME_TEXT];

    ms_time_format(now_s * 1000, when);
    if (ms_pki_dir(state, "keys/tls/names/.retired", 0700, &dir, &err) < 0) {
        return false;
    }
    to = ms_xasprintf("%s/%s.%s", dir, name, when);
    return rename(from, to) == 0;
}

bool ms_certs_retire(const char *state, const struct ms_certs *c, int64_t now_s)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/tls/names", state);
    struct dirent **list = NULL;
    int n = scandir(dir, &list, NULL, alphasort);
    bool any = false;

    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;

        if (ms_name_is_domain(name) && !is_listed(c, name)) {
            any = retire(state, name, now_s) || any;
        }
        free(list[i]);
    }
    free(list);
    return any;
}

json_t *ms_certs_names(const char *state, const struct ms_site *site)
{
    ms_auto_certs struct ms_certs c = {0};
    json_t *list = json_array();

    ms_certs_list_names(state, site, &c);
    for (size_t i = 0; i < c.n; i++) {
        ms_auto_free char *dir = ms_cert_dir(&c.v[i]);
        ms_auto_free char *cert = ms_xasprintf("%s/%s/cert.pem", state, dir);
        ms_auto_free char *key = ms_xasprintf("%s/%s/key.pem", state, dir);

        if (!c.v[i].host && ms_fs_exists(cert) && ms_fs_exists(key)) {
            (void)json_array_append_new(list, json_pack("{s:s}", "name", c.v[i].name));
        }
    }
    return list;
}
