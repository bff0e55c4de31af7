/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/engine/docker_json.h"
#include "modules/core/engine/fake_priv.h"

static struct ms_fake_object *find(struct ms_fake_object *v, const char *name)
{
    for (size_t i = 0; i < FAKE_OBJECTS; i++) {
        if (name ? v[i].used && !strcmp(v[i].name, name) : !v[i].used) {
            return &v[i];
        }
    }
    return NULL;
}

static struct ms_engine_object *copy_all(const struct ms_fake_object *v, const char *project,
                                         size_t *ret_n)
{
    struct ms_engine_object *out = ms_xcalloc(FAKE_OBJECTS, sizeof(*out));

    for (size_t i = 0; i < FAKE_OBJECTS; i++) {
        if (v[i].used && !strcmp(v[i].project, project)) {
            out[*ret_n].name = ms_xstrdup(v[i].name);
            out[(*ret_n)++].spec_hash = ms_xstrdup(v[i].spec_hash);
        }
    }
    return out;
}

void ms_fake_objects(struct ms_fake *f, const char *project, struct ms_snapshot *s)
{
    s->networks = copy_all(f->networks, project, &s->n_networks);
    s->volumes = copy_all(f->volumes, project, &s->n_volumes);
}

/* Add an object; the table is held and released here. */
static int add(struct ms_fake *f, struct ms_fake_object *v, const char *project, const char *name,
               const char *spec_hash, struct ms_err *err)
{
    ms_auto_free char *full = ms_xasprintf("%s_%s", project, name);
    struct ms_fake_object *o = find(v, full) ? NULL : find(v, NULL);

    if (o) {
        *o = (struct ms_fake_object){.used = true};
        ms_fake_put(o->name, full);
        ms_fake_put(o->project, project);
        ms_fake_put(o->spec_hash, spec_hash);
    }
    ms_fake_unlock(f);
    return o ? 0 : ms_err_set(err, MS_EENGINE, 409, "%s exists already", full);
}

/* Remove an object; the table is held and released here. */
static int drop(struct ms_fake *f, struct ms_fake_object *v, const char *name, struct ms_err *err)
{
    struct ms_fake_object *o = find(v, name);

    if (o) {
        o->used = false;
    }
    ms_fake_unlock(f);
    return o ? 0 : ms_err_set(err, MS_ENOTFOUND, 404, "%s not found", name);
}

int ms_fake_network_create(void *impl, const char *project, const struct ms_network *n,
                           struct ms_err *err)
{
    struct ms_fake *f = impl;

    if (ms_fake_begin(f, "network_create", n->name, err) < 0) {
        return -1;
    }
    return add(f, f->networks, project, n->name, n->spec_hash, err);
}

int ms_fake_network_remove(void *impl, const char *name, struct ms_err *err)
{
    struct ms_fake *f = impl;

    return ms_fake_begin(f, "network_remove", name, err) < 0 ? -1 : drop(f, f->networks, name, err);
}

int ms_fake_volume_create(void *impl, const char *project, const char *name, struct ms_err *err)
{
    struct ms_fake *f = impl;
    ms_auto_free char *full = ms_xasprintf("%s_%s", project, name);

    if (ms_fake_begin(f, "volume_create", name, err) < 0) {
        return -1;
    }
    if (find(f->volumes, full)) { /* as Docker: nothing to do */
        ms_fake_unlock(f);
        return 0;
    }
    return add(f, f->volumes, project, name, "1", err);
}

int ms_fake_volume_remove(void *impl, const char *name, struct ms_err *err)
{
    struct ms_fake *f = impl;

    return ms_fake_begin(f, "volume_remove", name, err) < 0 ? -1 : drop(f, f->volumes, name, err);
}

static char *image_slot(struct ms_fake *f, const char *ref)
{
    for (size_t i = 0; i < FAKE_IMAGES; i++) {
        if (!strcmp(f->images[i], ref)) {
            return f->images[i];
        }
    }
    return NULL;
}

bool ms_fake_has_image(const struct ms_fake *f, const char *ref)
{
    return !f->some_images || image_slot((struct ms_fake *)f, ref);
}

/* Add an image; the table is held and released here. */
static int add_image(struct ms_fake *f, const char *ref, struct ms_err *err)
{
    char *slot = image_slot(f, ref);

    slot = slot ? slot : image_slot(f, "");
    if (slot) {
        ms_fake_put_text(slot, FAKE_NAME, ref);
    }
    ms_fake_unlock(f);
    return slot ? 0 : ms_err_set(err, MS_EENGINE, 500, "%s: too many images", ref);
}

int ms_fake_image_find(void *impl, const char *ref, char **ret_id, struct ms_err *err)
{
    struct ms_fake *f = impl;
    bool there;

    (void)err;
    ms_fake_lock(f);
    there = ms_fake_has_image(f, ref);
    ms_fake_unlock(f);
    if (there && ret_id) {
        *ret_id = ms_xasprintf("sha256:%s", ref);
    }
    return there;
}

int ms_fake_image_import(void *impl, const char *tar_path, const char *ref, struct ms_err *err)
{
    struct ms_fake *f = impl;

    if (ms_fake_begin(f, "image_import", ref, err) < 0) {
        return -1;
    }
    if (!ms_fs_exists(tar_path)) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_EIO, 0, "%s does not exist", tar_path);
    }
    return add_image(f, ref, err);
}

int ms_fake_image_build(void *impl, const char *ref, const json_t *labels, const json_t *args,
                        ms_engine_source source, void *source_arg, ms_engine_output on_output,
                        void *arg, struct ms_err *err)
{
    static const char line[] = "Step 1/1 : FROM fake\n";
    struct ms_fake *f = impl;
    char chunk[4096];
    ssize_t n;

    (void)labels;
    (void)args;
    while ((n = source(source_arg, chunk, sizeof(chunk))) > 0) {
    }
    if (n < 0) {
        return ms_err_set(err, MS_EIO, 0, "the data for the container engine cannot be read");
    }
    if (ms_fake_begin(f, "image_build", ref, err) < 0) {
        return -1;
    }
    if (add_image(f, ref, err) < 0) {
        return -1;
    }
    if (on_output) {
        (void)on_output(arg, 1, line, sizeof(line) - 1);
    }
    return 0;
}

int ms_fake_image_pull(void *impl, const char *ref, struct ms_err *err)
{
    struct ms_fake *f = impl;

    return ms_fake_begin(f, "image_pull", ref, err) < 0 ? -1 : add_image(f, ref, err);
}

int ms_fake_image_tag(void *impl, const char *ref, const char *new_ref, struct ms_err *err)
{
    struct ms_fake *f = impl;

    if (ms_fake_begin(f, "image_tag", new_ref, err) < 0) {
        return -1;
    }
    if (!ms_fake_has_image(f, ref)) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_ENOTFOUND, 404, "No such image: %s", ref);
    }
    return add_image(f, new_ref, err);
}

int ms_fake_image_remove(void *impl, const char *ref, struct ms_err *err)
{
    struct ms_fake *f = impl;
    char *slot;

    if (ms_fake_begin(f, "image_remove", ref, err) < 0) {
        return -1;
    }
    slot = image_slot(f, ref);
    if (slot) {
        *slot = '\0';
    }
    ms_fake_unlock(f);
    return slot || !f->some_images ? 0
                                   : ms_err_set(err, MS_ENOTFOUND, 404, "No such image: %s", ref);
}

int ms_fake_image_prune(void *impl, const char *const *keep, struct ms_err *err)
{
    struct ms_fake *f = impl;

    if (ms_fake_begin(f, "image_prune", "ours", err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < FAKE_IMAGES; i++) {
        bool kept = strncmp(f->images[i], MS_IMAGE_PREFIX, strlen(MS_IMAGE_PREFIX)) != 0;

        for (const char *const *k = keep; *k; k++) {
            kept = kept || !strcmp(*k, f->images[i]);
        }
        if (!kept) {
            *f->images[i] = '\0';
        }
    }
    ms_fake_unlock(f);
    return 0;
}
