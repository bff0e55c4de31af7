/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parse a text for a test: the arena and the diagnostics are the caller's.
 */
#ifndef MS_TESTS_FIXTURE_YAML_H
#define MS_TESTS_FIXTURE_YAML_H

#include <string.h>

#include "modules/core/yaml/tree.h"

struct yaml_fixture {
    struct ms_arena *arena;
    struct ms_diags d;
    struct ms_node *root;
    int r;
};

static inline ms_unused void yaml_open(struct yaml_fixture *f, const char *text, size_t size,
                                       const struct ms_yaml_limits *limits)
{
    f->arena = ms_arena_new();
    f->root = NULL;
    ms_diags_init(&f->d, 0);
    f->r = ms_yaml_parse(f->arena, &(struct ms_yaml_text){"t.yaml", text, size}, limits, &f->d,
                         &f->root);
}

static inline ms_unused void yaml_close(struct yaml_fixture *f)
{
    ms_diags_done(&f->d);
    ms_arena_free(f->arena);
}

#endif
