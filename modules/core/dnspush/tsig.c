/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/tsig.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/pki.h"

enum { NAME_MAX_BYTES = 253, SECRET_LEAST = 16, SECRET_MOST = 1024 };

/* Comments: to the end of a line after "//" or "#", and between slash-star and star-slash. */
static const char *skip(const char *p)
{
    for (;;) {
        p += strspn(p, " \t\r\n");
        if (!strncmp(p, "//", 2) || *p == '#') {
            p += strcspn(p, "\n");
        } else if (!strncmp(p, "/*", 2)) {
            const char *end = strstr(p + 2, "*/");

            p = end ? end + 2 : p + strlen(p);
        } else {
            return p;
        }
    }
}

/* The next word, quoted or not, or one of "{};". NULL at the end or for an open quote. The caller
 * wipes and frees it. */
static char *word(const char **pp)
{
    const char *p = skip(*pp);
    size_t n;

    if (*p == '"') {
        const char *end = strchr(p + 1, '"');

        *pp = end ? end + 1 : p;
        return end ? ms_xmemdup0(p + 1, (size_t)(end - p - 1)) : NULL;
    }
    n = *p && strchr("{};", *p) ? 1 : strcspn(p, " \t\r\n{};\"");
    *pp = p + n;
    return n ? ms_xmemdup0(p, n) : NULL;
}

static bool take(const char **pp, const char *want)
{
    ms_cleanup(ms_secret_freep) char *w = word(pp);

    return w && !strcmp(w, want);
}

/* One line "what value;" of the block. */
static bool take_line(const char **pp, struct ms_tsig *t)
{
    ms_auto_free char *what = word(pp);
    char **to = NULL;

    if (what) {
        to = !strcmp(what, "algorithm") ? &t->algorithm
             : !strcmp(what, "secret")  ? &t->secret
                                        : NULL;
    }
    if (!to || *to) {
        return false;
    }
    *to = word(pp);
    return *to && take(pp, ";");
}

static bool read_block(const char *text, struct ms_tsig *t)
{
    const char *p = text;

    if (!take(&p, "key")) {
        return false;
    }
    t->name = word(&p);
    if (!t->name || !take(&p, "{")) {
        return false;
    }
    while (*(p = skip(p)) && *p != '}') {
        if (!take_line(&p, t)) {
            return false;
        }
    }
    return take(&p, "}") && take(&p, ";") && !*skip(p) && t->algorithm && t->secret;
}

/* Lower case, with a dot at its end. */
static void make_name(char **p)
{
    size_t n = strlen(*p);
    char *s = ms_xasprintf("%s%s", *p, n && (*p)[n - 1] == '.' ? "" : ".");

    for (char *q = s; *q; q++) {
        *q = (char)tolower((unsigned char)*q);
    }
    free(*p);
    *p = s;
}

static bool is_base64(const char *s)
{
    size_t n = strlen(s);
    size_t digits = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    return n >= SECRET_LEAST && n <= SECRET_MOST && n % 4 == 0 && n - digits <= 2 &&
           strspn(s + digits, "=") == n - digits;
}

static bool is_name(const char *s)
{
    size_t n = strlen(s);

    return n > 1 && n <= NAME_MAX_BYTES && *s != '.' && !strstr(s, "..") &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == n;
}

static const char *problem(const struct ms_tsig *t)
{
    if (!is_name(t->name)) {
        return "the name of the key is no domain name";
    }
    if (strcmp(t->algorithm, "hmac-sha256.") && strcmp(t->algorithm, "hmac-sha384.") &&
        strcmp(t->algorithm, "hmac-sha512.")) {
        return "the algorithm is none of hmac-sha256, hmac-sha384 and hmac-sha512";
    }
    return is_base64(t->secret) ? NULL : "the secret is not base64";
}

int ms_tsig_parse(const char *text, struct ms_tsig *ret, struct ms_err *err)
{
    ms_auto_tsig struct ms_tsig t = {0};
    const char *why;

    if (!read_block(text, &t)) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "it is no TSIG key as tsig-keygen prints it: key \"NAME\" { algorithm "
                          "hmac-sha256; secret \"...\"; };");
    }
    make_name(&t.name);
    make_name(&t.algorithm);
    why = problem(&t);
    if (why) {
        return ms_err_set(err, MS_EINVAL, 0, "%s", why);
    }
    *ret = t;
    t = (struct ms_tsig){0};
    return 0;
}

void ms_tsig_done(struct ms_tsig *t)
{
    free(t->name);
    free(t->algorithm);
    ms_secret_free(t->secret);
    *t = (struct ms_tsig){0};
}
