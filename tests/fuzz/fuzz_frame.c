/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between roles: any bytes, in parts of any size, give the same messages as all at once,
 * and each of them is a JSON object that survives the way back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/priv/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 4096 };

/* All messages in parts of `part` bytes, as a list. */
static json_t *read_all(const uint8_t *data, size_t size, size_t part)
{
    struct ms_frames f = {.max = MAX};
    json_t *list = json_array();
    int r = 0;

    for (size_t at = 0; at < size && r >= 0;) {
        size_t n = size - at < part ? size - at : part, left = n;
        const char *p = (const char *)data + at;

        at += n;
        do {
            ms_auto_err struct ms_err err = MS_ERR_INIT;
            json_t *message = NULL;

            r = ms_frames_take(&f, &p, &left, &message, &err);
            if (r > 0) {
                (void)json_array_append_new(list, message);
            }
        } while (r > 0);
    }
    ms_frames_done(&f);
    return list;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_json json_t *whole = read_all(data, size, size ? size : 1);
    ms_auto_json json_t *parts = read_all(data, size, 3);
    size_t i;
    const json_t *m;

    if (!json_equal(whole, parts)) {
        abort();
    }
    json_array_foreach(whole, i, m)
    {
        size_t n = 0;
        ms_auto_free char *frame = ms_frame_make(m, &n);
        ms_auto_json json_t *back = NULL;

        if (!frame || n <= MS_FRAME_HEAD) {
            abort();
        }
        back = json_loadb(frame + MS_FRAME_HEAD, n - MS_FRAME_HEAD, 0, NULL);
        if (!json_equal(m, back)) {
            abort();
        }
    }
    return 0;
}
