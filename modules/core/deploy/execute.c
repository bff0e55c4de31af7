/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"

enum { MAX_PARALLEL = 16, LINE_MAX_BYTES = 256 * 1024 };

enum step_state { WAITING, RUNNING, DONE, FAILED };

struct worker {
    pid_t pid;
    int fd;
    size_t step;
    int64_t began_ms;
    struct ms_buf in;
};

struct execution {
    struct ms_run *r;
    enum step_state *state;
    struct worker workers[MAX_PARALLEL];
    size_t n_workers, max_workers;
    struct ms_err *err; /* of the first failure */
    bool failed;
};

/* --- in the child --- */

static void send_line(int fd, json_t *j)
{
    ms_auto_free char *text = json_dumps(j, JSON_COMPACT);

    json_decref(j);
    if (text) {
        ms_auto_free char *line = ms_xasprintf("%s\n", text);
        size_t n = strlen(line);

        for (const char *p = line; n;) {
            ssize_t w = write(fd, p, n);

            if (w < 0 && errno != EINTR) {
                return;
            }
            if (w > 0) {
                p += w;
                n -= (size_t)w;
            }
        }
    }
}

static void child_output(void *arg, const char *line)
{
    send_line(*(int *)arg, json_pack("{s:o}", "output", ms_json_lossy(line)));
}

static void child_main(const struct ms_run *r, const struct ms_step *step, int fd, pid_t parent)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_step_ctx c = {.r = r, .step = step, .output = child_output, .arg = &fd};
    int result;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* an orphan must not work beside the next run */
    if (getppid() != parent) {
        _exit(1);
    }
    c.e = r->d->engine(r->d->engine_arg);
    result = ms_step_do(&c, &err);
    ms_engine_free(c.e);
    if (result < 0) {
        send_line(fd, json_pack("{s:i,s:i,s:o}", "code", (int)err.code, "sys", err.sys, "error",
                                ms_json_lossy(ms_err_msg(&err))));
    } else {
        send_line(fd, json_pack("{s:b}", "ok", 1));
    }
    _exit(0);
}

/* --- in the parent --- */

static void give_up(struct execution *x, const struct ms_step *s, enum ms_code code, int sys,
                    const char *text)
{
    if (!x->failed) {
        ms_auto_free char *name = ms_step_name(s);

        (void)ms_err_copy(x->err, code, sys, text);
        (void)ms_err_wrap(x->err, "%s", name);
        x->failed = true;
    }
}

static int launch(struct execution *x, size_t i, struct ms_err *err)
{
    struct worker *w = &x->workers[x->n_workers];
    struct ms_step *s = &x->r->plan->steps[i];
    int fds[2];
    pid_t self = getpid();

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return ms_err_set(err, MS_EIO, errno, "pipe");
    }
    *w = (struct worker){.fd = fds[0], .step = i, .began_ms = ms_time_mono_ms()};
    ms_buf_init(&w->in, LINE_MAX_BYTES);
    ms_run_event(x->r, s, "start", s->reason, NULL);
    w->pid = fork();
    if (w->pid < 0) {
        int saved = errno;

        (void)close(fds[0]);
        (void)close(fds[1]);
        return ms_err_set(err, MS_EIO, saved, "fork");
    }
    if (w->pid == 0) {
        child_main(x->r, s, fds[1], self);
    }
    (void)close(fds[1]);
    x->state[i] = RUNNING;
    x->n_workers++;
    return 0;
}

static bool ready(const struct execution *x, size_t i)
{
    const struct ms_step *s = &x->r->plan->steps[i];

    if (x->state[i] != WAITING) {
        return false;
    }
    for (size_t k = 0; k < s->n_after; k++) {
        if (x->state[s->after[k]] != DONE) {
            return false;
        }
    }
    return true;
}

static void fail(struct execution *x, struct worker *w, struct ms_err *why, json_t *extra)
{
    const struct ms_step *s = &x->r->plan->steps[w->step];

    x->state[w->step] = FAILED;
    ms_run_event(x->r, s, "failed", ms_err_msg(why), extra);
    give_up(x, s, why->code, why->sys, ms_err_msg(why));
}

/* One line from a child: output, or its result. */
static void take_line(struct execution *x, struct worker *w, const char *line)
{
    const struct ms_step *s = &x->r->plan->steps[w->step];
    ms_auto_json json_t *j = json_loads(line, 0, NULL);
    const char *output = json_string_value(json_object_get(j, "output"));
    const char *error = json_string_value(json_object_get(j, "error"));
    json_int_t code = json_integer_value(json_object_get(j, "code"));
    ms_auto_err struct ms_err why = MS_ERR_INIT;
    json_t *ms;

    if (output) {
        ms_run_event(x->r, s, "output", output, NULL);
        return;
    }
    ms = json_pack("{s:I}", "ms", (json_int_t)(ms_time_mono_ms() - w->began_ms));
    if (json_is_true(json_object_get(j, "ok"))) {
        x->state[w->step] = DONE;
        ms_run_event(x->r, s, "done", NULL, ms);
        return;
    }
    (void)ms_err_copy(&why, code > MS_OK && code < MS_CODE__COUNT ? (enum ms_code)code : MS_EINVAL,
                      (int)json_integer_value(json_object_get(j, "sys")),
                      error ? error : "the step gave no answer");
    fail(x, w, &why, ms);
}

static void finish(struct execution *x, size_t k)
{
    struct worker *w = &x->workers[k];
    int status = 0;

    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (x->state[w->step] == RUNNING) {
        ms_auto_err struct ms_err why = MS_ERR_INIT;

        (void)ms_err_set(&why, MS_EINVAL, 0,
                         WIFSIGNALED(status) ? "killed by signal %d" : "ended with status %d",
                         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        fail(x, w, &why, NULL);
    }
    (void)close(w->fd);
    ms_buf_done(&w->in);
    x->workers[k] = x->workers[--x->n_workers];
}

/* Read from a child; returns false at its end. */
static bool read_worker(struct execution *x, struct worker *w)
{
    char chunk[8192];
    ssize_t n = read(w->fd, chunk, sizeof(chunk));
    char *nl;

    if (n < 0 && errno == EINTR) {
        return true;
    }
    if (n <= 0) {
        return false;
    }
    ms_buf_add(&w->in, chunk, (size_t)n);
    while ((nl = memchr(w->in.p, '\n', w->in.len))) {
        *nl = '\0';
        take_line(x, w, w->in.p);
        ms_buf_drop(&w->in, (size_t)(nl - w->in.p) + 1);
    }
    return !w->in.too_big;
}

static void wait_for_some(struct execution *x)
{
    struct pollfd p[MAX_PARALLEL];

    for (size_t k = 0; k < x->n_workers; k++) {
        p[k] = (struct pollfd){.fd = x->workers[k].fd, .events = POLLIN};
    }
    if (poll(p, x->n_workers, -1) <= 0) {
        return;
    }
    for (size_t k = x->n_workers; k-- > 0;) { /* backwards: finish() moves the last one here */
        if (p[k].revents && !read_worker(x, &x->workers[k])) {
            finish(x, k);
        }
    }
}

static void launch_ready(struct execution *x)
{
    for (size_t i = 0; i < x->r->plan->n_steps && x->n_workers < x->max_workers; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        if (!x->failed && ready(x, i) && launch(x, i, &err) < 0) {
            x->state[i] = FAILED;
            ms_run_event(x->r, &x->r->plan->steps[i], "failed", ms_err_msg(&err), NULL);
            give_up(x, &x->r->plan->steps[i], err.code, err.sys, ms_err_msg(&err));
        }
    }
}

int ms_execute(struct ms_run *r, struct ms_err *err)
{
    size_t n = r->plan->n_steps;
    ms_auto_free enum step_state *state = ms_xcalloc(n, sizeof(*state));
    struct execution x = {
        .r = r, .state = state, .err = err, .max_workers = r->d->parallel ? r->d->parallel : 6};

    if (x.max_workers > MAX_PARALLEL) {
        x.max_workers = MAX_PARALLEL;
    }
    for (;;) {
        launch_ready(&x);
        if (!x.n_workers) {
            break;
        }
        wait_for_some(&x);
    }
    for (size_t i = 0; i < n; i++) {
        if (state[i] == WAITING) {
            ms_run_event(r, &r->plan->steps[i], "skipped", "a step before it failed", NULL);
        }
    }
    return x.failed ? -1 : 0;
}
