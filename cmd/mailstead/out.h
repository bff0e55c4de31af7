/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verbs print: results to standard output, notes and errors to standard error, and the exit
 * status that an error means.
 */
#ifndef MS_CLI_OUT_H
#define MS_CLI_OUT_H

#include <jansson.h>

#include "cmd/mailstead/cli.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/diag.h"
#include "modules/core/base/err.h"

enum { MS_OUT_MAX = 256 << 20 }; /* bound of the buffers that hold a result */

/* The exit status for a kind of failure. */
int ms_exit_for(enum ms_code code);

/* Print "mailstead: <message>" and give the exit status for it. */
int ms_out_fail(const struct ms_err *err);

/* Print "mailstead: ..." for wrong usage and the usage of the verb; gives MS_EXIT_USAGE. */
int ms_out_usage(const struct ms_cli *c, const char *fmt, ...) ms_printf(2, 3);

/* A line to standard error, unless --quiet. */
void ms_out_note(const struct ms_cli *c, const char *fmt, ...) ms_printf(2, 3);

/* Write a buffer to standard output. Returns status, or MS_EXIT_FAILED when it cannot be written or
 * the result was too big. */
int ms_out_buf(const struct ms_buf *b, int status);

/* A line to standard output, unless --quiet. */
void ms_out_line(const struct ms_cli *c, const char *fmt, ...) ms_printf(2, 3);

/* Print JSON, two spaces a level, and a newline. Returns as ms_out_buf. */
int ms_out_json(const json_t *j, int status);

/* The string member of an object, "" when it is absent or no string. Borrowed. */
const char *ms_out_str(const json_t *o, const char *key);

/* Ask a yes-or-no question on the terminal, default no. True at once with --yes. Without a terminal
 * it says that --yes is needed. False: the verb must end with *ret_status. */
bool ms_out_confirm(const struct ms_cli *c, int *ret_status, const char *fmt, ...) ms_printf(3, 4);

#endif
