/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes against small servers in forked children: each serves one connection in its own way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "modules/core/base/time.h"
#include "modules/core/health/probe.h"
#include "modules/core/health/probe_priv.h"
#include "modules/core/pki/pki.h"
#include "tests/unit/fixture_dir.h"

enum { SHORT_MS = 150, LONG_MS = 10000 };

typedef void (*serve_fn)(int fd, const char *dir);

static int listener(int family, uint16_t *ret_port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a = {.v6 = {0}};
    socklen_t n = family == AF_INET ? sizeof(a.v4) : sizeof(a.v6);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    a.any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        a.v6.sin6_addr = in6addr_loopback;
    }
    if (fd < 0 || bind(fd, &a.any, n) < 0 || listen(fd, 1) < 0 || getsockname(fd, &a.any, &n) < 0) {
        return -1;
    }
    *ret_port = ntohs(family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return fd;
}

/* Start a server; the child ends after its one connection. */
static pid_t start(int family, serve_fn serve, const char *dir, uint16_t *ret_port)
{
    int fd = listener(family, ret_port);
    pid_t pid;

    assert_true(fd >= 0);
    pid = fork();
    if (!pid) {
        int c = accept(fd, NULL, NULL);

        serve(c, dir);
        _exit(0);
    }
    (void)close(fd);
    return pid;
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0) {
        _exit(1);
    }
}

/* Until the other side has closed. */
static void hang(int fd)
{
    char c;

    while (read(fd, &c, 1) > 0) {
    }
}

static void expect_line(int fd, const char *want)
{
    char got[128] = "";
    size_t n = 0;

    while (n < strlen(want) && read(fd, got + n, 1) == 1) {
        n++;
    }
    if (strcmp(got, want)) {
        say(fd, "500 what?\r\n");
        _exit(1);
    }
}

static void serve_good(int fd, const char *dir)
{
    (void)dir;
    say(fd, "220 mail.example.test ESMTP\r\n");
    hang(fd);
}

static void serve_in_parts(int fd, const char *dir)
{
    (void)dir;
    say(fd, "22");
    say(fd, "0-one\r\n220 two\r\n");
    expect_line(fd, "EHLO probe\r\n");
    say(fd, "250-a\r\n25");
    say(fd, "0 b\r\n");
    hang(fd);
}

static void serve_wrong(int fd, const char *dir)
{
    (void)dir;
    say(fd, "421 too\x01 busy\r\n");
    hang(fd);
}

static void serve_silent(int fd, const char *dir)
{
    (void)dir;
    hang(fd);
}

static void serve_closing(int fd, const char *dir)
{
    (void)dir;
    (void)close(fd);
}

static void serve_endless(int fd, const char *dir)
{
    char junk[4096];

    (void)dir;
    (void)signal(SIGPIPE, SIG_IGN);
    memset(junk, 'x', sizeof(junk));
    while (write(fd, junk, sizeof(junk)) > 0) {
    }
}

/* What is expected comes late, and across the parts that are kept. */
static void serve_long(int fd, const char *dir)
{
    char junk[4000];

    (void)dir;
    memset(junk, 'x', sizeof(junk));
    if (write(fd, junk, sizeof(junk)) < 0) {
        _exit(1);
    }
    say(fd, "22");
    say(fd, "0 at last\r\n");
    hang(fd);
}

static void serve_proxy(int fd, const char *dir)
{
    static const unsigned char want[16] = {0x0d, 0x0a, 0x0d, 0x0a, 0,    0x0d, 0x0a, 0x51,
                                           0x55, 0x49, 0x54, 0x0a, 0x20, 0,    0,    0};
    unsigned char got[16] = {0};

    (void)dir;
    if (recv(fd, got, sizeof(got), MSG_WAITALL) == sizeof(got) && !memcmp(got, want, 16)) {
        say(fd, "220 local\r\n");
    }
    hang(fd);
}

static void serve_tls(int fd, const char *dir)
{
    ms_auto_free char *cert = ms_xasprintf("%s/keys/tls/cert.pem", dir);
    ms_auto_free char *key = ms_xasprintf("%s/keys/tls/key.pem", dir);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL *ssl;

    if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1) {
        _exit(1);
    }
    ssl = SSL_new(ctx);
    if (SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1) {
        char got[16];

        (void)SSL_write(ssl, "* OK ready\r\n", 12);
        if (SSL_read(ssl, got, sizeof(got)) == 8 && !memcmp(got, "a NOOP\r\n", 8)) {
            (void)SSL_write(ssl, "a OK done\r\n", 11);
        }
    }
    hang(fd);
}

static struct ms_probe_step greeting[] = {{"", "220 "}};

struct result {
    int r;
    enum ms_code code;
    char text[400];
    int64_t took_ms;
};

static struct result run(serve_fn serve, struct ms_probe p, const char *dir)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct result res = {0};
    int64_t begin = ms_time_mono_ms();
    int status;
    pid_t pid = start(AF_INET, serve, dir, &p.port);

    p.timeout_ms = p.timeout_ms ? p.timeout_ms : LONG_MS;
    res.r = ms_probe_once(&p, "127.0.0.1", &err);
    res.code = err.code;
    res.took_ms = ms_time_mono_ms() - begin;
    (void)snprintf(res.text, sizeof(res.text), "%s", ms_err_msg(&err));
    while (waitpid(pid, &status, 0) < 0) {
    }
    return res;
}

static void expect_failure(serve_fn serve, struct ms_probe p, enum ms_code code, const char *text)
{
    struct result res = run(serve, p, NULL);

    assert_int_equal(res.r, -1);
    assert_int_equal(res.code, code);
    assert_string_equal(res.text, text);
}

static void test_works(void **state)
{
    struct ms_probe_step dialogue[] = {{"", "220 "}, {"EHLO probe\r\n", "250 "}};
    struct ms_probe p = {.name = "t", .steps = greeting, .n_steps = 1};

    assert_int_equal(run(serve_good, p, NULL).r, 0);
    p.steps = dialogue;
    p.n_steps = 2;
    assert_int_equal(run(serve_in_parts, p, NULL).r, 0);
    p = (struct ms_probe){.name = "t", .steps = greeting, .n_steps = 1};
    assert_int_equal(run(serve_long, p, NULL).r, 0);
    p = (struct ms_probe){.name = "t", .proxy = true, .steps = greeting, .n_steps = 1};
    assert_int_equal(run(serve_proxy, p, NULL).r, 0);
    /* no step at all: it is enough that something listens */
    p = (struct ms_probe){.name = "t"};
    assert_int_equal(run(serve_good, p, NULL).r, 0);
    (void)state;
}

static void test_ipv6(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_probe p = {.name = "t", .steps = greeting, .n_steps = 1, .timeout_ms = LONG_MS};
    int fd = listener(AF_INET6, &p.port);
    pid_t pid;

    (void)state;
    if (fd < 0) {
        skip(); /* a machine without IPv6 */
    }
    (void)close(fd);
    pid = start(AF_INET6, serve_good, NULL, &p.port);
    assert_int_equal(ms_probe_once(&p, "::1", &err), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_tls(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_probe_step dialogue[] = {{"", "* OK"}, {"a NOOP\r\n", "a OK"}};
    struct ms_probe p = {.name = "t", .tls = true, .steps = dialogue, .n_steps = 2};
    const char *name = "mail.example.test";
    struct ms_strv names = {&name, 1};
    struct result res;
    bool changed;

    assert_int_equal(
        ms_tls_ensure_selfsigned(*state, &names, ms_time_wall_ms() / 1000, &changed, &err), 0);
    assert_int_equal(run(serve_tls, p, *state).r, 0);
    /* TLS to a server that does not speak it, and the other way round */
    res = run(serve_good, p, NULL);
    assert_int_equal(res.r, -1);
    assert_non_null(strstr(res.text, "tls: "));
    p.tls = false;
    p.timeout_ms = SHORT_MS;
    assert_int_equal(run(serve_tls, p, *state).code, MS_ETIME);
}

static void test_fails(void **state)
{
    struct ms_probe p = {.name = "t", .steps = greeting, .n_steps = 1};
    struct result res;

    (void)state;
    expect_failure(serve_wrong, p, MS_EIO, "expected \"220 \", got \"421 too? busy\"");
    expect_failure(serve_closing, p, MS_EIO, "read: closed by the service without an answer");
    res = run(serve_endless, p, NULL);
    assert_int_equal(res.r, -1);
    assert_non_null(strstr(res.text, "expected \"220 \", got \"xxxx"));
    p.timeout_ms = SHORT_MS;
    expect_failure(serve_silent, p, MS_ETIME, "no answer within 150 ms");
    res = run(serve_silent, p, NULL);
    assert_in_range(res.took_ms, SHORT_MS - 1, LONG_MS);
}

static void test_refused(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_err struct ms_err bad = MS_ERR_INIT;
    struct ms_probe p = {.name = "t", .steps = greeting, .n_steps = 1, .timeout_ms = LONG_MS};
    int fd = listener(AF_INET, &p.port);

    (void)state;
    (void)close(fd);
    assert_int_equal(ms_probe_once(&p, "127.0.0.1", &err), -1);
    assert_string_equal(ms_err_msg(&err), "connect: Connection refused");
    assert_int_equal(ms_probe_once(&p, "localhost", &bad), -1);
    assert_int_equal(bad.code, MS_EINVAL);
}

/* A host with several addresses: the one that is asked is asked from itself. */
static void test_from_itself(void **state)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof(a);
    struct ms_probe p = {.name = "own", .timeout_ms = LONG_MS};
    ms_auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ms_auto_close int peer = -1;
    ms_cleanup(ms_probe_freep) struct ms_probe_run *r = NULL;
    struct ms_err err = {0};

    (void)state;
    assert_int_equal(inet_pton(AF_INET, "127.0.0.2", &a.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    p.port = ntohs(a.sin_port);
    r = ms_probe_begin(&p, "127.0.0.2", 0, &err);
    assert_non_null(r);
    peer = accept(fd, (struct sockaddr *)&a, &n);
    assert_true(peer >= 0);
    assert_int_equal(ntohl(a.sin_addr.s_addr), 0x7f000002);
}

static void test_match(void **state)
{
    static const struct {
        const char *expect, *answer;
        int want;
    } rows[] = {
        {"220 ", "", 0},
        {"220 ", "220", 0},
        {"220 ", "220 x", 1},
        {"220 ", "220-x\r\n", 0},
        {"220 ", "220-x\r\n220 y", 1},
        {"220 ", "421 ", 0}, /* the line is not complete */
        {"220 ", "421 x\r\n", -1},
        {"250", "550 x\r\n", -1},
        {"+PONG", "-ERR\r\n", 0}, /* no reply code: only time tells */
        {"OK", "* OK", 1},
        {"2200", "421 x\r\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int got = ms_probe_match(rows[i].expect, rows[i].answer, strlen(rows[i].answer));

        if (got != rows[i].want) {
            fail_msg("row %zu: %d", i, got);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_works),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test_setup_teardown(test_tls, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test(test_fails),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_from_itself),
        cmocka_unit_test(test_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
