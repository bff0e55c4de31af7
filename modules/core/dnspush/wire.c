/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"

enum { FUDGE_S = 300, TSIG_ERROR_FIELD = 5, BADSIG = 16, BADKEY = 17, BADTIME = 18 };

/* Where the port begins in "host:port" or "[v6]:port"; NULL without one. *ret_host and *ret_n are
 * the host. */
static const char *split_server(const char *server, const char **ret_host, size_t *ret_n)
{
    const char *colon = strrchr(server, ':');
    const char *close = *server == '[' ? strchr(server, ']') : NULL;

    *ret_host = close ? server + 1 : server;
    if (close) {
        *ret_n = (size_t)(close - server - 1);
        return close[1] ? close + 2 : NULL;
    }
    if (!colon || strchr(server, ':') != colon) {
        *ret_n = strlen(server); /* a name, or an IPv6 address without a port */
        return NULL;
    }
    *ret_n = (size_t)(colon - server);
    return colon + 1;
}

int ms_wire_init(struct ms_wire *w, const char *server, struct ms_tsig *key, struct ms_err *err)
{
    const char *host, *port;
    size_t n;
    uint16_t number = 53;

    *w = (struct ms_wire){.fd = -1};
    port = split_server(server, &host, &n);
    if (!n || (port && (port[-1] != ':' || ms_parse_port(port, &number) < 0)) || !number) {
        return ms_err_set(err, MS_ECONFIG, 0, "dns.server: \"%s\" is not a server", server);
    }
    w->port = ms_xstrdup(port ? port : "53");
    w->host = ms_xmemdup0(host, n);
    w->key = *key;
    *key = (struct ms_tsig){0};
    return 0;
}

static void hang_up(struct ms_wire *w)
{
    ms_closep(&w->fd);
    w->fd = -1;
}

void ms_wire_done(struct ms_wire *w)
{
    hang_up(w);
    free(w->host);
    free(w->port);
    ms_tsig_done(&w->key);
    *w = (struct ms_wire){.fd = -1};
}

/* Wait until fd is ready or the time is over. */
static int wait_for(int fd, short events, int64_t end_ms, struct ms_err *err)
{
    struct pollfd p = {.fd = fd, .events = events};

    for (;;) {
        int64_t left = end_ms - ms_time_mono_ms();
        int r = left > 0 ? poll(&p, 1, (int)left) : 0;

        if (r > 0) {
            return 0;
        }
        if (!r) {
            return ms_err_set(err, MS_ETIME, 0, "no answer within %d s", MS_WIRE_TIMEOUT_MS / 1000);
        }
        if (errno != EINTR) {
            return ms_err_set(err, MS_EIO, errno, "poll");
        }
    }
}

static int try_address(const struct addrinfo *a, int64_t end_ms, int *ret_fd, struct ms_err *err)
{
    ms_auto_close int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int problem = 0;
    socklen_t n = sizeof(problem);

    if (fd < 0) {
        return ms_err_set(err, MS_EUNREACH, errno, "socket: %s", strerrordesc_np(errno));
    }
    if (connect(fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS) {
        return ms_err_set(err, MS_EUNREACH, errno, "%s", strerrordesc_np(errno));
    }
    if (wait_for(fd, POLLOUT, end_ms, err) < 0) {
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &n) < 0 || problem) {
        return ms_err_set(err, MS_EUNREACH, problem, "%s", strerrordesc_np(problem));
    }
    *ret_fd = ms_steal_fd(&fd);
    return 0;
}

static int dial(struct ms_wire *w, int64_t end_ms, struct ms_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int r = getaddrinfo(w->host, w->port, &hints, &list);

    if (r) {
        return ms_err_set(err, MS_EUNREACH, 0, "%s", gai_strerror(r));
    }
    r = -1;
    for (const struct addrinfo *a = list; a && r < 0; a = a->ai_next) {
        ms_err_done(err);
        r = try_address(a, end_ms, &w->fd, err);
    }
    freeaddrinfo(list);
    return r;
}

static int write_all(int fd, const uint8_t *p, size_t n, int64_t end_ms, struct ms_err *err)
{
    while (n) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

        if (k >= 0) {
            p += k;
            n -= (size_t)k;
        } else if (errno != EAGAIN && errno != EINTR) {
            return ms_err_set(err, MS_EIO, errno, "write");
        } else if (wait_for(fd, POLLOUT, end_ms, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int read_all(int fd, uint8_t *p, size_t n, int64_t end_ms, struct ms_err *err)
{
    while (n) {
        ssize_t k;

        if (wait_for(fd, POLLIN, end_ms, err) < 0) {
            return -1;
        }
        k = recv(fd, p, n, 0);
        if (k > 0) {
            p += k;
            n -= (size_t)k;
        } else if (!k) {
            return ms_err_set(err, MS_EIO, ECONNRESET, "the server closed the connection");
        } else if (errno != EAGAIN && errno != EINTR) {
            return ms_err_set(err, MS_EIO, errno, "read");
        }
    }
    return 0;
}

/* One message out, one in; *ret of 65535 bytes at most is freed by the caller. */
static int exchange(struct ms_wire *w, const uint8_t *out, size_t n, uint8_t **ret, size_t *ret_n,
                    struct ms_err *err)
{
    int64_t end_ms = ms_time_mono_ms() + MS_WIRE_TIMEOUT_MS;
    uint8_t head[2] = {(uint8_t)(n >> 8), (uint8_t)n};
    ms_auto_free uint8_t *in = NULL;
    size_t size;

    if (w->fd < 0 && dial(w, end_ms, err) < 0) {
        return -1;
    }
    if (write_all(w->fd, head, 2, end_ms, err) < 0 || write_all(w->fd, out, n, end_ms, err) < 0 ||
        read_all(w->fd, head, 2, end_ms, err) < 0) {
        return -1;
    }
    size = (size_t)head[0] << 8 | head[1];
    in = ms_xcalloc(size + 1, 1);
    if (read_all(w->fd, in, size, end_ms, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&in);
    *ret_n = size;
    return 0;
}

/* The error field of the answer's TSIG record; -1 when it has none. */
static int tsig_error(const ldns_pkt *p)
{
    const ldns_rr *t = ldns_pkt_tsig(p);
    const ldns_rdf *f =
        t && ldns_rr_rd_count(t) > TSIG_ERROR_FIELD ? ldns_rr_rdf(t, TSIG_ERROR_FIELD) : NULL;

    return f && ldns_rdf_size(f) == 2 ? ldns_rdf2native_int16(f) : -1;
}

/* Whether the answer is about the key, or is not by the server. */
static int verify(const struct ms_wire *w, const ldns_pkt *q, ldns_pkt *p, const uint8_t *in,
                  size_t n, struct ms_err *err)
{
    const ldns_rr *own = ldns_pkt_tsig(q);
    int problem = tsig_error(p);

    switch (problem) {
    case BADKEY:
        return ms_err_set(err, MS_EINVAL, BADKEY, "it does not know the TSIG key %s (BADKEY)",
                          w->key.name);
    case BADSIG:
        return ms_err_set(err, MS_EINVAL, BADSIG,
                          "it has another secret for the TSIG key %s (BADSIG)", w->key.name);
    case BADTIME:
        return ms_err_set(err, MS_EINVAL, BADTIME,
                          "its clock and ours are more than %d s apart (BADTIME): set the clock",
                          FUDGE_S);
    default:
        break;
    }
    if (problem < 0 && ldns_pkt_get_rcode(p) != LDNS_RCODE_NOERROR) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "it refuses without a signature (response code %d): it may not take "
                          "updates or this key from here",
                          (int)ldns_pkt_get_rcode(p));
    }
    if (!ldns_pkt_tsig_verify(p, in, n, w->key.name, w->key.secret, ldns_rr_rdf(own, 3))) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "its answer is not signed by the key %s: it is not used", w->key.name);
    }
    return 0;
}

static int talk(struct ms_wire *w, const uint8_t *out, size_t n, uint8_t **in, size_t *n_in,
                struct ms_err *err)
{
    bool fresh = w->fd < 0;

    if (exchange(w, out, n, in, n_in, err) == 0) {
        return 0;
    }
    hang_up(w);
    if (fresh || err->code != MS_EIO) {
        return -1;
    }
    /* the server may have closed a connection that was idle */
    ms_err_done(err);
    if (exchange(w, out, n, in, n_in, err) == 0) {
        return 0;
    }
    hang_up(w);
    return -1;
}

static int ask(struct ms_wire *w, ldns_pkt *q, ldns_pkt **ret, struct ms_err *err)
{
    ms_auto_free uint8_t *out = NULL, *in = NULL;
    size_t n_out = 0, n_in = 0;
    ldns_pkt *p = NULL;

    ldns_pkt_set_random_id(q);
    if (ldns_pkt_tsig_sign(q, w->key.name, w->key.secret, FUDGE_S, w->key.algorithm, NULL) !=
            LDNS_STATUS_OK ||
        ldns_pkt2wire(&out, q, &n_out) != LDNS_STATUS_OK || n_out > UINT16_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "the message cannot be made");
    }
    if (talk(w, out, n_out, &in, &n_in, err) < 0) {
        return -1;
    }
    if (ldns_wire2pkt(&p, in, n_in) != LDNS_STATUS_OK || !p) {
        return ms_err_set(err, MS_EIO, 0, "its answer is no DNS message");
    }
    if (ldns_pkt_id(p) != ldns_pkt_id(q) || !ldns_pkt_qr(p)) {
        ldns_pkt_free(p);
        hang_up(w);
        return ms_err_set(err, MS_EIO, 0, "its answer is to another question");
    }
    if (verify(w, q, p, in, n_in, err) < 0) {
        ldns_pkt_free(p);
        return -1;
    }
    *ret = p;
    return 0;
}

int ms_wire_ask(struct ms_wire *w, ldns_pkt *q, ldns_pkt **ret, struct ms_err *err)
{
    if (ask(w, q, ret, err) < 0) {
        return ms_err_wrap(err, "the DNS server %s", w->host);
    }
    return 0;
}
