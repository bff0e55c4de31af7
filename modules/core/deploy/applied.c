/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

enum { RECORD_MAX = 4 << 20 };

void ms_applied_done(struct ms_applied *a)
{
    json_decref(a->compose);
    json_decref(a->files);
    *a = (struct ms_applied){0};
}

void ms_applied_read(const char *state, const char *service, struct ms_applied *ret)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/%s.json", state, service);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *j = NULL;
    ms_auto_buf struct ms_buf text;

    *ret = (struct ms_applied){.pending = true};
    ms_buf_init(&text, RECORD_MAX);
    if (ms_fs_read(path, &text, &err) < 0) {
        return;
    }
    j = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, NULL);
    ret->compose = json_incref(json_object_get(j, "compose"));
    ret->files = json_incref(json_object_get(j, "files"));
    ret->pending = !json_is_false(json_object_get(j, "pending"));
}

int ms_applied_write(const struct ms_run *r, const struct ms_service *v, bool pending,
                     struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/%s.json", r->d->paths->state, v->name);
    ms_auto_json json_t *j = json_object();
    json_t *files = json_object();
    ms_auto_free char *text = NULL;
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};

    for (size_t i = 0; i < r->tree.n; i++) {
        if (!strcmp(r->tree.v[i].service, v->name)) {
            (void)json_object_set_new(files, r->tree.v[i].name, json_string(r->tree.v[i].sha256));
        }
    }
    (void)json_object_set_new(j, "pending", json_boolean(pending));
    (void)json_object_set_new(j, "files", files);
    (void)json_object_set(j, "compose", v->compose);
    text = json_dumps(j, JSON_INDENT(1));
    return ms_fs_write_atomic(path, text, strlen(text), attr, err);
}
