/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests over a real connection: what is silent, not trusted, or leads elsewhere gets no token or
 * is told in time. The server is a thread that answers one connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/dnspush/http.h"
#include "tests/unit/fixture_dir.h"

enum { WAIT_MS = 10000, SHORT_MS = 300, SMALL = 1000, REQUEST_MAX = 8192 };

/* One connection. */
struct server {
    int fd, stop[2];
    uint16_t port;
    SSL_CTX *tls;       /* NULL: plain */
    const char *answer; /* NULL: silent */
    char got[REQUEST_MAX];
    pthread_t thread;
};

/* Whether somebody connects, or sends, before the test ends. */
static bool comes(const struct server *s, int fd)
{
    struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = s->stop[0], .events = POLLIN}};

    return poll(p, 2, WAIT_MS) > 0 && p[0].revents && !p[1].revents;
}

static void talk(struct server *s, int fd)
{
    SSL *ssl = s->tls ? SSL_new(s->tls) : NULL;
    bool ok = comes(s, fd);
    ssize_t n = 0;

    if (ssl) {
        ok = ok && SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1;
        n = ok ? SSL_read(ssl, s->got, REQUEST_MAX - 1) : 0;
    } else if (ok) {
        n = read(fd, s->got, REQUEST_MAX - 1);
    }
    if (n > 0 && s->answer && ssl) {
        (void)SSL_write(ssl, s->answer, (int)strlen(s->answer));
        (void)SSL_shutdown(ssl);
    } else if (n > 0 && s->answer) {
        (void)!write(fd, s->answer, strlen(s->answer));
    } else if (!s->answer) {
        (void)comes(s, s->stop[0]); /* until the test ends */
    }
    SSL_free(ssl);
}

static void *serve(void *arg)
{
    struct server *s = arg;
    int fd = comes(s, s->fd) ? accept(s->fd, NULL, NULL) : -1;

    if (fd >= 0) {
        talk(s, fd);
        close(fd);
    }
    return NULL;
}

static void start(struct server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);

    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(s->fd, 4), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &n), 0);
    assert_int_equal(pipe(s->stop), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void stop(struct server *s)
{
    close(s->stop[1]);
    (void)pthread_join(s->thread, NULL);
    close(s->stop[0]);
    close(s->fd);
    SSL_CTX_free(s->tls);
}

/* A certificate for the name ("IP:127.0.0.1"), its own authority, into dir/ca.pem. */
static SSL_CTX *certify(const char *dir, const char *name)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *x = X509_new();
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
    SSL_CTX *c = SSL_CTX_new(TLS_server_method());
    ms_auto_free char *path = ms_xasprintf("%s/ca.pem", dir);
    BIO *out = BIO_new_file(path, "w");

    assert_non_null(out);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(x), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                     (const unsigned char *)"test", -1, -1, 0);
    (void)X509_set_issuer_name(x, X509_get_subject_name(x));
    (void)X509_set_pubkey(x, key);
    assert_int_equal(X509_add_ext(x, e, -1), 1);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(out, x), 1);
    BIO_free(out);
    assert_int_equal(SSL_CTX_use_certificate(c, x), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(c, key), 1);
    X509_EXTENSION_free(e);
    X509_free(x);
    EVP_PKEY_free(key);
    return c;
}

/* One request; limits may be NULL. Returns its code, the status in *ret_status. */
static enum ms_code ask(const struct server *s, struct ms_dnsapi_limits *limits, size_t room,
                        long *ret_status)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *url =
        ms_xasprintf("%s://127.0.0.1:%u/zones", s->tls ? "https" : "http", (unsigned)s->port);
    struct ms_dnsapi_request rq = {
        .method = "GET", .url = url, .header = "Authorization: Bearer secret-token"};
    struct ms_dnsapi_answer a = {.retry_after_s = -1};

    ms_buf_init(&a.body, room);
    (void)!ms_dnsapi_curl(limits, &rq, &a, &err);
    ms_buf_done(&a.body);
    *ret_status = a.status;
    return err.code;
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

static void test_silent(void **state)
{
    struct server s = {.answer = NULL};
    struct ms_dnsapi_limits l = {SHORT_MS, SHORT_MS, NULL};
    int64_t begun = ms_time_mono_ms();
    long status;

    (void)state;
    start(&s);
    assert_int_equal(ask(&s, &l, SMALL, &status), MS_ETIME);
    assert_true(ms_time_mono_ms() - begun < WAIT_MS);
    stop(&s);
    /* and nothing at all: a port that is closed */
    assert_int_equal(ask(&s, &l, SMALL, &status), MS_EUNREACH);
}

static void test_unknown_authority(void **state)
{
    struct server s = {.answer = OK_ANSWER, .tls = certify(*state, "IP:127.0.0.1")};
    struct ms_dnsapi_limits l = {WAIT_MS, WAIT_MS, NULL};
    long status;

    start(&s);
    assert_int_equal(ask(&s, &l, SMALL, &status), MS_ETLS);
    stop(&s);
    assert_null(strstr(s.got, "secret-token"));
}

static void test_another_name(void **state)
{
    ms_auto_free char *ca = ms_xasprintf("%s/ca.pem", (const char *)*state);
    struct server s = {.answer = OK_ANSWER, .tls = certify(*state, "DNS:other.test")};
    struct ms_dnsapi_limits l = {WAIT_MS, WAIT_MS, ca};
    long status;

    start(&s);
    assert_int_equal(ask(&s, &l, SMALL, &status), MS_ETLS);
    stop(&s);
    assert_null(strstr(s.got, "secret-token"));
}

static void test_trusted(void **state)
{
    ms_auto_free char *ca = ms_xasprintf("%s/ca.pem", (const char *)*state);
    struct server s = {.answer = OK_ANSWER, .tls = certify(*state, "IP:127.0.0.1")};
    struct ms_dnsapi_limits l = {WAIT_MS, WAIT_MS, ca};
    long status;

    start(&s);
    assert_int_equal(ask(&s, &l, SMALL, &status), MS_OK);
    assert_int_equal(status, 200);
    stop(&s);
    assert_non_null(strstr(s.got, "\r\nAuthorization: Bearer secret-token\r\n"));
}

/* The token goes to nobody else. */
static void test_redirect(void **state)
{
    struct server other = {.answer = OK_ANSWER};
    struct server s = {0};
    ms_auto_free char *text = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dnsapi api;
    ms_auto_free char *base = NULL;

    (void)state;
    start(&other);
    text = ms_xasprintf("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/zones\r\n"
                        "Content-Length: 0\r\nConnection: close\r\n\r\n",
                        (unsigned)other.port);
    s.answer = text;
    start(&s);
    base = ms_xasprintf("http://127.0.0.1:%u", (unsigned)s.port);
    ms_dnsapi_init(&api, "hetzner", base, "Authorization: Bearer ", "secret-token");
    assert_int_equal(ms_dnsapi_run(&api,
                                   &(struct ms_dnsapi_call){.method = "GET", .path = "/zones"},
                                   NULL, &err),
                     -1);
    assert_non_null(strstr(ms_err_msg(&err), "redirects elsewhere"));
    ms_dnsapi_done(&api);
    stop(&s);
    stop(&other);
    assert_string_equal(other.got, "");
    assert_non_null(strstr(s.got, "secret-token"));
}

static void test_too_long(void **state)
{
    struct server s = {.answer = OK_ANSWER};
    struct ms_dnsapi_limits l = {WAIT_MS, WAIT_MS, NULL};
    long status;

    (void)state;
    start(&s);
    assert_int_equal(ask(&s, &l, 1, &status), MS_EIO);
    stop(&s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_dir_make, fixture_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_silent),  TEST(test_unknown_authority), TEST(test_another_name),
        TEST(test_trusted), TEST(test_redirect),          TEST(test_too_long),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* a client that does not trust us hangs up */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
