/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help texts and manual pages, made from the table of verbs. Pure.
 */
#ifndef MS_CLI_HELP_H
#define MS_CLI_HELP_H

#include "cmd/mailstead/cli.h"
#include "modules/core/base/buf.h"

/* `mailstead --help`: all verbs by section, the global options, the exit statuses. */
void ms_help_all(struct ms_buf *out);

/* `mailstead VERB --help`; for a group: its sub-verbs. */
void ms_help_verb(const struct ms_verb *v, struct ms_buf *out);

/* "usage: mailstead ..." and a newline. */
void ms_help_usage(const struct ms_verb *v, struct ms_buf *out);

/* Append text in lines of at most width columns, each indented. */
void ms_help_wrap(const char *text, unsigned indent, unsigned width, struct ms_buf *out);

/* Append the manual page of that name ("mailstead", "mailsteadd", "mailstead-site.yaml") as roff;
 * -1 when there is none. */
int ms_man_page(const char *name, struct ms_buf *out) ms_must_use;

#endif
