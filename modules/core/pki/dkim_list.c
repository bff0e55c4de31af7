/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/pki/pki_priv.h"

enum { KEYS_MAX = 64 }; /* of one domain */

void ms_dkim_keys_done(struct ms_dkim_keys *k)
{
    for (size_t i = 0; i < k->n; i++) {
        free(k->v[i].selector);
        free(k->v[i].algorithm);
        free(k->v[i].path);
        free(k->v[i].txt);
    }
    free(k->v);
    *k = (struct ms_dkim_keys){0};
}

static int read_txt(const char *path, char **ret_txt, const char **ret_algorithm,
                    struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 8192);
    if (ms_fs_read(path, &b, err) < 0) {
        return -1;
    }
    if (b.len && b.p[b.len - 1] == '\n') {
        b.p[--b.len] = '\0';
    }
    if (ms_dkim_txt_parse(b.p, b.len, ret_algorithm) < 0) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "%s: not a DKIM record; remove the file, `up` makes it from the key",
                          path);
    }
    *ret_txt = ms_buf_steal(&b);
    return 0;
}

/* The selector of a file name that ends in .txt, else NULL. */
static char *selector_of(const char *file)
{
    size_t n = strlen(file);
    char *s = NULL;

    if (n <= 4 || strcmp(file + n - 4, ".txt")) {
        return NULL;
    }
    s = ms_xmemdup0(file, n - 4);
    if (!ms_name_is_selector(s)) {
        free(s);
        return NULL;
    }
    return s;
}

/* The keys that were found, and where. */
struct found {
    struct ms_dkim_keys keys;
    size_t cap;
    struct ms_dkim_rotation rotation;
};

static void found_done(struct found *f)
{
    ms_dkim_keys_done(&f->keys);
}

static int add_key(struct found *f, const char *dir, const char *file, struct ms_err *err)
{
    struct ms_dkim_keys *k = &f->keys;
    ms_auto_free char *selector = selector_of(file);
    ms_auto_free char *path = NULL;
    ms_auto_free char *txt_path = NULL;
    ms_auto_free char *txt = NULL;
    const char *algorithm = NULL;
    enum ms_dkim_use use;

    if (!selector) {
        return 0;
    }
    path = ms_xasprintf("%s/%s.key", dir, selector);
    if (!ms_fs_exists(path)) {
        return 0; /* a record without a key that signs */
    }
    if (k->n == KEYS_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: more than %d DKIM keys", dir, KEYS_MAX);
    }
    txt_path = ms_xasprintf("%s/%s", dir, file);
    if (read_txt(txt_path, &txt, &algorithm, err) < 0) {
        return -1;
    }
    use = ms_dkim_use_of(&f->rotation, selector);
    if (use == MS_DKIM_REVOKED) {
        free(txt);
        txt = ms_xasprintf("v=DKIM1; k=%s; p=", algorithm);
    }
    k->v = ms_xgrow(k->v, k->n, &f->cap, sizeof(*k->v));
    k->v[k->n++] = (struct ms_dkim_key){
        .selector = ms_steal(&selector),
        .algorithm = ms_xstrdup(algorithm),
        .path = ms_steal(&path),
        .txt = ms_steal(&txt),
        .use = use,
    };
    return 0;
}

static int by_algorithm(const void *a, const void *b)
{
    const struct ms_dkim_key *x = a;
    const struct ms_dkim_key *y = b;
    int r = strcmp(y->algorithm, x->algorithm); /* "rsa" before "ed25519" */

    return r ? r : strcmp(x->selector, y->selector);
}

int ms_dkim_list(const char *state, const char *domain, struct ms_dkim_keys *ret,
                 struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/dkim/%s", state, domain);
    ms_cleanup(found_done) struct found f = {0};
    ms_auto_closedir DIR *d = NULL;
    struct dirent *e;

    if (!ms_name_is_domain(domain)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a domain name", domain);
    }
    if (ms_dkim_rotation_read(state, domain, &f.rotation, err) < 0) {
        return -1;
    }
    d = opendir(dir);
    if (!d && errno != ENOENT) {
        return ms_err_set(err, MS_EIO, errno, "%s", dir);
    }
    while (d && (errno = 0, e = readdir(d))) {
        if (add_key(&f, dir, e->d_name, err) < 0) {
            return -1;
        }
    }
    if (d && errno) {
        return ms_err_set(err, MS_EIO, errno, "%s", dir);
    }
    if (f.keys.n) {
        qsort(f.keys.v, f.keys.n, sizeof(*f.keys.v), by_algorithm);
    }
    *ret = f.keys;
    f.keys = (struct ms_dkim_keys){0};
    return 0;
}
