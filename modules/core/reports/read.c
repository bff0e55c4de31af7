/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/base/utf8.h"
#include "modules/core/reports/reports_priv.h"

json_t *ms_report_text(const char *s)
{
    ms_auto_buf struct ms_buf out = {0};
    size_t left = strlen(s);

    ms_buf_init(&out, MS_REPORT_NAME + 1);
    while (left) {
        uint32_t c;
        size_t n = ms_utf8_decode(s, left, &c);
        bool good = n && c >= ' ' && (c < 0x7f || c > 0x9f);

        n = n ? n : 1;
        if (out.len + (good ? n : 1) > MS_REPORT_NAME) {
            break;
        }
        ms_buf_add(&out, good ? s : "?", good ? n : 1);
        s += n;
        left -= n;
    }
    return json_stringn(out.p, out.len);
}

char *ms_report_domain(const char *s)
{
    ms_auto_free char *name = ms_xstrdup(s);
    size_t n = strlen(name);

    if (n > MS_REPORT_NAME) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        name[i] = (char)tolower((unsigned char)name[i]);
    }
    if (n && name[n - 1] == '.') {
        name[n - 1] = '\0';
    }
    return ms_name_is_domain(name) ? ms_steal(&name) : NULL;
}

void ms_report_rows_init(struct ms_report_rows *r)
{
    *r = (struct ms_report_rows){.by_key = json_object(), .list = json_array()};
}

void ms_report_rows_done(struct ms_report_rows *r)
{
    json_decref(r->by_key);
    json_decref(r->list);
}

/* What a sender can choose freely is left out: few different rows remain. */
static void make_rest(json_t *row)
{
    static const char *const free_text[] = {"ip", "header_from", "mx"};

    for (size_t i = 0; i < sizeof(free_text) / sizeof(free_text[0]); i++) {
        if (json_object_get(row, free_text[i])) {
            (void)json_object_set_new(row, free_text[i], json_string(""));
        }
    }
}

int ms_report_rows_add(struct ms_report_rows *r, json_t *row, uint64_t count, struct ms_err *err)
{
    ms_auto_json json_t *owned = row;
    char *key;
    json_t *same;
    json_int_t n;

    if (++r->read > MS_REPORT_ROWS_READ) {
        return ms_err_set(err, MS_EINVAL, 0, "the report has more than %d rows",
                          MS_REPORT_ROWS_READ);
    }
    key = json_dumps(owned, JSON_COMPACT | JSON_SORT_KEYS);
    same = json_object_get(r->by_key, key);
    if (!same && json_array_size(r->list) >= MS_REPORT_ROWS) {
        free(key);
        make_rest(owned);
        key = json_dumps(owned, JSON_COMPACT | JSON_SORT_KEYS);
        same = json_object_get(r->by_key, key);
    }
    if (!same) {
        (void)json_object_set_new(owned, "count", json_integer(0));
        (void)json_object_set(r->by_key, key, owned);
        (void)json_array_append(r->list, owned);
        same = owned;
    }
    free(key);
    n = json_integer_value(json_object_get(same, "count"));
    n = n > INT32_MAX - (json_int_t)count ? INT32_MAX : n + (json_int_t)count;
    (void)json_object_set_new(same, "count", json_integer(n));
    return 0;
}

static int on_text(void *arg, const char *p, size_t n, struct ms_err *err)
{
    json_t *list = arg, *report = NULL;
    size_t skip = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (skip < n && isspace((unsigned char)p[skip])) {
        skip++;
    }
    p += skip;
    n -= skip;
    if (json_array_size(list) >= MS_REPORT_COUNT) {
        return ms_err_set(err, MS_EINVAL, 0, "the mail has more than %d reports", MS_REPORT_COUNT);
    }
    if (!n || (*p != '<' && *p != '{')) {
        return ms_err_set(err, MS_EINVAL, 0, "what is packed is no report");
    }
    if ((*p == '<' ? ms_report_dmarc(p, n, &report, err) : ms_report_tls(p, n, &report, err)) < 0) {
        return -1;
    }
    (void)json_array_append_new(list, report);
    return 0;
}

static int on_part(void *arg, const char *p, size_t n, struct ms_err *err)
{
    return ms_report_unpack(p, n, on_text, arg, err);
}

int ms_reports_read(const char *mail, size_t n, const char *host, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();

    if (ms_report_mime(mail, n, on_part, list, err) < 0) {
        return -1;
    }
    if (!json_array_size(list)) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "no report is in the mail");
    }
    *ret = json_pack("{s:b, s:O}", "verified", ms_report_verified(mail, n, host), "reports", list);
    return 0;
}
