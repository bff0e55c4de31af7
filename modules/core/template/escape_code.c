/* SPDX-License-Identifier: Apache-2.0 */
/* Escapers of markup, data formats and programming languages. */
#include "modules/core/template/escape_priv.h"

#include <string.h>

/* What stands for the special character; NULL when it stands for itself. */
static const char *markup(char c, bool xml)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return xml ? "&apos;" : NULL;
    case '\t':
        return xml ? "&#9;" : NULL;
    case '\n':
        return xml ? "&#10;" : NULL;
    case '\r':
        return xml ? "&#13;" : NULL;
    default:
        return NULL;
    }
}

static void add_markup(struct ms_tpl_str s, bool xml, struct ms_buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        const char *m = markup(s.p[i], xml);

        if (m) {
            ms_buf_adds(out, m);
        } else {
            ms_buf_addc(out, s.p[i]);
        }
    }
}

/* The four characters of the Mustache specification. */
int ms_escape_html(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    (void)err;
    add_markup(s, false, out);
    return 0;
}

/* XML 1.0, section 2.2: no C0 control but tab and line breaks (written as references, because
 * attributes turn them into spaces), no U+FFFE and U+FFFF. */
int ms_escape_xml(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        uint32_t c = ms_escape_next(s.p + i, s.n - i, &len);

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff) {
            return ms_err_set(err, MS_EINVAL, 0,
                              "the value contains U+%04X, which XML does not allow", (unsigned)c);
        }
    }
    add_markup(s, true, out);
    return 0;
}

/* The letter of the short escape of a control character, '\0' when it has none. */
static char short_escape(uint32_t c)
{
    static const char from[] = "\b\f\n\r\t", to[] = "bfnrt";
    const char *p = c && c < 0x20 ? strchr(from, (int)c) : NULL;

    return (char)(p ? to[p - from] : '\0');
}

/* A JSON string, with the characters in extra written as \u00XX too. */
static void add_json(struct ms_tpl_str s, const char *extra, struct ms_buf *out)
{
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        uint32_t c = ms_escape_next(s.p + i, s.n - i, &len);

        if (c == '"' || c == '\\') {
            ms_buf_addf(out, "\\%c", (char)c);
        } else if (short_escape(c)) {
            ms_buf_addf(out, "\\%c", short_escape(c));
        } else if (ms_is_control(c) || (c < 0x80 && strchr(extra, (int)c))) {
            ms_buf_addf(out, "\\u%04x", (unsigned)c);
        } else {
            ms_buf_add(out, s.p + i, len);
        }
    }
}

/* RFC 8259, section 7. */
int ms_escape_json(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    (void)err;
    add_json(s, "", out);
    return 0;
}

/* libucl reads JSON's escapes in double-quoted strings and expands $NAME and ${NAME} only when a $
 * stands in the source; "$$" is not dependable (it collapses only next to a variable). Rspamd runs
 * its files through a template engine first, whose marks all begin with "{". So both are written as
 * \u00XX. */
int ms_escape_ucl(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    (void)err;
    add_json(s, "${", out);
    return 0;
}

/* MariaDB's string literals in the default SQL mode (not NO_BACKSLASH_ESCAPES). */
int ms_escape_sql(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        uint32_t c = ms_escape_next(s.p + i, s.n - i, &len);

        if (c == '\'' || c == '\\') {
            ms_buf_addf(out, "%c%c", c == '\'' ? '\'' : '\\', (char)c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            ms_buf_addf(out, "\\%c", short_escape(c));
        } else if (ms_is_control(c)) {
            return ms_err_set(err, MS_EINVAL, 0, "the value contains the control character U+%04X",
                              (unsigned)c);
        } else {
            ms_buf_add(out, s.p + i, len);
        }
    }
    return 0;
}

/* Refuse control characters other than tab and newline. */
static int refuse_odd_controls(struct ms_tpl_str s, struct ms_err *err)
{
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        uint32_t c = ms_escape_next(s.p + i, s.n - i, &len);

        if (ms_is_control(c) && c != '\n' && c != '\t') {
            return ms_err_set(err, MS_EINVAL, 0, "the value contains the control character U+%04X",
                              (unsigned)c);
        }
    }
    return 0;
}

/* PHP's single-quoted strings: only ' and \ are special, strings may span lines. */
int ms_escape_php(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (refuse_odd_controls(s, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'' || s.p[i] == '\\') {
            ms_buf_addc(out, '\\');
        }
        ms_buf_addc(out, s.p[i]);
    }
    return 0;
}

/* POSIX shell: nothing is special between single quotes; a quote itself is written between them. */
int ms_escape_shell(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (refuse_odd_controls(s, err) < 0) {
        return -1;
    }
    if (s.n && ms_all_of(s, "_@%+=:,./-")) {
        ms_buf_add(out, s.p, s.n);
        return 0;
    }
    ms_buf_addc(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'') {
            ms_buf_adds(out, "'\\''");
        } else {
            ms_buf_addc(out, s.p[i]);
        }
    }
    ms_buf_addc(out, '\'');
    return 0;
}
