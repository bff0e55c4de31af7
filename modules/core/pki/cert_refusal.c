/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/pki/certs_priv.h"

enum { SERVER_ERROR = 500, STATUS_END = 600 };

static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);

    return !strncmp(line, name, n) ? line + n : NULL;
}

/* RFC 9110 10.2.3: a number of seconds, or a date. */
static int64_t point_in_time(const char *text, int64_t now_s)
{
    struct tm tm = {0};
    uint32_t seconds;
    const char *end;

    if (ms_parse_u32(text, &seconds) == 0) {
        return now_s + (int64_t)seconds;
    }
    end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return end && !*end ? (int64_t)timegm(&tm) : 0;
}

static void take_line(const char *line, int64_t now_s, struct ms_cert_refusal *r)
{
    const char *v;
    uint32_t status;

    if ((v = value_of(line, "status: "))) {
        if (ms_parse_u32(v, &status) == 0 && status < STATUS_END) {
            r->status = status;
        }
    } else if ((v = value_of(line, "retry-after: "))) {
        r->retry_after_s = point_in_time(v, now_s);
    } else if ((v = value_of(line, "detail: "))) {
        (void)snprintf(r->text, sizeof(r->text), "%s", v);
    }
}

void ms_cert_refusal_parse(const char *text, size_t n, int64_t now_s, struct ms_cert_refusal *ret)
{
    *ret = (struct ms_cert_refusal){0};
    while (n) {
        const char *nl = memchr(text, '\n', n);
        size_t len = nl ? (size_t)(nl - text) : n;
        ms_auto_free char *line = ms_xmemdup0(text, len);

        for (char *c = line; *c; c++) {
            *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
        }
        take_line(line, now_s, ret);
        text += nl ? len + 1 : len;
        n -= nl ? len + 1 : len;
    }
    if (!*ret->text) {
        (void)snprintf(ret->text, sizeof(ret->text), "the authority gave no certificate");
    }
}

bool ms_cert_refusal_is_general(const struct ms_cert_refusal *r)
{
    return r->status >= SERVER_ERROR;
}
