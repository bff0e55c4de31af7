/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/template/escape_priv.h"

#include <string.h>

#include "modules/core/base/utf8.h"

static int escape_raw(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
{
    (void)err;
    ms_buf_add(out, s.p, s.n);
    return 0;
}

static const struct {
    const char *name;
    int (*escape)(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err);
} syntaxes[MS_SYNTAX__COUNT] = {
    [MS_SYNTAX_HTML] = {"html", ms_escape_html},
    [MS_SYNTAX_RAW] = {"raw", escape_raw},
    [MS_SYNTAX_TEXT] = {"text", ms_escape_text},
    [MS_SYNTAX_POSTFIX_MAIN] = {"postfix-main", ms_escape_postfix_main},
    [MS_SYNTAX_POSTFIX_MASTER] = {"postfix-master", ms_escape_postfix_master},
    [MS_SYNTAX_DOVECOT] = {"dovecot", ms_escape_dovecot},
    [MS_SYNTAX_SQL] = {"sql", ms_escape_sql},
    [MS_SYNTAX_UCL] = {"ucl", ms_escape_ucl},
    [MS_SYNTAX_HAPROXY] = {"haproxy", ms_escape_haproxy},
    [MS_SYNTAX_UNBOUND] = {"unbound", ms_escape_unbound},
    [MS_SYNTAX_NGINX] = {"nginx", ms_escape_nginx},
    [MS_SYNTAX_PHP] = {"php", ms_escape_php},
    [MS_SYNTAX_XML] = {"xml", ms_escape_xml},
    [MS_SYNTAX_SHELL] = {"shell", ms_escape_shell},
    [MS_SYNTAX_YAML] = {"yaml", ms_escape_yaml},
    [MS_SYNTAX_JSON] = {"json", ms_escape_json},
};

int ms_syntax_find(const char *name)
{
    for (int i = 0; i < MS_SYNTAX__COUNT; i++) {
        if (strcmp(syntaxes[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

const char *ms_syntax_name(enum ms_syntax s)
{
    return syntaxes[s].name;
}

uint32_t ms_escape_next(const char *p, size_t n, size_t *ret_len)
{
    uint32_t c = UINT32_MAX;
    size_t len = ms_utf8_decode(p, n, &c);

    *ret_len = len ? len : 1;
    return len ? c : UINT32_MAX;
}

bool ms_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

bool ms_all_of(struct ms_tpl_str s, const char *list)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!alnum && (c == '\0' || !strchr(list, c))) {
            return false;
        }
    }
    return true;
}

int ms_escape_refuse(struct ms_tpl_str s, const char *refused, struct ms_err *err)
{
    for (size_t i = 0, len = 0; i < s.n; i += len) {
        uint32_t c = ms_escape_next(s.p + i, s.n - i, &len);

        if (c == '\n' || c == '\r') {
            return ms_err_set(err, MS_EINVAL, 0, "the value contains a line break");
        }
        if (ms_is_control(c)) {
            return ms_err_set(err, MS_EINVAL, 0, "the value contains the control character U+%04X",
                              (unsigned)c);
        }
        if (c < 0x80 && strchr(refused, (int)c)) {
            return ms_err_set(err, MS_EINVAL, 0,
                              c == ' ' ? "the value contains a space, which cannot be written here"
                                       : "the value contains %c, which cannot be written here",
                              (int)c);
        }
    }
    return 0;
}

int ms_escape_str(enum ms_syntax syntax, struct ms_tpl_str s, struct ms_buf *out,
                  struct ms_err *err)
{
    size_t before = out->len;
    bool was_too_big = out->too_big;

    if (memchr(s.p, '\0', s.n)) {
        return ms_err_set(err, MS_EINVAL, 0, "the value contains a NUL byte");
    }
    for (size_t i = 0, len = 0; syntax != MS_SYNTAX_RAW && i < s.n; i += len) {
        if (ms_escape_next(s.p + i, s.n - i, &len) == UINT32_MAX) {
            return ms_err_set(err, MS_EINVAL, 0, "the value is not valid UTF-8");
        }
    }
    if (syntaxes[syntax].escape(s, out, err) < 0) {
        out->len = before;
        out->too_big = was_too_big;
        if (out->cap) {
            out->p[before] = '\0';
        }
        return -1;
    }
    return 0;
}

int ms_escape(enum ms_syntax s, const char *value, struct ms_buf *out, struct ms_err *err)
{
    return ms_escape_str(s, (struct ms_tpl_str){value, strlen(value)}, out, err);
}
