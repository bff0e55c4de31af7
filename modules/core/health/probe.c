/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/net.h"
#include "modules/core/base/time.h"
#include "modules/core/health/probe_priv.h"

enum { DEFAULT_TIMEOUT_MS = 3000, LONG_ANSWER = 64 * 1024 };

/* PROXY protocol version 2, command LOCAL, family unspecified, no addresses: "this connection is
 * the proxy's own" (haproxy's proxy-protocol.txt, 2.2). */
static const unsigned char proxy_local[16] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51,
                                              0x55, 0x49, 0x54, 0x0a, 0x20, 0x00, 0x00, 0x00};

enum phase { CONNECTING, PROXY, TLS, SENDING, READING };

struct ms_probe_run {
    const struct ms_probe *p;
    int fd;
    enum phase phase;
    short events;
    int64_t deadline_ms;
    size_t step, sent; /* sent: bytes of the header or of the step's text */
    SSL *ssl;
    char answer[MS_PROBE_ANSWER];
    size_t n_answer;
    size_t n_long; /* bytes of the answers that were dropped */
};

/* One context for all probes: made at the first TLS probe, kept to the end of the process. The
 * certificate is not judged here: it is about whether the service speaks. */
static SSL_CTX *context(void)
{
    static SSL_CTX *ctx;

    if (!ctx) {
        ctx = SSL_CTX_new(TLS_client_method());
        if (ctx) {
            SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
            (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
            (void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
        }
    }
    return ctx;
}

int ms_probe_prepare(struct ms_err *err)
{
    SSL *ssl = context() ? SSL_new(context()) : NULL;

    if (!ssl) {
        return ms_err_set(err, MS_ETLS, 0, "tls: OpenSSL does not start");
    }
    SSL_free(ssl);
    return 0;
}

static int parse_address(const char *text, uint16_t port, struct sockaddr_storage *ret,
                         socklen_t *ret_n)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *ret_n = sizeof(*v4);
        return 0;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *ret_n = sizeof(*v6);
        return 0;
    }
    return -1;
}

struct ms_probe_run *ms_probe_begin(const struct ms_probe *p, const char *address, int64_t now_ms,
                                    struct ms_err *err)
{
    struct sockaddr_storage a;
    socklen_t n = 0;
    ms_auto_close int fd = -1;
    struct ms_probe_run *r;

    if (!address || parse_address(address, p->port, &a, &n) < 0) {
        (void)ms_err_set(err, MS_EINVAL, 0, "%s: not an address", address ? address : "(none)");
        return NULL;
    }
    fd = socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        (void)ms_err_set(err, MS_EIO, errno, "socket");
        return NULL;
    }
    ms_net_from_itself(fd, (struct sockaddr *)&a, n);
    if (connect(fd, (struct sockaddr *)&a, n) < 0 && errno != EINPROGRESS) {
        (void)ms_err_set(err, MS_EIO, errno, "connect");
        return NULL;
    }
    r = ms_xcalloc(1, sizeof(*r));
    r->p = p;
    r->fd = ms_steal_fd(&fd);
    r->events = POLLOUT;
    r->deadline_ms = now_ms + (p->timeout_ms ? p->timeout_ms : DEFAULT_TIMEOUT_MS);
    return r;
}

int ms_probe_fd(const struct ms_probe_run *r)
{
    return r->fd;
}

short ms_probe_events(const struct ms_probe_run *r)
{
    return r->events;
}

int64_t ms_probe_deadline_ms(const struct ms_probe_run *r)
{
    return r->deadline_ms;
}

void ms_probe_free(struct ms_probe_run *r)
{
    if (!r) {
        return;
    }
    SSL_free(r->ssl);
    (void)close(r->fd);
    free(r);
}

/* What to wait for after OpenSSL could not go on: 0, or -1 failed. */
static int tls_wait(struct ms_probe_run *r, int rc, const char *what, struct ms_err *err)
{
    unsigned long e;

    switch (SSL_get_error(r->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        r->events = POLLIN;
        return 0;
    case SSL_ERROR_WANT_WRITE:
        r->events = POLLOUT;
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        return ms_err_set(err, MS_EIO, 0, "%s: closed by the service", what);
    default:
        e = ERR_get_error();
        ERR_clear_error();
        return ms_err_set(err, MS_EIO, 0, "%s: %s", what,
                          e ? ERR_reason_error_string(e) : "closed by the service");
    }
}

/* Write what is left of n bytes: 1 all out, 0 not yet, -1 failed. */
static int put(struct ms_probe_run *r, const void *p, size_t n, struct ms_err *err)
{
    while (r->sent < n) {
        const char *from = (const char *)p + r->sent;
        int rc = r->ssl ? SSL_write(r->ssl, from, (int)(n - r->sent))
                        : (int)send(r->fd, from, n - r->sent, MSG_NOSIGNAL);

        if (rc > 0) {
            r->sent += (size_t)rc;
            continue;
        }
        if (r->ssl) {
            return tls_wait(r, rc, "send", err);
        }
        if (errno == EAGAIN) {
            r->events = POLLOUT;
            return 0;
        }
        if (errno != EINTR) {
            return ms_err_set(err, MS_EIO, errno, "send");
        }
    }
    r->sent = 0;
    return 1;
}

/* Of a long answer only the end is kept, in which what is expected may just begin. */
static bool make_room(struct ms_probe_run *r)
{
    size_t keep = strlen(r->p->steps[r->step].expect);

    if (r->n_long > LONG_ANSWER || keep >= sizeof(r->answer) / 2) {
        return false;
    }
    r->n_long += r->n_answer - keep;
    memmove(r->answer, r->answer + r->n_answer - keep, keep);
    r->n_answer = keep;
    return true;
}

/* Read more of the answer: 1 got some, 0 nothing yet, -1 failed. */
static int get(struct ms_probe_run *r, struct ms_err *err)
{
    size_t room;
    char *to;
    int rc;

    if (r->n_answer == sizeof(r->answer) - 1 && !make_room(r)) {
        return ms_probe_mismatch(r->p->steps[r->step].expect, r->answer, r->n_answer, err);
    }
    room = sizeof(r->answer) - 1 - r->n_answer;
    to = r->answer + r->n_answer;
    rc = r->ssl ? SSL_read(r->ssl, to, (int)room) : (int)recv(r->fd, to, room, 0);
    if (rc > 0) {
        r->n_answer += (size_t)rc;
        return 1;
    }
    if (r->ssl && rc < 0) {
        return tls_wait(r, rc, "read", err);
    }
    if (!r->ssl && rc < 0 && (errno == EAGAIN || errno == EINTR)) {
        r->events = POLLIN;
        return 0;
    }
    if (!r->ssl && rc < 0) {
        return ms_err_set(err, MS_EIO, errno, "read");
    }
    if (r->n_answer) {
        return ms_probe_mismatch(r->p->steps[r->step].expect, r->answer, r->n_answer, err);
    }
    return ms_err_set(err, MS_EIO, 0, "read: closed by the service without an answer");
}

static int connected(struct ms_probe_run *r, struct ms_err *err)
{
    struct pollfd p = {.fd = r->fd, .events = POLLOUT};
    int e = 0;
    socklen_t n = sizeof(e);

    if (poll(&p, 1, 0) == 0) {
        return 0;
    }
    if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0 || e) {
        return ms_err_set(err, MS_EIO, e ? e : errno, "connect");
    }
    return 1;
}

static int handshake(struct ms_probe_run *r, struct ms_err *err)
{
    int rc;

    if (!r->ssl) {
        r->ssl = context() ? SSL_new(context()) : NULL;
        if (!r->ssl || SSL_set_fd(r->ssl, r->fd) != 1) {
            return ms_err_set(err, MS_ETLS, 0, "tls: OpenSSL does not start");
        }
    }
    ERR_clear_error();
    rc = SSL_connect(r->ssl);
    return rc == 1 ? 1 : tls_wait(r, rc, "tls", err);
}

/* Whether the answer to this step has come: goes on to the next step then. */
static int listen_to(struct ms_probe_run *r, struct ms_err *err)
{
    const char *expect = r->p->steps[r->step].expect;
    int rc = 1;

    if (expect && *expect) {
        rc = get(r, err);
        if (rc <= 0) {
            return rc;
        }
        rc = ms_probe_match(expect, r->answer, r->n_answer);
        if (rc < 0) {
            return ms_probe_mismatch(expect, r->answer, r->n_answer, err);
        }
    }
    if (rc) {
        r->step++;
        r->n_answer = 0;
        r->phase = SENDING;
    }
    return 1;
}

/* One phase: 1 go on at once, 0 wait, -1 failed. */
static int advance(struct ms_probe_run *r, struct ms_err *err)
{
    const char *text;
    int rc = 1;

    switch (r->phase) {
    case CONNECTING:
        rc = connected(r, err);
        break;
    case PROXY:
        rc = r->p->proxy ? put(r, proxy_local, sizeof(proxy_local), err) : 1;
        break;
    case TLS:
        rc = r->p->tls ? handshake(r, err) : 1;
        break;
    case SENDING:
        text = r->p->steps[r->step].send;
        rc = text ? put(r, text, strlen(text), err) : 1;
        break;
    case READING:
        return listen_to(r, err);
    }
    if (rc == 1) {
        r->phase++;
    }
    return rc;
}

int ms_probe_advance(struct ms_probe_run *r, int64_t now_ms, struct ms_err *err)
{
    for (;;) {
        int rc;

        if (r->phase == SENDING && r->step == r->p->n_steps) {
            return 1;
        }
        rc = advance(r, err);
        if (rc < 0) {
            return -1;
        }
        if (!rc) {
            break;
        }
    }
    if (now_ms >= r->deadline_ms) {
        return ms_err_set(err, MS_ETIME, 0, "%sno answer within %u ms",
                          r->phase == CONNECTING ? "connect: " : "",
                          r->p->timeout_ms ? r->p->timeout_ms : DEFAULT_TIMEOUT_MS);
    }
    return 0;
}

int ms_probe_once(const struct ms_probe *p, const char *address, struct ms_err *err)
{
    int64_t now = ms_time_mono_ms();
    ms_cleanup(ms_probe_freep) struct ms_probe_run *r = ms_probe_begin(p, address, now, err);

    if (!r) {
        return -1;
    }
    for (;;) {
        int rc = ms_probe_advance(r, now, err);
        struct pollfd f = {.fd = r->fd, .events = r->events};

        if (rc) {
            return rc < 0 ? -1 : 0;
        }
        (void)poll(&f, 1, (int)(r->deadline_ms > now ? r->deadline_ms - now : 0));
        now = ms_time_mono_ms();
    }
}
