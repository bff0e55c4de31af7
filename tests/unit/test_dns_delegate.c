/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that are delegated to our own name server: which they are, what leads to them, and that
 * nobody is asked to set what lies below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/mem.h"
#include "tests/unit/fixture_dns.h"

static const struct ms_zone_key key = {{1, 1, 3, 13, 7}};

static void make(const struct ms_site *s, const char *only, struct ms_records *r)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dns_input in = fixture_input();

    in.zone_key = &key;
    if (ms_dns_records(s, &in, only, r, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

/* "name type" of the record with that id, with its zone and whether we serve it. */
static const struct ms_record *find(const struct ms_records *r, const char *scope, const char *id)
{
    for (size_t i = 0; i < r->n; i++) {
        if (!strcmp(r->v[i].scope, scope) && !strcmp(r->v[i].id, id)) {
            return &r->v[i];
        }
    }
    return NULL;
}

static void is_in(const struct ms_records *r, const char *scope, const char *id, const char *zone,
                  bool served)
{
    const struct ms_record *x = find(r, scope, id);

    if (!x) {
        fail_msg("no %s for %s", id, scope);
        return;
    }
    assert_string_equal(x->zone, zone);
    assert_int_equal(x->served, served);
}

static void test_places(void **state)
{
    struct ms_site s = fixture_site();
    ms_auto_records struct ms_records r = {0};
    const char *host = "mail.example.org";

    (void)state;
    s.dns.kind = MS_DNS_DELEGATED;
    for (size_t i = 0; i < s.n_domains; i++) {
        s.domains[i].dns.kind = MS_DNS_INHERIT;
    }
    make(&s, NULL, &r);
    is_in(&r, "example.org", "mx", "example.org", false);
    is_in(&r, "example.org", "spf", "example.org", false);
    is_in(&r, "example.org", "srv-imaps", "example.org", false);
    is_in(&r, "example.org", "dkim-ms-rsa", "_domainkey.example.org", true);
    is_in(&r, "example.org", "dmarc", "_dmarc.example.org", true);
    is_in(&r, "example.org", "tlsrpt", "_smtp._tls.example.org", true);
    is_in(&r, "example.net", "dmarc-report", "_dmarc.example.org", true);
    is_in(&r, host, "host-a", "example.org", false);
    is_in(&r, host, "host-dmarc", "_dmarc.mail.example.org", true);
    is_in(&r, host, "tlsa-smtp", "_tcp.mail.example.org", true);
    is_in(&r, host, "caa-issue", "example.org", false);
    is_in(&r, "example.org", "ns-domainkey", "example.org", false);
    is_in(&r, "example.org", "ds-mta-sts", "example.org", false);
    is_in(&r, host, "ns-tcp", "example.org", false);
    assert_string_equal(find(&r, "example.org", "ns-dmarc")->name, "_dmarc.example.org.");
    assert_string_equal(find(&r, "example.org", "ns-dmarc")->value, "mail.example.org.");
    assert_null(find(&r, "example.org", "ns-tcp"));
    assert_null(find(&r, host, "ns-domainkey"));
}

/* What is printed to be set, and what push takes, has none of ours. */
static void test_nobody_sets_them(void **state)
{
    struct ms_site s = fixture_site();
    ms_auto_records struct ms_records r = {0};
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_free const char **zones = NULL;
    size_t n;

    (void)state;
    s.domains[0].dns.kind = MS_DNS_DELEGATED;
    for (size_t i = 1; i < s.n_domains; i++) {
        s.domains[i].dns.kind = MS_DNS_INHERIT;
    }
    make(&s, NULL, &r);
    ms_buf_init(&b, 1 << 20);
    ms_dns_print(MS_DNS_FORMAT_ZONE, &r, &b);
    assert_non_null(strstr(b.p, "\n_domainkey.example.org. 3600 IN NS mail.example.org.\n"));
    assert_non_null(strstr(b.p, "\n_domainkey.example.org. 3600 IN DS "));
    assert_non_null(strstr(b.p, "\n; ms-rsa._domainkey.example.org. 3600 IN TXT "));
    assert_null(strstr(b.p, "\nms-rsa._domainkey.example.org. "));
    /* another domain of the same site is set by hand */
    assert_non_null(strstr(b.p, "\n_dmarc.example.net. 3600 IN TXT "));
    ms_buf_reset(&b);
    ms_dns_print(MS_DNS_FORMAT_OCTODNS, &r, &b);
    assert_null(strstr(b.p, "ms-rsa._domainkey.example"));
    n = ms_records_zones(&r, &zones);
    for (size_t i = 0; i < n; i++) {
        assert_true(zones[i][0] != '_');
    }
    ms_records_keep_zone(&r, "_domainkey.example.org");
    assert_int_equal(r.n, 0);
}

/* A domain that was made at run time is as the site says. */
static void test_run_time(void **state)
{
    struct ms_site s = fixture_site();
    ms_auto_records struct ms_records r = {0};

    (void)state;
    s.dns.kind = MS_DNS_DELEGATED;
    make(&s, "new.example", &r);
    is_in(&r, "new.example", "dmarc", "_dmarc.new.example", true);
    is_in(&r, "new.example", "ns-dmarc", "new.example", false);
}

/* A host of the domain's own name has each zone once. */
static void test_host_is_domain(void **state)
{
    struct ms_site s = fixture_site();
    ms_auto_records struct ms_records r = {0};
    size_t n = 0;

    (void)state;
    s.hostname = "example.org";
    s.domains[0].dns.kind = MS_DNS_DELEGATED;
    make(&s, NULL, &r);
    for (size_t i = 0; i < r.n; i++) {
        n += !strcmp(r.v[i].name, "_dmarc.example.org.") && !strcmp(r.v[i].type, "NS");
    }
    assert_int_equal(n, 1);
    is_in(&r, "example.org", "ns-tcp", "example.org", false);
    is_in(&r, "example.org", "srv-imaps", "_tcp.example.org", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_nobody_sets_them),
        cmocka_unit_test(test_run_time),
        cmocka_unit_test(test_host_is_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
