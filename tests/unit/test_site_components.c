/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which components are on, and what the host's memory decides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

#define HEAD "hostname: mail.example.test\ncontact: postmaster@example.test\n"

/* Load a text that is valid; n_warnings of warnings. The caller frees it. */
static struct ms_site *load(const char *text, size_t n_warnings)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;
    int r;

    ms_diags_init(&d, 0);
    r = ms_site_load_text("site.yaml", text, strlen(text), &d, &s, &err);
    if (d.n_errors) {
        ms_diags_print(&d, stderr);
    }
    assert_int_equal(r, 0);
    assert_int_equal(d.n_errors, 0);
    assert_int_equal(d.n_warnings, n_warnings);
    return s;
}

/* Whether the text is valid. */
static bool loads(const char *text)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;
    int r;

    ms_diags_init(&d, 0);
    r = ms_site_load_text("site.yaml", text, strlen(text), &d, &s, &err);
    if (r < 0) {
        assert_int_equal(err.code, MS_ECONFIG);
        assert_null(s);
        assert_true(d.n_errors > 0);
    }
    ms_site_free(s);
    return r == 0;
}

static bool loads_with(const char *lines)
{
    ms_auto_free char *text = ms_xasprintf(HEAD "domains: {example.test: {}}\n%s\n", lines);

    return loads(text);
}

/* A component that needs another one switches it on, unless the file says off: then an error. */
static void test_needs(void **state)
{
    static const char domains[] = HEAD "domains: {example.test: {mta_sts: testing}}\n";
    ms_auto_free char *with = ms_xasprintf("%scomponents: {roundcube: on}\n", domains);
    ms_auto_free char *own = ms_xasprintf("%scomponents: {web: on, roundcube: off}\n", domains);
    ms_auto_free char *none = ms_xasprintf("%scomponents: {roundcube: off}\n", domains);
    struct ms_site *s = load(with, 0);

    (void)state;
    assert_true(ms_site_has(s, "roundcube"));
    assert_true(ms_site_has(s, "web"));
    assert_false(ms_site_has(s, "postfixadmin"));
    assert_int_equal(s->domains[0].mta_sts, MS_STS_TESTING);
    ms_site_free(s);
    s = load(own, 0);
    assert_true(ms_site_has(s, "web"));
    assert_false(ms_site_has(s, "roundcube"));
    ms_site_free(s);
    s = load(domains, 0); /* webmail is on unless it is switched off */
    assert_true(ms_site_has(s, "web"));
    assert_true(ms_site_has(s, "roundcube"));
    ms_site_free(s);
    s = load(none, 1); /* a policy that nobody serves */
    assert_false(ms_site_has(s, "web"));
    ms_site_free(s);
    assert_false(loads_with("components: {roundcube: on, web: off}"));
    assert_false(loads_with("components: {postfixadmin: on, web: off}"));
    assert_false(loads_with("components: {web: on}\nnetwork: {ports: {https: 0}}"));
    assert_true(loads_with("components: {web: on}\nnetwork: {ports: {http: 0}}"));
}

/* filter.antivirus: auto comes to on with 3 GiB and a way to signatures. */
static void test_fit(void **state)
{
    const uint64_t gib = (uint64_t)1 << 30;
    static const struct {
        const char *lines;
        unsigned gib;
        bool on, note;
    } rows[] = {{"", 2, false, true},
                {"", 3, true, false},
                {"limits: {memory: 2G}\n", 64, false, true},
                {"dns: {resolver: isolated}\n", 64, false, true},
                {"filter: {antivirus_mirror: 'https://m.test/'}\ndns: {resolver: isolated}\n", 64,
                 true, false},
                {"filter: {antivirus_urls: ['https://m.test/x.ndb']}\ndns: {resolver: isolated}\n",
                 64, true, false},
                {"filter: {antivirus: off}\n", 64, false, false},
                {"filter: {antivirus: on}\n", 1, true, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_auto_free char *text =
            ms_xasprintf(HEAD "domains: {example.test: {}}\n%s", rows[i].lines);
        struct ms_site *s = load(text, 0);

        ms_site_fit(s, rows[i].gib * gib);
        assert_int_equal(s->antivirus, rows[i].on);
        assert_int_equal(s->note != NULL, rows[i].note);
        ms_site_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_needs), cmocka_unit_test(test_fit)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
