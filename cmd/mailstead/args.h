/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments to a request. Options may stand before or after the verb; "--" ends them. Prints
 * nothing.
 */
#ifndef MS_CLI_ARGS_H
#define MS_CLI_ARGS_H

#include "cmd/mailstead/cli.h"
#include "modules/core/base/err.h"

#define MS_CLI_SITE "/etc/mailstead/site.yaml"
#define MS_CLI_STATE "/var/lib/mailstead"

/* The options that every verb takes, in the order of the help. */
extern const struct ms_cli_opt ms_cli_globals[];

/* Parse argv (argv[0] is skipped). Returns 0, or -1 with MS_EINVAL and a message for the user;
 * ret->verb then is the verb the message is about, NULL when that is not known. With ret->help or
 * ret->version the rest is not checked. ret must be freed with ms_cli_done in any case. */
int ms_cli_parse(int argc, char **argv, struct ms_cli *ret, struct ms_err *err) ms_must_use;

/* Free what ms_cli_parse allocated. Accepts a zeroed request. */
void ms_cli_done(struct ms_cli *c);

#endif
