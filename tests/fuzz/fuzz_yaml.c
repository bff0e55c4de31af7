/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes through the YAML parser. What it accepts, written by the emitter, reads back equal.
 */
#include <assert.h>
#include <stdint.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/yaml/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const json_t *j)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_arena *a = ms_arena_new();
    struct ms_node *root = NULL;
    ms_auto_json json_t *back = NULL;
    ms_auto_diags struct ms_diags d;
    ms_auto_buf struct ms_buf b;
    int r;

    ms_diags_init(&d, 10);
    ms_buf_init(&b, 64u << 20);
    r = ms_yaml_emit(j, &b, &err);
    assert(r == 0);
    r = ms_yaml_parse(a, &(struct ms_yaml_text){"again", b.p, b.len},
                      &(struct ms_yaml_limits){.max_bytes = b.len + 1}, &d, &root);
    assert(r == 0 && root);
    back = ms_node_to_json(root);
    r = json_equal((json_t *)(uintptr_t)j, back);
    assert(r);
    ms_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ms_arena *a = ms_arena_new();
    struct ms_node *root = NULL;
    ms_auto_diags struct ms_diags d;
    int r;

    ms_diags_init(&d, 10);
    r = ms_yaml_parse(a, &(struct ms_yaml_text){"fuzz", (const char *)data, size}, NULL, &d, &root);
    assert((r == 0) == (d.n_errors == 0));
    if (r == 0 && root) {
        ms_auto_json json_t *j = ms_node_to_json(root);

        round_trip(j);
    }
    ms_arena_free(a);
    return 0;
}
