/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/site/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <idn2.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

enum { NAME_MAX_LEN = 253, LABEL_MAX = 63, LOCAL_MAX = 64, INPUT_MAX = 1024 };

static bool is_ascii(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool has_alabel(const char *s)
{
    return !strncmp(s, "xn--", 4) || strstr(s, ".xn--");
}

/* What is wrong with one label of ASCII, NULL when nothing is. */
static const char *label_problem(const char *p, size_t n)
{
    if (!n) {
        return "has an empty part (two dots, or a dot at its begin)";
    }
    if (n > LABEL_MAX) {
        return "has a part of more than 63 characters";
    }
    if (p[0] == '-' || p[n - 1] == '-') {
        return "has a part that begins or ends with \"-\"";
    }
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '_') {
            return "holds \"_\", which host and mail domain names cannot have";
        }
        if (!islower((unsigned char)p[i]) && !isdigit((unsigned char)p[i]) && p[i] != '-') {
            return "holds a character other than letters, digits, \"-\" and \".\"";
        }
    }
    return NULL;
}

/* The same for a whole name in lower-case ASCII without a dot at its end. */
static const char *name_problem(const char *s)
{
    const char *last = s;
    size_t labels = 0;

    if (strlen(s) > NAME_MAX_LEN) {
        return "is longer than 253 characters";
    }
    for (const char *p = s;; labels++) {
        size_t n = strcspn(p, ".");
        const char *why = label_problem(p, n);

        if (why) {
            return why;
        }
        last = p;
        if (!p[n]) {
            break;
        }
        p += n + 1;
    }
    if (!labels) {
        return "is not a full name: it needs at least two parts, as in example.org";
    }
    if (isdigit((unsigned char)*last) && strspn(last, "0123456789") == strlen(last)) {
        return "ends with a number: that is no top-level domain";
    }
    return NULL;
}

static bool is_ip(const char *s)
{
    struct in6_addr a;
    char inner[INET6_ADDRSTRLEN];
    size_t n = strlen(s);

    if (n > 2 && s[0] == '[' && n - 2 < sizeof(inner)) {
        memcpy(inner, s + 1, n - 2);
        inner[n - 2] = '\0';
        return is_ip(inner);
    }
    return inet_pton(AF_INET, s, &a) == 1 || inet_pton(AF_INET6, s, &a) == 1;
}

/* UTS #46, non-transitional, with the rules of IDNA 2008 look-up. The caller frees the result. */
static char *to_alabels(const char *text, struct ms_err *err)
{
    char *out = NULL;
    char *copy;
    int flags =
        IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES | IDN2_ALABEL_ROUNDTRIP;
    int r = idn2_to_ascii_8z(text, &out, flags);

    if (r != IDN2_OK) {
        (void)ms_err_set(err, MS_EINVAL, 0, "is not a valid international name: %s",
                         idn2_strerror(r));
        return NULL;
    }
    copy = ms_xstrdup(out);
    idn2_free(out);
    return copy;
}

int ms_domain_normalise(const char *text, char **ret, struct ms_err *err)
{
    ms_auto_free char *name = NULL;
    const char *why;
    size_t n = strlen(text);

    if (!n) {
        return ms_err_set(err, MS_EINVAL, 0, "is empty");
    }
    if (n > INPUT_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "is longer than 253 characters");
    }
    if (is_ip(text)) {
        return ms_err_set(err, MS_EINVAL, 0, "is an IP address: write a domain name");
    }
    name = ms_xstrdup(text);
    for (char *p = name; *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    }
    if (!is_ascii(name) || has_alabel(name)) {
        char *a = to_alabels(name, err);

        if (!a) {
            return -1;
        }
        free(name);
        name = a;
    }
    n = strlen(name);
    if (n > 1 && name[n - 1] == '.') {
        name[n - 1] = '\0';
    }
    why = name_problem(name);
    if (why) {
        return ms_err_set(err, MS_EINVAL, 0, "%s", why);
    }
    *ret = ms_steal(&name);
    return 0;
}

const char *ms_local_part_problem(const char *p, size_t n)
{
    if (!n) {
        return "has nothing before the \"@\"";
    }
    if (n > LOCAL_MAX) {
        return "has more than 64 characters before the \"@\"";
    }
    if (p[0] == '"') {
        return "has quotes before the \"@\": such addresses are not supported";
    }
    if (p[0] == '.' || p[n - 1] == '.') {
        return "has a dot at the begin or end of the part before the \"@\"";
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];

        if (c >= 0x80) {
            return "has a character before the \"@\" that is not ASCII: such addresses are not "
                   "supported";
        }
        if (c == '.' && p[i + 1] == '.') {
            return "has two dots in a row before the \"@\"";
        }
        if (!isalnum(c) && !strchr(".!#$%&'*+-/=?^_`{|}~", c)) {
            return "has a character before the \"@\" that addresses cannot have";
        }
    }
    return NULL;
}

int ms_address_normalise(const char *text, char **ret, struct ms_err *err)
{
    const char *at = strrchr(text, '@');
    ms_auto_free char *domain = NULL;
    ms_auto_err struct ms_err inner = MS_ERR_INIT;
    const char *why;
    char *out;

    if (!at) {
        return ms_err_set(err, MS_EINVAL, 0, "is not an address: it has no \"@\"");
    }
    why = ms_local_part_problem(text, (size_t)(at - text));
    if (why) {
        return ms_err_set(err, MS_EINVAL, 0, "%s", why);
    }
    if (ms_domain_normalise(at + 1, &domain, &inner) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "has something after the \"@\" that %s",
                          ms_err_msg(&inner));
    }
    out = ms_xasprintf("%.*s@%s", (int)(at - text), text, domain);
    for (char *p = out; *p != '@'; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    if (strlen(out) > 254) { /* RFC 5321 4.5.3.1.3: a path is 256 bytes with its brackets */
        free(out);
        return ms_err_set(err, MS_EINVAL, 0, "is longer than 254 characters");
    }
    *ret = out;
    return 0;
}

int ms_sender_normalise(const char *text, char **ret, struct ms_err *err)
{
    ms_auto_free char *out = NULL;

    if (strchr(text + (*text == '@'), '@')) {
        if (ms_address_normalise(text, &out, err) < 0) {
            return -1;
        }
        if (out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789._-+=")] != '@') {
            return ms_err_set(err, MS_EINVAL, 0,
                              "has a character before the \"@\" that a list of senders cannot "
                              "hold: letters, digits and \"._-+=\"");
        }
    } else if (ms_domain_normalise(text + (*text == '@'), &out, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&out);
    return 0;
}

const char *ms_mailbox_name_problem(const char *local)
{
    const char *why = ms_local_part_problem(local, strlen(local));

    if (strchr(local, '+')) {
        return "a mailbox name cannot hold \"+\": that separates sub-addresses";
    }
    if (!why &&
        strspn(local, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
            strlen(local)) {
        return "a mailbox name is made of letters, digits, \".\", \"-\" and \"_\"; write an alias "
               "for other addresses";
    }
    return why;
}

const char *ms_domain_display(struct ms_arena *a, const char *name)
{
    char *out = NULL;
    const char *ret = name;

    if (has_alabel(name) && idn2_to_unicode_8z8z(name, &out, 0) == IDN2_OK) {
        ret = ms_arena_strdup(a, out);
        idn2_free(out);
    }
    return ret;
}
