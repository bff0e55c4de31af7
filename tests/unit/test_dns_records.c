/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which records a site needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/mem.h"
#include "tests/unit/fixture_dns.h"

static const struct ms_record *find(const struct ms_records *r, const char *scope, const char *id)
{
    const struct ms_record *found = NULL;

    for (size_t i = 0; i < r->n; i++) {
        if (!strcmp(r->v[i].scope, scope) && !strcmp(r->v[i].id, id)) {
            assert_null(found); /* once per scope */
            found = &r->v[i];
        }
    }
    return found;
}

static void check(const struct ms_records *r, const char *scope, const char *id, const char *name,
                  const char *value)
{
    const struct ms_record *x = find(r, scope, id);

    if (!x) {
        fail_msg("no %s for %s", id, scope);
        return;
    }
    assert_string_equal(x->name, name);
    assert_string_equal(x->value, value);
}

static void make(const struct ms_site *s, const struct ms_dns_input *in, const char *only,
                 struct ms_records *r)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_dns_records(s, in, only, r, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static void test_site(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = fixture_input();
    ms_auto_records struct ms_records r = {0};
    const char *host = "mail.example.org";

    (void)state;
    make(&s, &in, NULL, &r);
    check(&r, host, "host-a", "mail.example.org.", "192.0.2.25");
    check(&r, host, "host-aaaa", "mail.example.org.", "2001:db8::25");
    check(&r, host, "host-spf", "mail.example.org.", "v=spf1 a -all");
    check(&r, host, "ptr-v4", "25.2.0.192.in-addr.arpa.", "mail.example.org.");
    check(&r, host, "ptr-v6",
          "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
          "mail.example.org.");
    check(&r, "example.org", "mx", "example.org.", "10 mail.example.org.");
    check(&r, "example.org", "spf", "example.org.", "v=spf1 mx ~all");
    check(&r, "example.org", "dkim-ms-rsa", "ms-rsa._domainkey.example.org.", FIXTURE_RSA);
    check(&r, "example.org", "dkim-ms-ed25519", "ms-ed25519._domainkey.example.org.",
          FIXTURE_ED25519);
    check(&r, "example.org", "dmarc", "_dmarc.example.org.",
          "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org");
    assert_null(find(&r, "example.org", "dmarc-report"));
    check(&r, "example.net", "mx", "example.net.", "10 mail.example.org.");
    check(&r, "example.net", "dmarc-report", "example.net._report._dmarc.example.org.", "v=DMARC1");
    check(&r, "xn--bcher-kva.example", "spf", "xn--bcher-kva.example.",
          "v=spf1 mx include:_spf.provider.example include:news.example -all");
    check(&r, "xn--bcher-kva.example", "dmarc", "_dmarc.xn--bcher-kva.example.",
          "v=DMARC1; p=reject; rua=mailto:dmarc%21box@reports.xn--bcher-kva.example");
    assert_null(find(&r, "xn--bcher-kva.example", "dmarc-report"));
    check(&r, "nokeys.example", "dmarc", "_dmarc.nokeys.example.", "v=DMARC1; p=none");
    assert_null(find(&r, "nokeys.example", "dkim-ms-rsa"));
    check(&r, "example.org", "tlsrpt", "_smtp._tls.example.org.",
          "v=TLSRPTv1; rua=mailto:postmaster@example.org");
    assert_null(find(&r, "nokeys.example", "tlsrpt"));
    check(&r, host, "host-mx", "mail.example.org.", "10 mail.example.org.");
    check(&r, host, "host-dmarc", "_dmarc.mail.example.org.", "v=DMARC1; p=reject");
    check(&r, host, "host-tlsrpt", "_smtp._tls.mail.example.org.",
          "v=TLSRPTv1; rua=mailto:postmaster@example.org");
    assert_int_equal(r.n, 4 + 4 + 2 * 7 + 3 + 5 + 6 + 5 + 3 + 3 + 4 * (7 + 3) + 2 * 2);
    for (size_t i = 0; i < r.n; i++) {
        const struct ms_record *x = &r.v[i];

        assert_int_equal(x->ttl, 3600);
        assert_true(*x->why && x->why[strlen(x->why) - 1] == '.');
        assert_true(*x->breaks && x->breaks[strlen(x->breaks) - 1] == '.');
        assert_int_equal(x->name[strlen(x->name) - 1], '.');
        assert_int_equal(x->foreign, !strcmp(x->type, "PTR"));
        assert_int_equal(x->merge, !strcmp(x->type, "CAA") || strstr(x->id, "spf")
                                       ? MS_MERGE_KEEP
                                       : MS_MERGE_OWNED);
    }
}

/* Every open port that speaks TLS has the key in use and the one after it. */
static void test_tlsa(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = fixture_input();
    ms_auto_records struct ms_records r = {0};
    const char *h = s.hostname;

    (void)state;
    s.ports[MS_PORT_IMAPS] = 10993;
    s.ports[MS_PORT_SMTP] = 10025; /* others come to port 25 all the same */
    make(&s, &in, NULL, &r);
    check(&r, h, "tlsa-smtp", "_25._tcp.mail.example.org.", "3 1 1 " FIXTURE_HASH);
    check(&r, h, "tlsa-smtp-next", "_25._tcp.mail.example.org.", "3 1 1 " FIXTURE_NEXT);
    check(&r, h, "tlsa-imaps", "_10993._tcp.mail.example.org.", "3 1 1 " FIXTURE_HASH);
    check(&r, h, "tlsa-submission", "_587._tcp.mail.example.org.", "3 1 1 " FIXTURE_HASH);
    check(&r, h, "tlsa-https", "_443._tcp.mail.example.org.", "3 1 1 " FIXTURE_HASH);
    assert_null(find(&r, h, "tlsa-pop3s")); /* closed */
    assert_int_equal(find(&r, h, "tlsa-smtp")->need, MS_NEED_RECOMMENDED);
    ms_records_done(&r);
    in.tls.next[0] = '\0';
    s.components.n = 0; /* nothing answers on 443 */
    make(&s, &in, NULL, &r);
    assert_non_null(find(&r, h, "tlsa-smtp"));
    assert_null(find(&r, h, "tlsa-smtp-next"));
    assert_null(find(&r, h, "tlsa-https"));
    ms_records_done(&r);
    in.tls.current[0] = '\0';
    make(&s, &in, NULL, &r);
    assert_null(find(&r, h, "tlsa-smtp"));
}

static void test_caa(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = fixture_input();
    ms_auto_records struct ms_records r = {0};
    const char *h = s.hostname;

    (void)state;
    make(&s, &in, NULL, &r);
    check(&r, h, "caa-issue", "mail.example.org.",
          "0 issue \"letsencrypt.org; validationmethods=http-01; "
          "accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/12345\"");
    check(&r, h, "caa-issuewild", "mail.example.org.", "0 issuewild \";\"");
    check(&r, h, "caa-iodef", "mail.example.org.", "0 iodef \"mailto:postmaster@example.org\"");
    ms_records_done(&r);
    in.account = NULL; /* before the first certificate */
    s.acme_dns = 1;
    make(&s, &in, NULL, &r);
    check(&r, h, "caa-issue", "mail.example.org.",
          "0 issue \"letsencrypt.org; validationmethods=dns-01\"");
    ms_records_done(&r);
    s.acme_directory = "https://acme.zerossl.com/v2/DV90"; /* knows no parameters */
    make(&s, &in, NULL, &r);
    check(&r, h, "caa-issue", "mail.example.org.", "0 issue \"sectigo.com\"");
    ms_records_done(&r);
    s.acme_directory = "https://acme-v02.api.letsencrypt.org.ca.example/dir";
    make(&s, &in, NULL, &r);
    assert_null(find(&r, h, "caa-issue"));
    assert_null(find(&r, h, "caa-iodef"));
    ms_records_done(&r);
    s.tls_mode = MS_TLS_FILES;
    s.acme_directory = "https://acme-v02.api.letsencrypt.org/directory";
    make(&s, &in, NULL, &r);
    assert_null(find(&r, h, "caa-issue"));
}

/* Keys that come and go have records that say so. */
static const struct ms_dkim_keys *changing(void *arg, const char *domain)
{
    static char names[4][16] = {"ms-3-rsa", "ms-2-rsa", "ms-rsa", "own-rsa"};
    static char rsa[] = "rsa", none[] = "", txt[] = "v=DKIM1; k=rsa; p=";
    static struct ms_dkim_key v[] = {{names[0], rsa, none, txt, MS_DKIM_PUBLISHED},
                                     {names[1], rsa, none, txt, MS_DKIM_RETIRED},
                                     {names[2], rsa, none, txt, MS_DKIM_REVOKED},
                                     {names[3], rsa, none, txt, MS_DKIM_SIGNING}};
    static const struct ms_dkim_keys keys = {v, 4};

    (void)arg;
    (void)domain;
    return &keys;
}

static void test_dkim_uses(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.dkim = changing};
    ms_auto_records struct ms_records r = {0};
    const char *d = "example.org";

    (void)state;
    make(&s, &in, NULL, &r);
    assert_non_null(strstr(find(&r, d, "dkim-ms-3-rsa")->why, "going to sign"));
    assert_non_null(strstr(find(&r, d, "dkim-ms-2-rsa")->why, "on their way"));
    assert_non_null(strstr(find(&r, d, "dkim-ms-rsa")->why, "revoked"));
    assert_int_equal(find(&r, d, "dkim-ms-rsa")->need, MS_NEED_RECOMMENDED);
    assert_non_null(strstr(find(&r, d, "dkim-own-rsa")->why, "verify the signature"));
    assert_string_equal(find(&r, d, "dkim-ms-3-rsa")->name, "ms-3-rsa._domainkey.example.org.");
}

/* Where reports go: to another domain of ours, to one below it, to a stranger. */
static void test_reports(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv4 = NULL};
    struct ms_site_domain *d = s.domains;
    ms_auto_records struct ms_records r = {0};
    const struct ms_record *x;

    (void)state;
    d[0].dmarc_rua = "dmarc@reports.example";
    d[1].dmarc_rua = "dmarc@lists.example.org";
    make(&s, &in, NULL, &r);
    x = find(&r, "example.org", "dmarc-report");
    assert_string_equal(x->name, "example.org._report._dmarc.reports.example.");
    assert_string_equal(x->zone, "reports.example");
    assert_true(x->foreign);
    x = find(&r, "example.net", "dmarc-report");
    assert_string_equal(x->name, "example.net._report._dmarc.lists.example.org.");
    assert_string_equal(x->zone, "example.org");
    assert_false(x->foreign);
}

static void test_services(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv4 = NULL};
    ms_auto_records struct ms_records r = {0};
    const char *d = "example.org";
    ms_auto_free char *id = NULL;

    (void)state;
    make(&s, &in, NULL, &r);
    check(&r, d, "srv-submissions", "_submissions._tcp.example.org.", "0 1 465 mail.example.org.");
    check(&r, d, "srv-submission", "_submission._tcp.example.org.", "10 1 587 mail.example.org.");
    check(&r, d, "srv-imaps", "_imaps._tcp.example.org.", "0 1 993 mail.example.org.");
    check(&r, d, "srv-imap", "_imap._tcp.example.org.", "10 1 143 mail.example.org.");
    check(&r, d, "srv-pop3s", "_pop3s._tcp.example.org.", "0 0 0 .");
    check(&r, d, "srv-pop3", "_pop3._tcp.example.org.", "0 0 0 .");
    check(&r, d, "srv-sieve", "_sieve._tcp.example.org.", "0 1 4190 mail.example.org.");
    check(&r, d, "srv-autodiscover", "_autodiscover._tcp.example.org.",
          "0 1 443 mail.example.org.");
    check(&r, d, "name-autoconfig", "autoconfig.example.org.", "mail.example.org.");
    check(&r, d, "name-mta-sts", "mta-sts.example.org.", "mail.example.org.");
    /* an alias domain has the same, and the policy of its target; others have none */
    check(&r, "example.net", "name-autodiscover", "autodiscover.example.net.", "mail.example.org.");
    check(&r, "example.net", "name-mta-sts", "mta-sts.example.net.", "mail.example.org.");
    assert_string_equal(find(&r, "example.net", "mta-sts")->value, find(&r, d, "mta-sts")->value);
    assert_null(find(&r, "nokeys.example", "mta-sts"));
    assert_null(find(&r, "nokeys.example", "name-mta-sts"));
    /* the id is that of the policy: at most 32 letters and digits (RFC 8461 3.1) */
    id = ms_xstrdup(find(&r, d, "mta-sts")->value);
    assert_int_equal(strncmp(id, "v=STSv1; id=", 12), 0);
    assert_int_equal(strspn(id + 12, "0123456789abcdef"), 20);
    assert_int_equal(strlen(id), 32);
    ms_records_done(&r);
    make(&s, &in, NULL, &r);
    assert_string_equal(find(&r, d, "mta-sts")->value, id);
    ms_records_done(&r);
    ((struct ms_site_domain *)s.domains)[0].mta_sts = MS_STS_TESTING;
    make(&s, &in, NULL, &r);
    assert_string_not_equal(find(&r, d, "mta-sts")->value, id);
    ms_records_done(&r);
    /* nothing answers to these names without the front */
    s.components.n = 0;
    make(&s, &in, NULL, &r);
    assert_null(find(&r, d, "name-autoconfig"));
    assert_null(find(&r, d, "srv-autodiscover"));
    assert_null(find(&r, d, "mta-sts"));
    assert_non_null(find(&r, d, "srv-imaps"));
}

/* A domain made at run time has the names, too, and no policy; a name that is taken is left out. */
static void test_names_of_others(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv4 = NULL};
    ms_auto_records struct ms_records r = {0};

    (void)state;
    make(&s, &in, "new.example", &r);
    check(&r, "new.example", "name-autoconfig", "autoconfig.new.example.", "mail.example.org.");
    assert_null(find(&r, "new.example", "mta-sts"));
    ms_records_done(&r);
    s.hostname = "autoconfig.example.org";
    make(&s, &in, NULL, &r);
    assert_null(find(&r, "example.org", "name-autoconfig"));
    assert_non_null(find(&r, "example.net", "name-autoconfig"));
}

static void test_zones(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv4 = NULL};
    ms_auto_records struct ms_records r = {0};

    (void)state;
    make(&s, &in, NULL, &r);
    assert_string_equal(find(&r, "mail.example.org", "host-a")->zone, "example.org");
    assert_string_equal(find(&r, "example.net", "mx")->zone, "example.net");
    assert_string_equal(find(&r, "example.net", "dmarc-report")->zone, "example.org");
    assert_string_equal(find(&r, "mail.example.org", "ptr-v4")->zone, "25.2.0.192.in-addr.arpa.");
    ms_records_done(&r);
    s.hostname = "mail.notexample.org"; /* ends like a domain of ours, and is none */
    make(&s, &in, NULL, &r);
    assert_string_equal(find(&r, "mail.notexample.org", "host-a")->zone, "mail.notexample.org");
}

static void test_addresses(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv4 = "198.51.100.1", .ipv6 = "2001:db8::1"};
    ms_auto_records struct ms_records r = {0};

    (void)state;
    s.ipv4 = (struct ms_site_addr){MS_ADDR_OFF, NULL}; /* off wins over what was found */
    s.ipv6 = (struct ms_site_addr){MS_ADDR_FIXED, "2001:db8::2"};
    make(&s, &in, NULL, &r);
    assert_null(find(&r, s.hostname, "host-a"));
    assert_null(find(&r, s.hostname, "ptr-v4"));
    check(&r, s.hostname, "host-aaaa", "mail.example.org.", "2001:db8::2");
    ms_records_done(&r);

    s.ipv4 = (struct ms_site_addr){MS_ADDR_AUTO, NULL};
    s.ipv6 = s.ipv4;
    in.ipv6 = NULL; /* looked for and not found */
    make(&s, &in, NULL, &r);
    check(&r, s.hostname, "host-a", "mail.example.org.", "198.51.100.1");
    assert_null(find(&r, s.hostname, "host-aaaa"));
    assert_null(find(&r, s.hostname, "ptr-v6"));
}

/* Two SPF records at one name are an error for every receiver. */
static void test_host_is_domain(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv4 = NULL};
    ms_auto_records struct ms_records r = {0};

    (void)state;
    s.hostname = "example.org";
    make(&s, &in, NULL, &r);
    assert_null(find(&r, "example.org", "host-spf"));
    assert_non_null(find(&r, "example.org", "spf"));
    ms_records_done(&r);
    s.hostname = "run.time.example";
    make(&s, &in, "run.time.example", &r);
    assert_null(find(&r, "run.time.example", "host-spf"));
}

static void test_only(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.dkim = fixture_dkim};
    ms_auto_records struct ms_records r = {0};

    (void)state;
    make(&s, &in, "example.org", &r);
    assert_non_null(find(&r, "mail.example.org", "host-a"));
    assert_non_null(find(&r, "example.org", "mx"));
    /* what belongs into its zone for another domain */
    assert_non_null(find(&r, "example.net", "dmarc-report"));
    assert_null(find(&r, "example.net", "mx"));
    ms_records_done(&r);

    make(&s, &in, "added.example", &r);
    check(&r, "added.example", "spf", "added.example.", "v=spf1 mx ~all");
    check(&r, "added.example", "dmarc", "_dmarc.added.example.",
          "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org");
    check(&r, "added.example", "dmarc-report", "added.example._report._dmarc.example.org.",
          "v=DMARC1");
    check(&r, "added.example", "dkim-ms-rsa", "ms-rsa._domainkey.added.example.", FIXTURE_RSA);
}

static void check_invalid(const struct ms_site *s, const struct ms_dns_input *in, const char *only,
                          const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_records r = {0};

    assert_int_equal(ms_dns_records(s, in, only, &r, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
    assert_non_null(strstr(ms_err_msg(&err), part));
    assert_null(r.v);
    assert_null(r.arena);
}

static void test_invalid(void **state)
{
    struct ms_site s = fixture_site();
    struct ms_dns_input in = {.ipv6 = "192.0.2.1"};

    (void)state;
    check_invalid(&s, &in, "example.org.", "\"example.org.\" is not a domain name");
    check_invalid(&s, &in, "a b", "not a domain name");
    check_invalid(&s, &in, NULL, "192.0.2.1 is not an IPv6 address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_site),
        cmocka_unit_test(test_tlsa),
        cmocka_unit_test(test_caa),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_dkim_uses),
        cmocka_unit_test(test_services),
        cmocka_unit_test(test_names_of_others),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_only),
        cmocka_unit_test(test_host_is_domain),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
