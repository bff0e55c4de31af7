/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"

enum { LINE_BYTES = 1 << 16, AGAIN_MS = 500 };

/* One service's lines, each written whole so that those of others cannot cut into it. */
struct lines {
    const char *service;
    bool json;
    char prefix[80];    /* "postfix  | ", "" for a single service */
    struct ms_buf part; /* of a line that is not complete yet */
};

static int add_json(const char *p, size_t n, void *arg)
{
    ms_buf_add(arg, p, n);
    return 0;
}

static void format_line(const struct lines *l, const char *text, struct ms_buf *out)
{
    if (l->json) {
        ms_auto_json json_t *j = json_pack("{s:s}", "service", l->service);

        (void)json_object_set_new(j, "text", ms_json_lossy(text));
        (void)json_dump_callback(j, add_json, out, JSON_COMPACT);
    } else {
        ms_buf_adds(out, l->prefix);
        ms_text_clean_lines(text, out); /* one line, which may hold tabs */
    }
    ms_buf_addc(out, '\n');
}

static int put_line(const struct lines *l, const char *text)
{
    ms_auto_buf struct ms_buf b = {0};
    size_t off = 0;

    ms_buf_init(&b, LINE_BYTES * 8);
    format_line(l, text, &b);
    while (off < b.len) {
        ssize_t w = write(STDOUT_FILENO, b.p + off, b.len - off);

        if (w < 0 && errno != EINTR) {
            return -1;
        }
        off += w > 0 ? (size_t)w : 0;
    }
    return 0;
}

static int on_output(void *arg, int stream, const char *p, size_t n)
{
    struct lines *l = arg;

    (void)stream;
    while (n) {
        const char *nl = memchr(p, '\n', n);
        size_t part = nl ? (size_t)(nl - p) : n;

        ms_buf_add(&l->part, p, part);
        if (nl) {
            if (l->part.len && l->part.p[l->part.len - 1] == '\r') {
                l->part.p[l->part.len - 1] = '\0';
            }
            if (put_line(l, l->part.p) < 0) {
                return -1;
            }
            ms_buf_reset(&l->part);
            part++;
        }
        p += part;
        n -= part;
    }
    return 0;
}

static int show_one(struct ms_engine *e, const char *id, struct lines *l, int tail, bool follow)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (e->ops->logs(e->impl, id, tail, follow, on_output, l, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (l->part.len) {
        (void)put_line(l, l->part.p);
        ms_buf_reset(&l->part);
    }
    return MS_EXIT_OK;
}

/* Follow a service over restarts and new containers, until this process is ended. */
static int follow_one(const struct ms_cli *c, const char *service, struct lines *l, int tail)
{
    ms_auto_free char *last = ms_xstrdup("");

    for (;;) {
        ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
        ms_cleanup(ms_snapshot_done) struct ms_snapshot snap = {0};
        const struct ms_container *box;
        int status = ms_load_snapshot(c, &e, &snap);

        if (status != MS_EXIT_OK) {
            return status;
        }
        box = ms_load_container(&snap, service);
        if (box && (!*last || !strcmp(box->state, "running"))) {
            bool same = !strcmp(last, box->id);

            status = show_one(e, box->id, l, same ? 0 : tail, true);
            if (status != MS_EXIT_OK) {
                return status;
            }
            free(last);
            last = ms_xstrdup(box->id);
            tail = -1; /* a new container: all its lines are new */
        }
        ms_time_sleep_ms(AGAIN_MS);
    }
}

/* The services to show: those named, else all that have a container. */
static int choose(const struct ms_cli *c, const struct ms_snapshot *snap, const char ***ret,
                  size_t *n)
{
    const char **v = ms_xcalloc(c->n_words + snap->n_containers + 1, sizeof(*v));

    *ret = v;
    *n = 0;
    for (size_t i = 0; i < c->n_words; i++) {
        if (!ms_load_container(snap, c->words[i])) {
            (void)fprintf(stderr, "mailstead: %s: there is no such service here\n", c->words[i]);
            return MS_EXIT_FAILED;
        }
        v[(*n)++] = c->words[i];
    }
    for (size_t i = 0; !c->n_words && i < snap->n_containers; i++) {
        v[(*n)++] = snap->containers[i].service;
    }
    return MS_EXIT_OK;
}

static int follow_all(const struct ms_cli *c, const char *const *names, struct lines *lines,
                      size_t n, int tail)
{
    int result = MS_EXIT_OK, status;

    (void)fflush(NULL);
    for (size_t i = 0; i < n; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
            _exit(follow_one(c, names[i], &lines[i], tail));
        }
        if (pid < 0) {
            (void)fprintf(stderr, "mailstead: fork: %s\n", strerrordesc_np(errno));
            return MS_EXIT_FAILED;
        }
    }
    while (wait(&status) > 0 || errno == EINTR) {
        if (WIFEXITED(status) && WEXITSTATUS(status)) {
            result = WEXITSTATUS(status);
        }
    }
    return result;
}

static int run(const struct ms_cli *c, const struct ms_engine *e, const struct ms_snapshot *snap,
               int tail)
{
    ms_auto_free const char **names = NULL;
    ms_auto_free struct lines *lines = NULL;
    size_t n, width = 0;
    int status = choose(c, snap, &names, &n);

    if (status != MS_EXIT_OK) {
        return status;
    }
    lines = ms_xcalloc(n + 1, sizeof(*lines));
    for (size_t i = 0; i < n; i++) {
        width = strlen(names[i]) > width ? strlen(names[i]) : width;
    }
    for (size_t i = 0; i < n; i++) {
        ms_buf_init(&lines[i].part, LINE_BYTES);
        lines[i].service = names[i];
        lines[i].json = c->json;
        if (n > 1) {
            (void)snprintf(lines[i].prefix, sizeof(lines[i].prefix), "%-*.60s | ", (int)width,
                           names[i]);
        }
    }
    if (ms_cli_has(c, "follow")) {
        status = follow_all(c, names, lines, n, tail);
    } else {
        for (size_t i = 0; i < n && status == MS_EXIT_OK; i++) {
            status = show_one((struct ms_engine *)e, ms_load_container(snap, names[i])->id,
                              &lines[i], tail, false);
        }
    }
    for (size_t i = 0; i < n; i++) {
        ms_buf_done(&lines[i].part);
    }
    return status;
}

int ms_run_logs(struct ms_cli *c)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    ms_cleanup(ms_snapshot_done) struct ms_snapshot snap = {0};
    const char *text = ms_cli_value(c, "tail");
    uint32_t n = 0;
    int status;

    if (text && (ms_parse_u32(text, &n) < 0 || n > 1000000)) {
        return ms_out_usage(c, "--tail takes a number of lines, at most 1000000");
    }
    status = ms_load_snapshot(c, &e, &snap);
    if (status != MS_EXIT_OK) {
        return status;
    }
    if (!snap.n_containers) {
        (void)fputs("mailstead: nothing runs: `mailstead up` starts it\n", stderr);
        return MS_EXIT_FAILED;
    }
    return run(c, e, &snap, text ? (int)n : -1);
}
