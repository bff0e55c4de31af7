/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mailstead: the command line. Parses the arguments, runs one verb, exits with its status.
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/mailstead/args.h"
#include "cmd/mailstead/help.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/err.h"

static const char *engine_socket(void)
{
    static const char prefix[] = "unix://";
    const char *host = getenv("DOCKER_HOST");

    if (host && !strncmp(host, prefix, sizeof(prefix) - 1)) {
        return host + sizeof(prefix) - 1;
    }
    return NULL;
}

static int print_help(const struct ms_cli *c)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 20);
    if (c->verb) {
        ms_help_verb(c->verb, &b);
    } else {
        ms_help_all(&b);
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

static int run(struct ms_cli *c, int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_cli_parse(argc, argv, c, &err) < 0) {
        return ms_out_usage(c, "%s", ms_err_msg(&err));
    }
    c->engine_socket = engine_socket();
    if (c->help) {
        return print_help(c);
    }
    return c->version ? ms_run_version(c) : c->verb->run(c);
}

int main(int argc, char **argv)
{
    struct ms_cli c;
    int status;

    (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)signal(SIGPIPE, SIG_IGN);
    status = run(&c, argc, argv);
    ms_cli_done(&c);
    return status;
}
