/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/help.h"

#include <string.h>

#include "cmd/mailstead/args.h"
#include "cmd/mailstead/verbs.h"

enum { WIDTH = 78, COLUMN = 26 };

void ms_help_wrap(const char *text, unsigned indent, unsigned width, struct ms_buf *out)
{
    size_t column = 0;

    while (*text) {
        size_t n = strcspn(text, " ");

        if (!column || column + 1 + n > width) {
            ms_buf_addf(out, "%s%*s", column ? "\n" : "", (int)indent, "");
            column = indent;
        } else {
            ms_buf_addc(out, ' ');
            column++;
        }
        ms_buf_add(out, text, n);
        column += n;
        text += n + (text[n] == ' ');
    }
    ms_buf_addc(out, '\n');
}

static void add_opt(const struct ms_cli_opt *o, struct ms_buf *out)
{
    size_t start = out->len;

    if (o->letter) {
        ms_buf_addf(out, "  -%c, --%s", o->letter, o->name);
    } else {
        ms_buf_addf(out, "      --%s", o->name);
    }
    if (o->arg) {
        ms_buf_addf(out, " %s", o->arg);
    }
    if (out->len - start > COLUMN - 2) {
        ms_buf_addf(out, "\n%*s%s\n", COLUMN, "", o->help);
    } else {
        ms_buf_addf(out, "%*s%s\n", (int)(COLUMN - (out->len - start)), "", o->help);
    }
}

static void add_opts(const char *title, const struct ms_cli_opt *o, struct ms_buf *out)
{
    if (!o || !o->name) {
        return;
    }
    ms_buf_addf(out, "\n%s\n", title);
    for (; o->name; o++) {
        add_opt(o, out);
    }
}

static void add_statuses(struct ms_buf *out)
{
    ms_buf_adds(out, "\nExit status\n"
                     "  0  done\n"
                     "  1  failed\n"
                     "  2  wrong usage, or site.yaml is not valid\n"
                     "  3  done, but something is unhealthy or differs\n"
                     "  4  the supervisor or the container engine cannot be reached\n");
}

void ms_help_all(struct ms_buf *out)
{
    ms_buf_adds(out, "mailstead runs a complete mail server that one file, site.yaml, describes.\n"
                     "\nusage: mailstead [OPTION...] VERB [ARGUMENT...]\n");
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        if (v->section) {
            ms_buf_addf(out, "\n%s\n", v->section);
        }
        if (!v->sub) {
            ms_buf_addf(out, "  %-12s %s\n", v->name, v->summary);
        }
    }
    add_opts("Options of every verb, before or after it", ms_cli_globals, out);
    add_statuses(out);
    ms_buf_adds(out, "\n`mailstead help VERB` explains one verb. To begin: mailstead init.\n");
}

static void add_usage(const char *prefix, const struct ms_verb *v, struct ms_buf *out)
{
    ms_buf_addf(out, "%smailstead %s", prefix, v->name);
    if (v->sub) {
        ms_buf_addf(out, " %s", v->sub);
    }
    ms_buf_addf(out, "%s%s\n", *v->args ? " " : "", v->args);
}

static void add_group(const struct ms_verb *group, struct ms_buf *out)
{
    ms_buf_addf(out, "mailstead %s: %s\n", group->name, group->summary);
    for (const struct ms_verb *v = group + 1; v->name && !strcmp(v->name, group->name); v++) {
        ms_buf_addc(out, '\n');
        add_usage("  ", v, out);
        ms_help_wrap(v->summary, 6, WIDTH, out);
    }
    ms_buf_addf(out, "\n`mailstead help %s SUBVERB` tells the options of one.\n", group->name);
}

void ms_help_usage(const struct ms_verb *v, struct ms_buf *out)
{
    if (!v) {
        ms_buf_adds(out, "usage: mailstead [OPTION...] VERB [ARGUMENT...]\n");
        return;
    }
    if (!ms_verb_is_group(v)) {
        add_usage("usage: ", v, out);
        return;
    }
    ms_buf_addf(out, "usage: mailstead %s", v->name);
    for (const struct ms_verb *s = v + 1; s->name && !strcmp(s->name, v->name); s++) {
        ms_buf_addf(out, "%s%s", s == v + 1 ? " " : "|", s->sub);
    }
    ms_buf_adds(out, " ...\n");
}

void ms_help_verb(const struct ms_verb *v, struct ms_buf *out)
{
    if (ms_verb_is_group(v)) {
        add_group(v, out);
        return;
    }
    add_usage("usage: ", v, out);
    ms_buf_addc(out, '\n');
    ms_help_wrap(v->summary, 0, WIDTH, out);
    if (v->details) {
        ms_buf_addc(out, '\n');
        ms_help_wrap(v->details, 0, WIDTH, out);
    }
    add_opts("Options", v->opts, out);
    add_opts("Options of every verb", ms_cli_globals, out);
}
