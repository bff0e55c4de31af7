/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TSIG keys as people have them, the headers of answers that matter, canonical values, and the
 * update that is sent (RFC 2136).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/http.h"
#include "modules/core/dnspush/rfc2136_priv.h"
#include "modules/core/dnspush/tsig.h"

#define SECRET "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ="

static void test_key(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_tsig struct ms_tsig t = {0};

    (void)state;
    assert_int_equal(ms_tsig_parse("# mine\nkey \"Mail.Stead\" { // two\n algorithm hmac-sha256;\n"
                                   "  /* three */ secret \"" SECRET "\";\n};\n",
                                   &t, &err),
                     0);
    assert_string_equal(t.name, "mail.stead.");
    assert_string_equal(t.algorithm, "hmac-sha256.");
    assert_string_equal(t.secret, SECRET);
}

static void test_bad_keys(void **state)
{
    static const char *const bad[] = {
        "",
        "key",
        "key x {",
        "key x { algorithm hmac-sha256; secret \"" SECRET "\"; }",
        "key x { algorithm hmac-sha256; };",
        "key x { secret \"" SECRET "\"; };",
        "key x { algorithm hmac-md5; secret \"" SECRET "\"; };",
        "key x { algorithm hmac-sha256; secret \"not base64 at all\"; };",
        "key x { algorithm hmac-sha256; secret \"\"; };",
        "key x { algorithm hmac-sha256; secret \"" SECRET "\"; secret \"" SECRET "\"; };",
        "key x..y { algorithm hmac-sha256; secret \"" SECRET "\"; };",
        "key x { algorithm hmac-sha256; secret \"" SECRET "\"; }; more",
        "key x { algorithm hmac-sha256; secret \"" SECRET,
        "/* key",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_tsig t = {0};

        assert_int_equal(ms_tsig_parse(bad[i], &t, &err), -1);
        assert_null(strstr(ms_err_msg(&err), SECRET));
        assert_null(t.secret);
    }
}

static void header(struct ms_dnsapi_answer *a, const char *line)
{
    ms_dnsapi_header(a, line, strlen(line), 1000000000);
}

static void test_headers(void **state)
{
    struct ms_dnsapi_answer a = {.retry_after_s = -1};

    (void)state;
    header(&a, "RateLimit-Reset: 1000000042\r\n");
    assert_int_equal(a.retry_after_s, 42);
    header(&a, "Retry-After: 7\r\n");
    assert_int_equal(a.retry_after_s, 7);
    header(&a, "retry-after:Sun, 09 Sep 2001 01:47:40 GMT\r\n");
    assert_int_equal(a.retry_after_s, 60);
    header(&a, "Retry-After: soon\r\n");
    assert_int_equal(a.retry_after_s, 60);
    header(&a, "Link: <https://a.test/1>; rel=\"first\", <https://a.test/2>; rel=\"next\"\r\n");
    assert_string_equal(a.next, "https://a.test/2");
    a.next[0] = '\0';
    header(&a, "Link: <https://a.test/1>; rel=\"prev\"\r\n");
    assert_string_equal(a.next, "");
    header(&a, "Link: <https://a.test/1; rel=\"next\"\r\n");
    assert_string_equal(a.next, "");
}

static void test_values(void **state)
{
    const struct {
        const char *type, *value, *want; /* want NULL: none of the type */
    } rows[] = {
        {"TXT", "\"a\" \"b\"", "\"ab\""},
        {"TXT", "\"q\\\"\\\\ \\009\"", "\"q\\\"\\\\ \\009\""},
        {"TXT", "\"x\"\n$INCLUDE /etc/passwd", NULL},
        {"MX", "10 MAIL.Example.org.", "10 mail.example.org."},
        {"AAAA", "2001:DB8:0::1", "2001:db8::1"},
        {"A", "192.0.2.300", NULL},
        {"A", "", NULL},
        {"TLSA", "3 1 1 ABAB", "3 1 1 abab"},
        {"SRV", "0  1 993 Mail.example.org.", "0 1 993 mail.example.org."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
        const char *got = ms_rrvalue_canonical(a, rows[i].type, rows[i].value);

        if ((got == NULL) != (rows[i].want == NULL) || (got && strcmp(got, rows[i].want))) {
            fail_msg("%s %s gives %s", rows[i].type, rows[i].value, got ? got : "nothing");
        }
    }
}

/* The condition of an update is what was found, so that nobody's change is written over. */
static void test_update(void **state)
{
    struct ms_rrvalue old[] = {{"10 old.test.", NULL}}, new[] = {{"10 a.test.", NULL}};
    const struct ms_rrchange change = {.act = MS_ACT_CHANGE,
                                       .name = "example.org.",
                                       .type = "MX",
                                       .ttl = 60,
                                       .old = old,
                                       .n_old = 1,
                                       .v = new,
                                       .n = 1};
    const struct ms_rrchange gone = {.act = MS_ACT_REMOVE,
                                     .name = "x.example.org.",
                                     .type = "MX",
                                     .old = old,
                                     .n_old = 1,
                                     .v = new,
                                     .n = 1};
    const struct ms_rrchange *v[] = {&change, &gone};
    ldns_pkt *p = ms_rfc2136_update("example.org.", v, 2);

    (void)state;
    assert_non_null(p);
    assert_int_equal(ldns_pkt_get_opcode(p), LDNS_PACKET_UPDATE);
    assert_int_equal(ldns_update_prcount(p), 2);
    assert_int_equal(ldns_update_upcount(p), 3); /* removal, removal, addition */
    assert_int_equal(ldns_rr_get_class(ldns_rr_list_rr(ldns_pkt_authority(p), 2)),
                     LDNS_RR_CLASS_IN);
    ldns_pkt_free(p);
    new[0].text = "nonsense";
    assert_null(ms_rfc2136_update("example.org.", v, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key),     cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_headers), cmocka_unit_test(test_values),
        cmocka_unit_test(test_update),
    };

    return cmocka_run_group_tests_name("dnspush_tsig", tests, NULL, NULL);
}
