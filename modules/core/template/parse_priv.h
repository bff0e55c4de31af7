/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mustache text to a tree of nodes. Pure. Nodes live in the arena and point into the text, which
 * must outlive them. Limits: 16 MiB of text, 64 nested sections.
 */
#ifndef MS_TEMPLATE_PARSE_PRIV_H
#define MS_TEMPLATE_PARSE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/err.h"

enum { MS_TPL_TEXT_MAX = 16 << 20, MS_TPL_NESTING_MAX = 64 };

/* A run of bytes, not terminated. */
struct ms_tpl_str {
    const char *p;
    size_t n;
};

enum ms_tpl_kind {
    MS_TPL_TEXT,     /* s is the text */
    MS_TPL_VAR,      /* s is the name, here and below */
    MS_TPL_RAW,      /* a variable that is not escaped */
    MS_TPL_SECTION,  /* child is what it holds */
    MS_TPL_INVERTED, /* the same */
    MS_TPL_PARTIAL   /* indent goes before each of its lines */
};

struct ms_tpl_node {
    enum ms_tpl_kind kind;
    unsigned line; /* of the tag, counted from 1 */
    bool joined;   /* text that may belong to the same word follows directly (variables) */
    struct ms_tpl_str s, indent;
    struct ms_tpl_node *child, *next;
};

/* Parse the n bytes at text. *ret is NULL for an empty template. name is for messages. */
int ms_tpl_parse(struct ms_arena *a, const char *name, struct ms_tpl_str text,
                 struct ms_tpl_node **ret, struct ms_err *err) ms_must_use;

#endif
