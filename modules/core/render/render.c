/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/render/render.h"

#include <string.h>
#include <sys/stat.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/pki.h"
#include "modules/core/render/render_priv.h"

enum { TEMPLATE_MAX = 1 << 20, SOURCE_MAX = 4 << 20, MAX_DEPTH = 6 };

static int put_secret(const struct ms_render_input *in, json_t *obj, const char *service,
                      const char *name, struct ms_err *err)
{
    ms_cleanup(ms_secret_freep) char *text = in->secret(in->secret_arg, service, name, err);

    if (!text) {
        return ms_err_wrap(err, "secret %s of %s", name, service);
    }
    (void)json_object_set_new(obj, name, json_string(text));
    return 0;
}

/* secret.<service>.<name> for every service, and database.users for those with grants. */
static int add_secrets(const struct ms_render_input *in, json_t *data, struct ms_err *err)
{
    json_t *all = json_object(), *users = json_array();

    (void)json_object_set_new(data, "secret", all);
    (void)json_object_set_new(
        data, "database",
        json_pack("{s:s,s:s,s:o}", "name", "mailstead", "admin", "mailstead", "users", users));
    for (size_t i = 0; i < in->stack->n_services; i++) {
        const struct ms_service *v = &in->stack->services[i];
        json_t *mine = json_object();

        (void)json_object_set_new(all, v->name, mine);
        for (size_t k = 0; v->secrets[k]; k++) {
            if (put_secret(in, mine, v->name, v->secrets[k], err) < 0) {
                return -1;
            }
        }
        if (v->grants[0]) {
            if (put_secret(in, mine, v->name, "database", err) < 0) {
                return -1;
            }
            (void)json_array_append_new(users, json_pack("{s:s,s:O}", "user", v->name, "password",
                                                         json_object_get(mine, "database")));
        }
    }
    return 0;
}

/* The partials of one component, read when asked for and kept until the rendering ends. */
struct partials {
    const char *dir;
    struct ms_arena *arena;
};

static const char *partial(void *arg, const char *name)
{
    struct partials *p = arg;
    ms_auto_free char *path = ms_xasprintf("%s/%s.mustache", p->dir, name);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf text;

    ms_buf_init(&text, TEMPLATE_MAX);
    if (strchr(name, '/') || ms_fs_read(path, &text, &err) < 0) {
        return NULL;
    }
    return ms_arena_memdup0(p->arena, text.p, text.len);
}

static int render_file(const struct ms_render_input *in, const json_t *data,
                       const struct ms_service *v, const struct ms_file_spec *f, struct ms_tree *t,
                       struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    const char *dir =
        ms_arena_printf(arena, "%s/modules/%s/templates", in->paths->data, v->component);
    const char *path = ms_arena_printf(arena, "%s/%s.mustache", dir, f->name);
    struct partials parts = {.dir = dir, .arena = arena};
    struct ms_template_opts opts = {.syntax = f->syntax,
                                    .strict = true,
                                    .name = ms_arena_printf(arena, "%s/%s", v->component, f->name),
                                    .partial = partial,
                                    .partial_arg = &parts};
    ms_auto_buf struct ms_buf text, out;
    size_t size;

    ms_buf_init(&text, TEMPLATE_MAX);
    ms_buf_init(&out, MS_RENDER_FILE_MAX);
    if (ms_fs_read(path, &text, err) < 0 ||
        ms_template_render(text.p, text.len, data, &opts, &out, err) < 0) {
        return -1;
    }
    if (out.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: larger than %d bytes", opts.name,
                          MS_RENDER_FILE_MAX);
    }
    size = out.len;
    ms_tree_add(t, v->name, f->name, ms_buf_steal(&out), size, f);
    return 0;
}

/* What is being copied for one file specification. */
struct copy {
    const struct ms_render_input *in;
    const struct ms_service *v;
    const struct ms_file_spec *f;
    struct ms_tree *t;
};

static int copy_path(const struct copy *c, const char *path, const char *name, unsigned depth,
                     struct ms_err *err);

static int copy_dir(const struct copy *c, const char *path, const char *name, unsigned depth,
                    struct ms_err *err)
{
    struct dirent **list = NULL;
    int n = scandir(path, &list, NULL, alphasort), r = 0;

    for (int i = 0; i < n; i++) {
        if (r == 0 && list[i]->d_name[0] != '.') {
            ms_auto_free char *sub = ms_xasprintf("%s/%s", path, list[i]->d_name);
            ms_auto_free char *sub_name = ms_xasprintf("%s/%s", name, list[i]->d_name);

            r = copy_path(c, sub, sub_name, depth + 1, err);
        }
        free(list[i]);
    }
    free(list);
    return r;
}

static int copy_path(const struct copy *c, const char *path, const char *name, unsigned depth,
                     struct ms_err *err)
{
    struct stat st;
    ms_auto_buf struct ms_buf bytes;
    size_t size;

    ms_buf_init(&bytes, SOURCE_MAX);
    if (stat(path, &st) < 0) {
        bool folder = c->f->source[strlen(c->f->source) - 1] == '/'; /* may not exist yet */

        if (c->in->draft || folder) {
            return 0;
        }
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", path);
    }
    if (S_ISDIR(st.st_mode)) {
        return depth < MAX_DEPTH ? copy_dir(c, path, name, depth, err) : 0;
    }
    if (ms_fs_read(path, &bytes, err) < 0) {
        return -1;
    }
    size = bytes.len;
    ms_tree_add(c->t, c->v->name, name, ms_buf_steal(&bytes), size, c->f);
    return 0;
}

static int service(const struct ms_render_input *in, const json_t *data, const struct ms_service *v,
                   struct ms_tree *t, struct ms_err *err)
{
    size_t first_file = t->n;

    for (size_t i = 0; i < v->n_files; i++) {
        const struct ms_file_spec *f = &v->files[i];
        struct copy c = {.in = in, .v = v, .f = f, .t = t};
        ms_auto_free char *path = NULL;
        int r;

        if (f->source) {
            path = ms_xasprintf("%s/%s", in->paths->state, f->source);
            r = copy_path(&c, path, f->name, 0, err);
        } else {
            r = render_file(in, data, v, f, t, err);
        }
        if (r < 0) {
            return -1;
        }
    }
    return ms_render_overrides(in, v, t, first_file, err);
}

int ms_render(const struct ms_render_input *in, struct ms_tree *ret, struct ms_err *err)
{
    ms_cleanup(ms_tree_done) struct ms_tree t = {0};
    ms_auto_json json_t *data = json_copy(in->stack->vars);
    int r = 0;

    (void)json_object_update(data, (json_t *)in->extra);
    r = add_secrets(in, data, err);
    for (size_t i = 0; r == 0 && i < in->stack->n_services; i++) {
        r = service(in, data, &in->stack->services[i], &t, err);
    }
    if (r == 0) {
        *ret = t;
        t = (struct ms_tree){0};
    }
    return r;
}
