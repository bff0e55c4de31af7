/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"
#include "modules/core/images/images_priv.h"

void ms_image_lines_add(void *lines, const char *line)
{
    struct ms_image_lines *l = lines;
    char **slot = &l->tail[l->n % MS_IMAGE_TAIL];

    free(*slot);
    *slot = ms_xstrdup(line);
    l->n++;
    if (l->on_line) {
        l->on_line(l->arg, line);
    }
}

int ms_image_lines_error(const struct ms_image_lines *l, const char *what, int status,
                         struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 32 << 10);
    for (size_t i = l->n > MS_IMAGE_TAIL ? l->n - MS_IMAGE_TAIL : 0; i < l->n; i++) {
        ms_buf_addf(&b, "\n  %.400s", l->tail[i % MS_IMAGE_TAIL]);
    }
    return ms_err_set(err, MS_EIO, 0, "%s ended with status %d%s", what, status, b.p);
}

void ms_image_lines_done(struct ms_image_lines *l)
{
    for (size_t i = 0; i < MS_IMAGE_TAIL; i++) {
        free(l->tail[i]);
    }
}
