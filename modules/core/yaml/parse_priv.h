/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of one parse: tree.c feeds libyaml's events to events.c, which builds the tree.
 */
#ifndef MS_YAML_PARSE_PRIV_H
#define MS_YAML_PARSE_PRIV_H

#include <yaml.h>

#include "modules/core/yaml/tree.h"

/* A mapping or sequence that is still open. */
struct ms_yaml_frame {
    struct ms_node *node;
    struct ms_node **v; /* malloced while it grows, moved to the arena at the end */
    size_t n, cap;
    const char *key; /* mapping: the key that waits for its value */
    struct ms_loc key_loc;
};

struct ms_yaml_state {
    struct ms_arena *a;
    struct ms_diags *d;
    struct ms_yaml_limits lim;
    const char *file;
    struct ms_yaml_frame *frames; /* lim.max_depth of them */
    unsigned depth;
    unsigned documents;
    size_t nodes;
    struct ms_node *root;
    bool stop;
    bool broken; /* the text was not read to its end */
};

/* The place of a libyaml mark. */
struct ms_loc ms_yaml_where(const struct ms_yaml_state *p, const yaml_mark_t *m);

/* Take in one event; problems go to p->d. */
void ms_yaml_on_event(struct ms_yaml_state *p, const yaml_event_t *ev);

#endif
