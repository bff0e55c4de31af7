/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What base.c and component.c share: lines of a tool's output, passed on and the last ones kept.
 */
#ifndef MS_IMAGES_IMAGES_PRIV_H
#define MS_IMAGES_IMAGES_PRIV_H

#include "modules/core/images/images.h"

enum { MS_IMAGE_TAIL = 15 };

struct ms_image_lines {
    ms_image_progress on_line; /* may be NULL */
    void *arg;
    char *tail[MS_IMAGE_TAIL]; /* ring */
    size_t n;                  /* lines so far */
};

/* Take one line; of type ms_proc_line with a struct ms_image_lines as its arg. */
void ms_image_lines_add(void *lines, const char *line);

/* Set err: what failed, its exit status and its last lines. Returns -1. */
int ms_image_lines_error(const struct ms_image_lines *l, const char *what, int status,
                         struct ms_err *err);

/* Free what is kept. */
void ms_image_lines_done(struct ms_image_lines *l);

#endif
