/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that is this program with another role ("mailsteadd -x job ..."). It reads its input from
 * a pipe and writes lines to another; its standard error is the supervisor's log.
 *
 * When the supervisor dies, its workers go on: a deployment that ends is better than half a one, it
 * holds the state's lock until then, and a call is short. They ignore SIGPIPE, so writing to a
 * supervisor that has gone does not end them.
 */
#ifndef MS_MAILSTEADD_WORKER_H
#define MS_MAILSTEADD_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

struct worker {
    pid_t pid; /* 0: none */
    int in, out;
    char *input; /* owned; wiped as soon as it is written */
    size_t n_input, pos;
    struct ms_buf buf; /* output that is no complete line yet */
    bool dropping;     /* the rest of a line that was too long */
    /* called with each line, without its newline */
    void (*on_line)(void *arg, char *p, size_t n);
    void *arg;
};

/* Start it with the arguments (NULL-terminated, without the program) and input (taken over, may be
 * NULL; wiped). A line has at most max_line bytes, the rest of it is dropped. The memory of w is
 * the caller's. */
int worker_start(struct worker *w, const char *const *args, char *input, size_t max_line,
                 struct ms_err *err) ms_must_use;

/* Fill in what to poll for; returns how many entries (at most 2). */
unsigned worker_fds(const struct worker *w, struct pollfd *fds);

/* Move bytes in both directions, as far as it goes without waiting. */
void worker_io(struct worker *w);

/* Whether it has ended; then *ret_status is as waitpid gave it, all its output has been handed out,
 * and w may be started again. */
bool worker_reap(struct worker *w, int *ret_status);

/* "killed by signal 9", "exited with status 1". The caller frees it. */
char *worker_status_text(int status) ms_must_use;

#endif
