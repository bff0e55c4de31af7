/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/http.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/engine/http_priv.h"

/* State of one call. */
struct call {
    CURL *easy;
    const struct ms_http_request *r;
    struct ms_buf body; /* the answer, or what an error says */
    struct ms_err err;  /* of on_data */
    bool stopped;       /* on_data has enough or failed */
    bool source_failed;
};

int ms_http_check_path(const char *path, struct ms_err *err)
{
    struct sockaddr_un a;

    if (strlen(path) >= sizeof(a.sun_path)) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "the path of the engine's socket is longer than %zu bytes: %.40s...",
                          sizeof(a.sun_path) - 1, path);
    }
    return 0;
}

int ms_http_new(const char *path, struct ms_http **ret, struct ms_err *err)
{
    struct ms_http *h;

    path = path ? path : MS_ENGINE_SOCKET;
    if (ms_http_check_path(path, err) < 0) {
        return -1;
    }
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    h = ms_xcalloc(1, sizeof(*h));
    h->path = ms_xstrdup(path);
    h->version = ms_xstrdup("");
    h->easy = curl_easy_init();
    if (!h->easy) {
        ms_http_free(h);
        return ms_err_set(err, MS_EIO, 0, "libcurl does not start");
    }
    *ret = h;
    return 0;
}

void ms_http_free(struct ms_http *h)
{
    if (h) {
        curl_easy_cleanup(h->easy);
        free(h->path);
        free(h->version);
        free(h);
    }
}

void ms_http_set_version(struct ms_http *h, const char *version)
{
    free(h->version);
    h->version = ms_xasprintf("/v%s", version);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    (void)arg;
    (void)purpose;
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

void ms_http_setup(CURL *easy, const char *path)
{
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, path);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MS_HTTP_CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "mailstead/" MS_VERSION);
}

static size_t on_write(char *p, size_t size, size_t n, void *arg)
{
    struct call *c = arg;
    long status = 0;
    int r;

    n *= size;
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!c->r->on_data || status >= 300) {
        ms_buf_add(&c->body, p, n);
        if (c->body.too_big && status < 300) {
            c->stopped = true;
            (void)ms_err_set(&c->err, MS_EENGINE, 0,
                             "the answer of the container engine is larger than %zu bytes",
                             c->body.max);
            return 0;
        }
        return n;
    }
    r = c->r->on_data(c->r->data_arg, p, n, &c->err);
    if (r) {
        c->stopped = true;
        return n ? 0 : 1; /* anything but n ends the transfer */
    }
    return n;
}

static size_t on_read(char *buf, size_t size, size_t n, void *arg)
{
    struct call *c = arg;
    ssize_t got = c->r->source(c->r->source_arg, buf, size * n);

    if (got < 0) {
        c->source_failed = true;
        return CURL_READFUNC_ABORT;
    }
    return (size_t)got;
}

static int unreachable(int saved, const char *path, struct ms_err *err)
{
    if (saved == EACCES || saved == EPERM) {
        return ms_err_set(err, MS_EUNREACH, saved,
                          "permission denied on the container engine's socket %s: be root, or a "
                          "member of group docker",
                          path);
    }
    return ms_err_set(err, MS_EUNREACH, saved,
                      "no container engine answers at %s: start it (systemctl start docker)", path);
}

int ms_http_curl_error(CURL *easy, CURLcode c, const char *path, struct ms_err *err)
{
    long saved = 0;

    switch (c) {
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &saved);
        return unreachable((int)saved, path, err);
    case CURLE_OPERATION_TIMEDOUT:
        return ms_err_set(err, MS_ETIME, 0, "the container engine at %s did not answer in time",
                          path);
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return ms_err_set(err, MS_EUNREACH, 0,
                          "the connection to the container engine at %s broke: is it being "
                          "restarted?",
                          path);
    default:
        return ms_err_set(err, MS_EENGINE, 0, "broken answer from the container engine: %s",
                          curl_easy_strerror(c));
    }
}

int ms_http_status_error(long status, const char *body, struct ms_err *err)
{
    ms_auto_json json_t *j = json_loads(body, 0, NULL);
    const char *text = json_string_value(json_object_get(j, "message"));
    enum ms_code code = status == 404 ? MS_ENOTFOUND : MS_EENGINE;

    if (text && *text) {
        return ms_err_set(err, code, (int)status, "%.2000s", text);
    }
    return ms_err_set(err, code, (int)status, "the container engine answered with status %ld",
                      status);
}

/* Method and body of the request. The strings in text and head must live until the call ends. */
static void set_request(struct ms_http *h, struct call *c, char **text, struct curl_slist **head)
{
    const struct ms_http_request *r = c->r;

    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, r->method);
    *head = curl_slist_append(NULL, "Expect:");
    if (r->source) {
        curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(h->easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(h->easy, CURLOPT_READDATA, c);
        *head = curl_slist_append(*head, "Transfer-Encoding: chunked");
        *head = curl_slist_append(*head, "Content-Type: application/x-tar");
    } else if (r->body || !strcmp(r->method, "POST")) {
        *text = r->body ? json_dumps(r->body, JSON_COMPACT) : ms_xstrdup("");
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(*text));
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, *text);
        *head = curl_slist_append(*head, "Content-Type: application/json");
    }
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, *head);
}

static CURLcode transfer(struct ms_http *h, struct call *c)
{
    ms_auto_free char *url = ms_xasprintf("http://engine%s%s", h->version, c->r->path);
    ms_auto_free char *text = NULL;
    struct curl_slist *head = NULL;
    int64_t limit = c->r->timeout_ms ? c->r->timeout_ms : MS_HTTP_TIMEOUT_MS;
    CURLcode code;

    ms_http_setup(h->easy, h->path);
    curl_easy_setopt(h->easy, CURLOPT_URL, url);
    curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(h->easy, CURLOPT_TIMEOUT_MS, limit < 0 ? 0L : (long)limit);
    set_request(h, c, &text, &head);
    code = curl_easy_perform(h->easy);
    curl_slist_free_all(head);
    return code;
}

static int parse_answer(const struct ms_buf *b, json_t **ret, struct ms_err *err)
{
    json_error_t where;
    json_t *j;

    if (!b->len) {
        *ret = NULL;
        return 0;
    }
    j = json_loadb(b->p, b->len, JSON_REJECT_DUPLICATES, &where);
    if (!j) {
        return ms_err_set(err, MS_EENGINE, 0,
                          "the answer of the container engine is not JSON: %s (byte %d)",
                          where.text, where.position);
    }
    *ret = j;
    return 0;
}

static int finish(struct ms_http *h, struct call *c, CURLcode code, json_t **ret,
                  struct ms_err *err)
{
    long status = 0;

    if (c->stopped && !c->err.code) {
        return 0; /* on_data had enough */
    }
    if (c->err.code) {
        *err = c->err;
        c->err = (struct ms_err)MS_ERR_INIT;
        return -1;
    }
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    if (c->source_failed) {
        return ms_err_set(err, MS_EIO, 0, "the data for the container engine cannot be read");
    }
    if (status >= 300 && status != 304) {
        return ms_http_status_error(status, c->body.p, err);
    }
    if (code != CURLE_OK) {
        return ms_http_curl_error(h->easy, code, h->path, err);
    }
    return ret ? parse_answer(&c->body, ret, err) : 0;
}

int ms_http_call(struct ms_http *h, const struct ms_http_request *r, json_t **ret,
                 struct ms_err *err)
{
    struct call c = {.easy = h->easy, .r = r, .err = MS_ERR_INIT};
    CURLcode code;
    int rc;

    ms_buf_init(&c.body, r->on_data ? MS_HTTP_ERROR_MAX : MS_HTTP_BODY_MAX);
    code = transfer(h, &c);
    rc = finish(h, &c, code, ret, err);
    ms_buf_done(&c.body);
    return rc;
}

pid_t ms_http_peer(struct ms_http *h)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    struct ucred cred = {.pid = 0};
    socklen_t n = sizeof(cred);

    if (curl_easy_getinfo(h->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
        fd == CURL_SOCKET_BAD || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) < 0) {
        return 0;
    }
    return cred.pid;
}

char *ms_http_escape(const char *s)
{
    struct ms_buf b;

    ms_buf_init(&b, 3 * strlen(s) + 1);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-._~", c)) {
            ms_buf_addc(&b, *s);
        } else {
            ms_buf_addf(&b, "%%%02X", c);
        }
    }
    return ms_buf_steal(&b);
}

char *ms_http_filter(const char *name, const char *value)
{
    ms_auto_json json_t *j = json_pack("{s:{s:b}}", name, value, 1);
    ms_auto_free char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
    ms_auto_free char *escaped = ms_http_escape(text ? text : "{}");

    return ms_xasprintf("filters=%s", escaped);
}
