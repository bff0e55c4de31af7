/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/url.h"

#include <jansson.h>
#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"

enum { DECODED_MAX = 1024 };

static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-._~@";

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *d = c ? strchr(digits, c) : NULL;

    return d ? (int)((d - digits) % 16) : -1;
}

int ms_url_decode(const char *p, size_t n, char **ret, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *utf8 = NULL;

    ms_buf_init(&b, DECODED_MAX);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];

        if (c == '%') {
            int hi = n - i > 2 ? hex(p[i + 1]) : -1, lo = n - i > 2 ? hex(p[i + 2]) : -1;

            if (hi < 0 || lo < 0) {
                return ms_err_set(err, MS_EINVAL, 0, "a bad percent escape");
            }
            c = (unsigned char)(hi * 16 + lo);
            i += 2;
        }
        if (c < ' ' || c == 0x7f) {
            return ms_err_set(err, MS_EINVAL, 0, "a control character");
        }
        ms_buf_addc(&b, (char)c);
    }
    if (b.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "a name of more than %d bytes", DECODED_MAX);
    }
    utf8 = json_stringn(b.p, b.len);
    if (!utf8) {
        return ms_err_set(err, MS_EINVAL, 0, "not UTF-8");
    }
    *ret = ms_buf_steal(&b);
    return 0;
}

char *ms_url_encode(const char *s)
{
    struct ms_buf b;

    ms_buf_init(&b, 3 * strlen(s) + 1);
    for (; *s; s++) {
        if (strchr(unreserved, *s)) {
            ms_buf_addc(&b, *s);
        } else {
            ms_buf_addf(&b, "%%%02X", (unsigned)(unsigned char)*s);
        }
    }
    return ms_buf_steal(&b);
}
