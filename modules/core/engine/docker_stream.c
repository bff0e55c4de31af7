/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/docker_stream.h"

#include <string.h>

#include "modules/core/base/cleanup_ext.h"

void ms_demux_init(struct ms_demux *d, bool raw, ms_engine_output on_output, void *arg)
{
    *d = (struct ms_demux){.raw = raw, .on_output = on_output, .arg = arg, .stream = 1};
}

static int take_head(struct ms_demux *d, struct ms_err *err)
{
    if (d->head[0] > 3 || d->head[1] || d->head[2] || d->head[3]) {
        return ms_err_set(err, MS_EENGINE, 0,
                          "the output stream of the container engine is malformed");
    }
    d->stream = d->head[0] < 2 ? 1 : 2; /* 3: an error of the engine itself */
    d->left = (uint32_t)d->head[4] << 24 | (uint32_t)d->head[5] << 16 | (uint32_t)d->head[6] << 8 |
              d->head[7];
    d->n_head = 0;
    return 0;
}

static int give(struct ms_demux *d, const char *p, size_t n)
{
    return n && d->on_output && d->on_output(d->arg, d->stream, p, n) < 0 ? 1 : 0;
}

int ms_demux_feed(void *demux, const char *p, size_t n, struct ms_err *err)
{
    struct ms_demux *d = demux;

    if (d->raw) {
        return give(d, p, n);
    }
    while (n) {
        size_t part;

        if (!d->left) {
            d->head[d->n_head++] = (unsigned char)*p++;
            n--;
            if (d->n_head == sizeof(d->head) && take_head(d, err) < 0) {
                return -1;
            }
            continue;
        }
        part = n < d->left ? n : d->left;
        d->left -= (uint32_t)part;
        if (give(d, p, part)) {
            return 1;
        }
        p += part;
        n -= part;
    }
    return 0;
}

int ms_demux_end(const struct ms_demux *d, struct ms_err *err)
{
    if (d->left || d->n_head) {
        return ms_err_set(err, MS_EENGINE, 0,
                          "the output stream of the container engine was cut off");
    }
    return 0;
}

void ms_json_lines_init(struct ms_json_lines *l, ms_json_object on_object, void *arg)
{
    *l = (struct ms_json_lines){.on_object = on_object, .arg = arg};
    ms_buf_init(&l->line, MS_JSON_LINE_MAX);
}

void ms_json_lines_done(struct ms_json_lines *l)
{
    ms_buf_done(&l->line);
}

static int take_line(struct ms_json_lines *l, struct ms_err *err)
{
    ms_auto_json json_t *j = NULL;
    size_t blank = strspn(l->line.p, " \t\r");

    if (l->line.too_big) {
        return ms_err_set(err, MS_EENGINE, 0,
                          "a line of the container engine's answer is longer than %d bytes",
                          MS_JSON_LINE_MAX);
    }
    if (blank == l->line.len) {
        ms_buf_reset(&l->line);
        return 0;
    }
    j = json_loadb(l->line.p, l->line.len, 0, NULL);
    ms_buf_reset(&l->line);
    if (!json_is_object(j)) {
        return ms_err_set(err, MS_EENGINE, 0, "the container engine's answer is not JSON");
    }
    return l->on_object(l->arg, j, err);
}

int ms_json_lines_feed(void *lines, const char *p, size_t n, struct ms_err *err)
{
    struct ms_json_lines *l = lines;

    while (n) {
        const char *nl = memchr(p, '\n', n);
        size_t part = nl ? (size_t)(nl - p) : n;
        int r;

        ms_buf_add(&l->line, p, part);
        if (!nl && !l->line.too_big) {
            return 0;
        }
        r = take_line(l, err);
        if (r) {
            return r;
        }
        p += part + 1;
        n -= part + 1;
    }
    return 0;
}

int ms_json_lines_end(struct ms_json_lines *l, struct ms_err *err)
{
    int r = take_line(l, err);

    return r < 0 ? -1 : 0;
}
