/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/stack/stack_priv.h"
#include "modules/core/yaml/tree.h"

enum { FRAGMENT_MAX = 1 << 20 };

static int parse(const char *name, const struct ms_buf *text, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_diags struct ms_diags d;
    struct ms_node *root = NULL;

    ms_diags_init(&d, 1);
    if (ms_yaml_parse(a, &(struct ms_yaml_text){name, text->p, text->len}, NULL, &d, &root) < 0) {
        const struct ms_diag *x = d.v;

        return ms_err_set(err, MS_EINVAL, 0, "%s:%u:%u: %s", x->file, x->line, x->col, x->text);
    }
    if (root && !ms_node_is_null(root) && root->kind != MS_NODE_MAPPING) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: not a mapping", name);
    }
    *ret = root && !ms_node_is_null(root) ? ms_node_to_json(root) : json_object();
    return 0;
}

int ms_stack_fragment(const char *data_dir, const char *component, const json_t *vars, bool strict,
                      json_t **ret, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/compose/%s.yaml", data_dir, component);
    ms_auto_free char *name = ms_xasprintf("compose/%s.yaml", component);
    struct ms_template_opts opts = {.syntax = MS_SYNTAX_YAML, .strict = strict, .name = name};
    ms_auto_buf struct ms_buf text, out;

    ms_buf_init(&text, FRAGMENT_MAX);
    ms_buf_init(&out, FRAGMENT_MAX);
    if (ms_fs_read(path, &text, err) < 0) {
        return -1;
    }
    if (ms_template_render(text.p, text.len, vars, &opts, &out, err) < 0) {
        return -1;
    }
    if (out.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: larger than 1 MiB", name);
    }
    return parse(name, &out, ret, err);
}

void ms_stack_json_hash(const json_t *j, char out[MS_HASH_TEXT])
{
    ms_auto_free char *text = json_dumps(j, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);

    ms_hash_bytes(text ? text : "", text ? strlen(text) : 0, out);
}
