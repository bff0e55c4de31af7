/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/reports/reports_priv.h"

enum { JSON_MAX = 4 << 20, POLICIES_MAX = 1000, LINES_MAX = 100 };

/* Result types of RFC 8460 4.3. */
static const struct {
    const char *type, *meaning;
} meanings[] = {
    {"starttls-not-supported", "no STARTTLS was offered"},
    {"certificate-host-mismatch", "the certificate is for another name"},
    {"certificate-expired", "the certificate has expired"},
    {"certificate-not-trusted", "no authority that is trusted has signed the certificate"},
    {"validation-failure", "the certificate or the policy could not be verified"},
    {"tlsa-invalid", "no TLSA record fits the certificate"},
    {"dnssec-invalid", "DNSSEC of the TLSA records is broken"},
    {"dane-required", "the sender insists on DANE, and there are no TLSA records"},
    {"sts-policy-fetch-error", "the MTA-STS policy could not be fetched"},
    {"sts-policy-invalid", "the MTA-STS policy has a mistake"},
    {"sts-webpki-invalid", "the certificate of mta-sts.<domain> is not valid"},
};

const char *ms_reports_tls_meaning(const char *result)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (!strcmp(meanings[i].type, result)) {
            return meanings[i].meaning;
        }
    }
    return result;
}

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* A time of RFC 3339; -1 when it is none. */
static int64_t when(const char *s)
{
    struct tm tm = {0};
    const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t t, offset = 0;

    if (!end) {
        return -1;
    }
    if (*end == '.') {
        end += 1 + strspn(end + 1, "0123456789");
    }
    if ((*end == '+' || *end == '-') && strlen(end) == 6 && end[3] == ':' &&
        strspn(end + 1, "0123456789:") == 5) {
        offset =
            ((end[1] - '0') * 10 + end[2] - '0') * 3600 + ((end[4] - '0') * 10 + end[5] - '0') * 60;
        offset = *end == '-' ? -offset : offset;
    } else if (strcmp(end, "Z") != 0 && strcmp(end, "z") != 0) {
        return -1;
    }
    t = (int64_t)timegm(&tm) - offset;
    return t >= 0 && t <= UINT32_MAX ? t : -1;
}

static uint64_t count(const json_t *o, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(o, key));

    return n < 0 ? 0 : n > INT32_MAX ? INT32_MAX : (uint64_t)n;
}

/* Of what is not known, the sender could make up any number. */
static const char *known(const char *result)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (!strcmp(meanings[i].type, result)) {
            return result;
        }
    }
    return "validation-failure";
}

static const char *policy_type(const json_t *policy)
{
    const char *s = text(policy, "policy-type");

    return !strcmp(s, "sts") || !strcmp(s, "tlsa") ? s : "none";
}

/* "mode: testing" of the policy's text (RFC 8461 3.2); "" when it does not say. */
static const char *mode_of(const json_t *policy)
{
    static const char *const modes[] = {"enforce", "testing", "none"};
    const json_t *lines = json_object_get(policy, "policy-string");

    for (size_t i = 0; i < json_array_size(lines) && i < LINES_MAX; i++) {
        const char *s = json_string_value(json_array_get(lines, i));

        if (!s || strncmp(s, "mode:", 5) != 0) {
            continue;
        }
        s += 5 + strspn(s + 5, " \t");
        for (size_t k = 0; k < 3; k++) {
            if (!strncmp(s, modes[k], strlen(modes[k]))) {
                return modes[k];
            }
        }
    }
    return "";
}

static json_t *row(const json_t *policy, const char *result, const char *mx)
{
    ms_auto_free char *host = ms_report_domain(mx);

    return json_pack("{s:s, s:s, s:s}", "policy", policy_type(policy), "result", result, "mx",
                     host ? host : "");
}

static int take_policy(const json_t *entry, struct ms_report_rows *rows, struct ms_err *err)
{
    const json_t *policy = json_object_get(entry, "policy");
    const json_t *summary = json_object_get(entry, "summary");
    const json_t *failures = json_object_get(entry, "failure-details");
    uint64_t failed = count(summary, "total-failure-session-count"), told = 0;
    uint64_t sent = count(summary, "total-successful-session-count");
    size_t i;
    const json_t *f;

    if (sent && ms_report_rows_add(rows, row(policy, "", ""), sent, err) < 0) {
        return -1;
    }
    json_array_foreach(failures, i, f)
    {
        const char *type = text(f, "result-type");
        uint64_t n = count(f, "failed-session-count");

        if (ms_report_rows_add(rows, row(policy, known(type), text(f, "receiving-mx-hostname")), n,
                               err) < 0) {
            return -1;
        }
        told += n;
    }
    return failed <= told ? 0
                          : ms_report_rows_add(rows, row(policy, "validation-failure", ""),
                                               failed - told, err);
}

static int take(const json_t *report, struct ms_report_rows *rows, json_t **ret, struct ms_err *err)
{
    const json_t *range = json_object_get(report, "date-range");
    const json_t *policies = json_object_get(report, "policies");
    const json_t *first = json_object_get(json_array_get(policies, 0), "policy");
    ms_auto_free char *domain = ms_report_domain(text(first, "policy-domain"));
    int64_t begin = when(text(range, "start-datetime")), end = when(text(range, "end-datetime"));
    const char *mode = "";

    if (!domain || begin < 0 || end < begin || !*text(report, "organization-name") ||
        !*text(report, "report-id")) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "the TLS report does not say whose it is, for what domain and time");
    }
    if (json_array_size(policies) > POLICIES_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "the TLS report has too many policies");
    }
    for (size_t i = 0; i < json_array_size(policies); i++) {
        const json_t *entry = json_array_get(policies, i);
        ms_auto_free char *other =
            ms_report_domain(text(json_object_get(entry, "policy"), "policy-domain"));

        if (!other || strcmp(other, domain) != 0) {
            continue; /* one report is about one domain (RFC 8460 3) */
        }
        mode = *mode ? mode : mode_of(json_object_get(entry, "policy"));
        if (take_policy(entry, rows, err) < 0) {
            return -1;
        }
    }
    *ret = json_pack("{s:s, s:o, s:o, s:I, s:I, s:s, s:s, s:O}", "kind", "tls", "org",
                     ms_report_text(text(report, "organization-name")), "id",
                     ms_report_text(text(report, "report-id")), "begin", (json_int_t)begin, "end",
                     (json_int_t)end, "domain", domain, "mode", mode, "rows", rows->list);
    return 0;
}

int ms_report_tls(const char *p, size_t n, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *report = NULL;
    struct ms_report_rows rows;
    json_error_t why;
    int rc;

    if (n > JSON_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "the TLS report is too long");
    }
    report = json_loadb(p, n, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(report)) {
        return ms_err_set(err, MS_EINVAL, 0, "the TLS report is no JSON object: %s",
                          report ? "it is something else" : why.text);
    }
    ms_report_rows_init(&rows);
    rc = take(report, &rows, ret, err);
    ms_report_rows_done(&rows);
    return rc;
}
