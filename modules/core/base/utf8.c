/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/utf8.h"

size_t ms_utf8_decode(const char *p, size_t n, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *u = (const unsigned char *)p;
    size_t len;
    uint32_t c;

    if (!n) {
        return 0;
    }
    if (u[0] < 0x80) {
        *ret = u[0];
        return 1;
    }
    len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || len > n) {
        return 0;
    }
    c = u[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((u[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (u[i] & 0x3fu);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return 0;
    }
    *ret = c;
    return len;
}
