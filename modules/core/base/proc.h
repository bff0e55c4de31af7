/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run a program and take what it prints. No shell is involved; the environment is the caller's.
 */
#ifndef MS_BASE_PROC_H
#define MS_BASE_PROC_H

#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

/* Called with each line (without its newline) that the program prints. */
typedef void (*ms_proc_line)(void *arg, const char *line);

/* Run argv (NULL-terminated, looked up on PATH), standard input from /dev/null, standard output and
 * error together to on_line (may be NULL). *ret_status gets the exit status, 128 + signal when
 * killed. MS_ETIME after timeout_ms (0: none): the program's process group is then killed. */
int ms_proc_run(const char *const *argv, int64_t timeout_ms, ms_proc_line on_line, void *arg,
                int *ret_status, struct ms_err *err) ms_must_use;

#endif
