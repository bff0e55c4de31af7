/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/reports/reports.h"

/* The ids of what is advised, with blanks between. */
static void advised(const char *json, const char *ids)
{
    ms_auto_json json_t *domain = json_loads(json, 0, NULL);
    char got[200] = "";
    size_t i, n = 0;
    const json_t *a;

    assert_non_null(domain);
    ms_reports_advise(domain);
    json_array_foreach(json_object_get(domain, "advice"), i, a)
    {
        n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s", i ? " " : "",
                              json_string_value(json_object_get(a, "id")));
        assert_non_null(json_string_value(json_object_get(a, "text")));
    }
    assert_string_equal(got, ids);
}

#define DMARC(policy, days, messages, passed)                                                      \
    "{\"dmarc\":{\"reports\":1,\"policy\":\"" policy "\",\"begin\":0,\"end\":" days                \
    "86400,\"messages\":" messages ",\"passed\":" passed "}}"
#define TLS(mode, days, sessions, failed)                                                          \
    "{\"tls\":{\"reports\":1,\"mode\":\"" mode "\",\"begin\":0,\"end\":" days                      \
    "86400,\"sessions\":" sessions ",\"failed\":" failed                                           \
    ",\"failures\":[{\"result\":\"tlsa-invalid\",\"mx\":\"mx.test\",\"count\":1}]}}"

/* ("20" "86400" seconds are 23 days) */
static void test_dmarc(void **state)
{
    (void)state;
    advised(DMARC("none", "20", "1000", "980"), "dmarc-quarantine");
    advised(DMARC("none", "20", "1000", "979"), "dmarc-sources");
    advised(DMARC("quarantine", "20", "1000", "990"), "dmarc-reject");
    advised(DMARC("quarantine", "20", "1000", "989"), "dmarc-sources");
    advised(DMARC("reject", "20", "1000", "1000"), "");
    advised(DMARC("none", "", "1000", "1000"), "dmarc-wait");
    advised(DMARC("none", "20", "19", "19"), "dmarc-wait");
    advised("{\"dmarc\":{\"reports\":0},\"tls\":{\"reports\":0}}", "");
}

static void test_tls(void **state)
{
    (void)state;
    advised(TLS("testing", "20", "100", "0"), "mta-sts-enforce");
    advised(TLS("testing", "20", "10", "0"), "mta-sts-wait");
    advised(TLS("testing", "20", "100", "1"), "tls-failures");
    advised(TLS("enforce", "20", "100", "1"), "tls-failures");
    advised(TLS("enforce", "20", "100", "0"), "");
    assert_string_equal(ms_reports_tls_meaning("certificate-expired"),
                        "the certificate has expired");
    assert_string_equal(ms_reports_tls_meaning("something-new"), "something-new");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dmarc), cmocka_unit_test(test_tls)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
