/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/priv/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules/core/base/mem.h"

struct ms_channel_part {
    struct ms_channel_part *next;
    char *p;
    size_t n, pos;
};

void ms_channel_open(struct ms_channel *c, int fd, size_t in_max, size_t queue_max)
{
    *c = (struct ms_channel){.fd = fd, .in.max = in_max, .queue_max = queue_max};
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void wipe(char *p, size_t n)
{
    if (p) {
        explicit_bzero(p, n);
        free(p);
    }
}

static void drop_first(struct ms_channel *c)
{
    struct ms_channel_part *part = c->first;

    c->first = part->next;
    if (!c->first) {
        c->last = NULL;
    }
    c->queued -= part->n;
    wipe(part->p, part->n);
    free(part);
}

void ms_channel_close(struct ms_channel *c)
{
    while (c->first) {
        drop_first(c);
    }
    ms_frames_done(&c->in);
    wipe(c->unread, c->n_unread);
    c->unread = NULL;
    c->n_unread = 0;
    if (c->fd >= 0) {
        (void)close(c->fd);
    }
    c->fd = -1;
}

int ms_channel_flush(struct ms_channel *c, struct ms_err *err)
{
    while (c->first) {
        struct ms_channel_part *part = c->first;
        ssize_t n = send(c->fd, part->p + part->pos, part->n - part->pos, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return 0;
        }
        if (n < 0) {
            return ms_err_set(err, MS_EUNREACH, 0, "the other process is gone");
        }
        part->pos += (size_t)n;
        if (part->pos == part->n) {
            drop_first(c);
        }
    }
    return 0;
}

int ms_channel_send(struct ms_channel *c, const json_t *message, struct ms_err *err)
{
    struct ms_channel_part *part;
    size_t n = 0;
    char *p = c->fd >= 0 ? ms_frame_make(message, &n) : NULL;

    if (!p) {
        return ms_err_set(err, MS_EUNREACH, 0, "the other process is gone");
    }
    if (c->queued + n > c->queue_max) {
        wipe(p, n);
        return ms_err_set(err, MS_EBUSY, 0, "the other process takes nothing");
    }
    part = ms_xcalloc(1, sizeof(*part));
    *part = (struct ms_channel_part){.p = p, .n = n};
    *(c->last ? &c->last->next : &c->first) = part;
    c->last = part;
    c->queued += n;
    return ms_channel_flush(c, err);
}

/* What was read before and belongs to the messages after the last one. */
static int read_rest(struct ms_channel *c, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *p = ms_steal(&c->unread);
    const char *at = p;
    size_t total = c->n_unread, n = total;
    int r = ms_frames_take(&c->in, &at, &n, ret, err);

    c->n_unread = 0;
    if (r > 0 && n) {
        c->unread = ms_xmemdup0(at, n);
        c->n_unread = n;
    }
    explicit_bzero(p, total);
    return r;
}

int ms_channel_read(struct ms_channel *c, json_t **ret, struct ms_err *err)
{
    char chunk[16384];
    int r = c->unread ? read_rest(c, ret, err) : 0;

    while (!r) {
        ssize_t got = recv(c->fd, chunk, sizeof(chunk), 0);
        const char *at = chunk;
        size_t n = got > 0 ? (size_t)got : 0;

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return 0;
        }
        if (got <= 0) {
            return ms_err_set(err, MS_EUNREACH, 0, "the other process is gone");
        }
        r = ms_frames_take(&c->in, &at, &n, ret, err);
        if (r > 0 && n) {
            c->unread = ms_xmemdup0(at, n);
            c->n_unread = n;
        }
        explicit_bzero(chunk, (size_t)got);
    }
    return r;
}

short ms_channel_events(const struct ms_channel *c)
{
    return (short)(POLLIN | (c->first ? POLLOUT : 0));
}
