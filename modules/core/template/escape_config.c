/* SPDX-License-Identifier: Apache-2.0 */
/* Escapers of the daemons' own configuration languages. All of them are read line by line. */
#include "modules/core/template/escape_priv.h"

#include <string.h>

/* Append s with prefix before each byte that is in special. */
static void add_prefixed(struct ms_tpl_str s, const char *special, char prefix, struct ms_buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(special, s.p[i])) {
            ms_buf_addc(out, prefix);
        }
        ms_buf_addc(out, s.p[i]);
    }
}

int ms_escape_text(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "", err) < 0) {
        return -1;
    }
    ms_buf_add(out, s.p, s.n);
    return 0;
}

/* postconf(5): a logical line ends at a line that does not begin with white space, a line whose
 * first character other than white space is # is a comment, space around a value is dropped, and
 * "$$" gives one "$". */
int ms_escape_postfix_main(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "", err) < 0) {
        return -1;
    }
    if (s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ')) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "the value begins or ends with a space, which Postfix drops");
    }
    if (s.n && s.p[0] == '#') {
        return ms_err_set(err, MS_EINVAL, 0, "the value begins with #, which begins a comment");
    }
    add_prefixed(s, "$", '$', out);
    return 0;
}

/* master(5): arguments are divided by white space, "{ }" group them and cannot be escaped;
 * parameter values are expanded as in main.cf. */
int ms_escape_postfix_master(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, " {}", err) < 0) {
        return -1;
    }
    if (s.n && s.p[0] == '#') {
        return ms_err_set(err, MS_EINVAL, 0, "the value begins with #, which begins a comment");
    }
    add_prefixed(s, "$", '$', out);
    return 0;
}

/* Dovecot 2.4, between double quotes: \ and " are escaped with \. Most settings then expand
 * "%{...}", where "%%{" stands for "%{" and any other % for itself; so only that pair is changed
 * (in the few settings without expansion a value with "%{" keeps the second %). */
int ms_escape_dovecot(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "", err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '\\' || c == '"') {
            ms_buf_addc(out, '\\');
        } else if (c == '%' && i + 1 < s.n && s.p[i + 1] == '{') {
            ms_buf_addc(out, '%');
        }
        ms_buf_addc(out, c);
    }
    return 0;
}

/* HAProxy's configuration manual, "Quoting and escaping": between double quotes \ " and $ are
 * escaped with \, and space, # and ' stand for themselves. Quoted and bare parts of one argument
 * join, so "addr":25 is fine; inside quotes that the template writes, this is not. */
int ms_escape_haproxy(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "", err) < 0) {
        return -1;
    }
    if (s.n && ms_all_of(s, "_-.:/@,+=*[]%")) {
        ms_buf_add(out, s.p, s.n);
        return 0;
    }
    ms_buf_addc(out, '"');
    add_prefixed(s, "\\\"$", '\\', out);
    ms_buf_addc(out, '"');
    return 0;
}

/* Unbound's lexer takes \ together with the next character but keeps both, so neither a quote nor
 * a backslash at the end can be written. Any backslash is refused: it would not mean what it seems
 * to. */
int ms_escape_unbound(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "\"\\", err) < 0) {
        return -1;
    }
    ms_buf_add(out, s.p, s.n);
    return 0;
}

/* nginx, between double quotes: \ and " are escaped with \; $ begins a variable in most directives
 * and cannot be escaped. */
int ms_escape_nginx(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    if (ms_escape_refuse(s, "$", err) < 0) {
        return -1;
    }
    add_prefixed(s, "\\\"", '\\', out);
    return 0;
}
