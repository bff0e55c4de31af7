/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/dnspush/http.h"

MS_DEFINE_CLEANUP(CURL, curl_easy_cleanup)
MS_DEFINE_CLEANUP(struct curl_slist, curl_slist_free_all)

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct ms_dnsapi_answer *a = arg;

    ms_buf_add(&a->body, p, size * n);
    return a->body.too_big ? 0 : size * n;
}

/* The value of a header line of that name, without spaces around; *ret_n is its length. */
static const char *value_of(const char *line, size_t n, const char *name, size_t *ret_n)
{
    size_t k = strlen(name);
    const char *p = line + k + 1, *end = line + n;

    if (n <= k || strncasecmp(line, name, k) != 0 || line[k] != ':') {
        return NULL;
    }
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }
    while (end > p && strchr("\r\n \t", end[-1])) {
        end--;
    }
    *ret_n = (size_t)(end - p);
    return p;
}

/* <URL>; rel="next", <URL>; rel="prev" (RFC 8288) */
static void take_link(struct ms_dnsapi_answer *a, const char *text)
{
    for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<')) {
        const char *end = strchr(p, '>');
        const char *more = end ? strchr(end, '<') : NULL;
        const char *rel = end ? strstr(end, "rel=\"next\"") : NULL;

        if (rel && (!more || rel < more) && (size_t)(end - p) <= sizeof(a->next)) {
            memcpy(a->next, p + 1, (size_t)(end - p - 1));
            a->next[end - p - 1] = '\0';
            return;
        }
    }
}

/* RFC 9110 10.2.3: seconds, or a date. */
static void take_retry(struct ms_dnsapi_answer *a, const char *text, int64_t now_s)
{
    uint32_t s;
    time_t t;

    if (ms_parse_u32(text, &s) == 0) {
        a->retry_after_s = s;
        return;
    }
    t = curl_getdate(text, NULL);
    if (t != (time_t)-1) {
        a->retry_after_s = t > now_s ? t - now_s : 0;
    }
}

void ms_dnsapi_header(struct ms_dnsapi_answer *a, const char *line, size_t n, int64_t now_s)
{
    size_t len;
    const char *p = value_of(line, n, "link", &len);
    uint32_t until;

    if (p) {
        ms_auto_free char *text = ms_xmemdup0(p, len);

        take_link(a, text);
    } else if ((p = value_of(line, n, "retry-after", &len))) {
        ms_auto_free char *text = ms_xmemdup0(p, len);

        take_retry(a, text, now_s);
    } else if ((p = value_of(line, n, "ratelimit-reset", &len)) && a->retry_after_s < 0) {
        ms_auto_free char *text = ms_xmemdup0(p, len);

        /* a point in time since 1970; only asked after a refusal */
        if (ms_parse_u32(text, &until) == 0 && until > 1000000000) {
            a->retry_after_s = until > now_s ? until - now_s : 0;
        }
    }
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    ms_dnsapi_header(arg, p, size * n, ms_time_wall_ms() / 1000);
    return size * n;
}

static int failed(CURLcode code, const char *detail, const struct ms_dnsapi_limits *l,
                  struct ms_err *err)
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return ms_err_set(err, MS_ETIME, 0, "no answer within %g s", (double)l->timeout_ms / 1000);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
        return ms_err_set(err, MS_ETLS, 0, "no trusted TLS connection: %s", detail);
    case CURLE_WRITE_ERROR:
        return ms_err_set(err, MS_EIO, 0, "the answer is too long");
    default:
        return ms_err_set(err, MS_EUNREACH, 0, "no connection: %s", detail);
    }
}

static void set_limits(CURL *c, const struct ms_dnsapi_limits *l)
{
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, l->timeout_ms);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, l->connect_ms);
    if (l->ca) {
        (void)curl_easy_setopt(c, CURLOPT_CAINFO, l->ca);
    }
}

static void set_options(CURL *c, const struct ms_dnsapi_request *rq, struct ms_dnsapi_answer *ret)
{
    (void)curl_easy_setopt(c, CURLOPT_URL, rq->url);
    (void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, rq->method);
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http");
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "mailstead/" MS_VERSION);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, ret);
    (void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(c, CURLOPT_HEADERDATA, ret);
    if (rq->body) {
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, rq->body);
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(rq->body));
    }
}

int ms_dnsapi_curl(void *arg, const struct ms_dnsapi_request *rq, struct ms_dnsapi_answer *ret,
                   struct ms_err *err)
{
    ms_cleanup(curl_easy_cleanupp) CURL *c = curl_easy_init();
    ms_cleanup(curl_slist_free_allp) struct curl_slist *headers = NULL;
    static const struct ms_dnsapi_limits usual = {MS_DNSAPI_TIMEOUT_S * 1000L,
                                                  MS_DNSAPI_CONNECT_S * 1000L, NULL};
    const struct ms_dnsapi_limits *limits = arg ? arg : &usual;
    char detail[CURL_ERROR_SIZE] = "";
    CURLcode code;

    if (!c) {
        return ms_err_set(err, MS_EIO, 0, "libcurl does not start");
    }
    headers = curl_slist_append(headers, "Accept: application/json");
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, rq->header);
    (void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
    set_options(c, rq, ret);
    set_limits(c, limits);
    code = curl_easy_perform(c);
    if (code != CURLE_OK) {
        return failed(code, *detail ? detail : curl_easy_strerror(code), limits, err);
    }
    (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &ret->status);
    return 0;
}
