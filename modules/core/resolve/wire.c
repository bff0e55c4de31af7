/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and names in packets. */
#include "modules/core/resolve/wire_priv.h"

#include <ctype.h>
#include <string.h>

enum { POINTER = 0xc0, LABEL_MAX = 63 };

int ms_wire_u8(struct ms_wire *w, unsigned *ret)
{
    if (w->n - w->at < 1) {
        return -1;
    }
    *ret = w->p[w->at++];
    return 0;
}

int ms_wire_u16(struct ms_wire *w, unsigned *ret)
{
    if (w->n - w->at < 2) {
        return -1;
    }
    *ret = (unsigned)w->p[w->at] << 8 | w->p[w->at + 1];
    w->at += 2;
    return 0;
}

int ms_wire_u32(struct ms_wire *w, uint32_t *ret)
{
    unsigned high = 0, low = 0;

    if (w->n - w->at < 4 || ms_wire_u16(w, &high) < 0 || ms_wire_u16(w, &low) < 0) {
        return -1;
    }
    *ret = (uint32_t)high << 16 | low;
    return 0;
}

size_t ms_wire_name(struct ms_wire *w, unsigned char out[MS_WIRE_NAME])
{
    size_t pos = w->at, len = 0, next;
    bool jumped = false;

    for (;;) {
        unsigned c = pos < w->n ? w->p[pos] : POINTER - 1;

        if (c >= POINTER) {
            next = pos + 1 < w->n ? (size_t)(c & ~(unsigned)POINTER) << 8 | w->p[pos + 1] : pos;
            if (next >= pos) {
                return 0;
            }
            w->at = jumped ? w->at : pos + 2;
            jumped = true;
            pos = next;
            continue;
        }
        if (c > LABEL_MAX || len + 1 + c > MS_WIRE_NAME || pos + 1 + c > w->n) {
            return 0;
        }
        for (size_t i = 0; i <= c; i++) {
            out[len++] = i ? ms_wire_lower(w->p[pos + i]) : (unsigned char)c;
        }
        pos += 1 + c;
        if (!c) {
            w->at = jumped ? w->at : pos;
            return len;
        }
    }
}

static void label_byte(unsigned char c, struct ms_buf *out)
{
    if (c <= 0x20 || c > 0x7e) {
        ms_buf_addf(out, "\\%03u", c);
        return;
    }
    if (strchr(".\\\"();@$", c)) {
        ms_buf_addc(out, '\\');
    }
    ms_buf_addc(out, (char)c);
}

void ms_wire_name_text(const unsigned char *name, struct ms_buf *out)
{
    if (!*name) {
        ms_buf_addc(out, '.');
    }
    for (; *name; name += 1 + *name) {
        for (size_t i = 1; i <= *name; i++) {
            label_byte(name[i], out);
        }
        ms_buf_addc(out, '.');
    }
}

/* One character, maybe escaped (RFC 1035 5.1). *at moves behind it. Returns the byte, or -1. */
static int unescape(const char *text, size_t *at)
{
    const unsigned char *c = (const unsigned char *)text + *at;
    int v;

    if (c[0] != '\\') {
        *at += 1;
        return c[0];
    }
    if (isdigit(c[1]) && isdigit(c[2]) && isdigit(c[3])) {
        v = (c[1] - '0') * 100 + (c[2] - '0') * 10 + (c[3] - '0');
        *at += 4;
        return v < 256 ? v : -1;
    }
    *at += 2;
    return c[1] ? c[1] : -1;
}

size_t ms_wire_name_parse(const char *text, unsigned char out[MS_WIRE_NAME])
{
    size_t at = 0, len = 1, label = 0; /* label: where its length is */

    if (!strcmp(text, ".")) {
        out[0] = 0;
        return 1;
    }
    while (text[at]) {
        bool dot = text[at] == '.';
        int c = unescape(text, &at);

        if (c < 0 || len >= MS_WIRE_NAME || (dot && len == label + 1)) {
            return 0;
        }
        if (!dot) {
            out[len++] = ms_wire_lower((unsigned char)c);
        }
        if (len - label - 1 > LABEL_MAX) {
            return 0;
        }
        if (dot || !text[at]) {
            out[label] = (unsigned char)(len - label - 1);
            label = len++;
        }
    }
    if (len == 1 || label >= MS_WIRE_NAME) {
        return 0;
    }
    out[label] = 0;
    return len;
}
