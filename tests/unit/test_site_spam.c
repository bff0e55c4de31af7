/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What site.yaml says of spam, for a domain and a mailbox.
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

/* What counts as spam, for a domain and a mailbox. */
static void test_spam(void **state)
{
    static const struct {
        const char *spam;
        bool ok;
    } rows[] = {{"{junk_score: 5, reject_score: 4}", false},
                {"{junk_score: 4, reject_score: 4}", true},
                {"{allow: [b.test, 'b+c@d.test'], deny: ['@e.test']}", true},
                {"{deny: ['a|b@d.test']}", false},
                {"{deny: [nothing]}", false},
                {"{junk_score: 1001}", false},
                {"{reject_score: -1}", false}};
    const struct ms_site_mailbox *m;
    struct ms_site *s;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_auto_free char *text =
            ms_xasprintf(HEAD "domains: {a.test: {spam: %s}}\n", rows[i].spam);
        ms_auto_free char *of_mailbox =
            ms_xasprintf(HEAD "domains: {a.test: {mailboxes: {anna: {spam: %s}}}}\n", rows[i].spam);

        if (loads(text) != rows[i].ok || loads(of_mailbox) != rows[i].ok) {
            fail_msg("%s", rows[i].spam);
        }
    }
    s = load(HEAD "domains: {a.test: {spam: {junk_score: 3.5, allow: [b\xc3\xbc.test, X@Y.test]},"
                  " mailboxes: {anna: {}}}}\n",
             0);
    assert_true(s->domains[0].spam.junk_score == 3.5 && s->domains[0].spam.reject_score < 0);
    assert_string_equal(s->domains[0].spam.allow.v[0], "xn--b-eha.test");
    assert_string_equal(s->domains[0].spam.allow.v[1], "x@y.test");
    m = &s->domains[0].mailboxes[0];
    assert_true(m->spam.junk_score < 0 && m->spam.reject_score < 0 && !m->spam.allow.n);
    ms_site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spam)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
