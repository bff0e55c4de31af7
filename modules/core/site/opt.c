/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/site/opt.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/utf8.h"

enum {
    PATH_MAX_LEN = 4096,
    TABLE_MAX = 64, /* rows of one table: they are marked in one word */
    QUOTE_MAX = 64,
    WORD_MAX = 40 /* longer words have no near neighbours in our tables */
};

/* Where values go that are only checked: as large as any of them. */
union scratch {
    max_align_t align;
    char room[64];
};

void ms_opt_ctx_init(struct ms_opt_ctx *c, struct ms_arena *a, struct ms_diags *d)
{
    *c = (struct ms_opt_ctx){.arena = a, .d = d};
    ms_buf_init(&c->path, PATH_MAX_LEN);
}

void ms_opt_ctx_done(struct ms_opt_ctx *c)
{
    ms_buf_done(&c->path);
}

size_t ms_opt_push(struct ms_opt_ctx *c, const char *key)
{
    size_t len = c->path.len;

    if (len) {
        ms_buf_addc(&c->path, '.');
    }
    ms_buf_adds(&c->path, key);
    return len;
}

size_t ms_opt_push_index(struct ms_opt_ctx *c, size_t i)
{
    size_t len = c->path.len;

    ms_buf_addf(&c->path, "[%zu]", i);
    return len;
}

void ms_opt_pop(struct ms_opt_ctx *c, size_t len)
{
    c->path.len = len;
    if (c->path.cap) {
        c->path.p[len] = '\0';
    }
}

int ms_opt_error(struct ms_opt_ctx *c, struct ms_loc loc, const char *fmt, ...)
{
    ms_auto_free char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    ms_diag_add(c->d, MS_DIAG_ERROR, loc, c->path.p, "%s", text);
    return -1;
}

void ms_opt_warn_planned(struct ms_opt_ctx *c, struct ms_loc loc, const char *what,
                         const char *instead)
{
    ms_diag_add(c->d, MS_DIAG_WARNING, loc, c->path.p,
                "%s is not available in this version and has no effect: %s",
                what ? ms_opt_quote(c->arena, what) : "this", instead);
}

const char *ms_opt_quote(struct ms_arena *a, const char *text)
{
    ms_auto_buf struct ms_buf b;
    size_t n = strlen(text), len;
    uint32_t ch;

    ms_buf_init(&b, QUOTE_MAX * 4 + 8);
    ms_buf_addc(&b, '"');
    for (size_t i = 0; i < n; i += len) {
        len = ms_utf8_decode(text + i, n - i, &ch);
        if (b.len > QUOTE_MAX) {
            ms_buf_adds(&b, "...");
            break;
        }
        if (!len || ch < 0x20 || (ch >= 0x7f && ch < 0xa0)) {
            ms_buf_addc(&b, '?');
            len = len ? len : 1;
        } else {
            ms_buf_add(&b, text + i, len);
        }
    }
    ms_buf_addc(&b, '"');
    return ms_arena_strdup(a, b.p);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance where a swap of neighbours counts one (optimal string alignment). Both words are
 * at most WORD_MAX long. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], n = strlen(a), m = strlen(b);
    size_t *before = rows[0], *prev = rows[1], *cur = rows[2];

    for (size_t j = 0; j <= m; j++) {
        prev[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *t = before;

        cur[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t v = prev[j - 1] + (a[i - 1] != b[j - 1]);

            v = least(v, least(prev[j], cur[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                v = least(v, before[j - 2] + 1);
            }
            cur[j] = v;
        }
        before = prev;
        prev = cur;
        cur = t;
    }
    return prev[m];
}

const char *ms_opt_did_you_mean(const char *word, const char *const *words, size_t n)
{
    const char *best = NULL;
    size_t best_d = 0, len = strlen(word);

    if (len > WORD_MAX || len < 2) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        size_t other = strlen(words[i]), d;

        if (other > WORD_MAX) {
            continue;
        }
        d = distance(word, words[i]);
        if (d <= 1 + least(len, other) / 4 && (!best || d < best_d)) {
            best = words[i];
            best_d = d;
        }
    }
    return best;
}

static const char *kind_name(const struct ms_node *n)
{
    static const char *const names[] = {[MS_NODE_SCALAR] = "a single value",
                                        [MS_NODE_SEQUENCE] = "a list",
                                        [MS_NODE_MAPPING] = "a mapping (key: value)"};

    return ms_node_is_null(n) ? "nothing" : names[n->kind];
}

int ms_opt_want(struct ms_opt_ctx *c, const struct ms_node *n, enum ms_node_kind kind,
                const char *what)
{
    if (n->kind == kind && !ms_node_is_null(n)) {
        return 0;
    }
    if (ms_node_is_null(n)) {
        return ms_opt_error(c, n->loc, "has no value: write %s, or remove the line", what);
    }
    return ms_opt_error(c, n->loc, "expected %s, not %s", what, kind_name(n));
}

static size_t table_size(const struct ms_opt *table)
{
    size_t n = 0;

    while (table[n].key) {
        n++;
    }
    assert(n <= TABLE_MAX);
    return n;
}

static void unknown_key(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *table)
{
    const char *keys[TABLE_MAX] = {NULL};
    size_t n_keys = table_size(table), len = ms_opt_push(c, n->key);
    const char *near;

    for (size_t i = 0; i < n_keys; i++) {
        keys[i] = table[i].key;
    }
    near = ms_opt_did_you_mean(n->key, keys, n_keys);
    if (near) {
        ms_opt_error(c, n->key_loc, "unknown key; did you mean \"%s\"?", near);
    } else {
        ms_auto_buf struct ms_buf b;

        ms_buf_init(&b, 1024);
        for (size_t i = 0; i < n_keys; i++) {
            ms_buf_addf(&b, "%s%s", i ? ", " : "", keys[i]);
        }
        ms_opt_error(c, n->key_loc, "unknown key; the keys here are: %s", b.p);
    }
    ms_opt_pop(c, len);
}

/* Whether a given value is what the default says, or says nothing at all. */
static bool is_default(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                       const union scratch *value)
{
    union scratch def = {.room = {0}};
    struct ms_opt at_start = *o;

    if (n->kind != MS_NODE_SCALAR) {
        return !n->n;
    }
    if (ms_node_is_null(n) || (o->def && !strcmp(n->text, o->def))) {
        return true;
    }
    at_start.off = 0;
    return o->def && ms_opt_load_default(c, &at_start, n->loc, &def) == 0 &&
           !memcmp(&def, value, sizeof(def)); /* NOLINT: both are zeroed before they are filled */
}

/* A value that has no effect yet: checked, then the default is used. */
static int load_planned(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                        void *base)
{
    union scratch value = {.room = {0}};
    struct ms_opt at_start = *o;

    at_start.off = 0;
    if (o->type->parse(c, n, &at_start, o->type->section ? base : &value) < 0) {
        return -1;
    }
    if (!is_default(c, n, o, &value)) {
        ms_opt_warn_planned(c, n->key_loc, NULL, o->planned);
    }
    return o->def ? ms_opt_load_default(c, o, n->loc, base) : 0;
}

static int load_member(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                       void *base)
{
    union scratch unused = {.room = {0}};
    size_t len = ms_opt_push(c, o->key);
    int r;

    if (o->planned) {
        r = load_planned(c, n, o, o->flags & MS_OPT_UNSTORED ? unused.room : base);
    } else {
        r = o->type->parse(c, n, o, o->flags & MS_OPT_UNSTORED ? unused.room : base);
    }
    ms_opt_pop(c, len);
    return r;
}

int ms_opt_load_default(struct ms_opt_ctx *c, const struct ms_opt *o, struct ms_loc loc, void *base)
{
    struct ms_node scalar = {.kind = MS_NODE_SCALAR, .loc = loc, .plain = true, .text = o->def};
    struct ms_node *n = &scalar;
    union scratch unused = {.room = {0}};
    bool composed = o->def[0] == '[' || o->def[0] == '{';

    if (o->def[0] == '"') { /* a quoted string of the table: without escapes inside */
        scalar.plain = false;
        scalar.text = ms_arena_memdup0(c->arena, o->def + 1, strlen(o->def) - 2);
    }
    if (composed && ms_yaml_parse(c->arena, &(struct ms_yaml_text){o->key, o->def, strlen(o->def)},
                                  NULL, c->d, &n) < 0) {
        return -1;
    }
    return o->type->parse(c, n, o, o->flags & MS_OPT_UNSTORED ? unused.room : base);
}

/* A key that is not in the file. */
static int load_absent(struct ms_opt_ctx *c, const struct ms_opt *o, struct ms_loc loc, void *base)
{
    size_t len;
    int r = 0;

    if (!o->def && o->flags & MS_OPT_OPTIONAL) {
        return 0;
    }
    len = ms_opt_push(c, o->key);
    if (o->type->section) {
        r = ms_opt_load(c, NULL, loc, o->sub, base);
    } else if (o->def) {
        r = ms_opt_load_default(c, o, loc, base);
    } else {
        r = ms_opt_error(c, loc, "is missing: %s", o->doc);
    }
    ms_opt_pop(c, len);
    return r;
}

int ms_opt_load(struct ms_opt_ctx *c, const struct ms_node *n, struct ms_loc loc,
                const struct ms_opt *table, void *base)
{
    uint64_t seen = 0;
    int r = 0;

    if (n && ms_node_is_null(n)) {
        n = NULL;
    }
    if (n && ms_opt_want(c, n, MS_NODE_MAPPING, "a mapping (key: value)") < 0) {
        return -1;
    }
    for (size_t i = 0; n && i < n->n; i++) {
        size_t k = 0;

        while (table[k].key && strcmp(table[k].key, n->v[i]->key)) {
            k++;
        }
        if (!table[k].key) {
            unknown_key(c, n->v[i], table);
            r = -1;
            continue;
        }
        if (seen >> k & 1) { /* there twice: the parser said so */
            r = -1;
            continue;
        }
        seen |= (uint64_t)1 << k;
        if (load_member(c, n->v[i], &table[k], base) < 0) {
            r = -1;
        }
    }
    for (size_t k = 0; table[k].key; k++) {
        if (!(seen >> k & 1) && load_absent(c, &table[k], loc, base) < 0) {
            r = -1;
        }
    }
    return r;
}
