/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/core/base/time.h"

enum { LINE_MAX_BYTES = 8192 };

static void child(const char *const *argv, int out)
{
    int in = open("/dev/null", O_RDONLY);

    (void)setpgid(0, 0);
    if (in >= 0) {
        (void)dup2(in, STDIN_FILENO);
    }
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(out, STDERR_FILENO);
    /* libraries open descriptors without O_CLOEXEC; none is the program's business */
    (void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    (void)execvp(argv[0], (char *const *)argv);
    (void)dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerrordesc_np(errno));
    _exit(127);
}

/* Hand complete lines of b to on_line; with all, the rest too. */
static void give_lines(struct ms_buf *b, bool all, ms_proc_line on_line, void *arg)
{
    char *nl;

    while ((nl = memchr(b->p, '\n', b->len))) {
        *nl = '\0';
        if (on_line) {
            on_line(arg, b->p);
        }
        ms_buf_drop(b, (size_t)(nl - b->p) + 1);
    }
    if (b->len && (all || b->too_big)) {
        if (on_line) {
            on_line(arg, b->p);
        }
        ms_buf_reset(b);
    }
}

/* Read until the end of output; 1 when the deadline passed first. */
static int drain(int fd, int64_t deadline, ms_proc_line on_line, void *arg)
{
    ms_auto_buf struct ms_buf b;
    char chunk[4096];

    ms_buf_init(&b, LINE_MAX_BYTES);
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = deadline ? deadline - ms_time_mono_ms() : -1;
        ssize_t n;

        if (deadline && left <= 0) {
            return 1;
        }
        if (poll(&p, 1, deadline ? (int)left : -1) <= 0) {
            continue;
        }
        n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            give_lines(&b, true, on_line, arg);
            return 0;
        }
        ms_buf_add(&b, chunk, (size_t)n);
        give_lines(&b, false, on_line, arg);
    }
}

int ms_proc_run(const char *const *argv, int64_t timeout_ms, ms_proc_line on_line, void *arg,
                int *ret_status, struct ms_err *err)
{
    int fds[2], status = 0, late;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return ms_err_set(err, MS_EIO, errno, "pipe");
    }
    pid = fork();
    if (pid < 0) {
        int saved = errno;

        (void)close(fds[0]);
        (void)close(fds[1]);
        return ms_err_set(err, MS_EIO, saved, "fork");
    }
    if (!pid) {
        child(argv, fds[1]);
    }
    (void)close(fds[1]);
    late = drain(fds[0], timeout_ms ? ms_time_mono_ms() + timeout_ms : 0, on_line, arg);
    (void)close(fds[0]);
    if (late) {
        (void)kill(-pid, SIGKILL);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (late) {
        return ms_err_set(err, MS_ETIME, 0, "%s: no end after %lld ms", argv[0],
                          (long long)timeout_ms);
    }
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}
