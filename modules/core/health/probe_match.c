/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/health/probe_priv.h"

enum { SHOWN = 120 };

/* "220 ", "250": expectations that are the reply code of a line protocol (RFC 5321, 4.2). */
static int is_reply_code(const char *s)
{
    return isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) &&
           isdigit((unsigned char)s[2]) && (!s[3] || s[3] == ' ' || s[3] == '-');
}

int ms_probe_match(const char *expect, const char *answer, size_t n)
{
    if (memmem(answer, n, expect, strlen(expect))) {
        return 1;
    }
    if (is_reply_code(expect) && n > 3 && memchr(answer, '\n', n) &&
        memcmp(answer, expect, 3) != 0) {
        return -1;
    }
    return 0;
}

static void add_printable(struct ms_buf *b, const char *p, size_t n)
{
    ms_buf_addc(b, '"');
    for (size_t i = 0; i < n && i < SHOWN && p[i] != '\r' && p[i] != '\n'; i++) {
        ms_buf_addc(b, p[i] >= ' ' && p[i] < 0x7f ? p[i] : '?');
    }
    ms_buf_addc(b, '"');
}

int ms_probe_mismatch(const char *expect, const char *answer, size_t n, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, (size_t)4 * SHOWN);
    ms_buf_adds(&b, "expected ");
    add_printable(&b, expect, strlen(expect));
    ms_buf_adds(&b, ", got ");
    add_printable(&b, answer, n);
    return ms_err_set(err, MS_EIO, 0, "%s", b.p);
}
