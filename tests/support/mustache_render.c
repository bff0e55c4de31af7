/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renders a Mustache template as the public specification says: HTML escaping, missing names are
 * empty. For the specification's own tests. Partials are read when they are first used and live
 * until the end.
 *
 *     mustache-render TEMPLATE.mustache DATA.json [--partials DIR]
 *
 * Exit status: 0 done, 1 the template or the data has an error, 2 wrong usage.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/fs.h"
#include "modules/core/template/template.h"

enum { FILE_MAX = 64 << 20 };

struct partials {
    const char *dir;
    struct ms_arena *arena;
};

struct args {
    const char *template, *data, *partials;
};

static const char *read_partial(void *arg, const char *name)
{
    struct partials *p = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b;
    char *path;

    ms_buf_init(&b, FILE_MAX);
    if (!p->dir) {
        return NULL;
    }
    path = ms_arena_printf(p->arena, "%s/%s.mustache", p->dir, name);
    if (!ms_fs_exists(path) || ms_fs_read(path, &b, &err) < 0) {
        return NULL;
    }
    return ms_arena_memdup0(p->arena, b.p, b.len);
}

static int parse_args(int argc, char **argv, struct args *a)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--partials") == 0 && i + 1 < argc && !a->partials) {
            a->partials = argv[++i];
        } else if (argv[i][0] == '-' && argv[i][1] == '-') {
            return -1;
        } else if (!a->template) {
            a->template = argv[i];
        } else if (!a->data) {
            a->data = argv[i];
        } else {
            return -1;
        }
    }
    return a->data ? 0 : -1;
}

static int render(const struct args *a, struct ms_buf *out, struct ms_err *err)
{
    struct ms_arena *arena ms_cleanup(ms_arena_freep) = ms_arena_new();
    struct partials partials = {a->partials, arena};
    struct ms_template_opts opts = {.syntax = MS_SYNTAX_HTML,
                                    .name = a->template,
                                    .partial = read_partial,
                                    .partial_arg = &partials};
    ms_auto_buf struct ms_buf text;
    json_error_t je;
    json_t *data;
    int rc;

    ms_buf_init(&text, FILE_MAX);
    if (ms_fs_read(a->template, &text, err) < 0) {
        return -1;
    }
    data = json_load_file(a->data, JSON_DECODE_ANY, &je);
    if (!data) {
        return ms_err_set(err, MS_EINVAL, 0, "%s:%d: %s", a->data, je.line, je.text);
    }
    rc = ms_template_render(text.p, text.len, data, &opts, out, err);
    json_decref(data);
    return rc;
}

int main(int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;
    struct args a = {NULL, NULL, NULL};

    ms_buf_init(&out, FILE_MAX);
    if (parse_args(argc, argv, &a) < 0) {
        (void)fputs("usage: mustache-render TEMPLATE.mustache DATA.json [--partials DIR]\n",
                    stderr);
        return 2;
    }
    if (render(&a, &out, &err) < 0) {
        (void)fprintf(stderr, "%s\n", ms_err_msg(&err));
        return 1;
    }
    if (fwrite(out.p, 1, out.len, stdout) != out.len || fflush(stdout) != 0) {
        perror("standard output");
        return 1;
    }
    return 0;
}
