/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/render/render_priv.h"

/* The folder of override files that every component's configuration may include; it always exists.
 */
#define LOCAL "local"

void ms_tree_done(struct ms_tree *t)
{
    for (size_t i = 0; i < t->n; i++) {
        explicit_bzero(t->v[i].bytes, t->v[i].size);
        free(t->v[i].bytes);
        free(t->v[i].name);
    }
    for (size_t i = 0; i < t->n_overrides; i++) {
        free(t->overrides[i]);
    }
    free(t->overrides);
    free(t->v);
    *t = (struct ms_tree){0};
}

void ms_tree_add(struct ms_tree *t, const char *service, const char *name, char *bytes, size_t size,
                 const struct ms_file_spec *spec)
{
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();
    struct ms_tree_file *f;

    t->v = ms_xgrow(t->v, t->n, &t->cap, sizeof(*t->v));
    f = &t->v[t->n++];
    *f = (struct ms_tree_file){.service = service,
                               .name = ms_xstrdup(name),
                               .bytes = bytes,
                               .size = size,
                               .mode = spec->mode,
                               .uid = spec->uid,
                               .gid = spec->gid,
                               .change = spec->change};
    ms_hash_add(h, bytes, size);
    ms_hash_add(h, &spec->mode, sizeof(spec->mode));
    ms_hash_add(h, &spec->uid, sizeof(spec->uid));
    ms_hash_add(h, &spec->gid, sizeof(spec->gid));
    ms_hash_end(h, f->sha256);
}

static bool has(const struct ms_tree *t, const char *service, const char *name, bool as_folder)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < t->n; i++) {
        const char *own = t->v[i].name;

        if (strcmp(t->v[i].service, service) != 0) {
            continue;
        }
        if (as_folder ? !strncmp(own, name, len) && own[len] == '/' : !strcmp(own, name)) {
            return true;
        }
    }
    return false;
}

/* Remove what is below dir/prefix and is not in the tree. The depth is that of our own names. */
static int prune(const struct ms_tree *t, const char *service, const char *dir, const char *prefix,
                 struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s%s%s", dir, *prefix ? "/" : "", prefix);
    ms_auto_closedir DIR *d = opendir(path);
    struct dirent *e;

    while (d && (e = readdir(d))) {
        ms_auto_free char *name = ms_xasprintf("%s%s%s", prefix, *prefix ? "/" : "", e->d_name);
        ms_auto_free char *full = ms_xasprintf("%s/%s", dir, name);
        int r = 0;

        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || has(t, service, name, false)) {
            continue;
        }
        r = has(t, service, name, true) || !strcmp(name, LOCAL) ? prune(t, service, dir, name, err)
                                                                : ms_fs_remove_tree(full, err);
        if (r < 0) {
            return -1;
        }
    }
    return 0;
}

static int write_file(const struct ms_tree_file *f, const char *dir, struct ms_err *err)
{
    bool root = geteuid() == 0;
    struct ms_fs_attr attr = {
        .mode = f->mode, .uid = root ? f->uid : (uid_t)-1, .gid = root ? f->gid : (gid_t)-1};
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, f->name);
    ms_auto_free char *parent = ms_xstrdup(path);
    mode_t old;
    int r;

    *strrchr(parent, '/') = '\0';
    old = umask(022);
    r = ms_fs_mkdir_p(parent, 0755, err);
    (void)umask(old);
    return r < 0 ? -1 : ms_fs_write_atomic(path, f->bytes, f->size, attr, err);
}

int ms_tree_write(const struct ms_tree *t, const char *service, const char *dir, struct ms_err *err)
{
    ms_auto_free char *local = ms_xasprintf("%s/" LOCAL, dir);
    mode_t old = umask(022);
    int r = ms_fs_mkdir_p(local, 0755, err);

    (void)umask(old);
    if (r < 0) {
        return -1;
    }
    for (size_t i = 0; i < t->n; i++) {
        if (!strcmp(t->v[i].service, service) && write_file(&t->v[i], dir, err) < 0) {
            return -1;
        }
    }
    return prune(t, service, dir, "", err);
}
