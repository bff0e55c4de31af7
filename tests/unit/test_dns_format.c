/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The printed forms against tests/unit/data/dns (UPDATE=1 rewrites them), and the zone form against
 * BIND's checker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/dns/dns_priv.h"
#include "tests/unit/fixture_dns.h"

#define DATA "tests/unit/data/dns/"

static void make(struct ms_records *r)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site s = fixture_site();
    struct ms_dns_input in = fixture_input();

    if (ms_dns_records(&s, &in, NULL, r, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static void check_file(const char *path, const char *got)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf want = {0};
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};

    ms_buf_init(&want, 1 << 20);
    if (getenv("UPDATE") && ms_fs_write_atomic(path, got, strlen(got), attr, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    if (ms_fs_read(path, &want, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    assert_string_equal(got, want.p);
}

static void keep(void *arg, const char *line)
{
    ms_buf_addf(arg, "%s\n", line);
}

/* Every form against its file. */
static void test_forms(void **state)
{
    static const char *const files[MS_DNS_FORMAT__COUNT] = {
        [MS_DNS_FORMAT_TABLE] = "table.txt",        [MS_DNS_FORMAT_ZONE] = "zone.txt",
        [MS_DNS_FORMAT_JSON] = "records.json",      [MS_DNS_FORMAT_CLOUDFLARE] = "cloudflare.txt",
        [MS_DNS_FORMAT_OCTODNS] = "octodns.yaml",   [MS_DNS_FORMAT_DNSCONTROL] = "dnscontrol.js",
        [MS_DNS_FORMAT_TERRAFORM] = "terraform.tf",
    };

    (void)state;
    for (size_t i = 0; i < MS_DNS_FORMAT__COUNT; i++) {
        enum ms_dns_format f = (enum ms_dns_format)i;
        ms_auto_records struct ms_records r = {0};
        ms_auto_buf struct ms_buf b = {0};
        ms_auto_free char *path = ms_xasprintf(DATA "%s", files[i]);

        make(&r);
        if (ms_dns_format_is_by_zone(f)) {
            ms_records_keep_zone(&r, "example.org");
        }
        ms_buf_init(&b, 1 << 20);
        ms_dns_print(f, &r, &b);
        check_file(path, b.p);
        assert_int_equal(ms_dns_format_find(ms_dns_format_name(f)), i);
    }
    assert_int_equal(ms_dns_format_find("html"), -1);
}

/* The forms that another program reads, as it reads them: all agree with the JSON. */
static void test_read_back(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *argv[] = {"tests/support/dns_forms.py", DATA, NULL};
    ms_auto_buf struct ms_buf out = {0};
    int status = -1;

    (void)state;
    ms_buf_init(&out, 65536);
    assert_int_equal(ms_proc_run(argv, 60000, keep, &out, &status, &err), 0);
    if (status == 77) {
        skip();
    }
    if (status) {
        fail_msg("%s", out.p);
    }
}

static void test_zones(void **state)
{
    ms_auto_records struct ms_records r = {0};
    ms_auto_free const char **zones = NULL;
    size_t n;

    (void)state;
    make(&r);
    n = ms_records_zones(&r, &zones);
    assert_int_equal(n, 4);
    assert_string_equal(zones[0], "example.org");
    assert_string_equal(zones[3], "nokeys.example");
    ms_records_keep_zone(&r, "example.net");
    assert_true(r.n > 10);
    for (size_t i = 0; i < r.n; i++) {
        assert_string_equal(r.v[i].zone, "example.net");
    }
}

static void test_natural(void **state)
{
    static const char *const sorted[] = {"",    "2",   "_25._tcp", "_143._tcp", "_dmarc", "a", "a1",
                                         "a1b", "a02", "a10",      "a10b01",    "a10b2",  "b"};

    (void)state;
    for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++) {
        for (size_t k = 0; k < sizeof(sorted) / sizeof(sorted[0]); k++) {
            int r = ms_dns_natural(sorted[i], sorted[k]);

            assert_int_equal((r > 0) - (r < 0), (i > k) - (i < k));
        }
    }
}

/* No format writes past a full buffer, and none loops. */
static void test_small_buffer(void **state)
{
    ms_auto_records struct ms_records r = {0};

    (void)state;
    make(&r);
    for (size_t max = 1; max < 1000; max += 37) {
        ms_auto_buf struct ms_buf b = {0};

        for (size_t i = 0; i < MS_DNS_FORMAT__COUNT; i++) {
            ms_buf_init(&b, max);
            ms_dns_print((enum ms_dns_format)i, &r, &b);
            assert_true(b.too_big && b.len == max);
            ms_buf_done(&b);
        }
    }
}

static bool has_checker(void)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *argv[] = {"named-checkzone", "-v", NULL};
    int status = 0;

    return ms_proc_run(argv, 10000, NULL, NULL, &status, &err) == 0 && !status;
}

/* The fragment, behind an SOA and an NS record, as the zone of origin. */
static void check_zone(const char *fragment, const char *origin, const char *file)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_fs_attr attr = {0600, (uid_t)-1, (gid_t)-1};
    const char *argv[] = {
        "named-checkzone", "-i", "none", "-k", "fail", "-r", "fail", origin, file, NULL};
    ms_auto_buf struct ms_buf out = {0};
    ms_auto_free char *text = ms_xasprintf("$TTL 60\n"
                                           "@ IN SOA ns.test. root.test. 1 60 60 60 60\n"
                                           "@ IN NS ns.test.\n%s",
                                           fragment);
    ms_auto_free char *loaded = ms_xasprintf("zone %s/IN: loaded serial 1", origin);
    int status = -1;

    ms_buf_init(&out, 65536);
    assert_int_equal(ms_fs_write_atomic(file, text, strlen(text), attr, &err), 0);
    assert_int_equal(ms_proc_run(argv, 10000, keep, &out, &status, &err), 0);
    if (status || !strstr(out.p, loaded)) {
        fail_msg("named-checkzone %s: status %d: %s", origin, status, out.p);
    }
}

static void test_checkzone(void **state)
{
    ms_auto_records struct ms_records r = {0};
    ms_auto_buf struct ms_buf b = {0};
    struct ms_site s = fixture_site();
    char dir[] = "/tmp/ms-dns-XXXXXX";
    ms_auto_free char *file = NULL;

    (void)state;
    if (!has_checker()) {
        skip();
    }
    make(&r);
    /* what has to be escaped comes through as well */
    r.v[0] = (struct ms_record){.id = "x",
                                .scope = "x",
                                .zone = "example.org",
                                .name = "x.example.org.",
                                .type = "TXT",
                                .ttl = 60,
                                .value = "a\"b\\c;d(e)\x01\xff"};
    ms_buf_init(&b, 1 << 20);
    ms_dns_print(MS_DNS_FORMAT_ZONE, &r, &b);
    assert_non_null(mkdtemp(dir));
    file = ms_xasprintf("%s/zone", dir);
    for (size_t i = 0; i < s.n_domains; i++) {
        check_zone(b.p, s.domains[i].name, file);
    }
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),     cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_zones),     cmocka_unit_test(test_natural),
        cmocka_unit_test(test_checkzone), cmocka_unit_test(test_small_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
