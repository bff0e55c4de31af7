/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view of a running job, made from its events (modules/core/deploy/deploy.h): on a terminal one
 * moving line per running step below the list of finished ones, elsewhere plain lines. It only
 * makes text: the caller gives the time and the width, and writes out what is in `out`.
 */
#ifndef MS_CLI_PROGRESS_H
#define MS_CLI_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/buf.h"

enum { MS_PROGRESS_TAIL = 20 }; /* lines of output kept of each step */

/* How to show it. */
struct ms_progress_style {
    bool live;    /* a terminal that can move its cursor */
    bool color;   /* and show colours */
    bool unicode; /* and more than ASCII */
    bool verbose; /* show all output of steps */
    bool quiet;   /* show failures only */
};

/* A step that runs. */
struct ms_progress_step {
    char *name;
    int64_t start_ms;
    char *tail[MS_PROGRESS_TAIL]; /* its last lines; a ring */
    size_t n_lines;
};

struct ms_progress {
    struct ms_progress_style style;
    struct ms_buf out; /* text to write to the terminal */
    struct ms_progress_step *steps;
    size_t n_steps, cap;
    size_t *drawn; /* columns of each line of the moving part, as drawn */
    size_t n_drawn, cap_drawn;
    size_t n_done, n_failed, total; /* steps finished, failed, of the whole job */
    int64_t start_ms;
    unsigned frame;
};

/* Begin; now_ms is any monotonic clock. */
void ms_progress_init(struct ms_progress *p, struct ms_progress_style style, int64_t now_ms);

/* Take one event. */
void ms_progress_event(struct ms_progress *p, const json_t *event, int64_t now_ms);

/* Draw the moving part again for a terminal of the given size; nothing when not live. */
void ms_progress_draw(struct ms_progress *p, size_t width, size_t height, int64_t now_ms);

/* Remove the moving part from the screen. */
void ms_progress_clear(struct ms_progress *p, size_t width);

/* Free the content. Accepts a zeroed view. */
void ms_progress_done(struct ms_progress *p);

#endif
