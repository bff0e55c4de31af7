/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/template/escape_priv.h"
#include "modules/core/template/yaml_place_priv.h"

#include <string.h>
#include <strings.h>

/* Bytes besides letters and digits that are plain anywhere in a plain scalar, in flow too. */
static const char plain_bytes[] = "_/.@:+%~=-";

static bool is_word(struct ms_tpl_str s)
{
    /* YAML 1.1 and 1.2: null, bool, merge and value keys */
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on",
                                        "off",  "y",    "n",     "~",   "="};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == s.n && strncasecmp(words[i], s.p, s.n) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the plain scalar is a string in every version of YAML. Whatever begins as a number, a
 * date or an indicator does is not plain, unless a slash shows that it is none. */
static bool is_plain(struct ms_tpl_str s)
{
    if (s.n == 0 || !ms_all_of(s, plain_bytes) || is_word(s) || s.p[s.n - 1] == ':') {
        return false;
    }
    if (strchr("-:%@=~", s.p[0])) {
        return false;
    }
    return !strchr("0123456789.+", s.p[0]) || memchr(s.p, '/', s.n);
}

static void add_double(struct ms_tpl_str s, struct ms_buf *out)
{
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        uint32_t c = ms_escape_next(s.p + i, s.n - i, &len);

        if (c == '"' || c == '\\') {
            ms_buf_addf(out, "\\%c", (char)c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            ms_buf_addf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        } else if (ms_is_control(c)) {
            ms_buf_addf(out, "\\x%02x", (unsigned)c);
        } else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff) {
            ms_buf_addf(out, "\\u%04x", (unsigned)c);
        } else {
            ms_buf_add(out, s.p + i, len);
        }
    }
}

int ms_escape_yaml(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    (void)err;
    if (is_plain(s)) {
        ms_buf_add(out, s.p, s.n);
        return 0;
    }
    ms_buf_addc(out, '"');
    add_double(s, out);
    ms_buf_addc(out, '"');
    return 0;
}

static int add_single(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "", err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'') {
            ms_buf_addc(out, '\'');
        }
        ms_buf_addc(out, s.p[i]);
    }
    return 0;
}

int ms_escape_yaml_at(const struct ms_yaml_place *pl, bool joined, struct ms_tpl_str s,
                      struct ms_buf *out, struct ms_err *err)
{
    bool part;

    if (memchr(s.p, '\0', s.n)) {
        return ms_err_set(err, MS_EINVAL, 0, "the value contains a NUL byte");
    }
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        if (ms_escape_next(s.p + i, s.n - i, &len) == UINT32_MAX) {
            return ms_err_set(err, MS_EINVAL, 0, "the value is not valid UTF-8");
        }
    }
    switch (pl->state) {
    case MS_YAML_DOUBLE:
    case MS_YAML_COMMENT:
        add_double(s, out);
        return 0;
    case MS_YAML_SINGLE:
        return add_single(s, out, err);
    default:
        break;
    }
    part = joined || pl->state != MS_YAML_GAP;
    if (!part) {
        return ms_escape_yaml(s, out, err);
    }
    if (!ms_all_of(s, plain_bytes) || (s.n && s.p[s.n - 1] == ':') ||
        (pl->state == MS_YAML_GAP && s.n && strchr("-%@", s.p[0]))) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "the value needs quotes: put double quotes around the whole scalar");
    }
    ms_buf_add(out, s.p, s.n);
    return 0;
}
