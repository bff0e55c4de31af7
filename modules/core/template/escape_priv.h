/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The escapers behind ms_escape. Each gets text that is known to be valid UTF-8 without NUL and
 * appends it escaped, or sets MS_EINVAL. Messages never show the value: it may be a secret.
 */
#ifndef MS_TEMPLATE_ESCAPE_PRIV_H
#define MS_TEMPLATE_ESCAPE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/template/parse_priv.h"
#include "modules/core/template/template.h"

/* As ms_escape, for text with a length; a NUL in it is an error. */
int ms_escape_str(enum ms_syntax syntax, struct ms_tpl_str s, struct ms_buf *out,
                  struct ms_err *err) ms_must_use;

/* The character at p (n > 0 bytes), *ret_len bytes long; UINT32_MAX when it is not UTF-8 (RFC 3629:
 * no overlong forms, no surrogates, nothing above U+10FFFF). */
uint32_t ms_escape_next(const char *p, size_t n, size_t *ret_len);

/* Whether it is a control character: C0, DEL or C1. */
bool ms_is_control(uint32_t c);

/* Refuse control characters, and any of the characters in refused (ASCII). */
int ms_escape_refuse(struct ms_tpl_str s, const char *refused, struct ms_err *err) ms_must_use;

/* Whether all bytes are letters, digits or in the list. */
bool ms_all_of(struct ms_tpl_str s, const char *list);

/* One function per syntax. */
int ms_escape_yaml(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_json(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_ucl(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_html(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_xml(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_sql(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_php(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_shell(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_text(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_postfix_main(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_postfix_master(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err)
    ms_must_use;
int ms_escape_dovecot(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_haproxy(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_unbound(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;
int ms_escape_nginx(struct ms_tpl_str s, struct ms_buf *out, struct ms_err *err) ms_must_use;

#endif
