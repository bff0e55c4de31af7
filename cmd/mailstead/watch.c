/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/mailstead/progress.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

enum { FRAME_MS = 100, LINE_BYTES = 1 << 20 };

static volatile sig_atomic_t got_signal;

static void on_signal(int sig)
{
    got_signal = sig;
}

static struct ms_progress_style style_of(const struct ms_cli *c)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    const char *vars[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
    struct ms_progress_style s = {.verbose = c->verbose, .quiet = c->quiet};

    s.live = isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
    s.color = s.live && !(no_color && *no_color);
    for (size_t i = 0; s.live && i < 3; i++) {
        if (vars[i] && *vars[i]) {
            s.unicode = strcasestr(vars[i], "utf-8") || strcasestr(vars[i], "utf8");
            break;
        }
    }
    return s;
}

/* ---- the child ---- */

static void send_line(int fd, const json_t *j)
{
    ms_auto_free char *text = json_dumps(j, JSON_COMPACT);
    size_t n, off = 0;

    if (!text) {
        return;
    }
    n = strlen(text);
    text[n++] = '\n'; /* in place of the NUL: only n bytes are written */
    while (off < n) {
        ssize_t w = write(fd, text + off, n - off);

        if (w < 0 && errno != EINTR) {
            return;
        }
        off += w > 0 ? (size_t)w : 0;
    }
}

static void on_event(void *arg, const json_t *event)
{
    send_line(*(int *)arg, event);
}

static void child(ms_watch_job job, void *arg, int fd)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *j = NULL;

    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (job(arg, on_event, &fd, &err) < 0) {
        j = json_pack("{s:s,s:i,s:i,s:s}", "watch", "failed", "code", (int)err.code, "sys", err.sys,
                      "text", ms_err_msg(&err));
    } else {
        j = json_pack("{s:s}", "watch", "done");
    }
    send_line(fd, j);
}

/* ---- the parent ---- */

struct view {
    struct ms_progress p;
    struct ms_buf in;
    struct ms_watch_end *end;
    bool finished, failed; /* the child said so */
    struct ms_err *err;
};

static void screen(size_t *width, size_t *height)
{
    struct winsize w;

    *width = 80;
    *height = 24;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
        *width = w.ws_col;
        *height = w.ws_row;
    }
}

static void flush(struct view *v)
{
    size_t off = 0;

    while (off < v->p.out.len) {
        ssize_t w = write(STDERR_FILENO, v->p.out.p + off, v->p.out.len - off);

        if (w < 0 && errno != EINTR) {
            break;
        }
        off += w > 0 ? (size_t)w : 0;
    }
    ms_buf_reset(&v->p.out);
}

static void take_result(struct view *v, const json_t *j)
{
    const char *kind = json_string_value(json_object_get(j, "watch"));

    v->finished = true;
    if (kind && !strcmp(kind, "failed")) {
        const char *text = json_string_value(json_object_get(j, "text"));
        int code = (int)json_integer_value(json_object_get(j, "code"));

        v->failed = true;
        (void)ms_err_set(v->err, (enum ms_code)code, 0, "%s", text ? text : "failed");
        v->err->sys = (int)json_integer_value(json_object_get(j, "sys"));
    }
}

static void take_end(struct view *v, const json_t *j)
{
    const char *text = json_string_value(json_object_get(j, "text"));

    v->end->seen = true;
    v->end->ok = json_is_true(json_object_get(j, "ok"));
    v->end->changed = json_is_true(json_object_get(j, "changed"));
    (void)snprintf(v->end->text, sizeof(v->end->text), "%s", text ? text : "");
}

static void take_line(struct view *v, const char *line, size_t n)
{
    ms_auto_json json_t *j = json_loadb(line, n, 0, NULL);
    const char *state = json_string_value(json_object_get(j, "state"));

    if (json_object_get(j, "watch")) {
        take_result(v, j);
        return;
    }
    if (state && !strcmp(state, "end")) {
        take_end(v, j);
    }
    ms_progress_event(&v->p, j, ms_time_mono_ms());
}

/* Read what is there; false at the end of the stream. */
static bool take_input(struct view *v, int fd)
{
    char chunk[16384], *nl;
    ssize_t n = read(fd, chunk, sizeof(chunk));
    size_t width, height;

    if (n <= 0) {
        return n < 0 && errno == EINTR;
    }
    ms_buf_add(&v->in, chunk, (size_t)n);
    screen(&width, &height);
    ms_progress_clear(&v->p, width);
    while ((nl = memchr(v->in.p, '\n', v->in.len))) {
        take_line(v, v->in.p, (size_t)(nl - v->in.p));
        ms_buf_drop(&v->in, (size_t)(nl - v->in.p) + 1);
    }
    return true;
}

static void show(struct view *v, int fd)
{
    bool more = true;
    int64_t next = ms_time_mono_ms() + FRAME_MS;
    size_t width, height;

    while (more && !got_signal) {
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        int64_t left = next - ms_time_mono_ms();
        bool drew = v->p.n_drawn > 0;
        int r = poll(&pfd, 1, v->p.style.live ? (int)(left > 0 ? left : 0) : -1);

        if (r > 0) {
            more = take_input(v, fd);
        }
        if (r == 0) {
            next = ms_time_mono_ms() + FRAME_MS;
        }
        if (r == 0 || (drew && more)) {
            screen(&width, &height);
            ms_progress_draw(&v->p, width, height, ms_time_mono_ms());
        }
        flush(v);
    }
    screen(&width, &height);
    ms_progress_clear(&v->p, width);
    flush(v);
}

/* While the view moves, keys must not be echoed into it. Restored by ms_cleanup. */
struct echo {
    bool off;
    struct termios old;
};

static void echo_off(struct echo *e)
{
    struct termios t;

    if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &e->old) == 0) {
        t = e->old;
        t.c_lflag &= (tcflag_t)~ECHO;
        e->off = tcgetpgrp(STDIN_FILENO) == getpgrp() && tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
    }
}

static void echo_restore(struct echo *e)
{
    if (e->off) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &e->old);
        e->off = false;
    }
}

static void interrupted(pid_t pid)
{
    static const char text[] = "\nInterrupted. A job that the supervisor runs goes on: `mailstead "
                               "status` shows how far it is,\nand `mailstead up` picks it up.\n";

    (void)fputs(text, stderr);
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
    (void)signal((int)got_signal, SIG_DFL);
    (void)raise((int)got_signal);
}

static int run(struct view *v, pid_t pid, int fd, struct ms_err *err)
{
    struct sigaction sa = {.sa_handler = on_signal}, old_int, old_term;
    ms_cleanup(echo_restore) struct echo echo = {0};
    int status = 0;

    (void)sigaction(SIGINT, &sa, &old_int);
    (void)sigaction(SIGTERM, &sa, &old_term);
    if (v->p.style.live) {
        echo_off(&echo);
    }
    show(v, fd);
    echo_restore(&echo);
    if (got_signal) {
        interrupted(pid);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    (void)sigaction(SIGINT, &old_int, NULL);
    (void)sigaction(SIGTERM, &old_term, NULL);
    if (!v->finished) {
        return ms_err_set(err, MS_EIO, 0, "the job's process ended early");
    }
    return v->failed ? -1 : 0;
}

int ms_watch(const struct ms_cli *c, ms_watch_job job, void *arg, struct ms_watch_end *ret,
             struct ms_err *err)
{
    struct view v = {.end = ret, .err = err};
    int64_t start = ms_time_mono_ms();
    int fds[2], r;
    pid_t pid;

    memset(ret, 0, sizeof(*ret));
    if (pipe2(fds, O_CLOEXEC) < 0) {
        return ms_err_set(err, MS_EIO, errno, "pipe");
    }
    (void)fflush(NULL);
    pid = fork();
    if (pid < 0) {
        (void)close(fds[0]);
        (void)close(fds[1]);
        return ms_err_set(err, MS_EIO, errno, "fork");
    }
    if (pid == 0) {
        (void)close(fds[0]);
        child(job, arg, fds[1]);
        _exit(0);
    }
    (void)close(fds[1]);
    ms_progress_init(&v.p, style_of(c), start);
    ms_buf_init(&v.in, LINE_BYTES);
    r = run(&v, pid, fds[0], err);
    ret->n_done = v.p.n_done;
    ret->n_failed = v.p.n_failed;
    ret->ms = ms_time_mono_ms() - start;
    (void)close(fds[0]);
    ms_progress_done(&v.p);
    ms_buf_done(&v.in);
    return r;
}
