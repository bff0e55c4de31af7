/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in what a probe sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/health/probe_fill.h"
#include "modules/core/health/probe_json.h"

static char *value(void *arg, const char *name, struct ms_err *err)
{
    (void)arg;
    if (!strcmp(name, "secret.none")) {
        (void)ms_err_set(err, MS_ENOTFOUND, 0, "none");
        return NULL;
    }
    if (!strcmp(name, "long")) {
        char *p = ms_xcalloc(MS_PROBE_TEXT_MAX + 1, 1);

        memset(p, 'x', MS_PROBE_TEXT_MAX);
        return p;
    }
    return ms_xasprintf("<%s>", name);
}

static void places_are_filled(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"PING\r\n", "PING\r\n"},
        {"100%", "100%"},
        {"%{a}", "<a>"},
        {"x %{secret.b} y%{c}%{}z", "x <secret.b> y<c><>z"},
        {"%{long}", NULL},
        {"a %{secret.none} b", NULL},
        {"a %{b", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_free char *got = NULL;
        char text[64] = "";
        int r;

        (void)snprintf(text, sizeof(text), "%s%s", cases[i].text,
                       !strcmp(cases[i].text, "%{long}") ? "x" : "");
        r = ms_probe_fill(text, value, NULL, &got, &err);
        assert_int_equal(r, cases[i].want ? 0 : -1);
        if (cases[i].want) {
            assert_string_equal(got, cases[i].want);
        } else {
            assert_null(got);
            assert_int_not_equal(err.code, MS_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_filled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
