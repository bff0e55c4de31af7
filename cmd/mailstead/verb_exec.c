/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/fs.h"

enum { STDIN_MAX = 64 << 20 };

static int relay(void *arg, int stream, const char *p, size_t n)
{
    FILE *f = stream == 2 ? stderr : stdout;

    (void)arg;
    if (fwrite(p, 1, n, f) != n || fflush(f) != 0) {
        return -1;
    }
    return 0;
}

/* Whether standard input holds something to hand on: a file, a pipe or a socket. */
static bool has_input(const struct ms_cli *c)
{
    struct stat st;

    return !ms_cli_has(c, "no-stdin") && fstat(STDIN_FILENO, &st) == 0 &&
           (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

int ms_run_exec(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    ms_cleanup(ms_snapshot_done) struct ms_snapshot snap = {0};
    ms_auto_buf struct ms_buf in = {0};
    const struct ms_container *box;
    bool input;
    int status = ms_load_snapshot(c, &e, &snap), result;

    ms_buf_init(&in, STDIN_MAX);
    if (status != MS_EXIT_OK) {
        return status;
    }
    box = ms_load_container(&snap, c->words[0]);
    if (!box || strcmp(box->state, "running") != 0) {
        (void)fprintf(stderr, "mailstead: %s: %s\n", c->words[0],
                      box ? "its container does not run" : "there is no such service here");
        return MS_EXIT_FAILED;
    }
    input = has_input(c);
    if (input && ms_fs_read("-", &in, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (e->ops->exec(e->impl, box->id, c->command, input ? &in : NULL, relay, NULL, &result, &err) <
        0) {
        return ms_out_fail(&err);
    }
    return result;
}
