/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/priv/frame.h"

#include <stdint.h>
#include <string.h>

#include "modules/core/base/mem.h"

void ms_frames_done(struct ms_frames *f)
{
    if (f->body) {
        explicit_bzero(f->body, f->len);
        free(f->body);
    }
    f->body = NULL;
    f->n_head = f->len = f->pos = 0;
}

static int spoil(struct ms_frames *f, struct ms_err *err, const char *why)
{
    ms_frames_done(f);
    f->bad = true;
    return ms_err_set(err, MS_EINVAL, 0, "message: %s", why);
}

static int begin(struct ms_frames *f, struct ms_err *err)
{
    f->len = (size_t)f->head[0] << 24 | (size_t)f->head[1] << 16 | (size_t)f->head[2] << 8 |
             (size_t)f->head[3];
    if (!f->len || f->len > f->max) {
        f->len = 0;
        return spoil(f, err, "its length is not within the limit");
    }
    f->body = ms_xcalloc(f->len, 1);
    return 0;
}

static int finish(struct ms_frames *f, json_t **ret, struct ms_err *err)
{
    json_t *message = json_loadb(f->body, f->len, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(message)) {
        json_decref(message);
        return spoil(f, err, "it is not a JSON object");
    }
    ms_frames_done(f);
    *ret = message;
    return 1;
}

int ms_frames_take(struct ms_frames *f, const char **p, size_t *n, json_t **ret, struct ms_err *err)
{
    if (f->bad) {
        return ms_err_set(err, MS_EINVAL, 0, "message: an earlier one was wrong");
    }
    while (*n) {
        bool in_head = f->n_head < MS_FRAME_HEAD;
        size_t room = in_head ? MS_FRAME_HEAD - f->n_head : f->len - f->pos;
        size_t part = *n < room ? *n : room;

        memcpy(in_head ? (char *)f->head + f->n_head : f->body + f->pos, *p, part);
        *p += part;
        *n -= part;
        if (in_head) {
            f->n_head += part;
            if (f->n_head == MS_FRAME_HEAD && begin(f, err) < 0) {
                return -1;
            }
            continue;
        }
        f->pos += part;
        if (f->pos == f->len) {
            return finish(f, ret, err);
        }
    }
    return 0;
}

char *ms_frame_make(const json_t *message, size_t *ret_n)
{
    size_t len = json_dumpb(message, NULL, 0, JSON_COMPACT);
    char *p;

    if (!len || len > UINT32_MAX) {
        return NULL;
    }
    p = ms_xcalloc(MS_FRAME_HEAD + len, 1);
    for (unsigned i = 0; i < MS_FRAME_HEAD; i++) {
        p[i] = (char)(unsigned char)(len >> (24 - 8 * i) & 0xff);
    }
    (void)json_dumpb(message, p + MS_FRAME_HEAD, len, JSON_COMPACT);
    *ret_n = MS_FRAME_HEAD + len;
    return p;
}
