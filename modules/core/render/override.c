/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/render/render_priv.h"

enum { MAX_DEPTH = 4, OVERRIDE_MAX = 4 << 20 };

/* The name a main.cf line sets ("name = value"), as a slice; 0 when the line sets none. */
static size_t parameter(const char *line)
{
    size_t n = 0;

    while (isalnum((unsigned char)line[n]) || line[n] == '_') {
        n++;
    }
    if (!n) {
        return 0;
    }
    return line[n + strspn(line + n, " \t")] == '=' ? n : 0;
}

static bool sets(const char *text, const char *name, size_t n)
{
    for (const char *line = text; line && *line;
         line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
        if (parameter(line) == n && !strncmp(line, name, n)) {
            return true;
        }
    }
    return false;
}

void ms_render_merge_main_cf(const char *base, const char *override, struct ms_buf *out)
{
    bool skipping = false;

    for (const char *line = base; *line;) {
        const char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) + 1 : strlen(line);
        size_t name = parameter(line);

        if (name) {
            skipping = sets(override, line, name);
        } else if (*line == '#' || *line == '\n') {
            skipping = skipping && *line != '\n';
        }
        if (!skipping) {
            ms_buf_add(out, line, len);
        }
        line += len;
    }
    ms_buf_adds(out, override);
}

struct walk {
    const struct ms_service *v;
    struct ms_tree *t;
    size_t first_file;
    const char *dir;
};

static struct ms_tree_file *find(const struct walk *w, const char *name)
{
    for (size_t i = w->first_file; i < w->t->n; i++) {
        if (!strcmp(w->t->v[i].name, name)) {
            return &w->t->v[i];
        }
    }
    return NULL;
}

static const struct ms_file_spec *spec_of(const struct ms_service *v, const char *name)
{
    for (size_t i = 0; i < v->n_files; i++) {
        if (!v->files[i].source && !strcmp(v->files[i].name, name)) {
            return &v->files[i];
        }
    }
    return NULL; /* a copied file */
}

static void tell(const struct walk *w, const char *name, const char *what)
{
    struct ms_tree *t = w->t;

    t->overrides = ms_xgrow(t->overrides, t->n_overrides, &t->cap_overrides, sizeof(*t->overrides));
    t->overrides[t->n_overrides++] =
        ms_xasprintf("override: overrides/%s/%s is %s", w->v->component, name, what);
}

/* Append the override text to a rendered file; the file's place in the tree stays. */
static void append(const struct walk *w, struct ms_tree_file *f, const struct ms_buf *text)
{
    struct ms_file_spec spec = {.mode = f->mode, .uid = f->uid, .gid = f->gid, .change = f->change};
    struct ms_tree one = {0};
    struct ms_buf out;
    size_t size;

    ms_buf_init(&out, MS_RENDER_FILE_MAX);
    if (spec_of(w->v, f->name)->syntax == MS_SYNTAX_POSTFIX_MAIN) {
        ms_render_merge_main_cf(f->bytes, text->p, &out);
    } else {
        ms_buf_add(&out, f->bytes, f->size);
        ms_buf_add(&out, text->p, text->len);
    }
    size = out.len;
    ms_tree_add(&one, f->service, f->name, ms_buf_steal(&out), size, &spec);
    explicit_bzero(f->bytes, f->size);
    free(f->bytes);
    free(f->name);
    *f = one.v[0];
    free(one.v);
}

static int take(const struct walk *w, const char *name, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", w->dir, name);
    struct ms_tree_file *f = find(w, name);
    struct ms_file_spec spec = {.mode = 0644, .change = MS_CHANGE_RESTART};
    ms_auto_free char *local = ms_xasprintf("local/%s", name);
    ms_auto_buf struct ms_buf text;
    size_t size;

    ms_buf_init(&text, OVERRIDE_MAX);
    if (ms_fs_read(path, &text, err) < 0) {
        return ms_err_wrap(err, "override");
    }
    if (memchr(text.p, '\0', text.len)) {
        return ms_err_set(err, MS_EINVAL, 0, "override %s: has a NUL byte", path);
    }
    if (f && !spec_of(w->v, name)) {
        return ms_err_set(
            err, MS_EINVAL, 0,
            "override %s: that file is a key or certificate, nothing can be added to it", path);
    }
    if (f) {
        append(w, f, &text);
        tell(w, name, "added to the rendered file");
        return 0;
    }
    size = text.len;
    tell(w, name, "included as it is");
    ms_tree_add(w->t, w->v->name, local, ms_buf_steal(&text), size, &spec);
    return 0;
}

static int walk_dir(const struct walk *w, const char *prefix, unsigned depth, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", w->dir, prefix);
    struct dirent **list = NULL;
    int n = scandir(path, &list, NULL, alphasort), r = 0;

    for (int i = 0; i < n; i++) {
        const char *base = list[i]->d_name;
        ms_auto_free char *name = ms_xasprintf("%s%s%s", prefix, *prefix ? "/" : "", base);
        ms_auto_free char *full = ms_xasprintf("%s/%s", w->dir, name);
        struct stat st;

        if (r == 0 && *base != '.' && base[strlen(base) - 1] != '~' && stat(full, &st) == 0) {
            if (S_ISREG(st.st_mode)) {
                r = take(w, name, err);
            } else if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
                r = walk_dir(w, name, depth + 1, err);
            }
        }
        free(list[i]);
    }
    free(list);
    return r;
}

int ms_render_overrides(const struct ms_render_input *in, const struct ms_service *v,
                        struct ms_tree *t, size_t first_file, struct ms_err *err)
{
    const char *slash = strrchr(in->paths->site, '/');
    ms_auto_free char *dir = NULL;
    struct walk w = {.v = v, .t = t, .first_file = first_file};

    if (!slash) {
        return 0;
    }
    dir = ms_xasprintf("%.*s/overrides/%s", (int)(slash - in->paths->site), in->paths->site,
                       v->component);
    w.dir = dir;
    return ms_fs_exists(dir) ? walk_dir(&w, "", 0, err) : 0;
}
