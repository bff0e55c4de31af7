/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/yaml/tree.h"

#include <string.h>
#include <yaml.h>

#include "modules/core/base/mem.h"
#include "modules/core/yaml/text.h"

enum { INDEX_FROM = 16 }; /* a mapping of so many members gets an index by key */

#define CORE_TAG "tag:yaml.org,2002:"

/* A mapping or sequence that is still open. */
struct frame {
    struct ms_node *node;
    struct ms_node **v; /* malloced while it grows, moved to the arena at the end */
    size_t n, cap;
    const char *key; /* mapping: the key that waits for its value */
    struct ms_loc key_loc;
};

struct parse {
    struct ms_arena *a;
    struct ms_diags *d;
    struct ms_yaml_limits lim;
    const char *file;
    struct frame *frames; /* lim.max_depth of them */
    unsigned depth;
    unsigned documents;
    size_t nodes;
    struct ms_node *root;
    bool stop;
    bool broken; /* the text was not read to its end */
};

static struct ms_loc where(const struct parse *p, const yaml_mark_t *m)
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
static char *path_of(const struct parse *p)
{
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, 4096);
    for (unsigned i = 0; i < p->depth; i++) {
        const struct frame *f = &p->frames[i];
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

static void complain(const struct parse *p, const yaml_mark_t *m, const char *text)
{
    ms_auto_free char *path = path_of(p);

    ms_diag_add(p->d, MS_DIAG_ERROR, where(p, m), path, "%s", text);
}

static struct frame *top(const struct parse *p)
{
    return p->depth ? &p->frames[p->depth - 1] : NULL;
}

/* Whether the next scalar is a key. */
static bool wants_key(const struct parse *p)
{
    const struct frame *f = top(p);

    return f && f->node->kind == MS_NODE_MAPPING && !f->key;
}

static bool count_node(struct parse *p, const yaml_mark_t *m)
{
    if (++p->nodes <= p->lim.max_nodes) {
        return true;
    }
    ms_diag_add(p->d, MS_DIAG_ERROR, where(p, m), NULL, "more than %zu keys and values (the limit)",
                p->lim.max_nodes);
    p->stop = p->broken = true;
    return false;
}

/* Hang a new node into the innermost open one. */
static struct ms_node *add_node(struct parse *p, enum ms_node_kind kind, const yaml_mark_t *m)
{
    struct ms_node *n = ms_arena_alloc(p->a, 1, sizeof(*n));
    struct frame *f = top(p);

    n->kind = kind;
    n->loc = where(p, m);
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
static void check_tag(const struct parse *p, const yaml_mark_t *m, const yaml_char_t *tag,
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

static void check_anchor(const struct parse *p, const yaml_mark_t *m, const yaml_char_t *anchor)
{
    if (anchor) {
        complain(p, m,
                 "anchors (\"&name\") are not supported: write the value out, or put it in "
                 "quotes if it begins with \"&\"");
    }
}

static void on_key(struct parse *p, const yaml_event_t *ev)
{
    const char *s = (const char *)ev->data.scalar.value;
    bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    struct frame *f = top(p);

    if (plain && !*s) {
        complain(p, &ev->start_mark, "a key is missing before \":\"");
    } else if (plain && !strcmp(s, "<<")) {
        complain(p, &ev->start_mark, "merge keys (\"<<\") are not supported: write the keys out");
    }
    f->key = ms_arena_memdup0(p->a, s, ev->data.scalar.length);
    f->key_loc = where(p, &ev->start_mark);
}

static void on_scalar(struct parse *p, const yaml_event_t *ev)
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

static void on_alias(struct parse *p, const yaml_event_t *ev)
{
    complain(p, &ev->start_mark,
             "aliases (\"*name\") are not supported: write the value out, or "
             "put it in quotes if it begins with \"*\"");
    if (wants_key(p)) {
        top(p)->key = "*";
        top(p)->key_loc = where(p, &ev->start_mark);
    } else if (top(p)) {
        top(p)->key = NULL; /* reported: go on as if the member were not there */
    }
}

static void open_node(struct parse *p, enum ms_node_kind kind, const yaml_event_t *ev)
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
        ms_diag_add(p->d, MS_DIAG_ERROR, where(p, &ev->start_mark), NULL,
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
    p->frames[p->depth++] = (struct frame){.node = n};
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
static void index_keys(struct parse *p, struct ms_node *n)
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

static void close_node(struct parse *p)
{
    struct frame *f = top(p);

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

static void on_event(struct parse *p, const yaml_event_t *ev)
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

/* The bytes of a line (counted from 0) of the text. */
static const char *line_of(const char *text, size_t size, size_t line, size_t *ret_n)
{
    const char *p = text, *end = text + size, *nl;

    while (line-- && (nl = memchr(p, '\n', (size_t)(end - p)))) {
        p = nl + 1;
    }
    nl = memchr(p, '\n', (size_t)(end - p));
    *ret_n = (size_t)((nl ? nl : end) - p);
    return p;
}

/* What a person most likely did wrong in a line that libyaml could not read. */
static const char *hint_for(const char *p, size_t n)
{
    size_t i = 0;

    for (; i < n && (p[i] == ' ' || p[i] == '\t'); i++) {
        if (p[i] == '\t') {
            return " (indent with spaces, not with tabs)";
        }
    }
    for (; i + 2 < n; i++) {
        if ((p[i] == ':' || p[i] == '-') && p[i + 1] == ' ' && memchr("{[%@`", p[i + 2], 5)) {
            return " (a value that begins with one of { [ % @ ` needs quotes)";
        }
    }
    return "";
}

static void syntax_error(const struct parse *p, const yaml_parser_t *y, const char *text,
                         size_t size)
{
    size_t n;
    const char *line = line_of(text, size, y->problem_mark.line, &n);

    ms_diag_add(p->d, MS_DIAG_ERROR, where(p, &y->problem_mark), NULL, "not valid YAML: %s%s%s%s",
                y->problem ? y->problem : "cannot be read", y->context ? " " : "",
                y->context ? y->context : "", hint_for(line, n));
}

static void run(struct parse *p, const char *text, size_t size)
{
    yaml_parser_t y;

    if (!yaml_parser_initialize(&y)) {
        abort(); /* out of memory */
    }
    yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&y, (const unsigned char *)text, size);
    while (!p->stop) {
        yaml_event_t ev;

        if (!yaml_parser_parse(&y, &ev)) {
            syntax_error(p, &y, text, size);
            p->broken = true;
            break;
        }
        on_event(p, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&y);
}

int ms_yaml_parse(struct ms_arena *a, const char *name, const char *p, size_t size,
                  const struct ms_yaml_limits *limits, struct ms_diags *d, struct ms_node **ret)
{
    size_t errors = d->n_errors;
    struct parse x = {.a = a, .d = d, .file = ms_arena_strdup(a, name)};

    if (limits) {
        x.lim = *limits;
    }
    x.lim.max_bytes = x.lim.max_bytes ? x.lim.max_bytes : (size_t)32 << 20;
    x.lim.max_depth = x.lim.max_depth ? x.lim.max_depth : 32;
    x.lim.max_nodes = x.lim.max_nodes ? x.lim.max_nodes : 2000000;
    if (size > x.lim.max_bytes) {
        ms_diag_add(d, MS_DIAG_ERROR, (struct ms_loc){.file = x.file}, NULL,
                    "larger than %zu bytes (the limit)", x.lim.max_bytes);
        return -1;
    }
    if (size >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) { /* a byte order mark */
        p += 3;
        size -= 3;
    }
    if (ms_yaml_check_text(x.file, p, size, d) < 0) {
        return -1;
    }
    x.frames = ms_xcalloc(x.lim.max_depth, sizeof(*x.frames));
    run(&x, p, size);
    while (x.depth) {
        free(x.frames[--x.depth].v);
    }
    free(x.frames);
    if (!x.broken) {
        *ret = x.root;
    }
    return d->n_errors > errors ? -1 : 0;
}

const struct ms_node *ms_node_get(const struct ms_node *n, const char *key)
{
    if (n->kind != MS_NODE_MAPPING) {
        return NULL;
    }
    if (n->by_key) {
        size_t lo = 0, hi = n->n;

        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            int c = strcmp(n->by_key[mid]->key, key);

            if (!c) {
                return n->by_key[mid];
            }
            lo = c < 0 ? mid + 1 : lo;
            hi = c < 0 ? hi : mid;
        }
        return NULL;
    }
    for (size_t i = 0; i < n->n; i++) {
        if (!strcmp(n->v[i]->key, key)) {
            return n->v[i];
        }
    }
    return NULL;
}

bool ms_node_is_null(const struct ms_node *n)
{
    return n->kind == MS_NODE_SCALAR && n->plain && ms_yaml_plain_is_null(n->text);
}
