/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

enum { NAMED = 3 }; /* changed files that a reason names */

struct changes {
    struct ms_arena *a;
    const char *names;
    unsigned n;
    enum ms_change worst;
};

static void note(struct changes *c, const char *name, const char *what, enum ms_change change)
{
    if (c->n < NAMED) {
        c->names = ms_arena_printf(c->a, "%s%s%s%s", c->names, c->n ? ", " : "", name, what);
    }
    c->n++;
    if (change > c->worst) {
        c->worst = change;
    }
}

/* Whether the file on disk holds the wanted bytes. */
static bool same_on_disk(const struct ms_run *r, const struct ms_tree_file *f)
{
    ms_auto_free char *path =
        ms_xasprintf("%s/config/%s/%s", r->d->paths->state, f->service, f->name);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, f->size + 1);
    return ms_fs_read(path, &b, &err) == 0 && b.len == f->size && !memcmp(b.p, f->bytes, f->size);
}

static const struct ms_tree_file *wanted(const struct ms_run *r, const char *service,
                                         const char *name)
{
    for (size_t i = 0; i < r->tree.n; i++) {
        if (!strcmp(r->tree.v[i].service, service) && !strcmp(r->tree.v[i].name, name)) {
            return &r->tree.v[i];
        }
    }
    return NULL;
}

enum ms_change ms_plan_files(const struct ms_run *r, const struct ms_service *v,
                             const struct ms_applied *have, struct ms_arena *a, const char **why)
{
    struct changes c = {.a = a, .names = "", .worst = MS_CHANGE_NONE};
    const char *name;
    json_t *hash;

    for (size_t i = 0; i < r->tree.n; i++) {
        const struct ms_tree_file *f = &r->tree.v[i];
        const char *known;

        if (strcmp(f->service, v->name) != 0) {
            continue;
        }
        known = json_string_value(json_object_get(have->files, f->name));
        if (!known || strcmp(known, f->sha256) != 0) {
            note(&c, f->name, known ? "" : " (new)", f->change);
        } else if (!same_on_disk(r, f)) {
            note(&c, f->name, " (was changed by hand)", f->change);
        }
    }
    json_object_foreach(have->files, name, hash)
    {
        if (!wanted(r, v->name, name)) {
            note(&c, name, " (gone)",
                 strncmp(name, "local/", 6) ? MS_CHANGE_RELOAD : MS_CHANGE_RESTART);
        }
    }
    if (c.n > NAMED) {
        c.names = ms_arena_printf(a, "%s and %u more", c.names, c.n - NAMED);
    }
    *why = ms_arena_printf(a, "%s changed", c.names);
    return c.worst;
}
