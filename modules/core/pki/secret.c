/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

enum { SECRET_CHARS = 32, SECRET_MAX = 4096 };

static bool name_ok(const char *name)
{
    size_t n = strlen(name);

    return n && n <= 128 && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

static int check_dir(const char *dir, struct ms_err *err)
{
    struct stat st;

    if (lstat(dir, &st) < 0) {
        return errno == ENOENT ? 0 : ms_err_set(err, MS_EIO, errno, "%s", dir);
    }
    if (!S_ISDIR(st.st_mode)) {
        return ms_err_set(err, MS_EINVAL, 0, "%s is not a directory", dir);
    }
    if (st.st_mode & 077) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "%s is open to group or others (mode %04o): find out who was there, then "
                          "chmod 700 %s",
                          dir, st.st_mode & 0777, dir);
    }
    return 0;
}

/* 1 found, 0 absent, -1 failed */
static int read_secret(const char *path, enum ms_pki_owner owner, char **ret, struct ms_err *err)
{
    ms_cleanup(ms_secret_freep) char *text = NULL;
    size_t n = 0;
    int r = ms_pki_read_private(path, owner, &text, &n, err);

    if (r <= 0) {
        return r;
    }
    if (n && text[n - 1] == '\n') {
        text[--n] = '\0';
    }
    if (!n || n > SECRET_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: %s", path,
                          n ? "the secret is too long" : "the file is empty");
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: the secret has a control character", path);
        }
    }
    *ret = ms_steal(&text);
    return 1;
}

static int make_secret(const char *state, const char *path, struct ms_err *err)
{
    ms_auto_free char *dir = NULL;
    ms_cleanup(ms_secret_freep) char *token = ms_random_token(SECRET_CHARS);
    struct ms_fs_attr attr = {0600, (uid_t)-1, (gid_t)-1};

    if (ms_pki_dir(state, "secrets", 0700, &dir, err) < 0) {
        return -1;
    }
    return ms_fs_create_atomic(path, token, SECRET_CHARS, attr, err) < 0 ? -1 : 0;
}

int ms_secret_get(const char *state, const char *name, bool create, char **ret, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/secrets", state);
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, name);
    int r;

    if (!name_ok(name)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is no name for a secret", name);
    }
    if (check_dir(dir, err) < 0) {
        return -1;
    }
    r = read_secret(path, MS_PKI_OURS, ret, err);
    if (!r && create) {
        if (make_secret(state, path, err) < 0) {
            return ms_err_wrap(err, "make the secret %s", name);
        }
        r = read_secret(path, MS_PKI_OURS, ret,
                        err); /* perhaps another process was first: its secret counts */
    }
    if (!r) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", path);
    }
    return r < 0 ? -1 : 0;
}

int ms_secret_file(const char *path, char **ret, struct ms_err *err)
{
    int r = read_secret(path, MS_PKI_ADMINS, ret, err);

    return r ? (r < 0 ? -1 : 0) : ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", path);
}

int ms_private_file(const char *path, char **ret, struct ms_err *err)
{
    ms_cleanup(ms_secret_freep) char *text = NULL;
    size_t n = 0;
    int r = ms_pki_read_private(path, MS_PKI_ADMINS, &text, &n, err);

    if (r < 0) {
        return -1;
    }
    if (!r) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", path);
    }
    if (!n || n > SECRET_MAX || strlen(text) != n) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: %s", path,
                          !n               ? "the file is empty"
                          : n > SECRET_MAX ? "the file is too long"
                                           : "the file is not text");
    }
    *ret = ms_steal(&text);
    return 0;
}
