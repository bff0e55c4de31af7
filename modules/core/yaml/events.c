/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/yaml/parse_priv.h"

enum { INDEX_FROM = 16 }; /* a mapping of so many members gets an index by key */

#define CORE_TAG "tag:yaml.org,2002:"

struct ms_loc ms_yaml_where(const struct ms_yaml_state *p, const yaml_mark_t *m)
{
    return (struct ms_loc){
        .file = p->file, .line = (unsigned)m->line + 1, .col = (unsigned)m->column + 1};
}

static void add_index(struct ms_buf *b, size_t i)
{
    ms_buf_addf(b, "[%zu]", i);
}

static void add_key(struct ms_buf *b, const char *key)
{
    ms_buf_addf(b, "%s%s", b->len ? "." : "", key);
}

/* The key path of the value being read. */
static char *path_of(const struct ms_yaml_state *p)
{
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, 4096);
    for (unsigned i = 0; i < p->depth; i++) {
        const struct ms_yaml_frame *f = &p->frames[i];
        bool innermost = i + 1 == p->depth;

        if (f->node->kind == MS_NODE_SEQUENCE) {
            add_index(&b, innermost ? f->n : f->n - 1);
        } else if (!innermost) {
            add_key(&b, p->frames[i + 1].node->key);
        } else if (f->key) {
            add_key(&b, f->key);
        }
    }
    return ms_buf_steal(&b);
}

static void complain(const struct ms_yaml_state *p, const yaml_mark_t *m, const char *text)
{
    ms_auto_free char *path = path_of(p);

    ms_diag_add(p->d, MS_DIAG_ERROR, ms_yaml_where(p, m), path, "%s", text);
}

static struct ms_yaml_frame *top(const struct ms_yaml_state *p)
{
    return p->depth ? &p->frames[p->depth - 1] : NULL;
}

/* Whether the next scalar is a key. */
static bool wants_key(const struct ms_yaml_state *p)
{
    const struct ms_yaml_frame *f = top(p);

    return f && f->node->kind == MS_NODE_MAPPING && !f->key;
}

static bool count_node(struct ms_yaml_state *p, const yaml_mark_t *m)
{
    if (++p->nodes <= p->lim.max_nodes) {
        return true;
    }
    ms_diag_add(p->d, MS_DIAG_ERROR, ms_yaml_where(p, m), NULL,
                "more than %zu keys and values (the limit)", p->lim.max_nodes);
    p->stop = p->broken = true;
    return false;
}

/* Hang a new node into the innermost open one. */
static struct ms_node *add_node(struct ms_yaml_state *p, enum ms_node_kind kind,
                                const yaml_mark_t *m)
{
    struct ms_node *n = ms_arena_alloc(p->a, 1, sizeof(*n));
    struct ms_yaml_frame *f = top(p);

    n->kind = kind;
    n->loc = ms_yaml_where(p, m);
    if (!f) {
        p->root = n;
        return n;
    }
    if (f->node->kind == MS_NODE_MAPPING) {
        n->key = f->key;
        n->key_loc = f->key_loc;
        f->key = NULL;
    }
    f->v = ms_xgrow(f->v, f->n, &f->cap, sizeof(struct ms_node *));
    f->v[f->n++] = n;
    return n;
}

/* Tags of the core schema that say what the node is anyway are harmless; all others are refused. */
static void check_tag(const struct ms_yaml_state *p, const yaml_mark_t *m, const yaml_char_t *tag,
                      const char *allowed)
{
    const char *t = (const char *)tag;

    if (!t || !strcmp(t, "!")) {
        return;
    }
    if (!strncmp(t, CORE_TAG, strlen(CORE_TAG)) && !strcmp(t + strlen(CORE_TAG), allowed)) {
        return;
    }
    complain(p, m, "tags (\"!...\") are not supported: write the plain value");
}

static void check_anchor(const struct ms_yaml_state *p, const yaml_mark_t *m,
                         const yaml_char_t *anchor)
{
    if (anchor) {
        complain(p, m,
                 "anchors (\"&name\") are not supported: write the value out, or put it in "
                 "quotes if it begins with \"&\"");
    }
}

static void on_key(struct ms_yaml_state *p, const yaml_event_t *ev)
{
    const char *s = (const char *)ev->data.scalar.value;
    bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    struct ms_yaml_frame *f = top(p);

    if (plain && !*s) {
        complain(p, &ev->start_mark, "a key is missing before \":\"");
    } else if (plain && !strcmp(s, "<<")) {
        complain(p, &ev->start_mark, "merge keys (\"<<\") are not supported: write the keys out");
    }
    f->key = ms_arena_memdup0(p->a, s, ev->data.scalar.length);
    f->key_loc = ms_yaml_where(p, &ev->start_mark);
}

static void on_scalar(struct ms_yaml_state *p, const yaml_event_t *ev)
{
    const char *s = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    const char *tag = (const char *)ev->data.scalar.tag;
    struct ms_node *n;

    if (!count_node(p, &ev->start_mark)) {
        return;
    }
    check_anchor(p, &ev->start_mark, ev->data.scalar.anchor);
    check_tag(p, &ev->start_mark, ev->data.scalar.tag, "str");
    if (strlen(s) != len) {
        complain(p, &ev->start_mark, "holds a NUL character");
    }
    if (wants_key(p)) {
        on_key(p, ev);
        return;
    }
    n = add_node(p, MS_NODE_SCALAR, &ev->start_mark);
    n->text = ms_arena_memdup0(p->a, s, len);
    n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !tag;
}

static void on_alias(struct ms_yaml_state *p, const yaml_event_t *ev)
{
    complain(p, &ev->start_mark,
             "aliases (\"*name\") are not supported: write the value out, or "
             "put it in quotes if it begins with \"*\"");
    if (wants_key(p)) {
        top(p)->key = "*";
        top(p)->key_loc = ms_yaml_where(p, &ev->start_mark);
    } else if (top(p)) {
        top(p)->key = NULL; /* reported: go on as if the member were not there */
    }
}

static void open_node(struct ms_yaml_state *p, enum ms_node_kind kind, const yaml_event_t *ev)
{
    struct ms_node *n;

    if (wants_key(p)) {
        complain(p, &ev->start_mark,
                 "a key must be a word, not a list or a mapping (values that "
                 "begin with \"[\" or \"{\" need quotes)");
        p->stop = p->broken = true;
        return;
    }
    if (!count_node(p, &ev->start_mark)) {
        return;
    }
    if (p->depth >= p->lim.max_depth) {
        ms_diag_add(p->d, MS_DIAG_ERROR, ms_yaml_where(p, &ev->start_mark), NULL,
                    "nested deeper than %u levels (the limit)", p->lim.max_depth);
        p->stop = p->broken = true;
        return;
    }
    if (kind == MS_NODE_MAPPING) {
        check_anchor(p, &ev->start_mark, ev->data.mapping_start.anchor);
        check_tag(p, &ev->start_mark, ev->data.mapping_start.tag, "map");
    } else {
        check_anchor(p, &ev->start_mark, ev->data.sequence_start.anchor);
        check_tag(p, &ev->start_mark, ev->data.sequence_start.tag, "seq");
    }
    n = add_node(p, kind, &ev->start_mark);
    p->frames[p->depth++] = (struct ms_yaml_frame){.node = n};
}

/* Order by key, equal keys by their place in the file. */
static int by_key(const void *x, const void *y)
{
    const struct ms_node *a = *(struct ms_node *const *)x, *b = *(struct ms_node *const *)y;
    int c = strcmp(a->key, b->key);

    if (c) {
        return c;
    }
    if (a->key_loc.line != b->key_loc.line) {
        return a->key_loc.line < b->key_loc.line ? -1 : 1;
    }
    return a->key_loc.col < b->key_loc.col ? -1 : 1;
}

/* Report every key that is there again; keep the order for look-ups when it pays. */
static void index_keys(struct ms_yaml_state *p, struct ms_node *n)
{
    struct ms_node **v;
    const struct ms_node *first;

    if (n->n < 2) {
        return;
    }
    v = ms_xcalloc(n->n, sizeof(struct ms_node *));
    memcpy(v, n->v, n->n * sizeof(struct ms_node *));
    qsort(v, n->n, sizeof(struct ms_node *), by_key);
    first = v[0];
    for (size_t i = 1; i < n->n; i++) {
        if (strcmp(first->key, v[i]->key)) {
            first = v[i];
            continue;
        }
        top(p)->key = v[i]->key;
        ms_auto_free char *path = path_of(p);
        ms_diag_add(p->d, MS_DIAG_ERROR, v[i]->key_loc, path,
                    "this key is here twice: it is already in line %u", first->key_loc.line);
    }
    if (n->n >= INDEX_FROM) {
        n->by_key = ms_arena_alloc(p->a, n->n, sizeof(struct ms_node *));
        memcpy(n->by_key, v, n->n * sizeof(struct ms_node *));
    }
    free(v);
}

static void close_node(struct ms_yaml_state *p)
{
    struct ms_yaml_frame *f = top(p);

    if (f->n) {
        f->node->v = ms_arena_alloc(p->a, f->n, sizeof(struct ms_node *));
        memcpy(f->node->v, f->v, f->n * sizeof(struct ms_node *));
        f->node->n = f->n;
    }
    free(f->v);
    f->v = NULL;
    if (f->node->kind == MS_NODE_MAPPING) {
        index_keys(p, f->node);
    }
    p->depth--;
}

void ms_yaml_on_event(struct ms_yaml_state *p, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        on_scalar(p, ev);
        break;
    case YAML_ALIAS_EVENT:
        on_alias(p, ev);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_node(p, MS_NODE_SEQUENCE, ev);
        break;
    case YAML_MAPPING_START_EVENT:
        open_node(p, MS_NODE_MAPPING, ev);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_node(p);
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (p->documents++) {
            complain(p, &ev->start_mark,
                     "a second document (\"---\") begins here: only one is "
                     "read");
            p->stop = true;
        }
        break;
    case YAML_STREAM_END_EVENT:
        p->stop = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}
