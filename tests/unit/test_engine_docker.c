/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Docker client against a daemon that misbehaves: a forked child answers on a Unix socket with
 * what the test says, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/engine/docker_priv.h"

/* What a request whose first line contains `want` is answered with; text NULL: nothing, ever. */
struct answer {
    const char *want, *text;
    size_t n;        /* of text when it holds NUL bytes, else 0 */
    unsigned repeat; /* text is sent this many times more */
};

static char dir[64], path[96];
static pid_t daemon_pid;

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define VERSION                                                                                    \
    {                                                                                              \
        "/version",                                                                                \
            OK_HEAD "{\"Version\":\"26.1.5\",\"ApiVersion\":\"1.45\","                             \
                    "\"MinAPIVersion\":\"1.24\"}",                                                 \
            0, 0                                                                                   \
    }

static int listen_at(const char *at)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", at);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

/* Read a request's head, answer, and hang up once the client has had time to send its body. */
static void serve_one(int fd, const struct answer *answers)
{
    char head[8192];
    size_t n = 0;
    ssize_t r;

    while (n < sizeof(head) - 1 && !memmem(head, n, "\r\n\r\n", 4)) {
        r = read(fd, head + n, sizeof(head) - 1 - n);
        if (r <= 0) {
            return;
        }
        n += (size_t)r;
    }
    head[strcspn(head, "\r")] = '\0';
    for (; answers->want && !strstr(head, answers->want); answers++) {
    }
    if (!answers->text) {
        (void)poll(NULL, 0, -1);
        return;
    }
    for (unsigned i = 0; i <= answers->repeat; i++) {
        (void)send(fd, answers->text, answers->n ? answers->n : strlen(answers->text),
                   MSG_NOSIGNAL);
    }
    (void)shutdown(fd, SHUT_WR);
    while (read(fd, head, sizeof(head)) > 0) {
    }
}

/* Answer every connection, one after the other, from a table that ends with a NULL want. */
static void serve(const struct answer *answers)
{
    int fd = listen_at(path);

    daemon_pid = fork();
    if (daemon_pid) {
        (void)close(fd);
        return;
    }
    for (;;) {
        int c = accept(fd, NULL, NULL);

        serve_one(c, answers);
        (void)close(c);
    }
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/test_engine.XXXXXX");
    if (!mkdtemp(dir)) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/s", dir);
    daemon_pid = 0;
    return 0;
}

static int teardown(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    if (daemon_pid) {
        (void)kill(daemon_pid, SIGKILL);
        (void)waitpid(daemon_pid, NULL, 0);
    }
    return ms_fs_remove_tree(dir, &err);
}

/* Ask for info and expect it to fail so. */
static void info_fails(enum ms_code code, const char *text)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_docker(path);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_engine_info i;

    assert_int_equal(e->ops->info(e->impl, &i, &err), -1);
    if (err.code != code || !strstr(err.msg, text)) {
        fail_msg("expected %s \"%s\", got %s \"%s\"", ms_code_name(code), text,
                 ms_code_name(err.code), err.msg);
    }
}

static void test_versions(void **state)
{
    static const struct {
        const char *most, *least, *use;
    } t[] = {{"1.41", "1.12", "1.41"}, {"1.43", "", "1.43"},    {"1.45", "1.24", "1.43"},
             {"1.52", "1.44", "1.44"}, {"2.0", "1.99", "1.99"}, {"1.40", "1.12", NULL},
             {"", "", NULL},           {"1", "1", NULL},        {"x.y", "", NULL},
             {"1.-1", "", NULL},       {"1.41.2", "1.12", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_free char *use = NULL;
        int r = ms_docker_choose_version(t[i].most, t[i].least, &use, &err);

        assert_int_equal(r, t[i].use ? 0 : -1);
        if (t[i].use) {
            assert_string_equal(use, t[i].use);
        }
    }
}

static void test_unreachable(void **state)
{
    (void)state;
    info_fails(MS_EUNREACH, "start it (systemctl start docker)");
    (void)close(listen_at(path)); /* a socket without its daemon */
    info_fails(MS_EUNREACH, "start it (systemctl start docker)");
}

static void test_not_permitted(void **state)
{
    int fd = listen_at(path), status;
    pid_t pid;

    (void)state;
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    pid = fork();
    if (!pid) {
        if (getuid() == 0 && setuid(65534) < 0) {
            _exit(2);
        }
        info_fails(MS_EUNREACH, "permission denied on the container engine's socket");
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    (void)close(fd);
}

static void test_path_limit(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char longest[109];
    struct ms_http *h = NULL;

    (void)state;
    memset(longest, 'p', sizeof(longest));
    longest[107] = '\0';
    assert_int_equal(ms_http_new(longest, &h, &err), 0);
    ms_http_free(h);
    longest[107] = 'p';
    longest[108] = '\0';
    assert_int_equal(ms_http_new(longest, &h, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
}

static void test_too_old(void **state)
{
    static const struct answer a[] = {
        {"/version", OK_HEAD "{\"Version\":\"19.03\",\"ApiVersion\":\"1.40\"}", 0, 0},
        {NULL, "", 0, 0}};

    (void)state;
    serve(a);
    info_fails(MS_EENGINE, "the container engine is too old: API 1.40, need 1.41 (Docker 20.10)");
}

/* Each broken answer to GET /info, and what is made of it. */
static void test_broken_answers(void **state)
{
    static const struct {
        struct answer a;
        enum ms_code code;
        const char *text;
    } t[] = {
        {{"/v1.43/info", OK_HEAD "{\"MemTotal\":", 0, 0}, MS_EENGINE, "is not JSON"},
        {{"/v1.43/info", OK_HEAD "<html>", 0, 0}, MS_EENGINE, "is not JSON"},
        {{"/v1.43/info", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"", 0, 0},
         MS_EENGINE,
         "broken answer"},
        {{"/v1.43/info", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 0, 0},
         MS_EUNREACH,
         "restarted?"},
        {{"/v1.43/info", "SSH-2.0-x\r\n\r\n", 0, 0}, MS_EENGINE, "broken answer"},
        {{"/v1.43/info", "", 0, 0}, MS_EUNREACH, "restarted?"},
        {{"/v1.43/info",
          "HTTP/1.1 500 Internal\r\nConnection: close\r\n\r\n{\"message\":\"disk is full\"}", 0, 0},
         MS_EENGINE,
         "disk is full"},
        {{"/v1.43/info", "HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\nnot JSON", 0, 0},
         MS_EENGINE,
         "status 503"},
        {{"/v1.43/info", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 0, 0},
         MS_ENOTFOUND,
         "status 404"},
        {{"/v1.43/info",
          OK_HEAD
          "                                                                                ",
          0, MS_HTTP_BODY_MAX / 80},
         MS_EENGINE,
         "is larger than 16777216 bytes"},
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct answer a[] = {VERSION, t[i].a, {NULL, "", 0, 0}};

        serve(a);
        info_fails(t[i].code, t[i].text);
        assert_int_equal(teardown(state), 0);
        assert_int_equal(setup(state), 0);
    }
}

static void test_hang(void **state)
{
    static const struct answer a[] = {{NULL, NULL, 0, 0}};
    const struct ms_http_request r = {.method = "GET", .path = "/x", .timeout_ms = 100};
    ms_cleanup(ms_http_freep) struct ms_http *h = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT, late = MS_ERR_INIT;
    ms_auto_buf struct ms_buf input = {0};
    ms_auto_json json_t *body = json_object();
    struct ms_http_request q = {.path = "/x", .body = body, .timeout_ms = 100};

    (void)state;
    serve(a);
    assert_int_equal(ms_http_new(path, &h, &err), 0);
    assert_int_equal(ms_http_call(h, &r, NULL, &err), -1);
    assert_int_equal(err.code, MS_ETIME);
    ms_buf_init(&input, 10);
    assert_int_equal(ms_http_hijack(h, &q, &input, &late), -1);
    assert_int_equal(late.code, MS_ETIME);
}

static int add_output(void *arg, int stream, const char *p, size_t n)
{
    ms_buf_addf(arg, "%d:%.*s;", stream, (int)n, p);
    return 0;
}

#define STREAM "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define WITH_NULS(s) s, sizeof(s) - 1

static void test_logs(void **state)
{
    static const struct answer a[] = {
        VERSION,
        {"/logs?stdout=1&stderr=1&follow=0&tail=5",
         WITH_NULS(STREAM "\1\0\0\0\0\0\0\2ab\2\0\0\0\0\0\0\1e"), 0},
        {"/logs?stdout=1&stderr=1&follow=0&tail=all", WITH_NULS(STREAM "\1\0\0\0\0\0\0\7cut"), 0},
        {"/containers/x/json", OK_HEAD "{\"Config\":{\"Tty\":false}}", 0, 0},
        {NULL, "", 0, 0}};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_docker(path);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    serve(a);
    ms_buf_init(&b, 100);
    assert_int_equal(e->ops->logs(e->impl, "x", 5, false, add_output, &b, &err), 0);
    assert_string_equal(b.p, "1:ab;2:e;");
    assert_int_equal(e->ops->logs(e->impl, "x", -1, false, add_output, &b, &err), -1);
    assert_int_equal(err.code, MS_EENGINE);
    assert_non_null(strstr(err.msg, "cut off"));
}

static void test_exec_with_input(void **state)
{
    static const struct answer a[] = {
        VERSION,
        {"/containers/x/exec", OK_HEAD "{\"Id\":\"e1\"}", 0, 0},
        {"/exec/e1/start",
         WITH_NULS("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n\1\0\0\0\0\0\0\2ok"), 0},
        {"/exec/e1/json", OK_HEAD "{\"Running\":false,\"ExitCode\":4}", 0, 0},
        {"/containers/y/exec", OK_HEAD "{\"Id\":\"e2\"}", 0, 0},
        {"/exec/e2/start", "HTTP/1.1 409 Conflict\r\n\r\n{\"message\":\"it is paused\"}", 0, 0},
        {NULL, "", 0, 0}};
    const char *argv[] = {"cat", NULL};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_docker(path);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0}, input = {0};
    int status = -1;

    (void)state;
    serve(a);
    ms_buf_init(&b, 100);
    ms_buf_init(&input, 100);
    ms_buf_adds(&input, "text");
    assert_int_equal(e->ops->exec(e->impl, "x", argv, &input, add_output, &b, &status, &err), 0);
    assert_string_equal(b.p, "1:ok;");
    assert_int_equal(status, 4);
    assert_int_equal(e->ops->exec(e->impl, "y", argv, &input, add_output, &b, &status, &err), -1);
    assert_int_equal(err.sys, 409);
    assert_string_equal(err.msg, "exec cat: it is paused");
}

static ssize_t no_source(void *arg, char *buf, size_t cap)
{
    (void)arg;
    (void)buf;
    (void)cap;
    return 0;
}

static void test_failed_build(void **state)
{
    static const struct answer a[] = {
        VERSION,
        {"/build?",
         OK_HEAD "{\"stream\":\"Step 1\\n\"}\r\n{\"stream\":\"bad thing\\n\"}\r\n"
                 "{\"errorDetail\":{},\"error\":\"code: 7\"}\r\n",
         0, 0},
        {NULL, "", 0, 0}};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_docker(path);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    serve(a);
    ms_buf_init(&b, 100);
    assert_int_equal(
        e->ops->image_build(e->impl, "i:1", NULL, NULL, no_source, NULL, add_output, &b, &err), -1);
    assert_string_equal(err.msg, "build i:1: code: 7\n  Step 1\n  bad thing");
    assert_string_equal(b.p, "1:Step 1\n;1:bad thing\n;");
}

#define IMAGES                                                                                     \
    {                                                                                              \
        "GET /v1.43/images/json?filters=%7B%22label%22",                                           \
            OK_HEAD "[{\"Id\":\"sha256:1\",\"RepoTags\":[\"mailstead/a:old\",\"mine/a:1\"]},"      \
                    "{\"Id\":\"sha256:2\",\"RepoTags\":[\"mailstead/a:new\"]},"                    \
                    "{\"Id\":\"sha256:3\",\"RepoTags\":[\"mailstead/a:used\"]},"                   \
                    "{\"Id\":\"sha256:4\",\"RepoTags\":null}]",                                    \
            0, 0                                                                                   \
    }
#define GONE "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"

/* Only ours, only those not kept; one in use is left. Every other removal would be hung up on. */
static void test_prune(void **state)
{
    const struct answer a[] = {
        VERSION,
        IMAGES,
        {"DELETE /v1.43/images/mailstead%2Fa%3Aused ",
         "HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\n{\"message\":\"used\"}", 0, 0},
        {"DELETE /v1.43/images/sha256%3A4 ", GONE, 0, 0},
        {"DELETE /v1.43/images/mailstead%2Fa%3Aold ", GONE, 0, 0},
        {NULL, "", 0, 0}};
    const char *keep[] = {"mailstead/a:new", NULL}, *all[] = {"mailstead/a:old", NULL};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_docker(path);
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    serve(a);
    assert_int_equal(e->ops->image_prune(e->impl, keep, &err), 0);
    assert_int_equal(e->ops->image_prune(e->impl, all, &err), -1);
    assert_non_null(strstr(err.msg, "remove image mailstead/a:new"));
}

struct seen {
    struct ms_buf b;
    unsigned connections;
};

static void on_event(void *arg, const struct ms_engine_event *ev)
{
    struct seen *s = arg;

    ms_buf_addf(&s->b, "%s %s %s %d;", ev->type, ev->action, ev->service, ev->exit_code);
}

static void on_connected(void *arg, bool connected)
{
    struct seen *s = arg;

    s->connections += connected;
    ms_buf_adds(&s->b, connected ? "up;" : "down;");
}

/* The stream ends after one event, and again after a malformed one: it is opened again each time.
 */
static void test_events_reconnect(void **state)
{
    static const struct answer a[] = {
        {"/events?filters=%7B%22label%22%3A%7B%22com.docker.compose.project%3Dp%22%3Atrue%7D%7D",
         STREAM "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"1\",\"Attributes\":"
                "{\"com.docker.compose.service\":\"box\",\"exitCode\":\"137\"}}}\n{]\n",
         0, 0},
        {NULL, "", 0, 0}};
    const char expected[] = "up;container die box 137;down;up;container die box 137;down;";
    int64_t deadline = ms_time_mono_ms() + 10000;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_engine_events *ev = NULL;
    struct seen s = {0};
    int fds[2];

    (void)state;
    ms_buf_init(&s.b, 1000);
    assert_int_equal(ms_engine_events_open(path, "p", on_event, on_connected, &s, &ev, &err), 0);
    assert_int_equal(ms_engine_events_poll(ev, NULL, 0, 10, &err), 0); /* nobody is there yet */
    serve(a);
    assert_int_equal(pipe(fds), 0); /* the child must not hold it */
    while (s.b.len < sizeof(expected) - 1 && ms_time_mono_ms() < deadline) {
        struct pollfd p = {.fd = fds[0], .events = POLLIN};

        assert_int_equal(ms_engine_events_poll(ev, &p, 1, 1000, &err), 0);
        assert_int_equal(p.revents, 0);
    }
    s.b.p[sizeof(expected) - 1] = '\0';
    assert_string_equal(s.b.p, expected);
    (void)close(fds[1]);
    for (struct pollfd p = {.fd = fds[0], .events = POLLIN}; !(p.revents & POLLHUP);) {
        assert_true(ms_time_mono_ms() < deadline);
        assert_int_equal(ms_engine_events_poll(ev, &p, 1, 1000, &err), 0);
    }
    (void)close(fds[0]);
    ms_engine_events_free(ev);
    ms_buf_done(&s.b);
}

#define BOTH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        BOTH(test_unreachable),
        BOTH(test_not_permitted),
        cmocka_unit_test(test_path_limit),
        BOTH(test_too_old),
        BOTH(test_broken_answers),
        BOTH(test_hang),
        BOTH(test_logs),
        BOTH(test_exec_with_input),
        BOTH(test_failed_build),
        BOTH(test_events_reconnect),
        BOTH(test_prune),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
