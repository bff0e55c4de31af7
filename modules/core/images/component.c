/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/engine/docker_json.h"
#include "modules/core/engine/tar.h"
#include "modules/core/images/images.h"

enum { LINE_MAX_BYTES = 8192 };

/* Output of a build in pieces, made into lines. */
struct splitter {
    struct ms_buf line;
    ms_image_progress on_line;
    void *arg;
};

static int open_context(const char *data_dir, const char *component, struct ms_tar **ret,
                        struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/images/%s", data_dir, component);

    return ms_tar_open(dir, ret, err);
}

int ms_image_ref(const char *data_dir, const struct ms_site *site, const char *component,
                 char **ret, struct ms_err *err)
{
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();
    ms_cleanup(ms_tar_freep) struct ms_tar *t = NULL;
    ms_auto_free char *base = NULL;
    char text[MS_HASH_TEXT];

    if (ms_image_base_ref(data_dir, site, &base, err) < 0 ||
        open_context(data_dir, component, &t, err) < 0 || ms_tar_hash(t, text, err) < 0) {
        return ms_err_wrap(err, "image of %s", component);
    }
    ms_hash_adds(h, base);
    ms_hash_adds(h, text);
    ms_hash_end(h, text);
    *ret = ms_xasprintf(MS_IMAGE_PREFIX "%s:%.12s", component, text);
    return 0;
}

static int on_output(void *arg, int stream, const char *p, size_t n)
{
    struct splitter *s = arg;

    (void)stream;
    for (; n; p++, n--) {
        if (*p != '\n' && *p != '\r' && !s->line.too_big) {
            ms_buf_addc(&s->line, *p);
        } else if (*p == '\n' && s->line.len && s->on_line) {
            s->on_line(s->arg, s->line.p);
        }
        if (*p == '\n') {
            ms_buf_reset(&s->line);
        }
    }
    return 0;
}

int ms_image_build(const struct ms_image_job *j, const char *component, struct ms_err *err)
{
    struct splitter out = {.on_line = j->on_line, .arg = j->arg};
    ms_cleanup(ms_tar_freep) struct ms_tar *t = NULL;
    ms_auto_free char *base = NULL, *ref = NULL;
    ms_auto_json json_t *labels = NULL, *args = NULL;
    int r;

    if (ms_image_base_ref(j->data_dir, j->site, &base, err) < 0 ||
        ms_image_ref(j->data_dir, j->site, component, &ref, err) < 0) {
        return -1;
    }
    r = j->engine->ops->image_find(j->engine->impl, ref, NULL, err);
    if (r) {
        return r < 0 ? -1 : 0;
    }
    if (open_context(j->data_dir, component, &t, err) < 0) {
        return ms_err_wrap(err, "image of %s", component);
    }
    labels = json_pack("{s:s}", MS_LABEL_COMPONENT, component);
    args = json_pack("{s:s}", "BASE", base);
    ms_buf_init(&out.line, LINE_MAX_BYTES);
    r = j->engine->ops->image_build(j->engine->impl, ref, labels, args, ms_tar_read, t, on_output,
                                    &out, err);
    ms_buf_done(&out.line);
    if (r < 0 && *ms_tar_error(t)) {
        ms_err_done(err);
        r = ms_err_set(err, MS_EIO, 0, "%s", ms_tar_error(t));
    }
    return r < 0 ? ms_err_wrap(err, "image of %s", component) : 0;
}
