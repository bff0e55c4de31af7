/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The multiplexed output stream and the JSON lines. The first byte says how large the pieces are;
 * the result must not depend on that.
 */
#include <assert.h>
#include <stdint.h>

#include "modules/core/engine/docker_stream.h"

static int add_output(void *arg, int stream, const char *p, size_t n)
{
    assert(stream == 1 || stream == 2);
    ms_buf_add(arg, p, n);
    return 0;
}

static int add_object(void *arg, const json_t *j, struct ms_err *err)
{
    (void)err;
    assert(json_is_object(j));
    ms_buf_addf(arg, "%zu;", json_object_size(j));
    return 0;
}

/* Read the stream in pieces; 0 it was good. */
static int demux(const char *p, size_t n, size_t step, struct ms_buf *out)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_demux d;
    int r = 0;

    ms_demux_init(&d, false, add_output, out);
    for (size_t at = 0; !r && at < n; at += step) {
        r = ms_demux_feed(&d, p + at, n - at < step ? n - at : step, &err);
    }
    return r ? r : ms_demux_end(&d, &err);
}

static int lines(const char *p, size_t n, size_t step, struct ms_buf *out)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_json_lines l;
    int r = 0;

    ms_json_lines_init(&l, add_object, out);
    for (size_t at = 0; !r && at < n; at += step) {
        r = ms_json_lines_feed(&l, p + at, n - at < step ? n - at : step, &err);
    }
    r = r ? r : ms_json_lines_end(&l, &err);
    ms_json_lines_done(&l);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_buf struct ms_buf a = {0}, b = {0};
    const char *p = (const char *)data + 1;

    if (!size) {
        return 0;
    }
    ms_buf_init(&a, 1 << 20);
    ms_buf_init(&b, 1 << 20);
    assert(demux(p, size - 1, size, &a) == demux(p, size - 1, (size_t)*data + 1, &b));
    assert(a.len == b.len && !memcmp(a.p, b.p, a.len));
    ms_buf_reset(&a);
    ms_buf_reset(&b);
    assert(lines(p, size - 1, size, &a) == lines(p, size - 1, (size_t)*data + 1, &b));
    assert(a.len == b.len && !memcmp(a.p, b.p, a.len));
    return 0;
}
