/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a socket pair between two roles: messages (frame.h) in both directions. Never waits;
 * what cannot be written yet is kept, within a limit.
 */
#ifndef MS_PRIV_CHANNEL_H
#define MS_PRIV_CHANNEL_H

#include "modules/core/base/err.h"
#include "modules/core/priv/frame.h"

struct ms_channel_part;

struct ms_channel {
    int fd; /* owned; -1: closed */
    struct ms_frames in;
    char *unread; /* bytes behind the last message; owned */
    size_t n_unread;
    struct ms_channel_part *first, *last; /* what is to be written */
    size_t queued, queue_max;             /* bytes */
};

/* Take over fd (made non-blocking). A message that comes in has at most in_max bytes; queue_max
 * bytes may wait for being written. */
void ms_channel_open(struct ms_channel *c, int fd, size_t in_max, size_t queue_max);

/* Close and forget all. Accepts a closed one. */
void ms_channel_close(struct ms_channel *c);

/* Queue a message (borrowed) and write what can be written. -1 when too much waits already, or the
 * other end is gone: close it then. */
int ms_channel_send(struct ms_channel *c, const json_t *message, struct ms_err *err) ms_must_use;

/* Write what can be written. -1 when the other end is gone. */
int ms_channel_flush(struct ms_channel *c, struct ms_err *err) ms_must_use;

/* The next message: 1 and *ret, owned by the caller; 0 when there is none yet; -1 with MS_EUNREACH
 * when the other end is gone, MS_EINVAL when it sent nonsense. */
int ms_channel_read(struct ms_channel *c, json_t **ret, struct ms_err *err) ms_must_use;

/* What to poll fd for. */
short ms_channel_events(const struct ms_channel *c);

#endif
