/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real HTTP server in a forked child, with a backend that echoes each call, and a client that
 * sends any bytes. *state of the tests is a struct api_fixture.
 */
#ifndef MS_TESTS_FIXTURE_API_H
#define MS_TESTS_FIXTURE_API_H

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "modules/core/api/ops.h"
#include "modules/core/api/server.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "tests/unit/fixture_dir.h"

struct api_fixture {
    char *dir, *path;
    pid_t pid;
};

struct api_server {
    struct ms_api *http;
    struct ms_jobs jobs;
    bool stop;
    unsigned n_calls;
};

static inline json_t *api_status(void *arg)
{
    (void)arg;
    return json_pack("{s:b, s:[{s:s, s:s}]}", "ok", 1, "services", "name", "edge", "state",
                     "healthy");
}

static inline struct ms_jobs *api_jobs(void *arg)
{
    struct api_server *s = arg;

    return &s->jobs;
}

static inline int api_job(void *arg, const json_t *request, struct ms_job **ret, struct ms_err *err)
{
    struct api_server *s = arg;

    return ms_jobs_add(&s->jobs, request, ms_time_wall_ms(), ret, err);
}

/* An id, name or address with "unknown" in it is not there; all else is an echo. */
static inline void api_call(void *arg, json_t *request, ms_api_answer done, void *done_arg)
{
    struct api_server *s = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *answer = NULL;
    const char *key;
    json_t *v;

    json_object_foreach(request, key, v)
    {
        const char *text = json_string_value(v);

        if (text && strstr(text, "unknown") && !err.code) {
            (void)ms_err_set(&err, MS_ENOTFOUND, 0, "%s does not exist", text);
        }
    }
    (void)json_object_set_new(request, "n", json_integer(++s->n_calls));
    answer = err.code ? ms_op_answer_error(&err) : ms_op_answer(json_incref(request));
    done(done_arg, answer);
    json_decref(request);
}

static inline json_t *api_certificates(void *arg)
{
    (void)arg;
    return json_pack("{s:[]}", "certificates");
}

static inline int api_renew(void *arg, bool force, struct ms_err *err)
{
    (void)arg;
    (void)force;
    (void)err;
    return 0;
}

static inline int api_history(void *arg, unsigned max, json_t **ret, struct ms_err *err)
{
    (void)arg;
    (void)max;
    (void)err;
    *ret = json_array();
    return 0;
}

static inline void api_shut_down(void *arg)
{
    struct api_server *s = arg;

    s->stop = true;
}

static inline int api_serve(const char *path, int ready)
{
    static const struct ms_api_backend backend = {.status = api_status,
                                                  .jobs = api_jobs,
                                                  .job = api_job,
                                                  .call = api_call,
                                                  .certificates = api_certificates,
                                                  .renew = api_renew,
                                                  .history = api_history,
                                                  .shutdown = api_shut_down};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct api_server s = {0};
    struct ms_api_door door = {.owner = geteuid(), .gid = (gid_t)-1};

    (void)signal(SIGPIPE, SIG_IGN);
    door.fd = ms_api_listen(path, (gid_t)-1, &err);
    if (door.fd < 0 || ms_api_open(&door, &backend, &s, &s.http, &err) < 0 ||
        write(ready, "r", 1) != 1) {
        return 1;
    }
    while (!s.stop) {
        struct pollfd p = {.fd = ms_api_fd(s.http), .events = POLLIN};

        (void)poll(&p, 1, ms_api_timeout_ms(s.http, ms_time_mono_ms()));
        ms_api_run(s.http, ms_time_mono_ms());
    }
    ms_api_close(s.http);
    ms_jobs_done(&s.jobs);
    return 0;
}

static inline int api_set_up(void **state)
{
    struct api_fixture *f = ms_xcalloc(1, sizeof(*f));
    int ready[2];
    char c;

    if (fixture_dir_make((void **)&f->dir) < 0 || pipe(ready) < 0) {
        return -1;
    }
    f->path = ms_xasprintf("%s/control.sock", f->dir);
    f->pid = fork();
    if (!f->pid) {
        int r = api_serve(f->path, ready[1]);

        /* what the test itself holds is no leak of the server's */
        free(f->path);
        free(f->dir);
        free(f);
        exit(r);
    }
    (void)close(ready[1]);
    *state = f;
    return read(ready[0], &c, 1) == 1 && close(ready[0]) == 0 ? 0 : -1;
}

/* One answer. */
struct api_answer {
    unsigned status;
    struct ms_buf text; /* head and body */
    char *body;         /* in text */
    json_t *json;       /* of the body; NULL when it is none */
};

static inline void api_answer_done(struct api_answer *a)
{
    ms_buf_done(&a->text);
    json_decref(a->json);
}
#define api_auto_answer ms_cleanup(api_answer_done)

/* A header's value; freed by the caller, NULL when it is not there. */
static inline char *api_header(const struct api_answer *a, const char *name)
{
    ms_auto_free char *line = ms_xasprintf("\r\n%s: ", name);
    const char *p = strcasestr(a->text.p, line);

    if (!p || p > a->body) {
        return NULL;
    }
    p += strlen(line);
    return ms_xmemdup0(p, strcspn(p, "\r"));
}

/* Send bytes, read to the end. */
static inline void api_send(const struct api_fixture *f, const char *p, size_t n,
                            struct api_answer *a)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    ms_auto_close int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ms_auto_free char *number = NULL;
    char part[4096];
    uint32_t status = 0;
    ssize_t got;

    *a = (struct api_answer){0};
    ms_buf_init(&a->text, 64 << 20);
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", f->path);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        abort();
    }
    while (n && (got = send(fd, p, n, MSG_NOSIGNAL)) > 0) {
        p += got;
        n -= (size_t)got;
    }
    while ((got = read(fd, part, sizeof(part))) > 0) {
        ms_buf_add(&a->text, part, (size_t)got);
    }
    a->body = strstr(a->text.p, "\r\n\r\n");
    a->body = a->body ? a->body + 4 : a->text.p + a->text.len;
    if (a->text.len > 12) {
        number = ms_xmemdup0(a->text.p + 9, 3);
        (void)!ms_parse_u32(number, &status);
    }
    a->status = status;
    a->json = json_loads(a->body, JSON_DECODE_ANY, NULL);
}

/* One request; headers are whole lines with "\r\n", body may be NULL. */
static inline void api_ask(const struct api_fixture *f, const char *method, const char *path,
                           const char *headers, const char *body, struct api_answer *a)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 64 << 20);
    ms_buf_addf(&b, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", method, path,
                headers ? headers : "");
    if (body) {
        ms_buf_addf(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    }
    ms_buf_addf(&b, "\r\n%s", body ? body : "");
    api_send(f, b.p, b.len, a);
}

static inline int api_tear_down(void **state)
{
    struct api_fixture *f = *state;
    api_auto_answer struct api_answer a = {0};
    int status = 0, r;

    api_ask(f, "POST", "/api/v1/shutdown", NULL, NULL, &a);
    r = waitpid(f->pid, &status, 0) == f->pid && status == 0 ? 0 : -1;
    free(f->path);
    r |= fixture_dir_remove((void **)&f->dir);
    free(f);
    return r;
}

#endif
