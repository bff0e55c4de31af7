/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/core/base/mem.h"

enum { ARGS_MAX = 128 };

static void forget_input(struct worker *w)
{
    if (w->input) {
        explicit_bzero(w->input, w->n_input);
    }
    free(w->input);
    w->input = NULL;
    if (w->in >= 0) {
        (void)close(w->in);
    }
    w->in = -1;
}

static void child(const char *const *argv, int in, int out)
{
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0);
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
        (void)execv("/proc/self/exe", (char *const *)argv);
    }
    _exit(127);
}

int worker_start(struct worker *w, const char *const *args, char *input, size_t max_line,
                 struct ms_err *err)
{
    const char *argv[ARGS_MAX + 2] = {"mailsteadd"};
    ms_auto_close int in_r = -1;
    ms_auto_close int out_w = -1;
    int in[2], out[2];

    w->in = w->out = -1;
    w->pos = 0;
    w->input = input;
    w->n_input = input ? strlen(input) : 0;
    w->dropping = false;
    for (size_t i = 0; args[i] && i < ARGS_MAX; i++) {
        argv[i + 1] = args[i];
    }
    if (pipe2(in, O_CLOEXEC) < 0) {
        forget_input(w);
        return ms_err_set(err, MS_EIO, errno, "pipe");
    }
    in_r = in[0];
    w->in = in[1];
    if (pipe2(out, O_CLOEXEC) < 0) {
        forget_input(w);
        return ms_err_set(err, MS_EIO, errno, "pipe");
    }
    out_w = out[1];
    w->out = out[0];
    (void)fcntl(w->in, F_SETFL, O_NONBLOCK);
    (void)fcntl(w->out, F_SETFL, O_NONBLOCK);
    w->pid = fork();
    if (w->pid < 0) {
        w->pid = 0;
        forget_input(w);
        (void)close(w->out);
        return ms_err_set(err, MS_EIO, errno, "fork");
    }
    if (!w->pid) {
        child(argv, in_r, out_w);
    }
    ms_buf_init(&w->buf, max_line);
    worker_io(w);
    return 0;
}

unsigned worker_fds(const struct worker *w, struct pollfd *fds)
{
    unsigned n = 0;

    if (!w->pid) {
        return 0;
    }
    if (w->in >= 0) {
        fds[n++] = (struct pollfd){.fd = w->in, .events = POLLOUT};
    }
    if (w->out >= 0) {
        fds[n++] = (struct pollfd){.fd = w->out, .events = POLLIN};
    }
    return n;
}

static void write_input(struct worker *w)
{
    while (w->in >= 0 && w->pos < w->n_input) {
        ssize_t n = write(w->in, w->input + w->pos, w->n_input - w->pos);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return;
        }
        if (n < 0) {
            break;
        }
        w->pos += (size_t)n;
    }
    forget_input(w);
}

/* Hand out what is in buf as a line. */
static void give(struct worker *w)
{
    if (!w->dropping) {
        w->on_line(w->arg, w->buf.p, w->buf.len);
    }
    w->dropping = false;
    if (w->buf.cap) {
        explicit_bzero(w->buf.p, w->buf.len);
    }
    ms_buf_reset(&w->buf);
}

static void take(struct worker *w, const char *p, size_t n)
{
    while (n) {
        const char *nl = memchr(p, '\n', n);
        size_t part = nl ? (size_t)(nl - p) : n;

        ms_buf_add(&w->buf, p, part);
        if (nl || (w->buf.too_big && !w->dropping)) {
            give(w);
            w->dropping = !nl;
        }
        p += part + (nl != NULL);
        n -= part + (nl != NULL);
    }
}

static void read_output(struct worker *w)
{
    char chunk[16384];

    while (w->out >= 0) {
        ssize_t n = read(w->out, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return;
        }
        if (n <= 0) {
            (void)close(w->out);
            w->out = -1;
            return;
        }
        take(w, chunk, (size_t)n);
        explicit_bzero(chunk, (size_t)n);
    }
}

void worker_io(struct worker *w)
{
    write_input(w);
    read_output(w);
}

bool worker_reap(struct worker *w, int *ret_status)
{
    if (!w->pid || waitpid(w->pid, ret_status, WNOHANG) != w->pid) {
        return false;
    }
    read_output(w);
    if (w->buf.len) {
        give(w);
    }
    forget_input(w);
    if (w->out >= 0) {
        (void)close(w->out); /* a process that it left behind may still hold the other end */
    }
    w->out = -1;
    w->pid = 0;
    ms_buf_done(&w->buf);
    return true;
}

char *worker_status_text(int status)
{
    if (WIFSIGNALED(status)) {
        return ms_xasprintf("killed by signal %d", WTERMSIG(status));
    }
    return ms_xasprintf("exited with status %d", WEXITSTATUS(status));
}
