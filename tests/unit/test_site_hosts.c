/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host names that a site answers to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/hosts.h"

static struct ms_site *load(const char *text)
{
    ms_auto_diags struct ms_diags d = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site *s = NULL;

    if (ms_site_load_text("t", text, strlen(text), &d, &s, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    return s;
}

static void check(const char *text, size_t max, const char *want)
{
    ms_cleanup(ms_site_freep) struct ms_site *s = load(text);
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_buf struct ms_buf b = {0};
    struct ms_strv names;

    ms_buf_init(&b, 4096);
    ms_site_hosts(s, max, a, &names);
    for (size_t i = 0; i < names.n; i++) {
        ms_buf_addf(&b, "%s%s", i ? " " : "", names.v[i]);
    }
    assert_string_equal(b.p, want);
}

#define SITE                                                                                       \
    "hostname: mail.example.org\ncontact: a@example.org\ntls: {mode: selfsigned}\n"                \
    "domains:\n  example.org: {mta_sts: enforce}\n  example.net: {alias_for: example.org}\n"       \
    "  other.test: {}\n"

static void test_names(void **state)
{
    (void)state;
    check(SITE "components: {web: on}\n", 100,
          "mail.example.org autoconfig.example.org autodiscover.example.org mta-sts.example.org "
          "autoconfig.example.net autodiscover.example.net mta-sts.example.net "
          "autoconfig.other.test autodiscover.other.test");
    check(SITE "components: {web: on}\n", 3,
          "mail.example.org autoconfig.example.org autodiscover.example.org");
    check(SITE "components: {web: on}\n", 1, "mail.example.org");
    check(SITE "components: {web: off, roundcube: off}\n", 100, "mail.example.org");
}

/* The host's own name and mail domains are not among them, nor names that are too long. */
static void test_taken(void **state)
{
    static const char label[] = "a23456789012345678901234567890123456789012345678901234567890";
    ms_auto_free char *text =
        ms_xasprintf("hostname: autoconfig.example.org\ncontact: a@example.org\n"
                     "tls: {mode: selfsigned}\ncomponents: {web: on}\n"
                     "domains:\n  example.org: {}\n  autodiscover.example.org: {}\n"
                     "  %s.%s.%s.%s: {}\n",
                     label, label, label, label);

    (void)state;
    check(text, 100,
          "autoconfig.example.org autoconfig.autodiscover.example.org "
          "autodiscover.autodiscover.example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
