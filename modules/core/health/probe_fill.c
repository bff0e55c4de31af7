/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/probe_fill.h"

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/health/probe_json.h"

static void add_value(struct ms_buf *b, char *value)
{
    ms_buf_adds(b, value);
    explicit_bzero(value, strlen(value));
    free(value);
}

static int fail(struct ms_buf *b)
{
    explicit_bzero(b->p, b->len);
    return -1;
}

int ms_probe_fill(const char *text, ms_probe_value value, void *arg, char **ret, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_PROBE_TEXT_MAX);
    while (*text) {
        const char *open = strstr(text, "%{"), *close = open ? strchr(open, '}') : NULL;
        ms_auto_free char *name = NULL;
        char *filled;

        if (!open) {
            ms_buf_adds(&b, text);
            break;
        }
        if (!close) {
            (void)ms_err_set(err, MS_EINVAL, 0, "a place without an end");
            return fail(&b);
        }
        ms_buf_add(&b, text, (size_t)(open - text));
        name = ms_xmemdup0(open + 2, (size_t)(close - open) - 2);
        filled = value(arg, name, err);
        if (!filled) {
            return fail(&b);
        }
        add_value(&b, filled);
        text = close + 1;
    }
    if (b.too_big) {
        (void)ms_err_set(err, MS_EINVAL, 0, "too long");
        return fail(&b);
    }
    *ret = ms_buf_steal(&b);
    return 0;
}
