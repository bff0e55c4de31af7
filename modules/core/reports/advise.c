/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/reports/reports_priv.h"

/* Two weeks hold what is sent once a week; of a few messages nothing follows. */
enum { DAY_S = 86400, DAYS_LEAST = 14, SEEN_LEAST = 20, TEXT_MAX = 1000 };

static json_int_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

static void advice(json_t *domain, const char *id, const struct ms_buf *b)
{
    (void)json_array_append_new(json_object_get(domain, "advice"),
                                json_pack("{s:s, s:s}", "id", id, "text", b->p));
}

static json_int_t days(const json_t *o)
{
    return (number(o, "end") - number(o, "begin") + DAY_S / 2) / DAY_S;
}

static bool is_enough(const json_t *o, const char *key)
{
    return days(o) >= DAYS_LEAST && number(o, key) >= SEEN_LEAST;
}

static void add_numbers(struct ms_buf *b, const json_t *o, const char *all, const char *part,
                        const char *what)
{
    ms_buf_addf(b,
                "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " %s in %" JSON_INTEGER_FORMAT
                " days",
                number(o, part), number(o, all), what, days(o));
}

static void advise_dmarc(json_t *domain, const json_t *o)
{
    const char *policy = text(o, "policy");
    bool none = !strcmp(policy, "none");
    const char *next = none ? "quarantine" : "reject";
    json_int_t all = number(o, "messages"), passed = number(o, "passed");
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, TEXT_MAX);
    if (!strcmp(policy, "reject") || !*policy) {
        return;
    }
    if (!is_enough(o, "messages")) {
        ms_buf_addf(&b,
                    "p=%s: too little is known to make it stricter; wait for reports of %d days "
                    "and %d messages",
                    policy, DAYS_LEAST, SEEN_LEAST);
        advice(domain, "dmarc-wait", &b);
    } else if (passed * 100 >= all * (none ? 98 : 99)) {
        ms_buf_addf(&b, "p=%s can become p=%s: ", policy, next);
        add_numbers(&b, o, "messages", "passed", "messages");
        ms_buf_adds(&b, " passed");
        advice(domain, none ? "dmarc-quarantine" : "dmarc-reject", &b);
    } else {
        ms_buf_addf(&b, "p=%s: only ", policy);
        add_numbers(&b, o, "messages", "passed", "messages");
        ms_buf_addf(
            &b,
            " passed. Of the sources that fail, have those that are yours sign with DKIM or "
            "be in SPF; when none of them is yours, p=%s can be published",
            next);
        advice(domain, "dmarc-sources", &b);
    }
}

static void add_failures(struct ms_buf *b, const json_t *failures)
{
    size_t i;
    const json_t *f;

    json_array_foreach(failures, i, f)
    {
        ms_buf_addf(b, "%s %s (%" JSON_INTEGER_FORMAT "%s%s)", i ? "," : ":",
                    ms_reports_tls_meaning(text(f, "result")), number(f, "count"),
                    *text(f, "mx") ? ", " : "", text(f, "mx"));
    }
}

static void advise_tls(json_t *domain, const json_t *o)
{
    bool testing = !strcmp(text(o, "mode"), "testing");
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, TEXT_MAX);
    if (number(o, "failed")) {
        add_numbers(&b, o, "sessions", "failed", "TLS sessions");
        ms_buf_adds(&b, " failed");
        add_failures(&b, json_object_get(o, "failures"));
        if (testing) {
            ms_buf_adds(&b, "; with MTA-STS in mode enforce that mail would not have come");
        }
        advice(domain, "tls-failures", &b);
    } else if (testing && is_enough(o, "sessions")) {
        ms_buf_adds(&b, "MTA-STS can change from testing to enforce: ");
        add_numbers(&b, o, "sessions", "failed", "TLS sessions");
        ms_buf_adds(&b, " failed");
        advice(domain, "mta-sts-enforce", &b);
    } else if (testing) {
        ms_buf_addf(
            &b,
            "MTA-STS is in mode testing: wait for reports of %d days and %d sessions before "
            "it enforces",
            DAYS_LEAST, SEEN_LEAST);
        advice(domain, "mta-sts-wait", &b);
    }
}

void ms_reports_advise(json_t *domain)
{
    const json_t *dmarc = json_object_get(domain, "dmarc"), *tls = json_object_get(domain, "tls");

    (void)json_object_set_new(domain, "advice", json_array());
    if (number(dmarc, "reports")) {
        advise_dmarc(domain, dmarc);
    }
    if (number(tls, "reports")) {
        advise_tls(domain, tls);
    }
}
