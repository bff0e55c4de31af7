/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML 1.1 text (libyaml) as a small tree whose nodes know their line and column. One document.
 * Limits are in the parser; duplicate keys, aliases and anchors, non-string keys and custom tags
 * are errors. The tree lives in the caller's arena. Used for site.yaml and the Compose fragments.
 */
#ifndef MS_YAML_TREE_H
#define MS_YAML_TREE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/diag.h"
#include "modules/core/base/err.h"

enum ms_node_kind { MS_NODE_SCALAR, MS_NODE_SEQUENCE, MS_NODE_MAPPING };

struct ms_node {
    enum ms_node_kind kind;
    struct ms_loc loc;     /* where the node starts */
    const char *key;       /* its key when it is a member of a mapping, else NULL */
    struct ms_loc key_loc; /* where that key stands */
    const char *text;      /* scalar: its value, NUL-terminated; NUL bytes inside are refused */
    bool plain;         /* scalar: written without quotes, so it may be a number, boolean or null */
    struct ms_node **v; /* members or items, in the order of the file */
    size_t n;
    struct ms_node **by_key; /* mapping with many members: the members ordered by key, else NULL */
};

struct ms_yaml_limits {
    size_t max_bytes;   /* 0: 32 MiB */
    unsigned max_depth; /* 0: 32 */
    size_t max_nodes;   /* 0: 2,000,000 */
};

/* A text to parse; all is only borrowed. */
struct ms_yaml_text {
    const char *name; /* for the places in messages: a file, or the key of an option */
    const char *p;    /* size bytes, no NUL needed */
    size_t size;
};

/* Parse the text. Problems go to d (the parse stops at the first syntax error, but reports all
 * duplicate keys). *ret gets the root, NULL for an empty document. Returns 0, or -1 when d holds an
 * error of this text: *ret is then set only if the text was read to its end all the same (duplicate
 * keys, anchors, tags), for a caller that looks for further problems; else it is untouched. limits
 * NULL: the defaults. The text is only borrowed; loc.file is a copy in the arena. */
int ms_yaml_parse(struct ms_arena *a, const struct ms_yaml_text *text,
                  const struct ms_yaml_limits *limits, struct ms_diags *d, struct ms_node **ret)
    ms_must_use;

/* The member of a mapping with that key, else NULL (also when n is not a mapping). */
const struct ms_node *ms_node_get(const struct ms_node *n, const char *key);

/* Whether it is null: an empty or plain "null" or "~" scalar. */
bool ms_node_is_null(const struct ms_node *n);

/* The tree as JSON, as the YAML 1.2 core schema reads plain scalars (true/false, null, integers,
 * floats; all else strings; YAML 1.1 yes/no/on/off stay strings). The caller owns the reference. */
json_t *ms_node_to_json(const struct ms_node *n) ms_must_use;

/* Append the JSON value as YAML block text (libyaml's emitter), keys in their order. Strings that
 * could be read as something else are quoted: ms_yaml_parse + ms_node_to_json gives the same value
 * back. */
int ms_yaml_emit(const json_t *j, struct ms_buf *out, struct ms_err *err) ms_must_use;

#endif
