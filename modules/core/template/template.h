/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mustache (its public specification, the required modules: comments, delimiters, interpolation,
 * inverted sections, partials, sections) with one escaper per destination syntax. {{x}} is escaped
 * for the destination; {{{x}}} and {{&x}} stay raw. A value that the destination cannot represent
 * is an error that names template, line and variable, and never shows the value. In strict mode a
 * variable or partial that does not exist is an error too, except as a section's test. Values are
 * never expanded again.
 *
 * Numbers, true and false are written as they are in every syntax (so 25 is a YAML number and the
 * string "25" is quoted); null is empty; a list or an object as a variable is an error. A section
 * is not shown for null, false, 0, "", an empty list and a missing name. Template inheritance
 * ({{<x}}, {{$x}}) and dynamic partials ({{>*x}}) are refused.
 *
 * Limits: templates and partials 16 MiB each, sections 64 deep in one template, sections and
 * partials together 256 deep, opts.max_steps, and the output's own bound.
 */
#ifndef MS_TEMPLATE_TEMPLATE_H
#define MS_TEMPLATE_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

/* Which characters get which escape, and what is refused, is said at each function in escape_*.c.
 * All but RAW refuse text that is not UTF-8; all refuse NUL. */
enum ms_syntax {
    MS_SYNTAX_HTML,           /* & < > " as the specification says */
    MS_SYNTAX_RAW,            /* no escaping */
    MS_SYNTAX_TEXT,           /* as it is, but no control characters; Postfix's map files */
    MS_SYNTAX_POSTFIX_MAIN,   /* a main.cf value: no newline, $ doubled */
    MS_SYNTAX_POSTFIX_MASTER, /* a master.cf -o argument: no space, no braces, $ doubled */
    MS_SYNTAX_DOVECOT,        /* inside a double-quoted Dovecot string; %{ becomes %%{ */
    MS_SYNTAX_SQL,            /* inside a single-quoted MariaDB string */
    MS_SYNTAX_UCL,            /* inside a double-quoted UCL string (Rspamd) */
    MS_SYNTAX_HAPROXY,        /* one HAProxy argument, with quotes where needed */
    MS_SYNTAX_UNBOUND,        /* inside a double-quoted Unbound string: no " and no \ */
    MS_SYNTAX_NGINX,          /* inside a double-quoted nginx string: no $ */
    MS_SYNTAX_PHP,            /* inside a single-quoted PHP string */
    MS_SYNTAX_XML,            /* text or a quoted attribute */
    MS_SYNTAX_SHELL,          /* one shell word: quoted where needed */
    MS_SYNTAX_YAML,           /* see below */
    MS_SYNTAX_JSON,           /* inside a double-quoted JSON string */
    MS_SYNTAX__COUNT
};

/* YAML: ms_escape gives a scalar of its own, in double quotes unless it is a string in every
 * version of YAML without them. A template also sees where in its line the value stands: between
 * double or single quotes ("{{a}}:{{b}}") it is escaped for these; in or before plain text
 * (x-{{a}}, {{a}}/b) it is written plain, or refused when it needs quotes. Quoted scalars over
 * several lines are not recognised: keep them on one line. */

/* By its name in Compose fragments ("postfix-main", "ucl", ...); -1 when there is none. */
int ms_syntax_find(const char *name);

/* Its name. */
const char *ms_syntax_name(enum ms_syntax s);

/* Append value escaped for the syntax; MS_EINVAL when it cannot be represented. */
int ms_escape(enum ms_syntax s, const char *value, struct ms_buf *out, struct ms_err *err)
    ms_must_use;

struct ms_template_opts {
    enum ms_syntax syntax;
    bool strict;
    const char *name; /* for messages: "postfix/main.cf" */
    /* The text of the partial of that name (borrowed until the rendering ends), or NULL when there
     * is none (an error when strict, else empty as the specification says). Asked once for each
     * name and indentation. May be NULL. */
    const char *(*partial)(void *arg, const char *name);
    void *partial_arg;
    size_t max_steps; /* bound on the work: nodes shown and bytes of partials; 0: 20 million */
};

/* Append the rendering of the size bytes at text over data to out (which must be initialised). */
int ms_template_render(const char *text, size_t size, const json_t *data,
                       const struct ms_template_opts *opts, struct ms_buf *out, struct ms_err *err)
    ms_must_use;

#endif
