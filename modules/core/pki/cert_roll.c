/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/pki/cert_roll.h"

#include <string.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/certs_priv.h"

static const char *const names[MS_ROLL__COUNT] = {[MS_ROLL_IDLE] = "idle",
                                                  [MS_ROLL_PUBLISH] = "publish",
                                                  [MS_ROLL_KNOWN] = "known",
                                                  [MS_ROLL_SWITCH] = "switch"};

static char *path_of(const char *state)
{
    return ms_xasprintf("%s/keys/tls/.roll.json", state);
}

static void copy(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from ? from : "");
}

void ms_cert_roll_read(const char *state, struct ms_cert_roll *ret)
{
    ms_auto_free char *path = path_of(state);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *j = NULL;
    const char *phase;

    *ret = (struct ms_cert_roll){.phase = MS_ROLL_IDLE};
    ms_buf_init(&b, MS_CERT_STATE_MAX);
    if (!ms_fs_exists(path) || ms_fs_read(path, &b, &err) < 0) {
        return;
    }
    j = json_loadb(b.p, b.len, 0, NULL);
    phase = json_string_value(json_object_get(j, "phase"));
    for (enum ms_roll_phase p = MS_ROLL_PUBLISH; phase && p < MS_ROLL__COUNT; p++) {
        ret->phase = strcmp(phase, names[p]) ? ret->phase : p;
    }
    ret->since_s = json_integer_value(json_object_get(j, "since"));
    ret->ttl_s = json_integer_value(json_object_get(j, "ttl"));
    copy(ret->hash, sizeof(ret->hash), json_string_value(json_object_get(j, "hash")));
    copy(ret->why, sizeof(ret->why), json_string_value(json_object_get(j, "why")));
}

static int put(const char *state, const struct ms_cert_roll *r, struct ms_err *err)
{
    const struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    ms_auto_free char *path = path_of(state);
    ms_auto_json json_t *j = json_pack("{s:s, s:I, s:I, s:s, s:o}", "phase", names[r->phase],
                                       "since", (json_int_t)r->since_s, "ttl", (json_int_t)r->ttl_s,
                                       "hash", r->hash, "why", ms_json_lossy(r->why));
    ms_auto_free char *text = json_dumps(j, JSON_COMPACT);

    return ms_fs_write_atomic(path, text, strlen(text), attr, err);
}

/* Enter a phase. */
static int enter(const struct ms_cert_roll_turn *t, struct ms_cert_roll *r, enum ms_roll_phase p,
                 struct ms_err *err)
{
    r->phase = p;
    r->since_s = t->now_s;
    r->why[0] = '\0';
    return put(t->state, r, err);
}

int ms_cert_roll_begin(const struct ms_cert_roll_turn *t, struct ms_err *err)
{
    struct ms_tls_hashes h;
    struct ms_cert_roll r;

    ms_cert_roll_read(t->state, &r);
    if (r.phase != MS_ROLL_IDLE) {
        return ms_err_set(err, MS_EBUSY, 0, "a change of the key is under way");
    }
    if (t->site->tls_mode != MS_TLS_ACME) {
        return ms_err_set(err, MS_EINVAL, 0, "the key is changed in tls.mode acme only");
    }
    if (ms_tls_hashes(t->state, t->site, t->site->hostname, &h, err) < 0) {
        return -1;
    }
    if (!*h.next) {
        return ms_err_set(err, MS_EINVAL, 0, "there is no next key: `mailstead up` makes it");
    }
    copy(r.hash, sizeof(r.hash), h.next);
    return enter(t, &r, MS_ROLL_PUBLISH, err);
}

/* The hash of the key in use on disk, which may be newer than the certificate; "" without one. */
static void key_hash(const char *state, char out[MS_HASH_TEXT])
{
    ms_auto_free char *path = ms_xasprintf("%s/keys/tls/key.pem", state);
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    out[0] = '\0';
    if (ms_pki_key_read(path, MS_PKI_OURS, &key, &err) < 0 || !key ||
        ms_pki_spki_hash(key, out, &err) < 0) {
        out[0] = '\0';
    }
}

static int finish(const char *state, struct ms_err *err)
{
    ms_auto_free char *path = path_of(state);

    return ms_fs_remove_tree(path, err);
}

static int look(const struct ms_cert_roll_turn *t, struct ms_cert_roll *r, bool *ret_changed,
                struct ms_err *err)
{
    char why[MS_ROLL_WHY] = "";
    int64_t ttl_s = 0;

    if (t->visible(t->arg, r->hash, &ttl_s, why) == 1) {
        r->ttl_s = ttl_s > MS_ROLL_TTL_S ? ttl_s : MS_ROLL_TTL_S;
        *ret_changed = true;
        return enter(t, r, MS_ROLL_KNOWN, err);
    }
    if (!strcmp(why, r->why)) {
        return 0;
    }
    copy(r->why, sizeof(r->why), why);
    return put(t->state, r, err);
}

/* Whether the key it is about is still there to be used. */
static bool is_known(const struct ms_cert_roll_turn *t, const struct ms_cert_roll *r,
                     const struct ms_tls_hashes *h)
{
    char key[MS_HASH_TEXT];

    if (!strcmp(r->hash, h->next)) {
        return true;
    }
    key_hash(t->state, key);
    return r->phase == MS_ROLL_SWITCH && !strcmp(r->hash, key);
}

int ms_cert_roll_step(const struct ms_cert_roll_turn *t, bool *ret_changed, struct ms_err *err)
{
    struct ms_tls_hashes h;
    struct ms_cert_roll r;

    *ret_changed = false;
    ms_cert_roll_read(t->state, &r);
    if (r.phase == MS_ROLL_IDLE) {
        return 0;
    }
    if (ms_tls_hashes(t->state, t->site, t->site->hostname, &h, err) < 0) {
        return -1;
    }
    if (!strcmp(r.hash, h.current) || t->site->tls_mode != MS_TLS_ACME) {
        *ret_changed = true;
        return finish(t->state, err);
    }
    if (!is_known(t, &r, &h)) { /* replaced by hand: from the beginning, with the one there is */
        *ret_changed = true;
        copy(r.hash, sizeof(r.hash), h.next);
        return *h.next ? enter(t, &r, MS_ROLL_PUBLISH, err) : finish(t->state, err);
    }
    if (r.phase == MS_ROLL_PUBLISH) {
        return look(t, &r, ret_changed, err);
    }
    if (r.phase == MS_ROLL_KNOWN && t->now_s >= r.since_s + r.ttl_s) {
        *ret_changed = true;
        return enter(t, &r, MS_ROLL_SWITCH, err);
    }
    return 0;
}

void ms_cert_roll_todo(const struct ms_cert_roll *r, const char *host, bool pushes,
                       struct ms_buf *out)
{
    char when[MS_TIME_TEXT];

    switch (r->phase) {
    case MS_ROLL_PUBLISH:
        ms_time_format(r->since_s * 1000, when);
        ms_buf_addf(out,
                    "%s: %s the TLSA records with 3 1 1 %s (since %.10s); the key changes when all "
                    "name servers have them",
                    host, pushes ? "we write" : "set", r->hash, when);
        if (*r->why) {
            ms_buf_addf(out, "; last look: %s", r->why);
        }
        break;
    case MS_ROLL_KNOWN:
        ms_time_format((r->since_s + r->ttl_s) * 1000, when);
        ms_buf_addf(out, "%s: the TLSA records of the next key are known everywhere at %s", host,
                    when);
        break;
    case MS_ROLL_SWITCH:
        ms_buf_addf(out, "%s: a certificate for the next key is being asked for", host);
        break;
    default:
        break;
    }
}
