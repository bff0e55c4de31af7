/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dns/dns_priv.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

int ms_dns_reverse(int family, const char *text, struct ms_buf *out)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char a[16];

    if (inet_pton(family, text, a) != 1) {
        return -1;
    }
    if (family == AF_INET) {
        ms_buf_addf(out, "%u.%u.%u.%u.in-addr.arpa.", a[3], a[2], a[1], a[0]);
        return 0;
    }
    for (int i = 15; i >= 0; i--) {
        ms_buf_addc(out, hex[a[i] & 15]);
        ms_buf_addc(out, '.');
        ms_buf_addc(out, hex[a[i] >> 4]);
        ms_buf_addc(out, '.');
    }
    ms_buf_adds(out, "ip6.arpa.");
    return 0;
}

static void txt_byte(unsigned char c, struct ms_buf *out)
{
    if (c == '"' || c == '\\') {
        ms_buf_addc(out, '\\');
        ms_buf_addc(out, (char)c);
    } else if (c < 0x20 || c > 0x7e) {
        ms_buf_addf(out, "\\%03u", c);
    } else {
        ms_buf_addc(out, (char)c);
    }
}

void ms_dns_txt(const char *text, struct ms_buf *out)
{
    ms_buf_addc(out, '"');
    for (size_t i = 0; text[i]; i++) {
        if (i && i % 255 == 0) {
            ms_buf_adds(out, "\" \"");
        }
        txt_byte((unsigned char)text[i], out);
    }
    ms_buf_addc(out, '"');
}

int ms_dns_line(const struct ms_record *r, struct ms_buf *out)
{
    ms_buf_addf(out, "%s %u IN %s ", r->name, r->ttl, r->type);
    if (!strcmp(r->type, "TXT")) {
        ms_dns_txt(r->value, out);
    } else {
        ms_buf_adds(out, r->value);
    }
    return out->too_big ? -1 : 0;
}

void ms_dns_mailto(const char *address, struct ms_buf *out)
{
    /* unreserved characters (RFC 3986 2.3), the @, and those that mailto leaves alone; "!" and ","
     * have a meaning of their own in DMARC */
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~@+*$'";

    ms_buf_adds(out, "mailto:");
    for (const char *c = address; *c; c++) {
        if (strchr(plain, *c)) {
            ms_buf_addc(out, *c);
        } else {
            ms_buf_addf(out, "%%%02X", (unsigned char)*c);
        }
    }
}

bool ms_spf_begins(const char *txt)
{
    return !strncasecmp(txt, "v=spf1", 6) && (txt[6] == ' ' || !txt[6]);
}
