/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/reports/reports_priv.h"

#define HOST "mail.example.org"
#define META                                                                                       \
    "<report_metadata><org_name>Big Mail</org_name><report_id>r-1</report_id><date_range>"         \
    "<begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>"
#define PUBLISHED                                                                                  \
    "<policy_published><domain>Example.Org.</domain><p>none</p><sp>reject</sp><pct>50</pct>"       \
    "</policy_published>"
#define ROW(ip, n, dkim, spf)                                                                      \
    "<record><row><source_ip>" ip "</source_ip><count>" n                                          \
    "</count><policy_evaluated><disposition>none</disposition><dkim>" dkim "</dkim><spf>" spf      \
    "</spf></policy_evaluated></row><identifiers><header_from>example.org</header_from>"           \
    "</identifiers></record>"
#define DMARC(rows) "<?xml version=\"1.0\"?><feedback>" META PUBLISHED rows "</feedback>"
#define TLS(policies)                                                                              \
    "{\"organization-name\":\"Big Mail\",\"date-range\":{\"start-datetime\":"                      \
    "\"2023-11-14T00:00:00Z\",\"end-datetime\":\"2023-11-14T23:59:59Z\"},\"report-id\":\"t-1\","   \
    "\"policies\":[" policies "]}"

static json_t *dmarc(const char *text, struct ms_err *err)
{
    json_t *r = NULL;

    return ms_report_dmarc(text, strlen(text), &r, err) < 0 ? NULL : r;
}

static const char *str(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static json_int_t num(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static void test_dmarc(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *r =
        dmarc(DMARC(ROW("192.0.2.1", "3", "pass", "fail") ROW(" 2001:DB8::1\n", "1", "fail", "fail")
                        ROW("192.0.2.1", "4", "pass", "fail")),
              &err);
    const json_t *rows = json_object_get(r, "rows"), *row = json_array_get(rows, 0);

    (void)state;
    assert_non_null(r);
    assert_int_equal(ms_report_check(r, &err), 0);
    assert_string_equal(str(r, "org"), "Big Mail");
    assert_string_equal(str(r, "id"), "r-1");
    assert_string_equal(str(r, "domain"), "example.org");
    assert_string_equal(str(r, "policy"), "none");
    assert_string_equal(str(r, "subdomains"), "reject");
    assert_int_equal(num(r, "percent"), 50);
    assert_int_equal(num(r, "begin"), 1700000000);
    assert_int_equal(json_array_size(rows), 2);
    assert_int_equal(num(row, "count"), 7);
    assert_true(json_is_true(json_object_get(row, "dkim")));
    assert_true(json_is_false(json_object_get(row, "spf")));
    assert_string_equal(str(json_array_get(rows, 1), "ip"), "2001:db8::1");
}

static void test_dmarc_with_a_name_space(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *r =
        dmarc("<d:feedback xmlns:d=\"urn:x\"><d:report_metadata><d:org_name>o</d:org_name>"
              "<d:report_id>i</d:report_id><d:date_range><d:begin>1</d:begin><d:end>2</d:end>"
              "</d:date_range></d:report_metadata><d:policy_published><d:domain>a.test</d:domain>"
              "</d:policy_published></d:feedback>",
              &err);

    (void)state;
    assert_string_equal(str(r, "domain"), "a.test");
    assert_string_equal(str(r, "policy"), "");
    assert_int_equal(num(r, "percent"), 100);
}

static void refused(const char *text, const char *why)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    assert_null(dmarc(text, &err));
    assert_int_equal(err.code, MS_EINVAL);
    if (!strstr(ms_err_msg(&err), why)) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static void test_dmarc_refused(void **state)
{
    (void)state;
    refused("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
            "<feedback><report_metadata><org_name>&e;</org_name></report_metadata></feedback>",
            "document type");
    refused("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><x>&b;</x>",
            "document type");
    refused("<feedback>" META PUBLISHED, "no XML");
    refused("<feedback>&nothing;</feedback>", "no XML");
    refused("<feedback>" META "</feedback>", "does not say");
    refused(DMARC(ROW("not an address", "1", "pass", "pass")), "record without");
    refused(DMARC(ROW("192.0.2.1", "-1", "pass", "pass")), "record without");
    refused(DMARC(ROW("192.0.2.1", "99999999999", "pass", "pass")), "record without");
    refused("<a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></"
            "a></a>",
            "without end");
}

static void test_dmarc_is_bounded(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *r = NULL;

    (void)state;
    ms_buf_init(&b, MS_REPORT_TEXT_MAX);
    ms_buf_adds(&b, "<feedback>" META PUBLISHED);
    for (int i = 0; i < 3000; i++) {
        ms_buf_addf(&b,
                    "<record><row><source_ip>10.0.%d.%d</source_ip><count>1</count></row>"
                    "<identifiers><header_from>d%d.test</header_from></identifiers></record>",
                    i / 250, i % 250, i);
    }
    ms_buf_adds(&b, "</feedback>");
    r = dmarc(b.p, &err);
    assert_int_equal(json_array_size(json_object_get(r, "rows")), MS_REPORT_ROWS + 1);
    assert_int_equal(num(json_array_get(json_object_get(r, "rows"), MS_REPORT_ROWS), "count"),
                     3000 - MS_REPORT_ROWS);
    assert_int_equal(ms_report_check(r, &err), 0);
    ms_buf_reset(&b);
    ms_buf_adds(&b, "<feedback><report_metadata><org_name>");
    for (int i = 0; i < 5000; i++) {
        ms_buf_addc(&b, 'x');
    }
    ms_buf_adds(&b, "</org_name></report_metadata></feedback>");
    refused(b.p, "very long value");
}

static json_t *tls(const char *text, struct ms_err *err)
{
    json_t *r = NULL;

    return ms_report_tls(text, strlen(text), &r, err) < 0 ? NULL : r;
}

static void test_tls(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *r = tls(
        TLS("{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"example.org\","
            "\"policy-string\":[\"version: STSv1\",\"mode: testing\"]},\"summary\":"
            "{\"total-successful-session-count\":10,\"total-failure-session-count\":5},"
            "\"failure-details\":[{\"result-type\":\"certificate-expired\","
            "\"receiving-mx-hostname\":\"MX.example.org\",\"failed-session-count\":3}]},"
            "{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"other.test\"},\"summary\":"
            "{\"total-successful-session-count\":99}}"),
        &err);
    const json_t *rows = json_object_get(r, "rows");

    (void)state;
    assert_int_equal(ms_report_check(r, &err), 0);
    assert_string_equal(str(r, "mode"), "testing");
    assert_int_equal(num(r, "begin"), 1699920000);
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(num(json_array_get(rows, 0), "count"), 10);
    assert_string_equal(str(json_array_get(rows, 1), "result"), "certificate-expired");
    assert_string_equal(str(json_array_get(rows, 1), "mx"), "mx.example.org");
    assert_int_equal(num(json_array_get(rows, 2), "count"), 2);
}

static void test_tls_refused(void **state)
{
    static const char *const bad[] = {"{",
                                      "[]",
                                      "{}",
                                      TLS(""),
                                      "{\"a\":1,\"a\":2}",
                                      TLS("{\"policy\":{\"policy-domain\":\"..\"}}")};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        assert_null(tls(bad[i], &err));
        assert_int_equal(err.code, MS_EINVAL);
    }
}

static void test_check(void **state)
{
    static const char *const bad[] = {
        "[]", "{}",
        "{\"kind\":\"dmarc\",\"org\":\"\",\"id\":\"1\",\"begin\":1,\"end\":2,\"domain\":\"a.test\","
        "\"policy\":\"\",\"subdomains\":\"\",\"percent\":1,\"rows\":[]}",
        "{\"kind\":\"tls\",\"org\":\"o\",\"id\":\"1\",\"begin\":1,\"end\":2,\"domain\":\"a.test\","
        "\"mode\":\"\",\"rows\":[{\"policy\":\"x\",\"result\":\"\",\"mx\":\"\",\"count\":1}]}",
        "{\"kind\":\"tls\",\"org\":\"o\",\"id\":\"1\",\"begin\":1,\"end\":2,\"domain\":\"a.test\","
        "\"mode\":\"\",\"rows\":[{\"policy\":\"sts\",\"result\":\"\",\"mx\":\"\",\"count\":-1}]}"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *r = json_loads(bad[i], 0, NULL);

        assert_non_null(r);
        assert_int_equal(ms_report_check(r, &err), -1);
    }
}

/* What unpacking gives, or why not. */
struct got {
    char *text;
    unsigned n;
};

static int on_got(void *arg, const char *p, size_t n, struct ms_err *err)
{
    struct got *g = arg;

    (void)err;
    free(g->text);
    g->text = ms_xmemdup0(p, n);
    g->n++;
    return 0;
}

static size_t pack(const char *text, size_t n, int bits, unsigned char *out, size_t room)
{
    z_stream z = {.next_in = (z_const Bytef *)text,
                  .avail_in = (uInt)n,
                  .next_out = out,
                  .avail_out = (uInt)room};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    n = room - z.avail_out;
    (void)deflateEnd(&z);
    return n;
}

static int unpack(const unsigned char *p, size_t n, struct got *g, struct ms_err *err)
{
    return ms_report_unpack((const char *)p, n, on_got, g, err);
}

static void test_gzip(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, cut = MS_ERR_INIT;
    unsigned char packed[500];
    struct got g = {0};
    size_t n = pack("<feedback/>", 11, 16 + MAX_WBITS, packed, sizeof(packed));

    (void)state;
    assert_int_equal(unpack(packed, n, &g, &err), 0);
    assert_string_equal(g.text, "<feedback/>");
    for (size_t i = 2; i < n; i++) {
        ms_err_done(&cut);
        cut = (struct ms_err)MS_ERR_INIT;
        assert_int_equal(unpack(packed, i, &g, &cut), -1);
    }
    free(g.text);
}

static void test_gzip_bomb(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    size_t big = (size_t)MS_REPORT_TEXT_MAX + 1;
    ms_auto_free char *zeros = ms_xcalloc(1, big);
    ms_auto_free unsigned char *packed = ms_xcalloc(1, 1 << 20);
    struct got g = {0};
    size_t n = pack(zeros, big, 16 + MAX_WBITS, packed, 1 << 20);

    (void)state;
    assert_int_equal(unpack(packed, n, &g, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "too big"));
    assert_int_equal(g.n, 0);
    /* within the size, but out of proportion */
    ms_err_done(&err);
    err = (struct ms_err)MS_ERR_INIT;
    n = pack(zeros, 8 << 20, 16 + MAX_WBITS, packed, 1 << 20);
    assert_int_equal(unpack(packed, n, &g, &err), -1);
}

static void put(struct ms_buf *b, uint32_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        ms_buf_addc(b, (char)((uint64_t)v >> 8 * i & 0xff));
    }
}

/* A zip archive of one file; flags as in its header. */
static void zip(struct ms_buf *b, const char *name, const char *text, unsigned method,
                unsigned flags)
{
    unsigned char packed[1000];
    size_t n = strlen(text), size = n, at;
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)text, (uInt)n);

    if (method == 8) {
        size = pack(text, n, -MAX_WBITS, packed, sizeof(packed));
    }
    for (int central = 0; central < 2; central++) {
        at = b->len;
        ms_buf_add(b, central ? "PK\1\2" : "PK\3\4", 4);
        put(b, 20, central ? 4 : 2);
        put(b, flags, 2);
        put(b, method, 2);
        put(b, 0, 4);
        put(b, crc, 4);
        put(b, (uint32_t)size, 4);
        put(b, (uint32_t)n, 4);
        put(b, (uint32_t)strlen(name), 2);
        put(b, 0, 2);
        if (central) {
            put(b, 0, 7);
            put(b, 0, 7);
        }
        ms_buf_adds(b, name);
        if (!central) {
            ms_buf_add(b, method == 8 ? (const char *)packed : text, size);
        }
    }
    ms_buf_add(b, "PK\5\6", 4);
    put(b, 0, 4);
    put(b, 1, 2);
    put(b, 1, 2);
    put(b, 0, 4);
    put(b, (uint32_t)at, 4);
    put(b, 0, 2);
}

static int zipped(const char *name, const char *text, unsigned method, unsigned flags,
                  struct got *g, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 10000);
    zip(&b, name, text, method, flags);
    return ms_report_unpack(b.p, b.len, on_got, g, err);
}

static void test_zip(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct got g = {0};

    (void)state;
    assert_int_equal(zipped("a!b.XML", "<feedback/>", 8, 0, &g, &err), 0);
    assert_string_equal(g.text, "<feedback/>");
    assert_int_equal(zipped("a.xml", "<x/>", 0, 0, &g, &err), 0);
    assert_string_equal(g.text, "<x/>");
    assert_int_equal(zipped("a.exe", "<y/>", 0, 0, &g, &err), 0);
    assert_int_equal(g.n, 2);
    assert_int_equal(zipped("a.xml", "<x/>", 0, 1, &g, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "password"));
    free(g.text);
}

/* Any byte of an archive that is changed, and any end that is cut off, is found or harmless. */
static void test_zip_broken(void **state)
{
    ms_auto_buf struct ms_buf b = {0};
    struct got g = {0};

    (void)state;
    ms_buf_init(&b, 10000);
    zip(&b, "a.xml", "<feedback><x/></feedback>", 8, 0);
    for (size_t i = 4; i < b.len; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT, cut = MS_ERR_INIT;
        ms_auto_free char *copy = ms_xmemdup0(b.p, b.len);

        copy[i] = (char)(copy[i] ^ 0xff);
        (void)!ms_report_unpack(copy, b.len, on_got, &g, &err);
        assert_int_equal(ms_report_unpack(b.p, i, on_got, &g, &cut), -1);
    }
    assert_string_equal(g.text, "<feedback><x/></feedback>");
    free(g.text);
}

#define MAIL(auth, type, encoding, body)                                                           \
    "Authentication-Results: " auth "\r\nFrom: <a@b.test>\r\nContent-Type:\r\n multipart/mixed; "  \
    "boundary=\"x y\"\r\n\r\nfoo\r\n--x y\r\nContent-Type: text/plain\r\n\r\n<not this>\r\n"       \
    "--x y\r\nContent-Type: " type "\r\nContent-Transfer-Encoding: " encoding "\r\n\r\n" body      \
    "\r\n--x y--\r\n<nor this>\r\n"

static json_t *mail(const char *text, struct ms_err *err)
{
    json_t *r = NULL;

    return ms_reports_read(text, strlen(text), HOST, &r, err) < 0 ? NULL : r;
}

static void test_mail(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *plain =
        mail(MAIL(HOST ";\r\n\tdkim=pass header.d=b.test", "text/xml", "8bit", DMARC("")), &err);
    ms_auto_err struct ms_err why = MS_ERR_INIT;
    ms_auto_json json_t *quoted = mail(
        MAIL(HOST "; dkim=fail; spf=none", "application/json", "quoted-printable", "{}"), &why);

    (void)state;
    assert_non_null(plain);
    assert_true(json_is_true(json_object_get(plain, "verified")));
    assert_int_equal(json_array_size(json_object_get(plain, "reports")), 1);
    assert_null(quoted);
    assert_non_null(strstr(ms_err_msg(&why), "TLS report"));
}

static void test_mail_base64_and_foreign_results(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    /* "<feedback/>" is a report that says nothing */
    ms_auto_json json_t *r =
        mail(MAIL("mail.example.org.evil.test; dkim=pass", "application/octet-stream", "base64",
                  "PGZlZWRi\r\nYWNrLz4="),
             &err);

    (void)state;
    assert_null(r);
    assert_non_null(strstr(ms_err_msg(&err), "does not say"));
    assert_false(
        ms_report_verified("Authentication-Results: " HOST ".evil; spf=pass\n\n", 59, HOST));
    assert_true(ms_report_verified("Authentication-Results: " HOST "; spf=pass\n\n", 53, HOST));
    assert_false(ms_report_verified("Authentication-Results: " HOST "; x-spf=pass\n\n", 55, HOST));
    assert_false(ms_report_verified("\nAuthentication-Results: " HOST "; spf=pass\n", 53, HOST));
}

static void test_mail_without_report(void **state)
{
    static const char *const none[] = {"", "\r\n\r\n", "Subject: x\r\n\r\n<feedback/>",
                                       "Content-Type: multipart/mixed\r\n\r\n--\r\n\r\n<a/>\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        assert_null(mail(none[i], &err));
        assert_int_equal(err.code, MS_ENOTFOUND);
    }
}

static void test_mail_is_bounded(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, parts = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};

    (void)state;
    ms_buf_init(&b, 1 << 20);
    for (int i = 0; i < 50; i++) {
        ms_buf_addf(&b, "--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n", i - 1, i);
    }
    assert_null(mail(strchr(b.p, 'C'), &err));
    assert_non_null(strstr(ms_err_msg(&err), "too many parts"));
    ms_buf_reset(&b);
    ms_buf_adds(&b, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (int i = 0; i < 200; i++) {
        ms_buf_adds(&b, "--b\r\nContent-Type: application/zip\r\n\r\nx\r\n");
    }
    assert_null(mail(b.p, &parts));
    assert_non_null(strstr(ms_err_msg(&parts), "too many parts"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dmarc),
        cmocka_unit_test(test_dmarc_with_a_name_space),
        cmocka_unit_test(test_dmarc_refused),
        cmocka_unit_test(test_dmarc_is_bounded),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_tls_refused),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_gzip_bomb),
        cmocka_unit_test(test_zip),
        cmocka_unit_test(test_zip_broken),
        cmocka_unit_test(test_mail),
        cmocka_unit_test(test_mail_base64_and_foreign_results),
        cmocka_unit_test(test_mail_without_report),
        cmocka_unit_test(test_mail_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
