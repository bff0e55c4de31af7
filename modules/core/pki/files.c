/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

void ms_secret_free(char *s)
{
    if (s) {
        explicit_bzero(s, strlen(s));
        free(s);
    }
}

static int make_dir(const char *path, mode_t mode, struct ms_err *err)
{
    if (mkdir(path, mode) == 0) {
        /* the umask must not decide who can list it */
        return chmod(path, mode) == 0 ? 0 : ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    return errno == EEXIST ? 0 : ms_err_set(err, MS_EIO, errno, "%s", path);
}

int ms_pki_dir(const char *state, const char *sub, mode_t mode, char **ret, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", state, sub);
    size_t base = strlen(state);

    if (!ms_fs_exists(state)) {
        if (ms_fs_mkdir_p(state, 0755, err) < 0) {
            return -1;
        }
        if (chmod(state, 0755) < 0) {
            return ms_err_set(err, MS_EIO, errno, "%s", state);
        }
    }
    for (char *c = path + base + 1; *c; c++) {
        int r;

        if (*c != '/') {
            continue;
        }
        *c = '\0';
        r = make_dir(path, 0755, err);
        *c = '/';
        if (r < 0) {
            return -1;
        }
    }
    if (make_dir(path, mode, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&path);
    return 0;
}

static int check_private(const char *path, const struct stat *st, enum ms_pki_owner owner,
                         struct ms_err *err)
{
    mode_t mode = st->st_mode & 0777;

    if (!S_ISREG(st->st_mode)) {
        return ms_err_set(err, MS_EINVAL, 0, "%s is not a regular file", path);
    }
    if (owner == MS_PKI_OURS && mode & 077) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "%s is open to group or others (mode %04o): find out who read it, then "
                          "chmod 600 %s",
                          path, mode, path);
    }
    if (owner == MS_PKI_ADMINS && mode & 007) {
        return ms_err_set(err, MS_EINVAL, 0, "%s is open to everybody (mode %04o): chmod o= %s",
                          path, mode, path);
    }
    if (owner == MS_PKI_OURS && st->st_uid != geteuid() && st->st_uid != 0) {
        return ms_err_set(err, MS_EINVAL, 0, "%s belongs to user id %u: chown root %s", path,
                          st->st_uid, path);
    }
    if (st->st_size > MS_PKI_PRIVATE_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: larger than %d bytes", path, MS_PKI_PRIVATE_MAX);
    }
    return 0;
}

static int read_bytes(int fd, char *p, size_t n, size_t *ret_n)
{
    size_t have = 0;

    while (have < n) {
        ssize_t r = read(fd, p + have, n - have);

        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return -1;
        }
        if (!r) {
            break;
        }
        have += (size_t)r;
    }
    *ret_n = have;
    return 0;
}

int ms_pki_read_private(const char *path, enum ms_pki_owner owner, char **ret, size_t *ret_n,
                        struct ms_err *err)
{
    /* O_NONBLOCK: a FIFO in its place must not hang us */
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (owner == MS_PKI_OURS ? O_NOFOLLOW : 0);
    ms_auto_close int fd = open(path, flags);
    struct stat st;
    char *p = NULL;
    size_t n = 0;

    if (fd < 0 && errno == ENOENT) {
        return 0;
    }
    if (fd < 0 && errno == ELOOP) {
        return ms_err_set(err, MS_EINVAL, 0, "%s is a symbolic link", path);
    }
    if (fd < 0 || fstat(fd, &st) < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    if (check_private(path, &st, owner, err) < 0) {
        return -1;
    }
    p = ms_xcalloc((size_t)st.st_size + 1, 1);
    if (read_bytes(fd, p, (size_t)st.st_size, &n) < 0) {
        int saved = errno;

        explicit_bzero(p, (size_t)st.st_size);
        free(p);
        return ms_err_set(err, MS_EIO, saved, "%s", path);
    }
    *ret = p;
    *ret_n = n;
    return 1;
}
