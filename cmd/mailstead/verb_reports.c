/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/entry.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/reports/reports.h"
#include "modules/core/site/site.h"

enum { SOURCES = 10, DAY_TEXT = 10 }; /* shown; --json has more */

static json_int_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static void add_head(struct ms_buf *b, const char *what, const json_t *o)
{
    const json_t *orgs = json_object_get(o, "organisations");
    char begin[MS_TIME_TEXT], end[MS_TIME_TEXT];
    size_t i;
    const json_t *v;

    ms_time_format(number(o, "begin") * 1000, begin);
    ms_time_format(number(o, "end") * 1000, end);
    ms_buf_addf(b, "  %s: %" JSON_INTEGER_FORMAT " report%s", what, number(o, "reports"),
                number(o, "reports") == 1 ? "" : "s");
    if (number(o, "reports")) {
        ms_buf_addf(b, " of %.*s to %.*s from", DAY_TEXT, begin, DAY_TEXT, end);
        json_array_foreach(orgs, i, v)
        {
            ms_buf_addf(b, "%s %s", i ? "," : "", json_string_value(v));
        }
    }
    if (number(o, "unverified")) {
        ms_buf_addf(b, "; %" JSON_INTEGER_FORMAT " more not counted: nobody vouches for the sender",
                    number(o, "unverified"));
    }
    ms_buf_addc(b, '\n');
}

static void add_dmarc(struct ms_buf *b, const json_t *o)
{
    const json_t *sources = json_object_get(o, "sources"), *s;
    size_t i;

    add_head(b, "DMARC", o);
    if (!number(o, "reports")) {
        return;
    }
    ms_buf_addf(b,
                "    p=%s; %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " messages passed\n",
                *ms_out_str(o, "policy") ? ms_out_str(o, "policy") : "?", number(o, "passed"),
                number(o, "messages"));
    json_array_foreach(sources, i, s)
    {
        if (i == SOURCES) {
            ms_buf_addf(b, "    and %zu more sources\n", json_array_size(sources) - SOURCES);
            break;
        }
        ms_buf_addf(b,
                    "    %-39s %" JSON_INTEGER_FORMAT " messages, %" JSON_INTEGER_FORMAT
                    " passed (DKIM %" JSON_INTEGER_FORMAT ", SPF %" JSON_INTEGER_FORMAT
                    "), %" JSON_INTEGER_FORMAT " stopped\n",
                    *ms_out_str(s, "ip") ? ms_out_str(s, "ip") : "others", number(s, "messages"),
                    number(s, "passed"), number(s, "dkim"), number(s, "spf"), number(s, "stopped"));
    }
}

static void add_tls(struct ms_buf *b, const json_t *o)
{
    const json_t *failures = json_object_get(o, "failures"), *f;
    size_t i;

    add_head(b, "TLS", o);
    if (!number(o, "reports")) {
        return;
    }
    ms_buf_addf(b, "    %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " sessions failed%s%s\n",
                number(o, "failed"), number(o, "sessions"),
                *ms_out_str(o, "mode") ? "; MTA-STS in mode " : "", ms_out_str(o, "mode"));
    json_array_foreach(failures, i, f)
    {
        if (i == SOURCES) {
            ms_buf_addf(b, "    and %zu more kinds\n", json_array_size(failures) - SOURCES);
            break;
        }
        ms_buf_addf(b, "    %s: %s%s%s, %" JSON_INTEGER_FORMAT "\n", ms_out_str(f, "result"),
                    ms_reports_tls_meaning(ms_out_str(f, "result")),
                    *ms_out_str(f, "mx") ? " at " : "", ms_out_str(f, "mx"), number(f, "count"));
    }
}

static int print(struct ms_cli *c, json_t *answer)
{
    const json_t *domains = json_object_get(answer, "domains"), *d, *a;
    ms_auto_buf struct ms_buf b = {0};
    size_t i, k;

    if (c->json) {
        return ms_out_json(answer, MS_EXIT_OK);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    if (!json_array_size(domains)) {
        ms_out_note(c, "no reports came in the last %" JSON_INTEGER_FORMAT " days",
                    number(answer, "days"));
    }
    json_array_foreach(domains, i, d)
    {
        ms_buf_addf(&b, "%s%s\n", i ? "\n" : "", ms_out_str(d, "name"));
        add_dmarc(&b, json_object_get(d, "dmarc"));
        add_tls(&b, json_object_get(d, "tls"));
        json_array_foreach(json_object_get(d, "advice"), k, a)
        {
            ms_buf_addf(&b, "  -> %s\n", ms_out_str(a, "text"));
        }
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

int ms_run_dns_reports(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *answer = NULL;
    ms_auto_free char *domain = NULL, *suffix = NULL;
    const char *days = ms_cli_value(c, "days");
    struct ms_remote_request rq = {.method = "GET", .prefix = "/reports"};
    uint32_t n = 30;

    if (days && (ms_parse_u32(days, &n) < 0 || !n || n > 400)) {
        return ms_out_usage(c, "--days takes 1 to 400");
    }
    if (c->n_words && ms_domain_normalise(c->words[0], &domain, &err) < 0) {
        return ms_out_fail(&err);
    }
    suffix = ms_xasprintf("?days=%u%s%s", n, domain ? "&domain=" : "", domain ? domain : "");
    rq.suffix = suffix;
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    return print(c, answer);
}
