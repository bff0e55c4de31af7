/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between the roles of a program: a JSON object behind its length (four bytes, most
 * significant first). The reader takes bytes in parts of any size and trusts none of them. Pure.
 * Messages may hold passwords: what was taken is wiped.
 */
#ifndef MS_PRIV_FRAME_H
#define MS_PRIV_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/err.h"

enum { MS_FRAME_HEAD = 4 };

/* A reader. Zero it, and set max. */
struct ms_frames {
    size_t max; /* bytes of the longest message that is taken */
    unsigned char head[MS_FRAME_HEAD];
    size_t n_head;
    char *body; /* of the message that is coming; owned */
    size_t len, pos;
    bool bad; /* something was wrong: nothing more is taken */
};

/* Forget what has come. */
void ms_frames_done(struct ms_frames *f);

/* Take bytes from *p, *n of them, and move both behind what was taken. Returns 1 with a message
 * that is complete now (*ret, owned by the caller) and the rest still to be taken; 0 when all was
 * taken; -1 with MS_EINVAL when a message is empty, longer than max, or no JSON object. */
int ms_frames_take(struct ms_frames *f, const char **p, size_t *n, json_t **ret, struct ms_err *err)
    ms_must_use;

/* The bytes of a message; *ret_n gets their number. The caller wipes and frees them. NULL when it
 * cannot be written as JSON or is longer than four bytes can say. */
char *ms_frame_make(const json_t *message, size_t *ret_n) ms_must_use;

#endif
