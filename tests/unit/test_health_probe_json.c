/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes on their way to the process that runs them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/health/probe_json.h"

static void a_probe_comes_back(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_probe_step steps[] = {{"", "220 "}, {"QUIT\r\n", "221 "}};
    const struct ms_probe p = {.port = 25,
                               .proxy = true,
                               .timeout_ms = 3000,
                               .every_ms = 1000,
                               .steps = steps,
                               .n_steps = 2};
    ms_auto_json json_t *x = ms_probe_to_json(&p, "192.0.2.1");
    struct ms_probe got = {0};
    const char *address = NULL;

    (void)state;
    assert_int_equal(ms_probe_from_json(x, &got, &address, &err), 0);
    assert_string_equal(address, "192.0.2.1");
    assert_int_equal(got.port, 25);
    assert_true(got.proxy && !got.tls);
    assert_int_equal(got.timeout_ms, 3000);
    assert_int_equal(got.every_ms, 1000);
    assert_int_equal(got.n_steps, 2);
    assert_string_equal(got.steps[1].send, "QUIT\r\n");
    assert_string_equal(got.steps[1].expect, "221 ");
    free(got.steps);
}

static void what_is_no_probe(void **state)
{
    static const char good[] =
        "{\"address\":\"::1\",\"port\":25,\"timeout\":1,\"every\":1,\"steps\":[[\"\",\"\"]]}";
    static const struct {
        const char *key, *value;
    } cases[] = {
        {"address", "1"},     {"address", "\"\\u0000\""}, {"port", "0"},
        {"port", "65536"},    {"port", "\"25\""},         {"timeout", "0"},
        {"every", "-1"},      {"every", "1e9"},           {"steps", "{}"},
        {"steps", "[[1,2]]"}, {"steps", "[[\"only\"]]"},  {"steps", "[\"x\"]"},
    };
    struct ms_probe p = {0};
    const char *address;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *x = json_loads(good, 0, NULL);

        (void)json_object_set_new(
            x, cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
        assert_int_equal(ms_probe_from_json(x, &p, &address, &err), -1);
        assert_int_equal(err.code, MS_EINVAL);
        assert_null(p.steps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_comes_back),
        cmocka_unit_test(what_is_no_probe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
