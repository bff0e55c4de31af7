/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/yaml/tree.h"

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/yaml/parse_priv.h"
#include "modules/core/yaml/text.h"

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

static void syntax_error(const struct ms_yaml_state *p, const yaml_parser_t *y, const char *text,
                         size_t size)
{
    size_t n;
    const char *line = line_of(text, size, y->problem_mark.line, &n);

    ms_diag_add(p->d, MS_DIAG_ERROR, ms_yaml_where(p, &y->problem_mark), NULL,
                "not valid YAML: %s%s%s%s", y->problem ? y->problem : "cannot be read",
                y->context ? " " : "", y->context ? y->context : "", hint_for(line, n));
}

static void run(struct ms_yaml_state *p, const char *text, size_t size)
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
        ms_yaml_on_event(p, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&y);
}

int ms_yaml_parse(struct ms_arena *a, const struct ms_yaml_text *text,
                  const struct ms_yaml_limits *limits, struct ms_diags *d, struct ms_node **ret)
{
    size_t errors = d->n_errors;
    struct ms_yaml_state x = {.a = a, .d = d, .file = ms_arena_strdup(a, text->name)};
    const char *p = text->p;
    size_t size = text->size;

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
