/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/client.h"

#include <curl/curl.h>
#include <string.h>

#include "modules/core/api/client_priv.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/url.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

enum { DEFAULT_TIMEOUT_MS = 60000, ANSWER_MAX = 64 * 1024 * 1024, CONNECT_TIMEOUT_MS = 5000 };

static const char default_state[] = "/var/lib/mailstead";

static inline void ms_curl_freep(CURL **c)
{
    curl_easy_cleanup(*c);
}
static inline void ms_slist_freep(struct curl_slist **l)
{
    curl_slist_free_all(*l);
}

char *ms_client_socket_path(const char *state)
{
    size_t n = strlen(state);

    while (n > 1 && state[n - 1] == '/') {
        n--;
    }
    if (n == sizeof(default_state) - 1 && !strncmp(state, default_state, n)) {
        return ms_xstrdup("/run/mailstead/control.sock");
    }
    return ms_xasprintf("%.*s/control.sock", (int)n, state);
}

char *ms_client_escape(const char *name)
{
    return ms_url_encode(name);
}

int ms_client_problem(const char *text, size_t n, long status, struct ms_err *err)
{
    ms_auto_json json_t *o = json_loadb(text, n, 0, NULL);
    const char *detail = json_string_value(json_object_get(o, "detail"));
    const char *code = json_string_value(json_object_get(o, "code"));
    const json_t *lines = json_object_get(o, "diagnostics");
    ms_auto_buf struct ms_buf b = {0};
    size_t i;
    json_t *line;

    if (!detail) {
        return ms_err_set(err, MS_EIO, (int)0, "the supervisor answered with status %ld", status);
    }
    ms_buf_init(&b, MS_OP_REQUEST_MAX);
    ms_buf_adds(&b, detail);
    json_array_foreach(lines, i, line)
    {
        if (json_is_string(line)) {
            ms_buf_addf(&b, "\n%s", json_string_value(line));
        }
    }
    (void)ms_err_set(err, ms_op_code(code), 0, "%s", b.p);
    err->sys = (int)status;
    return -1;
}

static int curl_error(CURLcode rc, const char *socket, const char *text, struct ms_err *err)
{
    switch (rc) {
    case CURLE_COULDNT_CONNECT:
        return ms_err_set(err, MS_EUNREACH, 0, "no supervisor answers at %s", socket);
    case CURLE_OPERATION_TIMEDOUT:
        return ms_err_set(err, MS_ETIME, 0, "the supervisor at %s took too long", socket);
    case CURLE_WRITE_ERROR:
        return ms_err_set(err, MS_EIO, 0, "the answer of the supervisor is too large");
    default:
        return ms_err_set(err, MS_EUNREACH, 0, "the supervisor at %s went away: %s", socket,
                          *text ? text : curl_easy_strerror(rc));
    }
}

struct transfer {
    CURL *curl;
    struct ms_buf answer; /* the whole answer, or a problem document */
    struct ms_lines lines;
    bool streaming;
    char text[CURL_ERROR_SIZE];
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    long status = 0;

    n *= size;
    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->streaming && status == 200) {
        return ms_lines_feed(&t->lines, p, n) < 0 ? 0 : n;
    }
    ms_buf_add(&t->answer, p, n);
    return t->answer.too_big ? 0 : n;
}

static int set_up(struct transfer *t, const char *socket, const struct ms_client_request *rq,
                  struct ms_err *err)
{
    ms_auto_free char *url = ms_xasprintf("http://localhost%s", rq->path);
    CURL *c = t->curl;

    if (!c) {
        return ms_err_set(err, MS_EIO, 0, "libcurl does not start");
    }
    if (curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, socket) != CURLE_OK) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: not the path of a socket", socket);
    }
    (void)curl_easy_setopt(c, CURLOPT_URL, url);
    (void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, rq->method);
    (void)curl_easy_setopt(c, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->text);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    return 0;
}

int ms_client_request(const char *socket, const struct ms_client_request *rq, json_t **ret,
                      struct ms_err *err)
{
    ms_cleanup(ms_curl_freep) CURL *c = curl_easy_init();
    ms_cleanup(ms_slist_freep) struct curl_slist *head =
        curl_slist_append(NULL, "Content-Type: application/json");
    struct transfer t = {.curl = c};
    ms_auto_free char *text = rq->body ? json_dumps(rq->body, JSON_COMPACT) : NULL;
    ms_auto_json json_t *doc = NULL;
    int r = -1;
    CURLcode rc;
    long status = 0;

    ms_buf_init(&t.answer, ANSWER_MAX);
    if (set_up(&t, socket, rq, err) < 0) {
        return -1;
    }
    head = curl_slist_append(head, "Expect:");
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
                           (long)(rq->timeout_ms ? rq->timeout_ms : DEFAULT_TIMEOUT_MS));
    if (text) {
        (void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, head);
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, text);
    }
    rc = curl_easy_perform(c);
    if (text) {
        explicit_bzero(text, strlen(text));
    }
    (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (rc != CURLE_OK) {
        (void)curl_error(rc, socket, t.text, err);
    } else if (status >= 300) {
        (void)ms_client_problem(t.answer.p, t.answer.len, status, err);
    } else {
        doc = t.answer.len ? json_loadb(t.answer.p, t.answer.len, 0, NULL) : json_null();
        r = doc ? 0 : ms_err_set(err, MS_EIO, 0, "the supervisor's answer is not JSON");
    }
    explicit_bzero(t.answer.p, t.answer.cap ? t.answer.len : 0);
    ms_buf_done(&t.answer);
    if (!r && ret) {
        *ret = ms_steal(&doc);
    }
    return r;
}

int ms_client_call(const char *socket, const char *method, const char *path, const json_t *body,
                   json_t **ret, struct ms_err *err)
{
    struct ms_client_request rq = {.method = method, .path = path, .body = body};

    return ms_client_request(socket, &rq, ret, err);
}

int ms_client_stream(const char *socket, const char *path, ms_client_event on_event, void *arg,
                     struct ms_err *err)
{
    ms_cleanup(ms_curl_freep) CURL *c = curl_easy_init();
    struct ms_client_request rq = {.method = "GET", .path = path};
    struct transfer t = {.curl = c, .streaming = true};
    CURLcode rc;
    long status = 0;
    int r = -1;

    ms_buf_init(&t.answer, MS_OP_REQUEST_MAX);
    ms_lines_init(&t.lines, on_event, arg);
    if (set_up(&t, socket, &rq, err) == 0) {
        rc = curl_easy_perform(c);
        (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        if (t.lines.stopped) {
            r = 0;
        } else if (t.lines.bad) {
            (void)ms_err_set(err, MS_EIO, 0, "the supervisor sent a line that is no event");
        } else if (rc != CURLE_OK) {
            (void)curl_error(rc, socket, t.text, err);
        } else if (status >= 300) {
            (void)ms_client_problem(t.answer.p, t.answer.len, status, err);
        } else {
            r = 0;
        }
    }
    ms_lines_done(&t.lines);
    ms_buf_done(&t.answer);
    return r;
}
