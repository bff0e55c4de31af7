/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client against the server: a forked child serves a socket in a folder of its own, with a
 * backend that needs no engine. What the client says goes over the real socket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "modules/core/api/client.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/server.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/time.h"
#include "tests/unit/fixture_dir.h"

enum { EVENTS = 300, FOLLOWERS = 5 };

/* The backend: a job of kind "up" gets EVENTS lines, one for each turn of the loop; one of kind
 * "restart" waits for a call of "queue-action" and then ends as if killed. */
struct server {
    struct ms_api *api;
    struct ms_jobs jobs;
    int given;
    bool end_restart, stop, forced;
    struct {
        json_t *request;
        ms_api_answer done;
        void *arg;
    } late[64]; /* calls to answer in the next turn */
    size_t n_late;
};

static json_t *status(void *arg)
{
    (void)arg;
    return json_pack("{s:b, s:i}", "ok", 1, "pid", (int)getpid());
}

static struct ms_jobs *jobs(void *arg)
{
    struct server *s = arg;

    return &s->jobs;
}

static int job(void *arg, const json_t *request, struct ms_job **ret, struct ms_err *err)
{
    struct server *s = arg;

    if (ms_jobs_add(&s->jobs, request, ms_time_wall_ms(), ret, err) < 0) {
        return -1;
    }
    if (!ms_jobs_running(&s->jobs)) {
        ms_job_started(*ret, ms_time_wall_ms());
    }
    return 0;
}

static void answer_call(struct server *s, json_t *request, ms_api_answer done, void *arg)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *answer = NULL;
    const char *op = json_string_value(json_object_get(request, "op"));

    if (!strcmp(op, "queue-show")) {
        (void)ms_err_set(&err, MS_ENOTFOUND, 0, "no message of that id");
        answer = ms_op_answer_error(&err);
    } else {
        answer = ms_op_answer(json_incref(request)); /* an echo */
    }
    s->end_restart = s->end_restart || !strcmp(op, "queue-action");
    done(arg, answer);
    json_decref(request);
}

static void call(void *arg, json_t *request, ms_api_answer done, void *done_arg)
{
    struct server *s = arg;
    const char *op = json_string_value(json_object_get(request, "op"));

    if (!strcmp(op, "domain-list")) {
        answer_call(s, request, done, done_arg); /* at once */
        return;
    }
    s->late[s->n_late].request = request;
    s->late[s->n_late].done = done;
    s->late[s->n_late++].arg = done_arg;
}

static json_t *certificates(void *arg)
{
    struct server *s = arg;

    return json_pack("{s:b, s:[]}", "forced", s->forced, "certificates");
}

/* With force it does, without it cannot. */
static int renew(void *arg, bool force, struct ms_err *err)
{
    struct server *s = arg;

    s->forced = force;
    return force ? 0 : ms_err_set(err, MS_EUNREACH, 0, "does not run");
}

static void shut_down(void *arg)
{
    struct server *s = arg;

    s->stop = true;
}

static void on_change(void *arg, struct ms_job *j)
{
    struct server *s = arg;

    ms_api_job_changed(s->api, j);
}

static void go_on_with_job(struct server *s)
{
    struct ms_job *j = ms_jobs_running(&s->jobs);
    char text[64];

    if (!j) {
        return;
    }
    if (!strcmp(j->kind, "restart")) {
        if (s->end_restart) {
            ms_job_ended(&s->jobs, j, "killed by signal 9", ms_time_wall_ms());
        }
        return;
    }
    (void)snprintf(text, sizeof(text), "{\"state\":\"output\",\"n\":%d}", s->given++);
    if (s->given > EVENTS) {
        (void)snprintf(text, sizeof(text), "{\"state\":\"end\",\"ok\":true,\"changed\":true}");
    }
    ms_job_line(&s->jobs, j, text, strlen(text), ms_time_wall_ms());
}

static int serve(const char *path, int ready)
{
    static const struct ms_api_backend backend = {.status = status,
                                                  .jobs = jobs,
                                                  .job = job,
                                                  .call = call,
                                                  .certificates = certificates,
                                                  .renew = renew,
                                                  .shutdown = shut_down};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_api_door door = {.owner = geteuid(), .gid = (gid_t)-1};
    struct server s = {0};

    (void)signal(SIGPIPE, SIG_IGN);
    s.jobs.on_change = on_change;
    s.jobs.arg = &s;
    door.fd = ms_api_listen(path, (gid_t)-1, &err);
    if (door.fd < 0 || ms_api_open(&door, &backend, &s, &s.api, &err) < 0) {
        return 1;
    }
    if (write(ready, "r", 1) != 1) {
        return 1;
    }
    while (!s.stop) {
        struct pollfd p = {.fd = ms_api_fd(s.api), .events = POLLIN};
        int timeout = ms_api_timeout_ms(s.api, ms_time_mono_ms());
        const struct ms_job *running = ms_jobs_running(&s.jobs);

        if (s.n_late || (running && (strcmp(running->kind, "restart") || s.end_restart))) {
            timeout = 0;
        }
        (void)poll(&p, 1, timeout);
        while (s.n_late) {
            s.n_late--;
            answer_call(&s, s.late[s.n_late].request, s.late[s.n_late].done, s.late[s.n_late].arg);
        }
        go_on_with_job(&s);
        ms_api_run(s.api, ms_time_mono_ms());
    }
    ms_api_close(s.api);
    ms_jobs_done(&s.jobs);
    return 0;
}

struct fixture {
    char *dir, *path;
    pid_t pid;
};

static int set_up(void **state)
{
    struct fixture *f = ms_xcalloc(1, sizeof(*f));
    int ready[2];
    char c;

    if (fixture_dir_make((void **)&f->dir) < 0 || pipe(ready) < 0) {
        return -1;
    }
    f->path = ms_client_socket_path(f->dir);
    f->pid = fork();
    if (!f->pid) {
        int r = serve(f->path, ready[1]);

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

static int tear_down(void **state)
{
    struct fixture *f = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int status = 0, r;

    if (ms_client_call(f->path, "POST", "/api/v1/shutdown", NULL, NULL, &err) < 0) {
        ms_err_done(&err); /* a test may have ended it already */
    }
    r = waitpid(f->pid, &status, 0) == f->pid && status == 0 ? 0 : -1;
    free(f->path);
    r |= fixture_dir_remove((void **)&f->dir);
    free(f);
    return r;
}

static json_t *get(const struct fixture *f, const char *method, const char *path, json_t *body)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *owned = body;
    json_t *ret = NULL;

    if (ms_client_call(f->path, method, path, owned, &ret, &err) < 0) {
        fail_msg("%s %s: %s", method, path, ms_err_msg(&err));
    }
    return ret;
}

static void refused(const struct fixture *f, const char *method, const char *path, json_t *body,
                    enum ms_code code, int http)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *owned = body;
    json_t *ret = NULL;

    assert_int_equal(ms_client_call(f->path, method, path, owned, &ret, &err), -1);
    assert_null(ret);
    if (err.code != code || err.sys != http) {
        fail_msg("%s %s: %s %d: %s", method, path, ms_code_name(err.code), err.sys,
                 ms_err_msg(&err));
    }
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *t = json_string_value(json_object_get(o, key));

    return t ? t : "";
}

static void test_status(void **state)
{
    const struct fixture *f = *state;
    ms_auto_json json_t *r = get(f, "GET", "/api/v1/status", NULL);

    assert_int_equal(json_integer_value(json_object_get(r, "pid")), f->pid);
    assert_int_equal(fixture_mode(f->dir, "control.sock"), 0660);
}

static void test_calls(void **state)
{
    const struct fixture *f = *state;
    ms_auto_json json_t *now = get(f, "GET", "/api/v1/domains", NULL);
    ms_auto_json json_t *late =
        get(f, "PATCH", "/api/v1/mailboxes/a%2Bb@c.test", json_pack("{s:s}", "name", "A \xc3\xb6"));
    ms_auto_json json_t *query = get(f, "GET", "/api/v1/mailboxes?domain=x%2Etest", NULL);
    ms_auto_json json_t *gone = get(f, "DELETE", "/api/v1/domains/x.test?with_content=1", NULL);
    ms_auto_json json_t *list = NULL;

    assert_string_equal(text_of(now, "op"), "domain-list");
    assert_string_equal(text_of(late, "op"), "mailbox-set");
    assert_string_equal(text_of(late, "address"), "a+b@c.test");
    assert_string_equal(text_of(late, "name"), "A \xc3\xb6");
    assert_string_equal(text_of(query, "domain"), "x.test");
    assert_true(json_is_true(json_object_get(gone, "with_content")));
    /* a domain was deleted: the files that depend on it are written again */
    list = get(f, "GET", "/api/v1/jobs", NULL);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(text_of(json_array_get(list, 0), "kind"), "refresh");
}

static void test_refused(void **state)
{
    const struct fixture *f = *state;
    json_t *big = json_object();
    char *text = ms_xcalloc(MS_API_BODY_MAX + 1, 1);

    memset(text, 'x', MS_API_BODY_MAX);
    (void)json_object_set_new(big, "x", json_string(text));
    free(text);
    refused(f, "GET", "/api/v1/nothing", NULL, MS_ENOTFOUND, 404);
    refused(f, "GET", "/", NULL, MS_ENOTFOUND, 404);
    refused(f, "DELETE", "/api/v1/status", NULL, MS_EINVAL, 405);
    refused(f, "POST", "/api/v1/domains", json_array(), MS_EINVAL, 400);
    refused(f, "POST", "/api/v1/domains", json_object(), MS_EINVAL, 422);
    refused(f, "POST", "/api/v1/domains", big, MS_EINVAL, 413);
    refused(f, "POST", "/api/v1/jobs", json_pack("{s:s}", "kind", "x"), MS_EINVAL, 422);
    refused(f, "GET", "/api/v1/queue/ABC", NULL, MS_ENOTFOUND, 404);
    refused(f, "GET", "/api/v1/jobs/77/events", NULL, MS_ENOTFOUND, 404);
    refused(f, "GET", "/api/v1/mailboxes/%ff", NULL, MS_EINVAL, 422);
}

static void test_certificates(void **state)
{
    const struct fixture *f = *state;
    const char path[] = "/api/v1/certificates/renew";
    ms_auto_json json_t *first = get(f, "GET", "/api/v1/certificates", NULL);
    ms_auto_json json_t *after = NULL;

    assert_true(json_is_false(json_object_get(first, "forced")));
    refused(f, "POST", path, json_pack("{s:s}", "force", "yes"), MS_EINVAL, 422);
    refused(f, "POST", path, json_object(), MS_EUNREACH, 503);
    after = get(f, "POST", path, json_pack("{s:b}", "force", 1));
    assert_true(json_is_true(json_object_get(after, "forced")));
}

/* Bytes that are no HTTP, and connections that end early, harm nobody. */
static void test_raw_bytes(void **state)
{
    static const char *const texts[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET /api/v1/status HTTP/9.9\r\n\r\n",
        "POST /api/v1/test HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{\"a",
        "POST /api/v1/test HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "POST /api/v1/test HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
        "GET /api/v1/jobs/1/events HTTP/1.1\r\n",
    };
    const struct fixture *f = *state;
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", f->path);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
        assert_int_equal(send(fd, texts[i], strlen(texts[i]), MSG_NOSIGNAL), strlen(texts[i]));
        (void)close(fd);
    }
    json_decref(get(f, "GET", "/api/v1/status", NULL));
}

struct seen {
    int n, stop_at;
    bool in_order, ended;
};

static int on_event(void *arg, const json_t *event)
{
    struct seen *s = arg;

    if (!strcmp(text_of(event, "state"), "end")) {
        s->ended = true;
        return 0;
    }
    s->in_order = s->in_order && json_integer_value(json_object_get(event, "n")) == s->n;
    s->n++;
    return s->stop_at && s->n == s->stop_at ? -1 : 0;
}

static void test_job(void **state)
{
    const struct fixture *f = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *rq = json_pack("{s:s}", "kind", "up");
    struct seen seen = {.in_order = true}, again = {.in_order = true};
    struct ms_client_end end = {0};

    assert_int_equal(ms_client_job(f->path, rq, on_event, &seen, &end, &err), 0);
    assert_true(end.ok && end.changed);
    assert_string_equal(end.text, "");
    free(end.text);
    assert_true(seen.ended && seen.in_order);
    assert_int_equal(seen.n, EVENTS);
    /* all of it is still there */
    assert_int_equal(ms_client_stream(f->path, "/api/v1/jobs/1/events", on_event, &again, &err), 0);
    assert_true(again.ended && again.in_order);
    assert_int_equal(again.n, EVENTS);
}

/* A client that goes away does not stop the job. */
static void test_leave_early(void **state)
{
    const struct fixture *f = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct seen first = {.in_order = true, .stop_at = 2}, second = {.in_order = true};

    json_decref(get(f, "POST", "/api/v1/jobs", json_pack("{s:s}", "kind", "up")));
    assert_int_equal(ms_client_stream(f->path, "/api/v1/jobs/1/events", on_event, &first, &err), 0);
    assert_int_equal(first.n, 2);
    assert_false(first.ended);
    assert_int_equal(ms_client_stream(f->path, "/api/v1/jobs/1/events", on_event, &second, &err),
                     0);
    assert_true(second.ended && second.in_order);
    assert_int_equal(second.n, EVENTS);
}

/* Several follow a job in which nothing happens until somebody else makes it end. */
static void test_followers_wait(void **state)
{
    const struct fixture *f = *state;
    pid_t pids[FOLLOWERS];

    json_decref(get(f, "POST", "/api/v1/jobs", json_pack("{s:s}", "kind", "restart")));
    refused(f, "POST", "/api/v1/jobs", json_pack("{s:s}", "kind", "up"), MS_EBUSY, 409);
    for (int i = 0; i < FOLLOWERS; i++) {
        pids[i] = fork();
        if (!pids[i]) {
            struct ms_err err = MS_ERR_INIT;
            struct seen s = {.in_order = true};
            int r = ms_client_stream(f->path, "/api/v1/jobs/1/events", on_event, &s, &err);

            _exit(r == 0 && s.ended && s.n == 0 ? 0 : 1);
        }
    }
    json_decref(get(f, "POST", "/api/v1/queue", json_pack("{s:s}", "action", "flush")));
    for (int i = 0; i < FOLLOWERS; i++) {
        int status = 1;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
}

/* The supervisor ends while somebody follows: that is told, not taken for the job's end. */
static void test_server_ends(void **state)
{
    const struct fixture *f = *state;
    int status = 0;
    pid_t pid;

    json_decref(get(f, "POST", "/api/v1/jobs", json_pack("{s:s}", "kind", "restart")));
    pid = fork();
    if (!pid) {
        struct ms_err err = MS_ERR_INIT;
        struct seen s = {.in_order = true};
        int r = ms_client_stream(f->path, "/api/v1/jobs/1/events", on_event, &s, &err);

        /* either the stream broke, or the server was gone before it began */
        _exit(r == -1 && err.code == MS_EUNREACH && !s.ended ? 0 : 1);
    }
    json_decref(get(f, "POST", "/api/v1/shutdown", NULL));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_nobody_listens(void **state)
{
    struct fixture f = {.path = ms_xasprintf("%s/control.sock", (const char *)*state)};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    refused(&f, "GET", "/api/v1/status", NULL, MS_EUNREACH, 0);
    /* a socket that a dead process left */
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", f.path);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    (void)close(fd);
    refused(&f, "GET", "/api/v1/status", NULL, MS_EUNREACH, 0);
    free(f.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_raw_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_job, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_leave_early, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_followers_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_server_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_listens, fixture_dir_make, fixture_dir_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
