/* SPDX-License-Identifier: Apache-2.0 */
/* The same value in the same words. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "modules/core/resolve/resolve_priv.h"
#include "modules/core/resolve/wire_priv.h"

enum { CANONICAL_MAX = 8192 };

static const char *address(int family, const char *text, struct ms_arena *a)
{
    unsigned char bytes[16];
    char out[INET6_ADDRSTRLEN];

    return inet_pton(family, text, bytes) == 1 && inet_ntop(family, bytes, out, sizeof(out))
               ? ms_arena_strdup(a, out)
               : NULL;
}

/* Words one blank apart and in lower case. head: how many; what follows is joined. */
static const char *words(const char *text, unsigned head, struct ms_arena *a)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, CANONICAL_MAX);
    for (const char *c = text; *c;) {
        c += strspn(c, " \t");
        if (!*c) {
            break;
        }
        if (b.len && head) {
            ms_buf_addc(&b, ' ');
            head--;
        }
        for (; *c && *c != ' ' && *c != '\t'; c++) {
            ms_buf_addc(&b, (char)tolower((unsigned char)*c));
        }
    }
    return ms_arena_strdup(a, b.p);
}

const char *ms_resolve_canonical(const char *type, const char *text, struct ms_arena *a)
{
    static const char *const lists[] = {"MX", "SRV", "CNAME", "NS", "PTR", "SOA", "DNAME"};
    const char *ret = NULL;

    if (strlen(text) < CANONICAL_MAX) {
        if (!strcmp(type, "A")) {
            ret = address(AF_INET, text, a);
        } else if (!strcmp(type, "AAAA")) {
            ret = address(AF_INET6, text, a);
        } else if (!strcmp(type, "TLSA") || !strcmp(type, "DS")) {
            ret = words(text, 3, a);
        }
        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
            ret = strcmp(type, lists[i]) ? ret : words(text, 10, a);
        }
    }
    return ret ? ret : ms_arena_strdup(a, text);
}
