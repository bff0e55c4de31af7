/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/name.h"
#include "modules/core/reports/reports_priv.h"

static bool is_one_of(const json_t *o, const char *key, const char *const *words)
{
    const char *s = json_string_value(json_object_get(o, key));

    for (; s && *words; words++) {
        if (!strcmp(s, *words)) {
            return true;
        }
    }
    return false;
}

static bool is_number(const json_t *o, const char *key, json_int_t max)
{
    const json_t *v = json_object_get(o, key);

    return json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= max;
}

static bool is_text(const json_t *o, const char *key, size_t least)
{
    const json_t *v = json_object_get(o, key);

    return json_is_string(v) && json_string_length(v) >= least &&
           json_string_length(v) <= MS_REPORT_NAME;
}

static bool is_domain(const json_t *o, const char *key, bool may_be_empty)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s && ((may_be_empty && !*s) || ms_name_is_domain(s));
}

static bool is_dmarc_row(const json_t *row)
{
    static const char *const dispositions[] = {"none", "quarantine", "reject", NULL};
    const char *ip = json_string_value(json_object_get(row, "ip"));

    return ip && strlen(ip) < 46 && strspn(ip, "0123456789abcdef:.") == strlen(ip) &&
           is_one_of(row, "disposition", dispositions) &&
           json_is_boolean(json_object_get(row, "dkim")) &&
           json_is_boolean(json_object_get(row, "spf")) && is_domain(row, "header_from", true);
}

static bool is_tls_row(const json_t *row)
{
    static const char *const types[] = {"sts", "tlsa", "none", NULL};

    return is_one_of(row, "policy", types) && is_text(row, "result", 0) &&
           is_domain(row, "mx", true);
}

static bool is_head(const json_t *r)
{
    static const char *const kinds[] = {"dmarc", "tls", NULL};
    static const char *const policies[] = {"", "none", "quarantine", "reject", NULL};
    static const char *const modes[] = {"", "none", "testing", "enforce", NULL};
    bool dmarc = is_one_of(r, "kind", (const char *const[]){"dmarc", NULL});

    return is_one_of(r, "kind", kinds) && is_text(r, "org", 1) && is_text(r, "id", 1) &&
           is_number(r, "begin", UINT32_MAX) && is_number(r, "end", UINT32_MAX) &&
           is_domain(r, "domain", false) &&
           (dmarc ? is_one_of(r, "policy", policies) && is_one_of(r, "subdomains", policies) &&
                        is_number(r, "percent", 100)
                  : is_one_of(r, "mode", modes));
}

int ms_report_check(const json_t *report, struct ms_err *err)
{
    const json_t *rows = json_object_get(report, "rows");
    bool good =
        is_head(report) && json_is_array(rows) && json_array_size(rows) <= 2 * MS_REPORT_ROWS;
    bool dmarc = good && !strcmp(json_string_value(json_object_get(report, "kind")), "dmarc");

    for (size_t i = 0; good && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);

        good = is_number(row, "count", INT32_MAX) && (dmarc ? is_dmarc_row(row) : is_tls_row(row));
    }
    return good ? 0
                : ms_err_set(err, MS_EINVAL, 0, "a report is not of the form that it should be");
}
