/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine of option tables. One row describes one key of site.yaml: its type, default, range
 * and documentation. The same rows drive loading, the JSON Schema and the reference of all keys.
 * Tables end with a row whose key is NULL. Values live in the arena of the load.
 */
#ifndef MS_SITE_OPT_H
#define MS_SITE_OPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/diag.h"
#include "modules/core/yaml/tree.h"

enum {
    MS_OPT_OPTIONAL = 1, /* without a default: absent leaves the value untouched */
    MS_OPT_UNSTORED = 2, /* checked, but kept nowhere */
    MS_OPT_SECRET = 4,   /* its value never stands in a message */
    MS_OPT_AUTO = 8,     /* a size: "auto" stands for 0 */
    MS_OPT_OFF = 16      /* an address: "off" stands for "" */
};

/* What a load passes on: borrowed by the parsers. */
struct ms_opt_ctx {
    struct ms_arena *arena;
    struct ms_diags *d;
    struct ms_buf path; /* key path of the value being read */
    void *user;         /* the loader's own */
};

struct ms_opt;

/* Decode n into (char *)base + o->off. Returns 0, or -1 after adding an error to c->d. */
typedef int (*ms_opt_parse_fn)(struct ms_opt_ctx *c, const struct ms_node *n,
                               const struct ms_opt *o, void *base);

/* A kind of value. */
struct ms_opt_type {
    const char *name; /* for people: "size" */
    ms_opt_parse_fn parse;
    void (*schema)(const struct ms_opt *o, json_t *into); /* adds keywords of JSON Schema */
    const char *members; /* a mapping with free keys: what they are, "<domain>"; else NULL */
    bool section;        /* a mapping with the keys of o->sub in the same structure */
};

/* One word that a value may be. */
struct ms_word {
    const char *text; /* NULL ends the list */
    int value;
    const char *planned; /* accepted but without effect in this version: what happens instead */
};

struct ms_opt {
    const char *key;
    const struct ms_opt_type *type;
    const char *def; /* YAML text; NULL: mandatory unless MS_OPT_OPTIONAL */
    const char *doc;
    size_t off;       /* offsetof in the structure that is loaded */
    int64_t min, max; /* numbers and sizes: inclusive; both 0: no range. text: length */
    unsigned flags;
    const struct ms_opt *sub;    /* the keys below it */
    const struct ms_word *words; /* for words */
    const char *planned;         /* without effect in this version: what happens instead */
};

/* Start and end a context. */
void ms_opt_ctx_init(struct ms_opt_ctx *c, struct ms_arena *a, struct ms_diags *d);
void ms_opt_ctx_done(struct ms_opt_ctx *c);

/* Decode the mapping n by the table into base: every key checked, absent ones defaulted. n NULL or
 * null is an empty mapping that stands at loc. Returns 0, or -1 when it added errors. */
int ms_opt_load(struct ms_opt_ctx *c, const struct ms_node *n, struct ms_loc loc,
                const struct ms_opt *table, void *base);

/* Decode the default of one row. */
int ms_opt_load_default(struct ms_opt_ctx *c, const struct ms_opt *o, struct ms_loc loc,
                        void *base);

/* Lengthen the key path; returns what ms_opt_pop takes to shorten it again. */
size_t ms_opt_push(struct ms_opt_ctx *c, const char *key);
size_t ms_opt_push_index(struct ms_opt_ctx *c, size_t i);
void ms_opt_pop(struct ms_opt_ctx *c, size_t len);

/* Add an error for the current key path. Always returns -1. */
int ms_opt_error(struct ms_opt_ctx *c, struct ms_loc loc, const char *fmt, ...) ms_printf(3, 4);

/* Add the warning that what (quoted in the message, or NULL for the whole key) is not there yet. */
void ms_opt_warn_planned(struct ms_opt_ctx *c, struct ms_loc loc, const char *what,
                         const char *instead);

/* text in quotes, shortened and without control characters, fit for a message. In the arena. */
const char *ms_opt_quote(struct ms_arena *a, const char *text);

/* Find the word in the list that a person probably meant, else NULL. words may be any array of
 * n strings. */
const char *ms_opt_did_you_mean(const char *word, const char *const *words, size_t n);

/* Require a kind of node; an error names what was expected. */
int ms_opt_want(struct ms_opt_ctx *c, const struct ms_node *n, enum ms_node_kind kind,
                const char *what);

#endif
