/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/module.h"
#include "modules/core/site/site_priv.h"
#include "modules/core/site/types.h"

enum { TEXT_MAX = 1 << 20 };

/* What is written about one key. */
struct entry {
    const char *path, *type, *def, *doc;
    const char *planned; /* without effect: what happens instead; else NULL */
};

struct writer {
    struct ms_buf out;
    struct ms_arena *a;
    bool markdown;
};

/* Text inside a cell of a Markdown table. */
static void add_cell(struct ms_buf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '|') {
            ms_buf_addc(b, '\\');
        }
        ms_buf_adds(b, *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : (const char[]){*s, '\0'});
    }
}

static void add_entry(struct writer *w, const struct entry *e)
{
    const char *note =
        e->planned ? ms_arena_printf(w->a, " (not in this version: %s)", e->planned) : "";

    if (!w->markdown) {
        ms_buf_addf(&w->out, "%s\n    %s; %s%s\n    %s%s\n", e->path, e->type,
                    e->def ? "default " : "no default", e->def ? e->def : "", e->doc, note);
        return;
    }
    ms_buf_addf(&w->out, "| `%s` | ", e->path);
    add_cell(&w->out, e->type);
    ms_buf_addf(&w->out, " | %s%s%s | ", e->def ? "`" : "", e->def ? e->def : "",
                e->def ? "`" : "");
    add_cell(&w->out, e->doc);
    add_cell(&w->out, note);
    ms_buf_adds(&w->out, " |\n");
}

static const char *type_text(struct writer *w, const struct ms_opt *o)
{
    return o->words ? ms_words_text(w->a, o->words) : o->type->name;
}

/* The words of a row that have no effect yet. */
static const char *planned_text(struct writer *w, const struct ms_opt *o, const char *planned)
{
    ms_auto_buf struct ms_buf b = {0};

    if (o->planned || planned) {
        return o->planned ? o->planned : planned;
    }
    ms_buf_init(&b, 1024);
    for (const struct ms_word *x = o->words; x && x->text; x++) {
        if (x->planned) {
            ms_buf_addf(&b, "%s%s", b.len ? ", " : "", x->text);
        }
    }
    return b.len ? ms_arena_strdup(w->a, b.p) : NULL;
}

static void add_components(struct writer *w, const char *path)
{
    for (const struct ms_component *c = ms_components; c->name; c++) {
        struct entry e = {.path = ms_arena_printf(w->a, "%s.%s", path, c->name),
                          .type = ms_type_bool.name,
                          .def = c->kind == MS_COMPONENT_ON ? "on" : "off",
                          .doc = c->module ? c->module->summary : "a component"};

        if (c->kind == MS_COMPONENT_PLANNED) {
            e.planned = "the component is not started";
        }
        if (c->kind != MS_COMPONENT_ALWAYS) {
            add_entry(w, &e);
        }
    }
}

/* All keys of a table; planned is inherited from the section they are in. */
static void add_table(struct writer *w, const char *prefix, const struct ms_opt *table,
                      const char *planned)
{
    for (const struct ms_opt *o = table; o->key; o++) {
        const char *path = ms_arena_printf(w->a, "%s%s%s", prefix, *prefix ? "." : "", o->key);
        const char *note = planned_text(w, o, planned);

        add_entry(w, &(struct entry){path, type_text(w, o), o->def, o->doc, note});
        if (o->type == &ms_type_components) {
            add_components(w, path);
        } else if (o->type->members && o->sub) {
            add_table(w, ms_arena_printf(w->a, "%s.%s", path, o->type->members), o->sub, note);
        } else if (o->sub) {
            add_table(w, path, o->sub, note);
        }
    }
}

char *ms_site_options(bool markdown)
{
    struct writer w = {.a = ms_arena_new(), .markdown = markdown};

    ms_buf_init(&w.out, TEXT_MAX);
    if (markdown) {
        ms_buf_adds(&w.out, "| key | value | default | what for |\n|---|---|---|---|\n");
    }
    add_table(&w, "", ms_site_opts, NULL);
    ms_arena_free(w.a);
    return ms_buf_steal(&w.out);
}
