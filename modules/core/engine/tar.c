/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"

enum {
    BLOCK = 512,
    NAME_FIELD = 100,
    LINK_MAX_BYTES = 4096,
    HEADS_MAX = 64 << 10, /* header blocks of one entry */
};

#define SIZE_LIMIT ((uint64_t)1 << 33) /* what eleven octal digits hold */

struct ms_tar {
    char *dir;
    struct ms_tar_entry *v;
    size_t n, cap;
    size_t next;       /* entry whose header comes next */
    struct ms_buf out; /* header blocks and padding not yet given */
    int fd;            /* file being given */
    uint64_t left;     /* of it */
    bool ended;
    char *error;
};

/* One header (POSIX.1-1988, ustar interchange format). */
struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag;
    char linkname[100], magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8];
    char prefix[155], pad[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

static void octal(char *field, size_t size, uint64_t v)
{
    field[--size] = '\0';
    while (size) {
        field[--size] = (char)('0' + (v & 7));
        v >>= 3;
    }
}

static void pad(struct ms_buf *b)
{
    static const char zero[BLOCK];

    if (b->len % BLOCK) {
        ms_buf_add(b, zero, BLOCK - b->len % BLOCK);
    }
}

/* Add a header block. name and target are cut to their fields: pax records hold the whole. */
static void add_header(struct ms_buf *b, const char *name, const struct ms_tar_entry *e, char type,
                       uint64_t size)
{
    struct header h = {.magic = "ustar", .version = {'0', '0'}};
    const unsigned char *p = (const unsigned char *)&h;
    unsigned sum = 0;

    memcpy(h.name, name, strnlen(name, sizeof(h.name)));
    if (e->target && type == '2') {
        memcpy(h.linkname, e->target, strnlen(e->target, sizeof(h.linkname)));
    }
    octal(h.mode, sizeof(h.mode), e->mode);
    octal(h.uid, sizeof(h.uid), 0);
    octal(h.gid, sizeof(h.gid), 0);
    octal(h.size, sizeof(h.size), size);
    octal(h.mtime, sizeof(h.mtime), 0);
    h.typeflag = type;
    memset(h.chksum, ' ', sizeof(h.chksum));
    for (size_t i = 0; i < sizeof(h); i++) {
        sum += p[i];
    }
    octal(h.chksum, sizeof(h.chksum) - 1, sum);
    ms_buf_add(b, &h, sizeof(h));
}

/* "LENGTH key=value\n", where LENGTH counts itself (POSIX.1-2001, pax extended header). */
static void pax_record(struct ms_buf *b, const char *key, const char *value)
{
    size_t rest = strlen(key) + strlen(value) + 3, len = rest + 1, digits = 1;

    for (size_t limit = 10; len >= limit; limit *= 10) {
        digits++;
        len = rest + digits;
    }
    ms_buf_addf(b, "%zu %s=%s\n", len, key, value);
}

static void add_entry(struct ms_buf *b, const struct ms_tar_entry *e)
{
    ms_auto_free char *name = ms_xasprintf("%s%s", e->name, e->directory ? "/" : "");
    char type = e->directory ? '5' : e->target ? '2' : '0';
    ms_auto_buf struct ms_buf records = {0};

    ms_buf_init(&records, HEADS_MAX);
    if (strlen(name) > NAME_FIELD) {
        pax_record(&records, "path", name);
    }
    if (e->target && strlen(e->target) > NAME_FIELD) {
        pax_record(&records, "linkpath", e->target);
    }
    if (records.len) {
        struct ms_tar_entry head = {.mode = 0644};

        add_header(b, "pax-header", &head, 'x', records.len);
        ms_buf_add(b, records.p, records.len);
        pad(b);
    }
    add_header(b, name, e, type, e->size);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ms_tar_entry *)a)->name, ((const struct ms_tar_entry *)b)->name);
}

static int read_target(int dir, const char *name, struct ms_tar_entry *e)
{
    char text[LINK_MAX_BYTES];
    ssize_t n = readlinkat(dir, name, text, sizeof(text));

    if (n < 0 || (size_t)n == sizeof(text)) {
        return -1;
    }
    e->target = ms_xmemdup0(text, (size_t)n);
    e->mode = 0777;
    return 0;
}

static int list(struct ms_tar *t, int fd, const char *prefix, unsigned depth, struct ms_err *err);

/* Add what is at name in dir; path is its name in the archive. */
static int add_path(struct ms_tar *t, int dir, const char *name, const char *path, unsigned depth,
                    struct ms_err *err)
{
    ms_auto_free char *prefix = NULL;
    struct ms_tar_entry *e;
    struct stat st;
    int sub;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s/%s", t->dir, path);
    }
    if (t->n == MS_TAR_ENTRIES || depth > MS_TAR_DEPTH || (uint64_t)st.st_size >= SIZE_LIMIT) {
        return ms_err_set(err, MS_EINVAL, 0, "%s/%s: too many, too deep or too large", t->dir,
                          path);
    }
    t->v = ms_xgrow(t->v, t->n, &t->cap, sizeof(*t->v));
    e = &t->v[t->n++];
    *e = (struct ms_tar_entry){.name = ms_xstrdup(path), .mode = st.st_mode & 0100 ? 0755 : 0644};
    if (S_ISREG(st.st_mode)) {
        e->size = (uint64_t)st.st_size;
        return 0;
    }
    if (S_ISLNK(st.st_mode)) {
        return read_target(dir, name, e) < 0 ? ms_err_set(err, MS_EIO, errno, "%s/%s", t->dir, path)
                                             : 0;
    }
    if (!S_ISDIR(st.st_mode)) {
        return ms_err_set(err, MS_EINVAL, 0, "%s/%s: not a file, folder or link", t->dir, path);
    }
    e->directory = true;
    e->mode = 0755;
    sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (sub < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s/%s", t->dir, path);
    }
    prefix = ms_xasprintf("%s/", path);
    return list(t, sub, prefix, depth + 1, err);
}

/* Add what is in the folder; fd is taken over. */
static int list(struct ms_tar *t, int fd, const char *prefix, unsigned depth, struct ms_err *err)
{
    ms_auto_closedir DIR *d = fdopendir(fd);
    struct dirent *e;

    if (!d) {
        (void)close(fd);
        return ms_err_set(err, MS_EIO, errno, "%s/%s", t->dir, prefix);
    }
    while ((e = readdir(d))) {
        ms_auto_free char *path = ms_xasprintf("%s%s", prefix, e->d_name);

        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
            add_path(t, fd, e->d_name, path, depth, err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_tar_open(const char *dir, struct ms_tar **ret, struct ms_err *err)
{
    ms_cleanup(ms_tar_freep) struct ms_tar *t = ms_xcalloc(1, sizeof(*t));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    t->fd = -1;
    t->dir = ms_xstrdup(dir);
    ms_buf_init(&t->out, HEADS_MAX * 2);
    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", dir);
    }
    if (list(t, fd, "", 0, err) < 0) {
        return -1;
    }
    if (t->n) {
        qsort(t->v, t->n, sizeof(*t->v), by_name);
    }
    *ret = ms_steal(&t);
    return 0;
}

void ms_tar_free(struct ms_tar *t)
{
    if (!t) {
        return;
    }
    for (size_t i = 0; i < t->n; i++) {
        free(t->v[i].name);
        free(t->v[i].target);
    }
    free(t->v);
    if (t->fd >= 0) {
        (void)close(t->fd);
    }
    ms_buf_done(&t->out);
    free(t->dir);
    free(t->error);
    free(t);
}

const struct ms_tar_entry *ms_tar_entries(const struct ms_tar *t, size_t *ret_n)
{
    *ret_n = t->n;
    return t->v;
}

const char *ms_tar_error(const struct ms_tar *t)
{
    return t->error ? t->error : "";
}

static ssize_t fail(struct ms_tar *t, const char *name, const char *why)
{
    free(t->error);
    t->error = ms_xasprintf("%s/%s: %s", t->dir, name, why);
    return -1;
}

static int open_file(const struct ms_tar *t, const struct ms_tar_entry *e)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", t->dir, e->name);

    return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Prepare what comes next: a header, or the end. */
static int advance(struct ms_tar *t)
{
    const struct ms_tar_entry *e = &t->v[t->next];

    if (t->next == t->n) {
        static const char end[2 * BLOCK];

        ms_buf_add(&t->out, end, sizeof(end));
        t->ended = true;
        return 0;
    }
    t->next++;
    add_entry(&t->out, e);
    if (e->size) {
        t->fd = open_file(t, e);
        t->left = e->size;
    }
    return e->size && t->fd < 0 ? (int)fail(t, e->name, strerrordesc_np(errno)) : 0;
}

/* Give file content; at its end the padding is put into out. */
static ssize_t give_file(struct ms_tar *t, char *buf, size_t cap)
{
    static const char zero[BLOCK];
    const struct ms_tar_entry *e = &t->v[t->next - 1];
    ssize_t n;

    do {
        n = read(t->fd, buf, cap < t->left ? cap : t->left);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return fail(t, e->name, n ? strerrordesc_np(errno) : "the file has shrunk");
    }
    t->left -= (uint64_t)n;
    if (!t->left) {
        (void)close(t->fd);
        t->fd = -1;
        ms_buf_add(&t->out, zero, (BLOCK - e->size % BLOCK) % BLOCK);
    }
    return n;
}

ssize_t ms_tar_read(void *tar, char *buf, size_t cap)
{
    struct ms_tar *t = tar;
    size_t n;

    if (t->error) {
        return -1;
    }
    if (!t->out.len && t->fd >= 0) {
        return give_file(t, buf, cap);
    }
    if (!t->out.len && !t->ended && advance(t) < 0) {
        return -1;
    }
    n = t->out.len < cap ? t->out.len : cap;
    memcpy(buf, t->out.p, n);
    ms_buf_drop(&t->out, n);
    return (ssize_t)n;
}

static int hash_file(struct ms_hash *h, const struct ms_tar *t, const struct ms_tar_entry *e,
                     struct ms_err *err)
{
    ms_auto_close int fd = open_file(t, e);
    uint64_t total = 0;
    char chunk[65536];
    ssize_t n = -1;

    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s/%s", t->dir, e->name);
    }
    ms_hash_add(h, &e->size, sizeof(e->size));
    while (total < e->size && (n = read(fd, chunk, sizeof(chunk))) > 0) {
        ms_hash_add(h, chunk, (size_t)n);
        total += (uint64_t)n;
    }
    return total == e->size ? 0
                            : ms_err_set(err, MS_EIO, n < 0 ? errno : 0,
                                         "%s/%s: changed while it was read", t->dir, e->name);
}

int ms_tar_hash(const struct ms_tar *t, char out[65], struct ms_err *err)
{
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();

    for (size_t i = 0; i < t->n; i++) {
        const struct ms_tar_entry *e = &t->v[i];
        ms_auto_free char *kind = ms_xasprintf("%s %o",
                                               e->directory ? "folder"
                                               : e->target  ? "link"
                                                            : "file",
                                               e->mode);

        ms_hash_adds(h, e->name);
        ms_hash_adds(h, kind);
        ms_hash_adds(h, e->target ? e->target : "");
        if (!e->directory && !e->target && hash_file(h, t, e, err) < 0) {
            return -1;
        }
    }
    ms_hash_end(h, out);
    return 0;
}
