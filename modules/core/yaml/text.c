/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/yaml/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "modules/core/base/parse.h"
#include "modules/core/base/utf8.h"

/* The printable characters of YAML 1.1 (section 5.1), as libyaml's reader has them. */
static bool is_printable(uint32_t c)
{
    if (c < 0x20) {
        return c == '\t' || c == '\n' || c == '\r';
    }
    if (c < 0xa0) {
        return c < 0x7f || c == 0x85;
    }
    return c < 0xfffe ? c != 0xfeff : c > 0xffff;
}

int ms_yaml_check_text(const char *file, const char *p, size_t size, struct ms_diags *d)
{
    struct ms_loc loc = {.file = file, .line = 1, .col = 1};
    uint32_t c = 0;
    size_t len;

    for (size_t i = 0; i < size; i += len) {
        len = ms_utf8_decode(p + i, size - i, &c);
        if (!len) {
            ms_diag_add(d, MS_DIAG_ERROR, loc, NULL,
                        "byte 0x%02x is not UTF-8 text: save the file as UTF-8",
                        (unsigned)(unsigned char)p[i]);
            return -1;
        }
        if (!is_printable(c)) {
            ms_diag_add(d, MS_DIAG_ERROR, loc, NULL,
                        "%s character U+%04X: this is not a text file, or it is damaged",
                        c ? "control" : "NUL", (unsigned)c);
            return -1;
        }
        if (c == '\n') {
            loc.line++;
            loc.col = 1;
        } else {
            loc.col++;
        }
    }
    return 0;
}

static bool is_one_of(const char *s, const char *const *words)
{
    for (; *words; words++) {
        if (!strcmp(s, *words)) {
            return true;
        }
    }
    return false;
}

bool ms_yaml_plain_is_null(const char *s)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};

    return is_one_of(s, words);
}

/* Octal and hexadecimal of the core schema: 0o17, 0x1F. Returns whether s is one that fits. */
static bool parse_based(const char *s, json_int_t *ret)
{
    unsigned base = s[0] == '0' && s[1] == 'o' ? 8 : s[0] == '0' && s[1] == 'x' ? 16 : 0;
    json_int_t v = 0;

    if (!base || !s[2]) {
        return false;
    }
    for (s += 2; *s; s++) {
        int c = (unsigned char)*s;
        int digit = isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : 99;

        if (digit >= (int)base || __builtin_mul_overflow(v, (json_int_t)base, &v) ||
            __builtin_add_overflow(v, (json_int_t)digit, &v)) {
            return false;
        }
    }
    *ret = v;
    return true;
}

static bool parse_integer(const char *s, json_int_t *ret)
{
    bool minus = *s == '-';
    uint64_t v;

    if (parse_based(s, ret)) {
        return true;
    }
    s += *s == '-' || *s == '+';
    if (ms_parse_u64(s, &v) < 0 || v > (uint64_t)INT64_MAX + minus) {
        return false;
    }
    *ret = minus ? (json_int_t)(0 - v) : (json_int_t)v;
    return true;
}

json_t *ms_yaml_plain_to_json(const char *s)
{
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    json_int_t i = 0;
    double r;

    if (ms_yaml_plain_is_null(s)) {
        return json_null();
    }
    if (is_one_of(s, yes) || is_one_of(s, no)) {
        return json_boolean(*s == 't' || *s == 'T');
    }
    if (parse_integer(s, &i)) {
        return json_integer(i);
    }
    if (ms_parse_double(s, &r) == 0) {
        return json_real(r);
    }
    return json_string(s);
}

bool ms_yaml_plain_safe(const char *s)
{
    /* read as booleans, null or numbers by YAML 1.1 or 1.2 */
    static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
                                        "off", "true", "false", "null"};
    size_t len = strlen(s);

    if (!isalpha((unsigned char)*s) && *s != '_' && *s != '/') {
        return false;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!strcasecmp(s, words[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < len; i++) {
        bool last = i + 1 == len;

        if (isalnum((unsigned char)s[i]) || strchr("_/.-@+=$~", s[i])) {
            continue;
        }
        if (last || !isalnum((unsigned char)s[i + 1]) || !strchr(": ,", s[i])) {
            return false;
        }
    }
    return true;
}
