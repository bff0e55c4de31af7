/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/engine/http_priv.h"

enum { HEAD_MAX = 16 << 10 };

/* A connection that was taken over. */
struct line {
    int fd; /* owned by libcurl */
    const char *path;
    const char *out; /* still to be sent */
    size_t n_out;
    bool out_open;
    int64_t deadline;
};

/* Send what the socket takes; when all is sent, or nobody wants it, end that direction. */
static void push(struct line *l)
{
    while (l->n_out) {
        ssize_t n = send(l->fd, l->out, l->n_out, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        if (n < 0) {
            l->n_out = 0; /* the reader has gone: its status tells */
            break;
        }
        l->out += n;
        l->n_out -= (size_t)n;
    }
    if (l->out_open) {
        l->out_open = false;
        (void)shutdown(l->fd, SHUT_WR);
    }
}

/* Wait and take: > 0 bytes, 0 closed, -1 failed. Sends on the way when sending is set. */
static ssize_t pull(struct line *l, bool sending, char *buf, size_t cap, struct ms_err *err)
{
    for (;;) {
        bool want = sending && l->out_open;
        struct pollfd p = {.fd = l->fd, .events = (short)(POLLIN | (want ? POLLOUT : 0))};
        int64_t left = l->deadline - ms_time_mono_ms();
        ssize_t n;

        if (left <= 0) {
            return ms_err_set(err, MS_ETIME, 0, "the container engine at %s did not end in time",
                              l->path);
        }
        if (poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left) <= 0) {
            continue;
        }
        if (want && (p.revents & POLLOUT)) {
            push(l);
        }
        if (!(p.revents & (POLLIN | POLLHUP | POLLERR))) {
            continue;
        }
        n = recv(l->fd, buf, cap, MSG_DONTWAIT);
        if (n >= 0) {
            return n;
        }
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            return ms_err_set(err, MS_EUNREACH, errno,
                              "the connection to the container engine at %s broke", l->path);
        }
    }
}

static int send_all(struct line *l, const char *p, size_t n, struct ms_err *err)
{
    while (n) {
        struct pollfd w = {.fd = l->fd, .events = POLLOUT};
        int64_t left = l->deadline - ms_time_mono_ms();
        ssize_t r = send(l->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (r > 0) {
            p += r;
            n -= (size_t)r;
            continue;
        }
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            return ms_err_set(err, MS_EUNREACH, errno,
                              "the connection to the container engine at %s broke", l->path);
        }
        if (left <= 0) {
            return ms_err_set(err, MS_ETIME, 0, "the container engine at %s did not answer in time",
                              l->path);
        }
        (void)poll(&w, 1, left > 1000 ? 1000 : (int)left);
    }
    return 0;
}

/* Status of a complete head, 0 while it is not complete, -1 when it is no HTTP. */
static long head_status(const struct ms_buf *b, size_t *ret_len)
{
    const char *end = memmem(b->p, b->len, "\r\n\r\n", 4);
    char digits[4] = "";
    uint32_t status = 0;

    if (!end) {
        return b->len >= HEAD_MAX ? -1 : 0;
    }
    if (b->len < 12 || strncmp(b->p, "HTTP/1.", 7) != 0 || b->p[8] != ' ') {
        return -1;
    }
    memcpy(digits, b->p + 9, 3);
    if (ms_parse_u32(digits, &status) < 0 || status < 100) {
        return -1;
    }
    *ret_len = (size_t)(end - b->p) + 4;
    return (long)status;
}

/* Read the head of the answer; what follows it stays in b. */
static int take_head(struct line *l, struct ms_buf *b, struct ms_err *err)
{
    char chunk[4096];
    size_t len = 0;
    long status;

    while (!(status = head_status(b, &len))) {
        ssize_t n = pull(l, false, chunk, sizeof(chunk), err);

        if (n < 0) {
            return -1;
        }
        if (!n) {
            return ms_err_set(err, MS_EUNREACH, 0,
                              "the connection to the container engine at %s broke", l->path);
        }
        ms_buf_add(b, chunk, (size_t)n);
    }
    if (status < 0) {
        return ms_err_set(err, MS_EENGINE, 0, "broken answer from the container engine");
    }
    ms_buf_drop(b, len);
    if (status == 101 || status == 200) {
        return 0;
    }
    (void)shutdown(l->fd, SHUT_WR); /* the engine closes after its answer */
    for (;;) {
        ms_auto_err struct ms_err late = MS_ERR_INIT;
        ssize_t n = pull(l, false, chunk, sizeof(chunk), &late);

        if (n <= 0 || b->too_big) {
            return ms_http_status_error(status, b->p, err);
        }
        ms_buf_add(b, chunk, (size_t)n);
    }
}

static int talk(struct line *l, const struct ms_buf *head, const struct ms_http_request *q,
                struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};
    char chunk[16384];
    ssize_t n;
    int r = 0;

    ms_buf_init(&b, HEAD_MAX + MS_HTTP_ERROR_MAX);
    if (send_all(l, head->p, head->len, err) < 0 || take_head(l, &b, err) < 0) {
        return -1;
    }
    if (b.len) {
        r = q->on_data(q->data_arg, b.p, b.len, err);
    }
    if (!r) {
        push(l);
    }
    while (!r) {
        n = pull(l, true, chunk, sizeof(chunk), err);
        if (n <= 0) {
            return n < 0 ? -1 : 0;
        }
        r = q->on_data(q->data_arg, chunk, (size_t)n, err);
    }
    return r < 0 ? -1 : 0;
}

static void request_head(struct ms_http *h, const char *path, const json_t *body, struct ms_buf *b)
{
    ms_auto_free char *text = json_dumps(body, JSON_COMPACT);

    ms_buf_addf(b,
                "POST %s%s HTTP/1.1\r\nHost: engine\r\nUser-Agent: mailstead/" MS_VERSION
                "\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n%s",
                h->version, path, strlen(text), text);
}

int ms_http_hijack(struct ms_http *h, const struct ms_http_request *q, const struct ms_buf *input,
                   struct ms_err *err)
{
    ms_auto_buf struct ms_buf head = {0};
    struct line l = {.path = h->path,
                     .out = input->p,
                     .n_out = input->len,
                     .out_open = true,
                     .deadline = ms_time_mono_ms() + q->timeout_ms};
    curl_socket_t fd = CURL_SOCKET_BAD;
    CURL *easy = curl_easy_init();
    CURLcode code = CURLE_FAILED_INIT;
    int r;

    if (easy) {
        ms_http_setup(easy, h->path);
        curl_easy_setopt(easy, CURLOPT_URL, "http://engine/");
        curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
        code = curl_easy_perform(easy);
    }
    if (code == CURLE_OK) {
        code = curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    }
    if (code != CURLE_OK) {
        r = ms_http_curl_error(easy, code, h->path, err);
        curl_easy_cleanup(easy);
        return r;
    }
    l.fd = fd;
    ms_buf_init(&head, HEAD_MAX + MS_HTTP_BODY_MAX);
    request_head(h, q->path, q->body, &head);
    r = talk(&l, &head, q, err);
    curl_easy_cleanup(easy);
    return r;
}
