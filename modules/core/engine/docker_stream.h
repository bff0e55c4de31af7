/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two stream formats of the Docker Engine API, taken apart as they arrive, in pieces of any
 * size: the multiplexed output of logs, attach and exec (frames with a head of 8 bytes: stream, 0,
 * 0, 0, length in big endian), and JSON objects, one a line (build, import, events). Pure.
 */
#ifndef MS_ENGINE_DOCKER_STREAM_H
#define MS_ENGINE_DOCKER_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/engine/engine.h"

enum { MS_JSON_LINE_MAX = 1 << 20 }; /* longest object of a JSON stream */

/* A multiplexed stream being read. */
struct ms_demux {
    ms_engine_output on_output; /* may be NULL */
    void *arg;
    bool raw; /* of a container with a terminal: not framed, all is stream 1 */
    unsigned char head[8];
    size_t n_head;
    int stream;
    uint32_t left; /* of the current frame */
};

/* Start reading; on_output gets the pieces. */
void ms_demux_init(struct ms_demux *d, bool raw, ms_engine_output on_output, void *arg);

/* Read n bytes: 0 go on, 1 on_output wants no more, -1 malformed (MS_EENGINE). Of type ms_http_data
 * with a struct ms_demux as its arg. */
int ms_demux_feed(void *demux, const char *p, size_t n, struct ms_err *err) ms_must_use;

/* The stream has ended: MS_EENGINE when in the middle of a frame. */
int ms_demux_end(const struct ms_demux *d, struct ms_err *err) ms_must_use;

/* Takes one object of a JSON stream: 0 go on, 1 enough, -1 failed with err set. */
typedef int (*ms_json_object)(void *arg, const json_t *j, struct ms_err *err);

/* A stream of JSON objects being read. */
struct ms_json_lines {
    struct ms_buf line;
    ms_json_object on_object;
    void *arg;
};

/* Start reading. */
void ms_json_lines_init(struct ms_json_lines *l, ms_json_object on_object, void *arg);

/* Free what is held. */
void ms_json_lines_done(struct ms_json_lines *l);

/* Read n bytes: 0 go on, 1 on_object wants no more, -1 failed (a line that is no JSON object or
 * longer than MS_JSON_LINE_MAX is MS_EENGINE). Of type ms_http_data with a struct ms_json_lines as
 * its arg. */
int ms_json_lines_feed(void *lines, const char *p, size_t n, struct ms_err *err) ms_must_use;

/* The stream has ended: take the last line, which may lack its newline. */
int ms_json_lines_end(struct ms_json_lines *l, struct ms_err *err) ms_must_use;

#endif
