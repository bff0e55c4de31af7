/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the password of a mailbox comes from: a file, standard input, the terminal (asked twice
 * without echo) or a random one. Never from the arguments.
 */
#ifndef MS_CLI_PASSWORD_H
#define MS_CLI_PASSWORD_H

#include <stdbool.h>

#include "cmd/mailstead/cli.h"
#include "modules/core/base/err.h"

/* As --password-file and --ask of the verb say. *ret is freed by the caller with
 * ms_password_free; *ret_generated: it was made here and must be shown. */
int ms_password_get(const struct ms_cli *c, char **ret, bool *ret_generated, struct ms_err *err)
    ms_must_use;

/* Wipe and free. Accepts NULL. */
void ms_password_free(char *s);
MS_DEFINE_CLEANUP(char, ms_password_free)

#endif
