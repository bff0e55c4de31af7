/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/site/types.h"

#include <inttypes.h>
#include <string.h>

#include "modules/core/base/parse.h"
#include "modules/core/base/utf8.h"
#include "modules/core/site/site.h"

static int parse_section(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    return ms_opt_load(c, n, n->loc, o->sub, base);
}

static int parse_bool(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    if (ms_opt_want(c, n, MS_NODE_SCALAR, "on or off") < 0) {
        return -1;
    }
    if (ms_parse_bool(n->text, ms_opt_place(o, base)) < 0) {
        return ms_opt_error(c, n->loc, "%s is not on or off", ms_opt_quote(c->arena, n->text));
    }
    return 0;
}

static void schema_bool(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_set_new(into, "enum",
                              json_pack("[b,b,s,s,s,s]", 1, 0, "on", "off", "yes", "no"));
}

const char *ms_words_text(struct ms_arena *a, const struct ms_word *words)
{
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, 1024);
    for (const struct ms_word *w = words; w->text; w++) {
        ms_buf_addf(&b, "%s%s", w == words ? "" : w[1].text ? ", " : " or ", w->text);
    }
    return ms_arena_strdup(a, b.p);
}

const struct ms_word *ms_words_find(const struct ms_word *words, const char *text)
{
    if (!strcmp(text, "true") || !strcmp(text, "false")) {
        text = *text == 't' ? "on" : "off";
    }
    for (; words->text; words++) {
        if (!strcmp(words->text, text)) {
            return words;
        }
    }
    return NULL;
}

json_t *ms_words_schema(const struct ms_word *words)
{
    json_t *list = json_array();

    for (; words->text; words++) {
        (void)json_array_append_new(list, json_string(words->text));
        if (!strcmp(words->text, "on") || !strcmp(words->text, "off")) {
            (void)json_array_append_new(list, json_boolean(!strcmp(words->text, "on")));
        }
    }
    return list;
}

/* The word that n is. *ret stays when the word has no effect yet. */
static int parse_one_word(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                          const struct ms_word **ret)
{
    const struct ms_word *w;

    w = n->kind == MS_NODE_SCALAR && !ms_node_is_null(n) ? ms_words_find(o->words, n->text) : NULL;
    if (!w) {
        const char *words = ms_words_text(c->arena, o->words);

        return ms_opt_want(c, n, MS_NODE_SCALAR, words) < 0
                   ? -1
                   : ms_opt_error(c, n->loc, "%s is not %s", ms_opt_quote(c->arena, n->text),
                                  words);
    }
    if (w->planned) {
        ms_opt_warn_planned(c, n->loc, w->text, w->planned);
    } else {
        *ret = w;
    }
    return 0;
}

static int parse_word(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    const struct ms_word *w = o->def ? ms_words_find(o->words, o->def) : NULL;

    if (parse_one_word(c, n, o, &w) < 0) {
        return -1;
    }
    if (w) {
        memcpy(ms_opt_place(o, base), &w->value, sizeof(w->value));
    }
    return 0;
}

static int parse_word_text(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                           void *base)
{
    const struct ms_word *w = o->def ? ms_words_find(o->words, o->def) : NULL;

    if (parse_one_word(c, n, o, &w) < 0) {
        return -1;
    }
    if (w) {
        *(const char **)ms_opt_place(o, base) = w->text;
    }
    return 0;
}

static void schema_word(const struct ms_opt *o, json_t *into)
{
    (void)json_object_set_new(into, "enum", ms_words_schema(o->words));
}

static int parse_word_bits(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                           void *base)
{
    unsigned bits = 0;
    int r = 0;

    if (ms_opt_want(c, n, MS_NODE_SEQUENCE, "a list") < 0) {
        return -1;
    }
    if (!n->n) {
        return ms_opt_error(c, n->loc, "the list is empty: write at least one of %s",
                            ms_words_text(c->arena, o->words));
    }
    for (size_t i = 0; i < n->n; i++) {
        const struct ms_word *w = NULL;

        if (parse_one_word(c, n->v[i], o, &w) < 0) {
            r = -1;
        } else if (w && bits & (unsigned)w->value) {
            r = ms_opt_error(c, n->v[i]->loc, "%s is in the list twice", w->text);
        } else {
            bits |= w ? (unsigned)w->value : 0;
        }
    }
    if (!r) {
        *(unsigned *)ms_opt_place(o, base) = bits;
    }
    return r;
}

static void schema_word_bits(const struct ms_opt *o, json_t *into)
{
    (void)json_object_update_new(into, json_pack("{s:s,s:b,s:i,s:{s:o}}", "type", "array",
                                                 "uniqueItems", 1, "minItems", 1, "items", "enum",
                                                 ms_words_schema(o->words)));
}

/* Characters in UTF-8 text, or -1 when there is a control character. */
static int64_t text_length(const char *s)
{
    size_t n = strlen(s), len;
    int64_t chars = 0;
    uint32_t ch;

    for (size_t i = 0; i < n; i += len, chars++) {
        len = ms_utf8_decode(s + i, n - i, &ch);
        if (!len || ch < 0x20 || (ch >= 0x7f && ch < 0xa0)) {
            return -1;
        }
    }
    return chars;
}

static int parse_text(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    int64_t len;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a text") < 0) {
        return -1;
    }
    len = text_length(n->text);
    if (len < 0) {
        return ms_opt_error(c, n->loc, "holds a line end or another control character");
    }
    if (len < o->min || len > o->max) {
        return ms_opt_error(c, n->loc,
                            "has %" PRId64 " characters: %" PRId64 " to %" PRId64 " are allowed",
                            len, o->min, o->max);
    }
    *(const char **)ms_opt_place(o, base) = ms_arena_strdup(c->arena, n->text);
    return 0;
}

static void schema_text(const struct ms_opt *o, json_t *into)
{
    (void)json_object_update_new(into,
                                 json_pack("{s:s,s:I,s:I}", "type", "string", "minLength",
                                           (json_int_t)o->min, "maxLength", (json_int_t)o->max));
}

static int parse_url(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                     void *base)
{
    const char *host;

    if (parse_text(c, n, o, base) < 0) {
        return -1;
    }
    host = !strncmp(n->text, "https://", 8)  ? n->text + 8
           : !strncmp(n->text, "http://", 7) ? n->text + 7
                                             : "";
    if (!*host || *host == '/' || strpbrk(host, " \"<>\\^`{|}")) {
        return ms_opt_error(c, n->loc, "is not a URL: write https://host/path");
    }
    return 0;
}

static void schema_url(const struct ms_opt *o, json_t *into)
{
    schema_text(o, into);
    (void)json_object_set_new(into, "pattern", json_string("^https?://[^/ ]"));
}

int ms_opt_parse_list(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base, ms_opt_parse_fn parse)
{
    struct ms_strv *list = ms_opt_place(o, base);
    struct ms_opt item = *o;
    size_t count = 0;
    int r = 0;

    if (ms_opt_want(c, n, MS_NODE_SEQUENCE, "a list") < 0) {
        return -1;
    }
    item.off = 0;
    list->v = ms_arena_alloc(c->arena, n->n ? n->n : 1, sizeof(*list->v));
    for (size_t i = 0; i < n->n; i++) {
        size_t len = ms_opt_push_index(c, i);

        if (parse(c, n->v[i], &item, &list->v[count]) < 0) {
            r = -1;
        } else {
            count++;
        }
        ms_opt_pop(c, len);
    }
    list->n = count;
    return r;
}

static int parse_texts(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                       void *base)
{
    return ms_opt_parse_list(c, n, o, base, parse_text);
}

static void schema_texts(const struct ms_opt *o, json_t *into)
{
    json_t *item = json_object();

    schema_text(o, item);
    (void)json_object_update_new(into, json_pack("{s:s,s:o}", "type", "array", "items", item));
}

static int parse_urls(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    return ms_opt_parse_list(c, n, o, base, parse_url);
}

static void schema_urls(const struct ms_opt *o, json_t *into)
{
    json_t *item = json_object();

    schema_url(o, item);
    (void)json_object_update_new(into, json_pack("{s:s,s:o}", "type", "array", "items", item));
}

const struct ms_opt_type ms_type_section = {
    .name = "section", .parse = parse_section, .section = true};
const struct ms_opt_type ms_type_bool = {
    .name = "on or off", .parse = parse_bool, .schema = schema_bool};
const struct ms_opt_type ms_type_word = {
    .name = "word", .parse = parse_word, .schema = schema_word};
const struct ms_opt_type ms_type_word_text = {
    .name = "word", .parse = parse_word_text, .schema = schema_word};
const struct ms_opt_type ms_type_word_bits = {
    .name = "list of words", .parse = parse_word_bits, .schema = schema_word_bits};
const struct ms_opt_type ms_type_text = {
    .name = "text", .parse = parse_text, .schema = schema_text};
const struct ms_opt_type ms_type_url = {.name = "URL", .parse = parse_url, .schema = schema_url};
const struct ms_opt_type ms_type_texts = {
    .name = "list of texts", .parse = parse_texts, .schema = schema_texts};
const struct ms_opt_type ms_type_urls = {
    .name = "list of URLs", .parse = parse_urls, .schema = schema_urls};
