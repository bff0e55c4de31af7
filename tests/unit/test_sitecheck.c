/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of a site with its state: whom they ask, what they count, and that a site that is cut
 * off asks nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "modules/core/base/time.h"
#include "modules/core/sitecheck/sitecheck.h"
#include "tests/unit/fixture_dns_server.h"

static struct ms_site *load(const char *more)
{
    ms_auto_diags struct ms_diags d = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    struct ms_site *site = NULL;

    ms_buf_init(&b, 4096);
    ms_buf_addf(&b,
                "hostname: mail.example.test\ncontact: a@example.test\n"
                "network: {ipv4: 192.0.2.25, ipv6: off}\n"
                "domains: {example.test: {mta_sts: off}}\n"
                "tls: {mode: selfsigned}\ncomponents: {roundcube: off}\n%s",
                more);
    ms_diags_init(&d, 0);
    assert_int_equal(ms_site_load_text("site", b.p, b.len, &d, &site, &err), 0);
    return site;
}

static void isolated_asks_nobody(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *site = load("dns: {resolver: isolated}\n");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_checks struct ms_checks out = {0};
    ms_auto_free char *problem = NULL;
    struct ms_sitecheck x = {.site = site, .state = "/nonexistent"};

    (void)state;
    ms_checks_init(&out);
    assert_true(ms_sitecheck_is_isolated(&x));
    assert_int_equal(ms_sitecheck_run(&x, &out, &problem, &err), -1);
    assert_int_equal(err.code, MS_EUNREACH);
    assert_int_equal(out.n, 0);
    x.resolver = "127.0.0.1@1";
    assert_false(ms_sitecheck_is_isolated(&x));
}

static void counts_records(void **state)
{
    static const char *const lines[] = {". 60 IN SOA a.test. h.test. 1 2 3 4 5",
                                        "example.test. 60 IN SOA a.test. h.test. 1 2 3 4 5",
                                        "example.test. 60 IN MX 10 mail.example.test.",
                                        "mail.example.test. 60 IN A 192.0.2.25",
                                        "_dmarc.example.test. 60 IN TXT \"v=DMARC1; p=none\"",
                                        NULL};
    ms_cleanup(ms_site_freep) struct ms_site *site = load("");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct dns_server server;
    size_t results[2];
    /* an anchor elsewhere: these zones are not signed */
    static const char anchor[] =
        "other.test. IN DS 1 13 2 "
        "0000000000000000000000000000000000000000000000000000000000000000\n";
    char path[] = "/tmp/mailstead-anchor-XXXXXX";
    ms_auto_close int fd = mkstemp(path);

    (void)state;
    assert_int_equal(write(fd, anchor, sizeof(anchor) - 1), sizeof(anchor) - 1);
    assert_int_equal(dns_server_start(&server, lines), 0);
    for (size_t i = 0; i < 2; i++) {
        ms_auto_checks struct ms_checks out = {0};
        ms_auto_free char *problem = NULL;
        struct ms_sitecheck x = {.site = site,
                                 .state = "/nonexistent",
                                 .what = MS_SITECHECK_RECORDS,
                                 .domain = i ? "example.test" : NULL,
                                 .resolver = server.address,
                                 .anchor = path};
        struct ms_sitecheck_count n;

        ms_checks_init(&out);
        assert_int_equal(ms_sitecheck_run(&x, &out, &problem, &err), 0);
        n = ms_sitecheck_count(&out);
        assert_int_equal(n.ok, 2);
        assert_in_range(n.bad, 5, 40);
        assert_in_range(out.n, n.ok + n.bad + n.unknown + 1, 200);
        results[i] = out.n;
    }
    assert_int_equal(results[0], results[1]);
    dns_server_stop(&server);
    assert_int_equal(unlink(path), 0);
}

/* Nobody answers: it ends when it has to, and nothing is known. */
static void ends_in_time(void **state)
{
    ms_cleanup(ms_site_freep) struct ms_site *site = load("");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_checks struct ms_checks out = {0};
    ms_auto_free char *problem = NULL;
    struct ms_sitecheck x = {
        .site = site, .state = "/nonexistent", .what = MS_SITECHECK_HOST, .limit_ms = 300};
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof(a);
    ms_auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* hears and is silent */
    char address[32];
    int64_t begun = ms_time_mono_ms();

    (void)state;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    (void)snprintf(address, sizeof(address), "127.0.0.1@%u", ntohs(a.sin_port));
    x.resolver = address;
    x.what = MS_SITECHECK_RECORDS;
    ms_checks_init(&out);
    assert_int_equal(ms_sitecheck_run(&x, &out, &problem, &err), 0);
    assert_in_range(ms_time_mono_ms() - begun, 250, 5000);
    assert_int_equal(ms_sitecheck_count(&out).ok + ms_sitecheck_count(&out).bad, 0);
    assert_in_range(ms_sitecheck_count(&out).unknown, 5, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolated_asks_nobody),
        cmocka_unit_test(counts_records),
        cmocka_unit_test(ends_in_time),
    };

    return cmocka_run_group_tests_name("sitecheck", tests, NULL, NULL);
}
