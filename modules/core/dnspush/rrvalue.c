/* SPDX-License-Identifier: Apache-2.0 */
#include <ldns/ldns.h>
#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/rrset.h"

enum { STRING_MAX = 255 };

/* One byte inside quotes (RFC 1035 5.1). */
static void add_byte(struct ms_buf *b, unsigned char c)
{
    if (c == '"' || c == '\\') {
        ms_buf_addc(b, '\\');
        ms_buf_addc(b, (char)c);
    } else if (c < 0x20 || c > 0x7e) {
        ms_buf_addf(b, "\\%03u", c);
    } else {
        ms_buf_addc(b, (char)c);
    }
}

/* Text of n bytes as quoted strings; nothing is one empty string. */
static void add_strings(struct ms_buf *b, const unsigned char *p, size_t n)
{
    size_t i = 0;

    do {
        size_t end = n - i > STRING_MAX ? i + STRING_MAX : n;

        ms_buf_adds(b, i ? " \"" : "\"");
        for (; i < end; i++) {
            add_byte(b, p[i]);
        }
        ms_buf_addc(b, '"');
    } while (i < n);
}

char *ms_rrvalue_txt(struct ms_arena *a, const char *text)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, (size_t)MS_RRSET_VALUE_MAX * 5);
    add_strings(&b, (const unsigned char *)text, strlen(text));
    return ms_arena_strdup(a, b.p);
}

/* The bytes of all strings of a TXT record, one after the other. */
static void join(const ldns_rr *rr, struct ms_buf *b)
{
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        const ldns_rdf *f = ldns_rr_rdf(rr, i);

        if (ldns_rdf_size(f) > 1) {
            ms_buf_add(b, ldns_rdf_data(f) + 1, ldns_rdf_size(f) - 1);
        }
    }
}

static void add_fields(const ldns_rr *rr, struct ms_buf *b)
{
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        char *text = ldns_rdf2str(ldns_rr_rdf(rr, i));

        ms_buf_addf(b, "%s%s", i ? " " : "", text ? text : "");
        LDNS_FREE(text);
    }
}

/* Parse a value; NULL when it is none. The caller frees the record. */
static ldns_rr *parse(const char *type, const char *value)
{
    ms_auto_free char *line = NULL;
    ldns_rr *rr = NULL;

    /* a line break would begin another record, an include or a directive */
    if (strlen(value) > MS_RRSET_VALUE_MAX || strpbrk(value, "\r\n") || !*value) {
        return NULL;
    }
    line = ms_xasprintf(". 0 IN %s %s", type, value);
    if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK || !rr) {
        return NULL;
    }
    if (!ldns_rr_rd_count(rr)) {
        ldns_rr_free(rr);
        return NULL;
    }
    return rr;
}

char *ms_rrvalue_canonical(struct ms_arena *a, const char *type, const char *value)
{
    ms_auto_buf struct ms_buf raw = {0}, out = {0};
    ldns_rr *rr = parse(type, value);

    if (!rr) {
        return NULL;
    }
    ms_buf_init(&raw, MS_RRSET_VALUE_MAX);
    ms_buf_init(&out, (size_t)MS_RRSET_VALUE_MAX * 5);
    ldns_rr2canonical(rr);
    if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_TXT) {
        join(rr, &raw);
        add_strings(&out, (const unsigned char *)raw.p, raw.len);
    } else {
        add_fields(rr, &out);
    }
    ldns_rr_free(rr);
    return out.too_big || raw.too_big ? NULL : ms_arena_strdup(a, out.p);
}

char *ms_rrvalue_bare(struct ms_arena *a, const char *value)
{
    ms_auto_buf struct ms_buf raw = {0};
    ldns_rr *rr = parse("TXT", value);

    ms_buf_init(&raw, MS_RRSET_VALUE_MAX);
    if (rr) {
        join(rr, &raw);
        ldns_rr_free(rr);
    } else {
        ms_buf_adds(&raw, value);
    }
    for (size_t i = 0; i < raw.len; i++) {
        raw.p[i] = raw.p[i] < 0x20 || raw.p[i] > 0x7e ? '?' : raw.p[i];
    }
    return ms_arena_strdup(a, raw.p);
}
