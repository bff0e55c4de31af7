/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/template/parse_priv.h"

#include <string.h>

enum { DELIM_MAX = 16 };

struct delim {
    char p[DELIM_MAX + 1];
    size_t n;
};

/* A section that is open. */
struct frame {
    struct ms_tpl_node *node;
    struct ms_tpl_node **tail; /* where the node after the section goes */
};

struct parser {
    struct ms_arena *arena;
    struct ms_err *err;
    const char *name;
    const char *start, *end; /* of the whole text */
    const char *p;           /* what is read next */
    const char *counted;     /* up to where newlines are in line */
    unsigned line;
    struct delim open, close;
    struct ms_tpl_node **tail;
    struct frame stack[MS_TPL_NESTING_MAX];
    size_t depth;
};

/* One tag as it stands in the text. */
struct tag {
    const char *start, *end; /* from the opening delimiter to after the closing one */
    char sigil;              /* '\0' for a plain variable, '{' for three braces */
    struct ms_tpl_str body;  /* trimmed */
    unsigned line;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static bool str_eq(struct ms_tpl_str a, struct ms_tpl_str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static struct ms_tpl_str trim(const char *p, const char *end)
{
    while (p < end && is_space(*p)) {
        p++;
    }
    while (end > p && is_space(end[-1])) {
        end--;
    }
    return (struct ms_tpl_str){p, (size_t)(end - p)};
}

/* The line that at is in; at never moves backwards. */
static unsigned line_at(struct parser *ps, const char *at)
{
    const char *nl;

    while (ps->counted < at &&
           (nl = memchr(ps->counted, '\n', (size_t)(at - ps->counted))) != NULL) {
        ps->line++;
        ps->counted = nl + 1;
    }
    ps->counted = at > ps->counted ? at : ps->counted;
    return ps->line;
}

static int fail(struct parser *ps, unsigned line, const char *what, struct ms_tpl_str s)
{
    int n = s.n > 80 ? 80 : (int)s.n;

    return ms_err_set(ps->err, MS_EINVAL, 0, "%s:%u: %s: {{%.*s}}", ps->name, line, what, n, s.p);
}

static struct ms_tpl_node *add_node(struct parser *ps, enum ms_tpl_kind kind, struct ms_tpl_str s,
                                    unsigned line)
{
    struct ms_tpl_node *n = ms_arena_alloc(ps->arena, 1, sizeof(*n));

    n->kind = kind;
    n->s = s;
    n->line = line;
    *ps->tail = n;
    ps->tail = &n->next;
    return n;
}

static void add_text(struct parser *ps, const char *from, const char *to)
{
    if (to > from) {
        (void)add_node(ps, MS_TPL_TEXT, (struct ms_tpl_str){from, (size_t)(to - from)}, ps->line);
    }
}

/* Read the tag that begins at t->start. */
static int read_tag(struct parser *ps, struct tag *t)
{
    const char *p = t->start + ps->open.n, *q;
    char closing[DELIM_MAX + 2];
    size_t n = 0;

    t->line = line_at(ps, t->start);
    while (p < ps->end && is_space(*p)) {
        p++;
    }
    t->sigil = p < ps->end && memchr("#^/>!&={<$", *p, 10) ? *p++ : '\0';
    if (t->sigil == '{' || t->sigil == '=') {
        closing[n++] = t->sigil == '{' ? '}' : '=';
    }
    memcpy(closing + n, ps->close.p, ps->close.n);
    n += ps->close.n;
    q = memmem(p, (size_t)(ps->end - p), closing, n);
    if (!q) {
        const char *eol = memchr(t->start, '\n', (size_t)(ps->end - t->start));

        (void)fail(ps, t->line, "this tag is not closed", trim(p, eol && eol > p ? eol : ps->end));
        return -1;
    }
    t->body = trim(p, q);
    t->end = q + n;
    return 0;
}

/* Names are words without white space; parts between periods are not empty ("." is a name). */
static int check_name(struct parser *ps, const struct tag *t)
{
    struct ms_tpl_str s = t->body;

    if (s.n == 0) {
        return fail(ps, t->line, "a tag without a name", s);
    }
    if (s.n == 1 && s.p[0] == '.') {
        return t->sigil == '>' ? fail(ps, t->line, "not a partial's name", s) : 0;
    }
    for (size_t i = 0; i < s.n; i++) {
        bool bad_dot =
            t->sigil != '>' && s.p[i] == '.' && (i == 0 || i + 1 == s.n || s.p[i + 1] == '.');

        if (is_space(s.p[i]) || s.p[i] == '\0' || bad_dot) {
            return fail(ps, t->line, "not a name", s);
        }
    }
    if (t->sigil == '>' && s.p[0] == '*') {
        return fail(ps, t->line, "dynamic names are not supported", s);
    }
    return 0;
}

/* If nothing else is on the lines of the tag: where the first begins and the one after the last. */
static bool is_standalone(const struct parser *ps, const struct tag *t, const char **ret_begin,
                          const char **ret_next)
{
    const char *b = t->start, *e = t->end;

    if (!strchr("#^/>!=", t->sigil) || t->sigil == '\0') {
        return false;
    }
    while (b > ps->start && is_blank(b[-1])) {
        b--;
    }
    while (e < ps->end && is_blank(*e)) {
        e++;
    }
    if (b > ps->start && b[-1] != '\n') {
        return false;
    }
    if (e + 1 < ps->end && e[0] == '\r' && e[1] == '\n') {
        e++;
    }
    if (e < ps->end && *e != '\n') {
        return false;
    }
    *ret_begin = b;
    *ret_next = e < ps->end ? e + 1 : e;
    return true;
}

/* Whether the word that a variable's value belongs to goes on after the tag's end. */
static bool is_joined(const struct parser *ps, const char *e)
{
    size_t left = (size_t)(ps->end - e);

    if (left == 0 || is_space(*e) || *e == ',' || *e == ']' || *e == '}') {
        return false;
    }
    if (*e == ':' && (left == 1 || is_space(e[1]))) {
        return false;
    }
    return left < ps->open.n || memcmp(e, ps->open.p, ps->open.n) != 0;
}

static int set_delim(struct parser *ps, const struct tag *t, struct ms_tpl_str s, struct delim *d)
{
    if (s.n == 0 || s.n > DELIM_MAX || memchr(s.p, '=', s.n) || memchr(s.p, '\0', s.n)) {
        return fail(ps, t->line, "not a pair of delimiters", t->body);
    }
    memcpy(d->p, s.p, s.n);
    d->n = s.n;
    return 0;
}

static int set_delims(struct parser *ps, const struct tag *t)
{
    const char *p = t->body.p, *end = p + t->body.n, *gap = p;
    struct ms_tpl_str second;
    struct delim open = {.n = 0}, close = {.n = 0};

    while (gap < end && !is_space(*gap)) {
        gap++;
    }
    second = trim(gap, end);
    for (size_t i = 0; i < second.n; i++) {
        if (is_space(second.p[i])) {
            second.n = 0;
        }
    }
    if (set_delim(ps, t, (struct ms_tpl_str){p, (size_t)(gap - p)}, &open) < 0 ||
        set_delim(ps, t, second, &close) < 0) {
        return -1;
    }
    ps->open = open;
    ps->close = close;
    return 0;
}

static int open_section(struct parser *ps, const struct tag *t)
{
    struct ms_tpl_node *n;

    if (ps->depth == MS_TPL_NESTING_MAX) {
        return fail(ps, t->line, "sections nest too deep", t->body);
    }
    n = add_node(ps, t->sigil == '#' ? MS_TPL_SECTION : MS_TPL_INVERTED, t->body, t->line);
    ps->stack[ps->depth++] = (struct frame){n, ps->tail};
    ps->tail = &n->child;
    return 0;
}

static int close_section(struct parser *ps, const struct tag *t)
{
    const struct ms_tpl_node *n;

    if (ps->depth == 0) {
        return fail(ps, t->line, "this closes a section that is not open", t->body);
    }
    n = ps->stack[ps->depth - 1].node;
    if (!str_eq(n->s, t->body)) {
        int len = n->s.n > 80 ? 80 : (int)n->s.n;

        return ms_err_set(ps->err, MS_EINVAL, 0,
                          "%s:%u: {{/%.*s}} does not close the section {{%c%.*s}} of line %u",
                          ps->name, t->line, t->body.n > 80 ? 80 : (int)t->body.n, t->body.p,
                          n->kind == MS_TPL_SECTION ? '#' : '^', len, n->s.p, n->line);
    }
    ps->tail = ps->stack[--ps->depth].tail;
    return 0;
}

static int add_tag(struct parser *ps, const struct tag *t, struct ms_tpl_str indent)
{
    struct ms_tpl_node *n;

    switch (t->sigil) {
    case '!':
        return 0;
    case '=':
        return set_delims(ps, t);
    case '<':
    case '$':
        return fail(ps, t->line, "template inheritance is not supported", t->body);
    default:
        break;
    }
    if (check_name(ps, t) < 0) {
        return -1;
    }
    switch (t->sigil) {
    case '#':
    case '^':
        return open_section(ps, t);
    case '/':
        return close_section(ps, t);
    case '>':
        n = add_node(ps, MS_TPL_PARTIAL, t->body, t->line);
        n->indent = indent;
        return 0;
    default:
        n = add_node(ps, t->sigil ? MS_TPL_RAW : MS_TPL_VAR, t->body, t->line);
        n->joined = is_joined(ps, t->end);
        return 0;
    }
}

static int parse_all(struct parser *ps)
{
    const char *at;

    while ((at = memmem(ps->p, (size_t)(ps->end - ps->p), ps->open.p, ps->open.n)) != NULL) {
        struct tag t = {.start = at};
        struct ms_tpl_str indent = {at, 0};
        const char *begin = at, *next;

        if (read_tag(ps, &t) < 0) {
            return -1;
        }
        next = t.end;
        if (is_standalone(ps, &t, &begin, &next)) {
            indent = (struct ms_tpl_str){begin, (size_t)(at - begin)};
        }
        add_text(ps, ps->p, begin);
        if (add_tag(ps, &t, indent) < 0) {
            return -1;
        }
        ps->p = next;
    }
    add_text(ps, ps->p, ps->end);
    if (ps->depth) {
        const struct ms_tpl_node *n = ps->stack[ps->depth - 1].node;

        return fail(ps, n->line, "this section is not closed", n->s);
    }
    return 0;
}

int ms_tpl_parse(struct ms_arena *a, const char *name, struct ms_tpl_str text,
                 struct ms_tpl_node **ret, struct ms_err *err)
{
    struct ms_tpl_node *first = NULL;
    struct parser ps = {.arena = a,
                        .err = err,
                        .name = name,
                        .start = text.p,
                        .end = text.p + text.n,
                        .p = text.p,
                        .counted = text.p,
                        .line = 1,
                        .open = {"{{", 2},
                        .close = {"}}", 2},
                        .tail = &first};

    if (text.n > MS_TPL_TEXT_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: the template is larger than 16 MiB", name);
    }
    if (text.n && parse_all(&ps) < 0) {
        return -1;
    }
    *ret = first;
    return 0;
}
