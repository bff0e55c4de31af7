/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"

int ms_fs_read(const char *path, struct ms_buf *b, struct ms_err *err)
{
    bool std_in = !strcmp(path, "-");
    ms_auto_close int own = -1;
    char chunk[65536];
    int fd = STDIN_FILENO;

    if (!std_in) {
        own = open(path, O_RDONLY | O_CLOEXEC);
        if (own < 0) {
            return ms_err_set(err, MS_EIO, errno, "%s", path);
        }
        fd = own;
    }
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return ms_err_set(err, MS_EIO, errno, "%s", path);
        }
        if (!n) {
            return 0;
        }
        ms_buf_add(b, chunk, (size_t)n);
        if (b->too_big) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: larger than %zu bytes", path, b->max);
        }
    }
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(fd, p, n);

        if (w < 0 && errno == EINTR) {
            continue;
        }
        if (w < 0) {
            return -1;
        }
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

static int fill(int fd, const void *p, size_t n, struct ms_fs_attr attr)
{
    if (write_all(fd, p, n) < 0) {
        return -1;
    }
    if ((attr.uid != (uid_t)-1 || attr.gid != (gid_t)-1) && fchown(fd, attr.uid, attr.gid) < 0) {
        return -1;
    }
    if (fchmod(fd, attr.mode) < 0 || fsync(fd) < 0) {
        return -1;
    }
    return 0;
}

static void sync_parent(const char *path)
{
    ms_auto_free char *dir = ms_xstrdup(path);
    char *slash = strrchr(dir, '/');
    ms_auto_close int fd = -1;

    if (!slash) {
        return;
    }
    slash[slash == dir] = '\0';
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
    }
}

int ms_fs_write_atomic(const char *path, const void *p, size_t n, struct ms_fs_attr attr,
                       struct ms_err *err)
{
    ms_auto_free char *suffix = ms_random_token(8);
    ms_auto_free char *tmp = ms_xasprintf("%s.%s.tmp", path, suffix);
    ms_auto_close int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int saved;

    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    if (fill(fd, p, n, attr) < 0 || rename(tmp, path) < 0) {
        saved = errno;
        (void)unlink(tmp);
        return ms_err_set(err, MS_EIO, saved, "%s", path);
    }
    sync_parent(path);
    return 0;
}

int ms_fs_create_atomic(const char *path, const void *p, size_t n, struct ms_fs_attr attr,
                        struct ms_err *err)
{
    ms_auto_free char *suffix = ms_random_token(8);
    ms_auto_free char *tmp = ms_xasprintf("%s.%s.tmp", path, suffix);
    ms_auto_close int fd = -1;
    int saved = 0;
    int made = 1;

    if (ms_fs_exists(path)) {
        return 0;
    }
    fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    /* link, unlike rename, fails when the name is taken */
    if (fill(fd, p, n, attr) < 0 || link(tmp, path) < 0) {
        saved = errno;
        made = 0;
    }
    (void)unlink(tmp);
    if (!made && saved != EEXIST) {
        return ms_err_set(err, MS_EIO, saved, "%s", path);
    }
    sync_parent(path);
    return made;
}

int ms_fs_mkdir_p(const char *path, mode_t mode, struct ms_err *err)
{
    ms_auto_free char *s = ms_xstrdup(path);

    for (char *c = s + 1; *s; c++) {
        bool end = !*c;

        if (*c && *c != '/') {
            continue;
        }
        *c = '\0';
        if (mkdir(s, mode) < 0 && errno != EEXIST) {
            return ms_err_set(err, MS_EIO, errno, "%s", s);
        }
        if (end) {
            break;
        }
        *c = '/';
    }
    return 0;
}

static int remove_at(int dir, const char *name)
{
    ms_auto_closedir DIR *d = NULL;
    struct dirent *e;
    int fd;

    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    d = fdopendir(fd);
    if (!d) {
        (void)close(fd);
        return -1;
    }
    while ((e = readdir(d))) {
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && remove_at(fd, e->d_name) < 0) {
            return -1;
        }
    }
    return unlinkat(dir, name, AT_REMOVEDIR);
}

int ms_fs_remove_tree(const char *path, struct ms_err *err)
{
    if (remove_at(AT_FDCWD, path) < 0) {
        return ms_err_set(err, MS_EIO, errno, "remove %s", path);
    }
    return 0;
}

bool ms_fs_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

int ms_fs_lock(const char *path, bool wait, int *ret_fd, struct ms_err *err)
{
    ms_auto_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int r;

    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    do {
        r = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
    } while (r < 0 && errno == EINTR);
    if (r < 0 && errno == EWOULDBLOCK) {
        return ms_err_set(err, MS_EBUSY, 0, "%s is locked by another process", path);
    }
    if (r < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    *ret_fd = ms_steal_fd(&fd);
    return 0;
}
