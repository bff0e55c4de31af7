/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/directory/object_priv.h"

/* Reports of other servers about our domains (modules/core/reports). A report counts once: its
 * kind, sender, number and domain are its key. */

enum { DAY_S = 86400, OLD_DAYS = 400, FUTURE_DAYS = 2 };

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

static int64_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

/* Our domain that a report's is, or lies below. */
static int find_owner(struct ms_directory *d, const char *domain, char **ret, struct ms_err *err)
{
    int r = ms_db_one(d,
                      MS_Q("SELECT domain FROM domain WHERE domain = ?"
                           " OR RIGHT(?, CHAR_LENGTH(domain) + 1) = CONCAT('.', domain)"
                           " ORDER BY CHAR_LENGTH(domain) DESC LIMIT 1",
                           MS_S(domain), MS_S(domain)),
                      ret, err);

    if (r == 0) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "a report is about %s, which is no domain of ours",
                          domain);
    }
    return r < 0 ? -1 : 0;
}

static int check_time(const json_t *report, struct ms_err *err)
{
    int64_t now_s = ms_time_wall_ms() / 1000, end = number(report, "end");

    if (end < now_s - (int64_t)OLD_DAYS * DAY_S || end > now_s + (int64_t)FUTURE_DAYS * DAY_S) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "a report is about a time that is long past or to come");
    }
    return 0;
}

static int add_rows(struct ms_directory *d, const json_t *report, const char *id, bool dmarc,
                    struct ms_err *err)
{
    size_t i;
    const json_t *r;

    json_array_foreach(json_object_get(report, "rows"), i, r)
    {
        if (ms_db_run(d,
                      MS_Q("INSERT INTO ms_report_row (report, source, result, dkim, spf, detail,"
                           " count) VALUES (?, ?, ?, ?, ?, ?, ?)",
                           MS_S(id), MS_S(text(r, dmarc ? "ip" : "mx")),
                           MS_S(text(r, dmarc ? "disposition" : "result")),
                           MS_I(json_is_true(json_object_get(r, "dkim"))),
                           MS_I(json_is_true(json_object_get(r, "spf"))),
                           MS_S(text(r, dmarc ? "header_from" : "policy")),
                           MS_I(number(r, "count"))),
                      err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* 1 added, 0 known already, -1 failed. */
static int add(struct ms_directory *d, const json_t *report, bool verified, struct ms_err *err)
{
    const char *kind = text(report, "kind"), *domain = text(report, "domain");
    bool dmarc = strcmp(kind, "dmarc") == 0;
    ms_auto_free char *owner = NULL, *id = NULL;

    if (find_owner(d, domain, &owner, err) < 0 ||
        ms_db_run(d,
                  MS_Q("INSERT IGNORE INTO ms_report (ident, kind, owner, domain, org, begin_s,"
                       " end_s, verified, policy, received) VALUES"
                       " (SHA2(CONCAT_WS('\\n', ?, ?, ?, ?), 256), ?, ?, ?, ?, ?, ?, ?, ?,"
                       " UTC_TIMESTAMP())",
                       MS_S(kind), MS_S(text(report, "org")), MS_S(text(report, "id")),
                       MS_S(domain), MS_S(kind), MS_S(owner), MS_S(domain),
                       MS_S(text(report, "org")), MS_I(number(report, "begin")),
                       MS_I(number(report, "end")), MS_I(verified),
                       MS_S(text(report, dmarc ? "policy" : "mode"))),
                  err) < 0) {
        return -1;
    }
    if (!d->affected) {
        return 0;
    }
    if (ms_db_one(d, MS_Q0("SELECT LAST_INSERT_ID()"), &id, err) < 0 ||
        add_rows(d, report, id, dmarc, err) < 0) {
        return -1;
    }
    return 1;
}

int ms_directory_report_add(struct ms_directory *d, const json_t *report, bool verified,
                            bool *ret_new, struct ms_err *err)
{
    int r;

    if (check_time(report, err) < 0 || ms_db_begin(d, err) < 0) {
        return -1;
    }
    r = add(d, report, verified, err);
    if (ms_db_end(d, r < 0 ? -1 : 0, err) < 0) {
        return -1;
    }
    *ret_new = r == 1;
    return 0;
}

int ms_directory_reports_expire(struct ms_directory *d, struct ms_err *err)
{
    static const char *const rows[] = {
        "DELETE FROM ms_report WHERE received < UTC_TIMESTAMP() - INTERVAL 400 DAY LIMIT 1000",
        "DELETE FROM ms_report WHERE id <= (SELECT m FROM (SELECT MAX(id) - 20000 AS m"
        " FROM ms_report) x) LIMIT 1000",
        NULL};

    return ms_db_run_all(d, rows, err);
}

static json_t *domain_of(json_t *domains, const char *name)
{
    json_t *last = json_array_get(domains, json_array_size(domains) - 1);

    if (!last || strcmp(text(last, "name"), name) != 0) {
        last = json_pack("{s:s, s:{s:i}, s:{s:i}}", "name", name, "dmarc", "reports", 0, "tls",
                         "reports", 0);
        (void)json_array_append_new(domains, last);
    }
    return last;
}

static json_t *words(const char *lines)
{
    json_t *list = json_array();

    while (lines && *lines && json_array_size(list) < 100) {
        size_t n = strcspn(lines, "\n");

        (void)json_array_append_new(list, json_stringn(lines, n));
        lines += n + (lines[n] == '\n');
    }
    return list;
}

static int on_kind(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *domain = domain_of(arg, col[0]);
    const char *kind = col[1];
    json_t *o =
        json_pack("{s:I, s:I, s:I, s:I, s:o, s:s}", "reports", (json_int_t)ms_object_number(col[2]),
                  "unverified", (json_int_t)ms_object_number(col[3]), "begin",
                  (json_int_t)ms_object_number(col[4]), "end", (json_int_t)ms_object_number(col[5]),
                  "organisations", words(col[6]), strcmp(kind, "dmarc") == 0 ? "policy" : "mode",
                  col[7] ? col[7] : "");

    if (json_object_set_new(domain, kind, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a report's row is no valid text");
    }
    return 0;
}

static int on_source(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I}", "ip", col[0], "messages",
        (json_int_t)ms_object_number(col[1]), "passed", (json_int_t)ms_object_number(col[2]),
        "dkim", (json_int_t)ms_object_number(col[3]), "spf", (json_int_t)ms_object_number(col[4]),
        "stopped", (json_int_t)ms_object_number(col[5]));

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a report's row is no valid text");
    }
    return 0;
}

static int on_failure(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:I}", "result", col[0], "policy", col[1], "mx", col[2],
                          "count", (json_int_t)ms_object_number(col[3]));

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a report's row is no valid text");
    }
    return 0;
}

static int on_totals(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = arg;
    bool dmarc = json_object_get(o, "policy") != NULL;

    (void)err;
    (void)json_object_set_new(o, dmarc ? "messages" : "sessions",
                              json_integer(ms_object_number(col[0])));
    (void)json_object_set_new(o, dmarc ? "passed" : "failed",
                              json_integer(ms_object_number(col[dmarc ? 1 : 2])));
    return 0;
}

/* The rows of reports that count. */
#define COUNTED                                                                                    \
    " FROM ms_report_row w JOIN ms_report r ON r.id = w.report WHERE r.owner = ? AND r.kind = ?"   \
    " AND r.verified = 1 AND r.end_s >= ?"

static int read_rows(struct ms_directory *d, json_t *domain, const char *kind, int64_t since_s,
                     struct ms_err *err)
{
    static const char sources[] =
        "SELECT w.source, SUM(w.count), SUM(IF(w.dkim OR w.spf, w.count, 0)),"
        " SUM(IF(w.dkim, w.count, 0)), SUM(IF(w.spf, w.count, 0)),"
        " SUM(IF(w.result <> 'none', w.count, 0))" COUNTED
        " GROUP BY w.source ORDER BY SUM(IF(w.dkim OR w.spf, 0, w.count)) DESC, SUM(w.count) DESC,"
        " w.source LIMIT 100";
    static const char failures[] =
        "SELECT w.result, w.detail, w.source, SUM(w.count)" COUNTED
        " AND w.result <> '' GROUP BY w.result, w.detail, w.source ORDER BY SUM(w.count) DESC,"
        " w.result, w.source LIMIT 100";
    bool dmarc = strcmp(kind, "dmarc") == 0;
    json_t *o = json_object_get(domain, kind), *list = json_array();

    if (!number(o, "reports")) {
        json_decref(list);
        return 0;
    }
    (void)json_object_set_new(o, dmarc ? "sources" : "failures", list);
    if (ms_db_query(d,
                    MS_Q("SELECT SUM(w.count), SUM(IF(w.dkim OR w.spf, w.count, 0)),"
                         " SUM(IF(w.result <> '', w.count, 0))" COUNTED,
                         MS_S(text(domain, "name")), MS_S(kind), MS_I(since_s)),
                    on_totals, o, err) < 0) {
        return -1;
    }
    return ms_db_query(
        d, MS_Q(dmarc ? sources : failures, MS_S(text(domain, "name")), MS_S(kind), MS_I(since_s)),
        dmarc ? on_source : on_failure, list, err);
}

int ms_directory_reports(struct ms_directory *d, const char *domain, int64_t since_s, json_t **ret,
                         struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();
    size_t i;
    json_t *o;

    int r =
        domain
            ? ms_db_exists(d, MS_Q("SELECT domain FROM domain WHERE domain = ?", MS_S(domain)), err)
            : 1;

    if (r <= 0) {
        return r < 0 ? -1 : ms_err_set(err, MS_ENOTFOUND, 0, "domain %s does not exist", domain);
    }
    if (ms_db_query(
            d,
            MS_Q("SELECT r.owner, r.kind, SUM(r.verified), SUM(1 - r.verified),"
                 " MIN(IF(r.verified, r.begin_s, NULL)), MAX(IF(r.verified, r.end_s, NULL)),"
                 " GROUP_CONCAT(DISTINCT IF(r.verified, r.org, NULL) ORDER BY r.org"
                 " SEPARATOR '\\n'),"
                 " (SELECT p.policy FROM ms_report p WHERE p.owner = r.owner AND p.kind = r.kind"
                 " AND p.domain = p.owner AND p.verified = 1 ORDER BY p.end_s DESC, p.id DESC"
                 " LIMIT 1)"
                 " FROM ms_report r WHERE r.end_s >= ? AND (? = '' OR r.owner = ?)"
                 " GROUP BY r.owner, r.kind ORDER BY r.owner, r.kind",
                 MS_I(since_s), MS_S(domain ? domain : ""), MS_S(domain ? domain : "")),
            on_kind, list, err) < 0) {
        return -1;
    }
    json_array_foreach(list, i, o)
    {
        if (read_rows(d, o, "dmarc", since_s, err) < 0 ||
            read_rows(d, o, "tls", since_s, err) < 0) {
            return -1;
        }
    }
    *ret = ms_steal(&list);
    return 0;
}
