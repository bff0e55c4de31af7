/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/template/template.h"

#include <string.h>

#include "modules/core/template/escape_priv.h"
#include "modules/core/template/parse_priv.h"
#include "modules/core/template/value_priv.h"
#include "modules/core/template/yaml_place_priv.h"

enum { DEPTH_MAX = 256, STEPS_MAX = 20 * 1000 * 1000 };

/* A partial as it was parsed when it was first met with this indentation. */
struct partial {
    const char *name;
    struct ms_tpl_str indent;
    struct ms_tpl_node *nodes;
    bool exists;
    struct partial *next;
};

struct renderer {
    struct ms_arena *arena;
    struct partial *partials;
    const struct ms_template_opts *opts;
    struct ms_buf *out;
    struct ms_err *err;
    struct ms_yaml_place place; /* only for MS_SYNTAX_YAML */
    size_t place_at;            /* how much of out it has seen */
    size_t steps, max_steps;    /* nodes shown and bytes of partials read */
};

/* The template that is being shown: the main one or a partial. */
struct unit {
    const char *name;
    unsigned depth; /* sections and partials that are open */
};

static int render_nodes(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                        const struct ms_tpl_ctx *ctx);

static int fail(struct renderer *r, struct unit u, const struct ms_tpl_node *n, const char *what)
{
    return ms_err_set(r->err, MS_EINVAL, 0, "%s:%u: {{%.*s}}: %s", u.name, n->line,
                      n->s.n > 80 ? 80 : (int)n->s.n, n->s.p, what);
}

static int wrap(struct renderer *r, struct unit u, const struct ms_tpl_node *n)
{
    return ms_err_wrap(r->err, "%s:%u: {{%.*s}}", u.name, n->line, n->s.n > 80 ? 80 : (int)n->s.n,
                       n->s.p);
}

static int add_string(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                      struct ms_tpl_str s)
{
    enum ms_syntax syntax = n->kind == MS_TPL_RAW ? MS_SYNTAX_RAW : r->opts->syntax;
    int rc;

    if (syntax == MS_SYNTAX_YAML) {
        ms_yaml_place_feed(&r->place, r->out->p + r->place_at, r->out->len - r->place_at);
        r->place_at = r->out->len;
        rc = ms_escape_yaml_at(&r->place, n->joined, s, r->out, r->err);
    } else {
        rc = ms_escape_str(syntax, s, r->out, r->err);
    }
    return rc < 0 ? wrap(r, u, n) : 0;
}

static int render_variable(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                           const struct ms_tpl_ctx *ctx)
{
    const json_t *v = ms_tpl_lookup(ctx, n->s);

    if (!v) {
        return r->opts->strict ? fail(r, u, n, "no such variable") : 0;
    }
    switch (json_typeof(v)) {
    case JSON_NULL:
        return 0;
    case JSON_TRUE:
    case JSON_FALSE:
        ms_buf_adds(r->out, json_is_true(v) ? "true" : "false");
        return 0;
    case JSON_INTEGER:
    case JSON_REAL:
        ms_tpl_add_number(v, r->out);
        return 0;
    case JSON_STRING:
        return add_string(r, u, n,
                          (struct ms_tpl_str){json_string_value(v), json_string_length(v)});
    case JSON_ARRAY:
        return fail(r, u, n, "a list has no text; use it as a section");
    default:
        return fail(r, u, n, "an object has no text; name one of its members");
    }
}

static int render_inner(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                        const struct ms_tpl_ctx *ctx, const json_t *top)
{
    struct ms_tpl_ctx inner = {.value = top, .up = ctx};

    u.depth++;
    if (u.depth > DEPTH_MAX) {
        return fail(r, u, n, "sections and partials nest too deep");
    }
    return render_nodes(r, u, n->child, &inner);
}

static int render_section(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                          const struct ms_tpl_ctx *ctx)
{
    const json_t *v = ms_tpl_lookup(ctx, n->s);
    bool shown = ms_tpl_is_true(v);

    if (n->kind == MS_TPL_INVERTED) {
        return shown ? 0 : render_nodes(r, u, n->child, ctx);
    }
    if (!shown) {
        return 0;
    }
    if (!json_is_array(v)) {
        return render_inner(r, u, n, ctx, v);
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (render_inner(r, u, n, ctx, json_array_get(v, i)) < 0) {
            return -1;
        }
    }
    return 0;
}

/* The partial with the indentation before each line, as the specification asks: before parsing. */
static void indent_lines(struct ms_arena *a, struct ms_tpl_str *text, struct ms_tpl_str indent)
{
    const char *p = text->p, *end = p + text->n;
    size_t lines = 0, n = 0;
    char *s;

    if (!indent.n || !text->n || !p) {
        return;
    }
    for (const char *q = p; q && q < end; lines++) {
        q = memchr(q, '\n', (size_t)(end - q));
        q = q ? q + 1 : NULL;
    }
    s = ms_arena_alloc(a, text->n + lines * indent.n, 1);
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((nl ? nl + 1 : end) - p);

        memcpy(s + n, indent.p, indent.n);
        memcpy(s + n + indent.n, p, len);
        n += indent.n + len;
        p += len;
    }
    *text = (struct ms_tpl_str){s, n};
}

static bool is_partial(const struct partial *p, const struct ms_tpl_node *n)
{
    return strlen(p->name) == n->s.n && memcmp(p->name, n->s.p, n->s.n) == 0 &&
           p->indent.n == n->indent.n && memcmp(p->indent.p, n->indent.p, n->indent.n) == 0;
}

/* The partial that n names, read when it is met first; NULL when it has an error. */
static const struct partial *get_partial(struct renderer *r, struct unit u,
                                         const struct ms_tpl_node *n)
{
    struct partial *p;
    struct ms_tpl_str text = {.n = 0};

    for (p = r->partials; p; p = p->next) {
        if (is_partial(p, n)) {
            return p;
        }
    }
    p = ms_arena_alloc(r->arena, 1, sizeof(*p));
    p->name = ms_arena_memdup0(r->arena, n->s.p, n->s.n);
    p->indent = n->indent;
    text.p = r->opts->partial ? r->opts->partial(r->opts->partial_arg, p->name) : NULL;
    if (text.p) {
        p->exists = true;
        text.n = strlen(text.p);
        if (text.n > MS_TPL_TEXT_MAX || n->indent.n > MS_TPL_TEXT_MAX / (text.n + 1)) {
            (void)fail(r, u, n, "the partial is too large");
            return NULL;
        }
        indent_lines(r->arena, &text, n->indent);
        r->steps += text.n;
        if (ms_tpl_parse(r->arena, p->name, text, &p->nodes, r->err) < 0) {
            return NULL;
        }
    }
    p->next = r->partials;
    r->partials = p;
    return p;
}

static int render_partial(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                          const struct ms_tpl_ctx *ctx)
{
    const struct partial *p = get_partial(r, u, n);
    struct unit inner;

    if (!p) {
        return -1;
    }
    if (!p->exists) {
        return r->opts->strict ? fail(r, u, n, "no such partial") : 0;
    }
    inner = (struct unit){.name = p->name, .depth = u.depth + 1};
    if (inner.depth > DEPTH_MAX) {
        return fail(r, u, n, "sections and partials nest too deep");
    }
    return render_nodes(r, inner, p->nodes, ctx);
}

static int render_node(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                       const struct ms_tpl_ctx *ctx)
{
    switch (n->kind) {
    case MS_TPL_TEXT:
        ms_buf_add(r->out, n->s.p, n->s.n);
        return 0;
    case MS_TPL_VAR:
    case MS_TPL_RAW:
        return render_variable(r, u, n, ctx);
    case MS_TPL_PARTIAL:
        return render_partial(r, u, n, ctx);
    default:
        return render_section(r, u, n, ctx);
    }
}

static int render_nodes(struct renderer *r, struct unit u, const struct ms_tpl_node *n,
                        const struct ms_tpl_ctx *ctx)
{
    for (; n; n = n->next) {
        if (++r->steps > r->max_steps) {
            return fail(r, u, n, "the template takes too many steps");
        }
        if (render_node(r, u, n, ctx) < 0) {
            return -1;
        }
        if (r->out->too_big) {
            return ms_err_set(r->err, MS_EINVAL, 0, "%s:%u: the output is larger than %zu bytes",
                              u.name, n->line, r->out->max);
        }
    }
    return 0;
}

int ms_template_render(const char *text, size_t size, const json_t *data,
                       const struct ms_template_opts *opts, struct ms_buf *out, struct ms_err *err)
{
    struct ms_arena *a ms_cleanup(ms_arena_freep) = ms_arena_new();
    struct unit u = {.name = opts->name ? opts->name : "template"};
    struct ms_tpl_ctx root = {.value = data};
    struct renderer r = {.arena = a,
                         .opts = opts,
                         .out = out,
                         .err = err,
                         .place_at = out->len,
                         .max_steps = opts->max_steps ? opts->max_steps : STEPS_MAX};
    struct ms_tpl_node *nodes = NULL;
    size_t before = out->len;

    if (out->too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: the output is larger than %zu bytes", u.name,
                          out->max);
    }
    if (ms_tpl_parse(a, u.name, (struct ms_tpl_str){text, size}, &nodes, err) < 0) {
        return -1;
    }
    if (render_nodes(&r, u, nodes, data ? &root : NULL) < 0) {
        out->len = before;
        out->too_big = false;
        if (out->cap) {
            out->p[before] = '\0';
        }
        return -1;
    }
    return 0;
}
