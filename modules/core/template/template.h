/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mustache (its public specification, interpolation, sections, inverted, comments, partials,
 * delimiters) with one escaper per destination syntax. {{x}} is escaped for the destination;
 * {{{x}}} and {{&x}} stay raw. A value that the destination cannot represent is an error that names
 * template, line and variable. In strict mode a variable that the data does not have is an error
 * too, except as a section's test. Values are never expanded again.
 */
#ifndef MS_TEMPLATE_TEMPLATE_H
#define MS_TEMPLATE_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

enum ms_syntax {
    MS_SYNTAX_HTML,           /* & < > " as the specification says */
    MS_SYNTAX_RAW,            /* no escaping */
    MS_SYNTAX_TEXT,           /* as it is, but no control characters */
    MS_SYNTAX_POSTFIX_MAIN,   /* a main.cf value: no newline, $ doubled */
    MS_SYNTAX_POSTFIX_MASTER, /* a master.cf -o argument */
    MS_SYNTAX_DOVECOT,        /* inside a double-quoted Dovecot string */
    MS_SYNTAX_SQL,            /* inside a single-quoted MariaDB string */
    MS_SYNTAX_UCL,            /* inside a double-quoted UCL string (Rspamd) */
    MS_SYNTAX_HAPROXY,        /* one HAProxy argument */
    MS_SYNTAX_UNBOUND,        /* inside a double-quoted Unbound string */
    MS_SYNTAX_NGINX,          /* inside a double-quoted nginx string */
    MS_SYNTAX_PHP,            /* inside a single-quoted PHP string */
    MS_SYNTAX_XML,
    MS_SYNTAX_SHELL, /* one shell word: quoted where needed */
    MS_SYNTAX_YAML,  /* a YAML scalar: double-quoted unless it is plainly safe */
    MS_SYNTAX_JSON,  /* inside a double-quoted JSON string */
    MS_SYNTAX__COUNT
};

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
     * is none (an error when strict, else empty as the specification says). May be NULL. */
    const char *(*partial)(void *arg, const char *name);
    void *partial_arg;
};

/* Append the rendering of the size bytes at text over data to out (which must be initialised). */
int ms_template_render(const char *text, size_t size, const json_t *data,
                       const struct ms_template_opts *opts, struct ms_buf *out, struct ms_err *err)
    ms_must_use;

#endif
