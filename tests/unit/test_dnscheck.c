/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPF, DMARC and MTA-STS as others read them, block lists, and all checks of a site against a small
 * name server: in order, and with one thing after the other out of order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/time.h"
#include "modules/core/dnscheck/blocklist_priv.h"
#include "modules/core/dnscheck/dnscheck.h"
#include "modules/core/dnscheck/policy.h"
#include "modules/core/dnscheck/spf.h"
#include "tests/unit/fixture_dns.h"
#include "tests/unit/fixture_dns_server.h"

static enum ms_spf_found spf_of(void *arg, const char *name, const char **ret)
{
    (void)arg;
    if (!strcmp(name, "deep.test")) {
        *ret = "v=spf1 include:deep.test include:deep.test -all"; /* itself */
        return MS_SPF_RECORD;
    }
    if (!strcmp(name, "two.test")) {
        *ret = "v=spf1 a mx -all";
        return MS_SPF_RECORD;
    }
    return strcmp(name, "void.test") ? MS_SPF_NONE : MS_SPF_VOID;
}

static void spf(void **state)
{
    static const struct {
        const char *text;
        unsigned lookups;
        char all;
        bool error;
    } rows[] = {
        {"v=spf1 -all", 0, '-', false},
        {"v=spf1 mx a:x.test ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all", 2, '~', false},
        {"v=spf1 include:two.test ?all", 3, '?', false},
        {"v=spf1 redirect=two.test", 3, '-', false},
        {"v=spf1 exists:%{i}.x.test ptr all", 2, '+', false},
        {"v=spf1 ip4:192.0.2.300 -all", 0, '-', true},
        {"v=spf1 ip4:192.0.2.1/33 -all", 0, '-', true},
        {"v=spf1 ipv4:192.0.2.1 -all", 0, '-', true},
        {"v=spf1 include:none.test -all", 1, '-', true},
        {"v=spf1 include: -all", 1, '-', true},
    };
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_spf x;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_spf_read(rows[i].text, "example.test", spf_of, NULL, a, &x);
        assert_int_equal(x.lookups, rows[i].lookups);
        assert_int_equal(x.all, rows[i].all);
        assert_int_equal(x.error != NULL, rows[i].error);
    }
    ms_spf_read("v=spf1 include:deep.test -all", "example.test", spf_of, NULL, a, &x);
    assert_in_range(x.lookups, MS_SPF_LOOKUPS_MAX + 1, 1000);
    ms_spf_read("v=spf1 include:void.test -all", "example.test", spf_of, NULL, a, &x);
    assert_int_equal(x.voids, 1);
}

static void spf_covers(void **state)
{
    (void)state;
    assert_true(ms_spf_covers("v=spf1 mx ~all", "v=spf1 mx ~all"));
    assert_true(ms_spf_covers("v=spf1 ip4:192.0.2.1 MX -all", "v=spf1 mx ~all"));
    assert_false(ms_spf_covers("v=spf1 mx ?all", "v=spf1 mx ~all"));
    assert_false(ms_spf_covers("v=spf1 a ~all", "v=spf1 mx ~all"));
    assert_true(ms_spf_begins("v=spf1"));
    assert_false(ms_spf_begins("v=spf10 -all"));
}

static void dmarc(void **state)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_dmarc d;

    (void)state;
    ms_dmarc_read("v=DMARC1; p=reject; sp=none; aspf=s; t=y; rua=mailto:a@b.test", a, &d);
    assert_null(d.error);
    assert_string_equal(d.p, "reject");
    assert_string_equal(d.sp, "none");
    assert_true(d.strict_spf && d.testing && !d.strict_dkim);
    ms_dmarc_read("v=DMARC1; rua=mailto:a@b.test", a, &d);
    assert_non_null(d.error);
    ms_dmarc_read("v=DMARC1; p=refuse", a, &d);
    assert_non_null(d.error);
    ms_dmarc_read("v=DMARC1; p=none; nonsense", a, &d);
    assert_non_null(d.error);
    ms_dmarc_read("v=DMARC2; p=none", a, &d);
    assert_non_null(d.error);
}

static void sts(void **state)
{
    static const char *const wrong[] = {
        "",
        "mode: enforce\nversion: STSv1\nmx: a.test\nmax_age: 60\n",
        "version: STSv2\nmode: enforce\nmx: a.test\nmax_age: 60\n",
        "version: STSv1\nmode: maybe\nmx: a.test\nmax_age: 60\n",
        "version: STSv1\nmode: enforce\nmax_age: 60\n",
        "version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 99999999999\n",
    };
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_sts_policy p;

    (void)state;
    ms_sts_policy_read("version: STSv1\r\nmode: enforce\r\nmx: *.example.test\r\nmx: a.test\r\n"
                       "max_age: 604800\r\n",
                       a, &p);
    assert_null(p.error);
    assert_true(ms_sts_policy_allows(&p, "mail.example.test"));
    assert_true(ms_sts_policy_allows(&p, "A.test"));
    assert_false(ms_sts_policy_allows(&p, "x.mail.example.test"));
    assert_false(ms_sts_policy_allows(&p, "b.test"));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ms_sts_policy_read(wrong[i], a, &p);
        assert_non_null(p.error);
    }
}

static void blocklists(void **state)
{
    static const struct ms_blocklist list = {"list.test", {"127.0.0.2"}, "https://x.test/", false};
    struct ms_rr listed = {.text = "127.0.0.2"}, refused = {.text = "127.255.255.254"};
    struct ms_answer yes = {.state = MS_ANSWER_FOUND, .v = &listed, .n = 1};
    struct ms_answer cannot = {.state = MS_ANSWER_FOUND, .v = &refused, .n = 1};
    struct ms_answer no = {.state = MS_ANSWER_NXDOMAIN};
    const char *why;

    (void)state;
    assert_int_equal(ms_blocklist_judge(&list, &yes, &no, &no, &why), MS_CHECK_OK);
    assert_int_equal(ms_blocklist_judge(&list, &yes, &no, &yes, &why), MS_CHECK_FAIL);
    assert_int_equal(ms_blocklist_judge(&list, &yes, &no, &cannot, &why), MS_CHECK_UNKNOWN);
    assert_int_equal(ms_blocklist_judge(&list, &cannot, &cannot, &cannot, &why), MS_CHECK_UNKNOWN);
    assert_int_equal(ms_blocklist_judge(&list, &no, &no, &no, &why), MS_CHECK_UNKNOWN);
    assert_int_equal(ms_blocklist_judge(&list, &yes, &yes, &yes, &why), MS_CHECK_UNKNOWN);
}

/* Everything that has records. */
static const char site_text[] =
    "hostname: mail.example.test\ncontact: a@example.test\n"
    "network: {ipv4: 192.0.2.25, ipv6: '2001:db8::25', ports: {pop3s: 995, sieve: 4190}}\n"
    "domains: {example.test: {mta_sts: enforce, dmarc: {rua: a@reports.test}}}\n"
    "tls: {mode: acme}\n";

enum { LINES = 128 };

/* Check the site against its own records, with one line more or one less. */
static void check_with(const char *extra, const char *without, struct ms_checks *out)
{
    ms_auto_diags struct ms_diags d = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_cleanup(ms_resolver_freep) struct ms_resolver *resolver = NULL;
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_auto_records struct ms_records records = {0};
    struct ms_dns_input in = fixture_input();
    struct dns_server server;
    const char *lines[LINES] = {". 60 IN SOA a.test. h.test. 1 2 3 4 5",
                                "example.test. 60 IN SOA a.test. h.test. 1 2 3 4 5"};
    const char *forward[1] = {server.address};
    struct ms_resolver_conf conf = {.forward = forward, .n_forward = 1};
    size_t n = 2;

    ms_diags_init(&d, 0);
    assert_int_equal(ms_site_load_text("site", site_text, sizeof(site_text) - 1, &d, &site, &err),
                     0);
    assert_int_equal(ms_dns_records(site, &in, NULL, &records, &err), 0);
    for (size_t i = 0; i < records.n && n < LINES - 2; i++) {
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, 4096);
        assert_int_equal(ms_dns_line(&records.v[i], &b), 0);
        if (!without || strcmp(records.v[i].id, without) != 0) {
            lines[n++] = ms_arena_strdup(a, b.p);
        }
    }
    lines[n++] = extra;
    assert_int_equal(dns_server_start(&server, lines), 0);
    assert_int_equal(ms_resolver_new(&conf, &resolver, &err), 0);
    ms_checks_init(out);
    ms_dnscheck_run(
        &(struct ms_dnscheck_in){
            .site = site, .records = &records, .resolver = resolver, .ipv4 = "192.0.2.25"},
        out);
    dns_server_stop(&server);
}

static enum ms_check_state state_of(const struct ms_checks *c, const char *id)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!strcmp(c->v[i].id, id)) {
            return c->v[i].state;
        }
    }
    fail_msg("no check %s", id);
    return MS_CHECK_UNKNOWN;
}

static bool is_kind(const char *id)
{
    size_t n = 0;
    const struct ms_dnscheck_kind *kinds = ms_dnscheck_kinds(&n);

    for (size_t i = 0; i < n; i++) {
        if (!strcmp(kinds[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* Of the records, only the one of that id is not in order. */
static void only_bad(const struct ms_checks *out, const char *id)
{
    for (size_t i = 0; i < out->n; i++) {
        bool bad = !strcmp(out->v[i].id, id);

        if (!is_kind(out->v[i].id) && (out->v[i].state == MS_CHECK_OK) == bad) {
            fail_msg("without %s, %s is %s", id, out->v[i].id,
                     ms_check_state_name(out->v[i].state));
        }
    }
}

/* Each record of the site is taken away: its own check fails, and no other one. */
static void every_record_has_its_check(void **state)
{
    ms_auto_checks struct ms_checks all = {0};
    size_t n = 0;

    (void)state;
    check_with(NULL, NULL, &all);
    only_bad(&all, "none");
    for (size_t i = 0; i < all.n; i++) {
        ms_auto_checks struct ms_checks out = {0};

        if (!is_kind(all.v[i].id)) {
            check_with(NULL, all.v[i].id, &out);
            assert_int_equal(out.n, all.n);
            only_bad(&out, all.v[i].id);
            n++;
        }
    }
    assert_in_range(n, 35, 100); /* a site with everything */
}

static void what_is_too_much(void **state)
{
    static const char *const rows[][2] = {
        {"example.test. 60 IN MX 5 other.test.", "mx"},
        {"example.test. 60 IN TXT \"v=spf1 -all\"", "spf"},
        {"_dmarc.example.test. 60 IN TXT \"v=DMARC1; p=none\"", "dmarc"},
        {"example.test. 172800 IN TXT \"other\"", NULL},
        {"mail.example.test. 60 IN A 192.0.2.26", "host-a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_auto_checks struct ms_checks out = {0};

        check_with(rows[i][0], NULL, &out);
        assert_int_equal(ms_checks_count(&out, MS_CHECK_FAIL) > 1, rows[i][1] != NULL);
        if (rows[i][1]) {
            assert_int_equal(state_of(&out, rows[i][1]), MS_CHECK_FAIL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spf),
        cmocka_unit_test(spf_covers),
        cmocka_unit_test(dmarc),
        cmocka_unit_test(sts),
        cmocka_unit_test(blocklists),
        cmocka_unit_test(every_record_has_its_check),
        cmocka_unit_test(what_is_too_much),
    };

    return cmocka_run_group_tests_name("dnscheck", tests, NULL, NULL);
}
