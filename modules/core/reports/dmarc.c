/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <expat.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/reports/reports_priv.h"

enum { DEPTH = 12, PATH_MAX_BYTES = 512, VALUE_MAX = 4096, ADDRESS = INET6_ADDRSTRLEN };

/* What is read of a report (RFC 7489, appendix C), by the path of its element. */
enum what {
    ORG,
    ID,
    BEGIN,
    END,
    DOMAIN,
    POLICY,
    SUBDOMAINS,
    PERCENT,
    ADDRESS_OF,
    COUNT,
    DISPOSITION,
    DKIM,
    SPF,
    HEADER_FROM,
    WHAT__COUNT
};
static const char *const paths[WHAT__COUNT] = {
    [ORG] = "/feedback/report_metadata/org_name",
    [ID] = "/feedback/report_metadata/report_id",
    [BEGIN] = "/feedback/report_metadata/date_range/begin",
    [END] = "/feedback/report_metadata/date_range/end",
    [DOMAIN] = "/feedback/policy_published/domain",
    [POLICY] = "/feedback/policy_published/p",
    [SUBDOMAINS] = "/feedback/policy_published/sp",
    [PERCENT] = "/feedback/policy_published/pct",
    [ADDRESS_OF] = "/feedback/record/row/source_ip",
    [COUNT] = "/feedback/record/row/count",
    [DISPOSITION] = "/feedback/record/row/policy_evaluated/disposition",
    [DKIM] = "/feedback/record/row/policy_evaluated/dkim",
    [SPF] = "/feedback/record/row/policy_evaluated/spf",
    [HEADER_FROM] = "/feedback/record/identifiers/header_from",
};
static const char record[] = "/feedback/record";

struct reading {
    XML_Parser parser;
    struct ms_buf path, text;
    unsigned depth;
    char *value[WHAT__COUNT];
    struct ms_report_rows rows;
    struct ms_err *err;
};

static void stop(struct reading *r, const char *why)
{
    if (r->err->code == MS_OK) {
        (void)ms_err_set(r->err, MS_EINVAL, 0, "the DMARC report %s", why);
    }
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static const char *value(const struct reading *r, enum what w)
{
    return r->value[w] ? r->value[w] : "";
}

static void forget(struct reading *r, enum what from, enum what to)
{
    for (enum what w = from; w < to; w++) {
        free(r->value[w]);
        r->value[w] = NULL;
    }
}

/* A name space's prefix is left out: some reports have one. */
static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *r = arg;
    const char *colon = strrchr(name, ':');

    (void)attributes;
    if (++r->depth > DEPTH) {
        stop(r, "has elements in elements without end");
        return;
    }
    ms_buf_addc(&r->path, '/');
    ms_buf_adds(&r->path, colon ? colon + 1 : name);
    if (r->path.too_big) {
        stop(r, "has a very long element");
        return;
    }
    ms_buf_reset(&r->text);
    if (!strcmp(r->path.p, record)) {
        forget(r, ADDRESS_OF, WHAT__COUNT);
    }
}

static void on_text(void *arg, const XML_Char *s, int n)
{
    struct reading *r = arg;

    ms_buf_add(&r->text, s, (size_t)n);
}

/* An IPv4 or IPv6 address as it is usually written. */
static bool take_address(const char *s, char out[ADDRESS])
{
    unsigned char raw[16];
    int family = strchr(s, ':') ? AF_INET6 : AF_INET;

    return inet_pton(family, s, raw) == 1 && inet_ntop(family, raw, out, ADDRESS);
}

static const char *disposition(const char *s)
{
    return !strcmp(s, "quarantine") || !strcmp(s, "reject") ? s : "none";
}

static void end_record(struct reading *r)
{
    ms_auto_free char *from = ms_report_domain(value(r, HEADER_FROM));
    char address[ADDRESS];
    uint64_t count;
    json_t *row;

    if (!take_address(value(r, ADDRESS_OF), address) || ms_parse_u64(value(r, COUNT), &count) < 0 ||
        count > INT32_MAX) {
        stop(r, "has a record without address or number");
        return;
    }
    row = json_pack("{s:s, s:s, s:b, s:b, s:s}", "ip", address, "disposition",
                    disposition(value(r, DISPOSITION)), "dkim", !strcmp(value(r, DKIM), "pass"),
                    "spf", !strcmp(value(r, SPF), "pass"), "header_from", from ? from : "");
    if (ms_report_rows_add(&r->rows, row, count, r->err) < 0) {
        stop(r, "");
    }
}

/* Without the blanks around it. The caller frees it. */
static char *trimmed(const struct ms_buf *b)
{
    static const char blanks[] = " \t\r\n";
    size_t skip = strspn(b->p, blanks), n = b->len;

    while (n > skip && strchr(blanks, b->p[n - 1])) {
        n--;
    }
    return ms_xmemdup0(b->p + skip, n - skip);
}

static void on_end(void *arg, const XML_Char *name)
{
    struct reading *r = arg;
    char *slash;

    (void)name;
    for (enum what w = 0; w < WHAT__COUNT; w++) {
        if (!strcmp(r->path.p, paths[w]) && !r->value[w]) {
            if (r->text.too_big) {
                stop(r, "has a very long value");
                return;
            }
            r->value[w] = trimmed(&r->text);
        }
    }
    if (!strcmp(r->path.p, record)) {
        end_record(r);
    }
    slash = strrchr(r->path.p, '/');
    if (slash) {
        *slash = '\0';
        r->path.len = (size_t)(slash - r->path.p);
    }
    ms_buf_reset(&r->text);
    r->depth--;
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(arg, "has a document type declaration, which may not be in one");
}

static const char *policy(const char *s)
{
    return !strcmp(s, "none") || !strcmp(s, "quarantine") || !strcmp(s, "reject") ? s : "";
}

static int finish(struct reading *r, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *domain = ms_report_domain(value(r, DOMAIN));
    uint64_t begin, end;
    uint32_t percent;

    if (!domain || !*value(r, ORG) || !*value(r, ID) || ms_parse_u64(value(r, BEGIN), &begin) < 0 ||
        ms_parse_u64(value(r, END), &end) < 0 || begin > UINT32_MAX || end > UINT32_MAX ||
        end < begin) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "the DMARC report does not say whose it is, for what domain and time");
    }
    if (ms_parse_u32(value(r, PERCENT), &percent) < 0 || percent > 100) {
        percent = 100;
    }
    *ret = json_pack("{s:s, s:o, s:o, s:I, s:I, s:s, s:s, s:s, s:i, s:O}", "kind", "dmarc", "org",
                     ms_report_text(value(r, ORG)), "id", ms_report_text(value(r, ID)), "begin",
                     (json_int_t)begin, "end", (json_int_t)end, "domain", domain, "policy",
                     policy(value(r, POLICY)), "subdomains", policy(value(r, SUBDOMAINS)),
                     "percent", (int)percent, "rows", r->rows.list);
    return 0;
}

static int parse(struct reading *r, const char *p, size_t n, struct ms_err *err)
{
    if (XML_Parse(r->parser, p, (int)n, XML_TRUE) == XML_STATUS_OK && err->code == MS_OK) {
        return 0;
    }
    if (err->code == MS_OK) {
        (void)ms_err_set(err, MS_EINVAL, 0, "the DMARC report is no XML: %s in line %lu",
                         XML_ErrorString(XML_GetErrorCode(r->parser)),
                         XML_GetCurrentLineNumber(r->parser));
    }
    return -1;
}

int ms_report_dmarc(const char *p, size_t n, json_t **ret, struct ms_err *err)
{
    struct reading r = {.parser = XML_ParserCreate(NULL), .err = err};
    int rc = -1;

    if (!r.parser || n > MS_REPORT_TEXT_MAX) {
        XML_ParserFree(r.parser);
        return ms_err_set(err, MS_EINVAL, 0, "the DMARC report is too long");
    }
    ms_buf_init(&r.path, PATH_MAX_BYTES);
    ms_buf_init(&r.text, VALUE_MAX);
    ms_report_rows_init(&r.rows);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    if (parse(&r, p, n, err) == 0) {
        rc = finish(&r, ret, err);
    }
    XML_ParserFree(r.parser);
    forget(&r, 0, WHAT__COUNT);
    ms_report_rows_done(&r.rows);
    ms_buf_done(&r.path);
    ms_buf_done(&r.text);
    return rc;
}
