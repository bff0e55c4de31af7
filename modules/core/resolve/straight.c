/* SPDX-License-Identifier: Apache-2.0 */
/* One question to one name server: over UDP, and over TCP when the answer was cut off. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/resolve/resolve_priv.h"

enum { TRIES = 3, STRAY_MAX = 32 };

struct ms_straight {
    struct ms_question *q;
    struct ms_arena *a;
    struct sockaddr_storage to;
    socklen_t n_to;
    int fd;
    bool tcp, no_edns, silent;
    unsigned tries, strays, try_ms;
    int64_t due_ms;
    unsigned char query[2 + MS_QUERY_MAX]; /* its length first, for TCP */
    size_t n_query, sent;
    unsigned char *answer; /* over TCP, with its length */
    size_t got;
};

int ms_server_parse(const char *text, struct sockaddr_storage *ret, socklen_t *ret_n)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
    char address[INET6_ADDRSTRLEN];
    const char *at = strchr(text, '@');
    size_t n = at ? (size_t)(at - text) : strlen(text);
    uint16_t port = MS_DNS_PORT;

    if (n >= sizeof(address) || (at && (ms_parse_port(at + 1, &port) < 0 || !port))) {
        return -1;
    }
    memcpy(address, text, n);
    address[n] = '\0';
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *ret_n = sizeof(*v4);
        return 0;
    }
    if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *ret_n = sizeof(*v6);
        return 0;
    }
    return -1;
}

/* True, and the answer has FAILED. */
static bool failed(struct ms_straight *s, const char *what)
{
    ms_answer_fail(&s->q->answer, ms_arena_printf(s->a, "%s", what));
    return true;
}

static int write_query(struct ms_straight *s)
{
    uint16_t id = 0;

    if (getrandom(&id, sizeof(id), 0) != sizeof(id)) {
        return -1;
    }
    s->n_query = ms_packet_query(s->q->name, s->q->type, id, !s->no_edns, s->query + 2);
    s->query[0] = (unsigned char)(s->n_query >> 8);
    s->query[1] = (unsigned char)(s->n_query & 0xff);
    return s->n_query ? 0 : -1;
}

/* A new socket towards the server, and the query on its way. Returns true when it has FAILED. */
static bool open_try(struct ms_straight *s, int64_t now_ms)
{
    if (s->fd >= 0) {
        (void)close(s->fd);
    }
    s->fd = socket(s->to.ss_family,
                   (s->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    s->due_ms = now_ms + s->try_ms;
    s->sent = 0;
    s->got = 0;
    if (s->fd < 0) {
        return failed(s, strerror(errno));
    }
    if (connect(s->fd, (struct sockaddr *)&s->to, s->n_to) < 0 && errno != EINPROGRESS) {
        return failed(s, strerror(errno));
    }
    if (!s->tcp && send(s->fd, s->query + 2, s->n_query, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
        return failed(s, strerror(errno));
    }
    return false;
}

struct ms_straight *ms_straight_begin(struct ms_question *q, unsigned try_ms, int64_t now_ms,
                                      struct ms_arena *a)
{
    ms_cleanup(ms_straight_freep) struct ms_straight *s = ms_xcalloc(1, sizeof(*s));

    s->q = q;
    s->a = a;
    s->fd = -1;
    s->try_ms = try_ms;
    memset(&q->answer, 0, sizeof(q->answer));
    q->answer.rcode = -1;
    if (ms_server_parse(q->server, &s->to, &s->n_to) < 0) {
        (void)failed(s, "that is no address of a server");
        return NULL;
    }
    if (write_query(s) < 0) {
        (void)failed(s, "that is no name or type");
        return NULL;
    }
    if (open_try(s, now_ms)) {
        return NULL;
    }
    return ms_steal(&s);
}

int ms_straight_fd(const struct ms_straight *s)
{
    return s->fd;
}

short ms_straight_events(const struct ms_straight *s)
{
    return s->tcp && s->sent < s->n_query + 2 ? POLLOUT : POLLIN;
}

int64_t ms_straight_due_ms(const struct ms_straight *s)
{
    return s->due_ms;
}

bool ms_straight_silent(const struct ms_straight *s)
{
    return s->silent;
}

void ms_straight_free(struct ms_straight *s)
{
    if (s) {
        if (s->fd >= 0) {
            (void)close(s->fd);
        }
        free(s->answer);
        free(s);
    }
}

static bool try_again(struct ms_straight *s, int64_t now_ms)
{
    if (++s->tries < TRIES) {
        return open_try(s, now_ms);
    }
    s->silent = true;
    ms_answer_fail(&s->q->answer, ms_arena_printf(s->a, "no answer within %u ms (%s)",
                                                  s->try_ms * TRIES, s->tcp ? "TCP" : "UDP"));
    return true;
}

/* A whole packet that answers our query. */
static bool take(struct ms_straight *s, const unsigned char *p, size_t n, int64_t now_ms)
{
    int rcode = ms_packet_rcode(p);

    if (!s->tcp && ms_packet_truncated(p)) {
        s->tcp = true;
        s->tries = 0;
        s->answer = ms_xcalloc(1, 2 + MS_PACKET_MAX);
        return open_try(s, now_ms);
    }
    if (!s->no_edns && (rcode == 1 || rcode == 4)) { /* FORMERR, NOTIMP: older than EDNS */
        s->no_edns = true;
        return write_query(s) < 0 ? failed(s, "no random number") : open_try(s, now_ms);
    }
    ms_packet_read(p, n, s->q, true, s->a, &s->q->answer);
    return true;
}

static bool step_udp(struct ms_straight *s, int64_t now_ms)
{
    unsigned char p[4096];
    ssize_t n = recv(s->fd, p, sizeof(p), 0);

    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? false : failed(s, strerror(errno));
    }
    if (!ms_packet_answers(s->query + 2, s->n_query, p, (size_t)n)) {
        return ++s->strays > STRAY_MAX && failed(s, "its answers are to other questions");
    }
    return take(s, p, (size_t)n, now_ms);
}

static bool send_tcp(struct ms_straight *s)
{
    ssize_t n = send(s->fd, s->query + s->sent, s->n_query + 2 - s->sent, MSG_NOSIGNAL);

    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? false : failed(s, strerror(errno));
    }
    s->sent += (size_t)n;
    return false;
}

static bool step_tcp(struct ms_straight *s, int64_t now_ms)
{
    size_t want = s->got < 2 ? 2 : 2 + ((size_t)s->answer[0] << 8 | s->answer[1]);
    ssize_t n;

    if (s->sent < s->n_query + 2) {
        return send_tcp(s);
    }
    n = recv(s->fd, s->answer + s->got, want - s->got, 0);
    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR)
                   ? false
                   : failed(s, n < 0 ? strerror(errno) : "it closed the connection (TCP)");
    }
    s->got += (size_t)n;
    if (s->got == 2) {
        return false;
    }
    if (s->got < want) {
        return false;
    }
    if (!ms_packet_answers(s->query + 2, s->n_query, s->answer + 2, want - 2)) {
        return failed(s, "its answer is to another question (TCP)");
    }
    return take(s, s->answer + 2, want - 2, now_ms);
}

bool ms_straight_step(struct ms_straight *s, short revents, int64_t now_ms)
{
    if (revents) {
        return s->tcp ? step_tcp(s, now_ms) : step_udp(s, now_ms);
    }
    return now_ms >= s->due_ms && try_again(s, now_ms);
}
