/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/pki/pki_priv.h"

enum { TXT_MAX = 4096 };

struct slice {
    const char *p;
    size_t n;
};

static bool equals(struct slice s, const char *text)
{
    return s.n == strlen(text) && !memcmp(s.p, text, s.n);
}

static struct slice trim(struct slice s)
{
    while (s.n && s.p[0] == ' ') {
        s.p++;
        s.n--;
    }
    while (s.n && s.p[s.n - 1] == ' ') {
        s.n--;
    }
    return s;
}

/* Take the text up to the next byte c off the front of *rest. Returns false when there is no c. */
static bool cut(struct slice *rest, char c, struct slice *ret)
{
    const char *at = memchr(rest->p, c, rest->n);
    size_t n = at ? (size_t)(at - rest->p) : rest->n;

    *ret = trim((struct slice){rest->p, n});
    rest->p += n + (at ? 1 : 0);
    rest->n -= n + (at ? 1 : 0);
    return at;
}

static bool is_base64(struct slice s)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t pad = 0;

    while (pad < 2 && pad < s.n && s.p[s.n - 1 - pad] == '=') {
        pad++;
    }
    for (size_t i = 0; i < s.n - pad; i++) {
        if (!memchr(set, s.p[i], sizeof(set) - 1)) {
            return false;
        }
    }
    return s.n > pad && s.n % 4 == 0;
}

struct record {
    size_t n_tags;
    bool has_k, has_p;
    const char *algorithm;
};

static int take_tag(struct record *r, struct slice name, struct slice value)
{
    bool first = r->n_tags++ == 0;

    if (first != equals(name, "v")) {
        return -1; /* v comes first, and once */
    }
    if (first) {
        return equals(value, "DKIM1") ? 0 : -1;
    }
    if (equals(name, "k")) {
        bool ed = equals(value, "ed25519");

        if (r->has_k || (!ed && !equals(value, "rsa"))) {
            return -1;
        }
        r->has_k = true;
        r->algorithm = ed ? "ed25519" : "rsa";
    } else if (equals(name, "p")) {
        if (r->has_p || !is_base64(value)) {
            return -1;
        }
        r->has_p = true;
    }
    return name.n ? 0 : -1;
}

int ms_dkim_txt_parse(const char *text, size_t n, const char **ret_algorithm)
{
    struct record r = {.algorithm = "rsa"};
    struct slice rest = {text, n};

    if (n > TXT_MAX) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return -1;
        }
    }
    while (rest.n) {
        struct slice tag, name;

        (void)cut(&rest, ';', &tag);
        if (!tag.n && !rest.n) {
            break; /* a semicolon at the end */
        }
        if (!cut(&tag, '=', &name) || take_tag(&r, name, trim(tag)) < 0) {
            return -1;
        }
    }
    if (!r.has_p) {
        return -1;
    }
    *ret_algorithm = r.algorithm;
    return 0;
}
