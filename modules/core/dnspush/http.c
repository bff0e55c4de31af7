/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/http.h"

#include <stdlib.h>
#include <string.h>

#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/pki.h"

enum { SAID_MAX = 300, FIRST_WAIT_MS = 1000 };

static void wait_ms(void *arg, int64_t ms)
{
    (void)arg;
    ms_time_sleep_ms(ms);
}

void ms_dnsapi_init(struct ms_dnsapi *a, const char *name, const char *base,
                    const char *header_name, const char *token)
{
    size_t n = strlen(base);

    *a = (struct ms_dnsapi){.name = name, .send = ms_dnsapi_curl, .wait = wait_ms};
    while (n && base[n - 1] == '/') {
        n--;
    }
    a->base = ms_xmemdup0(base, n);
    a->header = ms_xasprintf("%s%s", header_name, token);
}

void ms_dnsapi_done(struct ms_dnsapi *a)
{
    free(a->base);
    ms_secret_free(a->header);
    *a = (struct ms_dnsapi){0};
}

/* Printable ASCII only, at most SAID_MAX bytes. */
static void add_clean(struct ms_buf *b, const char *s)
{
    for (; *s && b->len < SAID_MAX; s++) {
        ms_buf_addc(b, *s < 0x20 || *s > 0x7e ? ' ' : *s);
    }
}

/* The texts of an error, wherever the provider puts them: its strings but for those of a key. */
static void add_texts(struct ms_buf *b, const json_t *j, unsigned depth)
{
    const char *key;
    json_t *v;
    size_t i;

    if (json_is_string(j)) {
        ms_buf_adds(b, b->len ? "; " : "");
        add_clean(b, json_string_value(j));
    }
    if (depth > 4) {
        return;
    }
    json_array_foreach(j, i, v)
    {
        add_texts(b, v, depth + 1);
    }
    json_object_foreach((json_t *)j, key, v)
    {
        if (strcmp(key, "code") != 0 && strcmp(key, "documentation_url") != 0) {
            add_texts(b, v, depth + 1);
        }
    }
}

static char *said(const struct ms_dnsapi_answer *a)
{
    ms_auto_json json_t *j = json_loadb(a->body.p, a->body.len, JSON_DISABLE_EOF_CHECK, NULL);
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, (size_t)SAID_MAX * 2);
    if (j) {
        add_texts(&b, j, 0);
    }
    return ms_buf_steal(&b);
}

static int refuse(const struct ms_dnsapi *a, const struct ms_dnsapi_answer *reply,
                  struct ms_err *err)
{
    ms_auto_free char *text = said(reply);
    const char *sep = *text ? ": " : "";

    if (reply->status == 401 || reply->status == 403) {
        return ms_err_set(err, MS_EINVAL, (int)reply->status,
                          "%s refuses the token (HTTP status %ld%s%s)", a->name, reply->status, sep,
                          text);
    }
    if (reply->status == 404) {
        return ms_err_set(err, MS_ENOTFOUND, 404, "%s does not know it%s%s", a->name, sep, text);
    }
    if (reply->status == 429 || reply->status == 503) {
        return ms_err_set(err, MS_EBUSY, (int)reply->status,
                          "%s asks to come again in %lld s (HTTP status %ld)", a->name,
                          (long long)(reply->retry_after_s < 0 ? 60 : reply->retry_after_s),
                          reply->status);
    }
    if (reply->status >= 300 && reply->status < 400) {
        return ms_err_set(err, MS_EIO, (int)reply->status,
                          "%s redirects elsewhere (HTTP status %ld): refused, it would get the "
                          "token",
                          a->name, reply->status);
    }
    return ms_err_set(err, MS_EIO, (int)reply->status, "%s: HTTP status %ld%s%s", a->name,
                      reply->status, sep, text);
}

/* Send until it is not asked to wait. */
static int send(struct ms_dnsapi *a, const struct ms_dnsapi_request *rq,
                struct ms_dnsapi_answer *reply, struct ms_err *err)
{
    int64_t wait = FIRST_WAIT_MS;

    for (int tries = 1;; tries++) {
        ms_buf_reset(&reply->body);
        reply->retry_after_s = -1;
        reply->next[0] = '\0';
        if (a->send(a->arg, rq, reply, err) < 0) {
            return ms_err_wrap(err, "%s", a->name);
        }
        if ((reply->status != 429 && reply->status != 503) || tries == MS_DNSAPI_TRIES ||
            reply->retry_after_s > MS_DNSAPI_WAIT_S) {
            return 0;
        }
        a->wait(a->arg, reply->retry_after_s >= 0 ? reply->retry_after_s * 1000 : wait);
        wait *= 2;
    }
}

/* The URL of a path; one that leads elsewhere than to the API gets no token. */
static char *url_of(const struct ms_dnsapi *a, const char *path, struct ms_err *err)
{
    size_t n = strlen(a->base);

    if (*path == '/') {
        return ms_xasprintf("%s%s", a->base, path);
    }
    if (strncmp(path, a->base, n) != 0 || path[n] != '/') {
        ms_err_set(err, MS_EIO, 0, "%s names a page that is not its own: refused", a->name);
        return NULL;
    }
    return ms_xstrdup(path);
}

int ms_dnsapi_run(struct ms_dnsapi *a, const struct ms_dnsapi_call *c, json_t **ret,
                  struct ms_err *err)
{
    ms_auto_free char *url = url_of(a, c->path, err);
    ms_auto_free char *body = c->body ? json_dumps(c->body, JSON_COMPACT) : NULL;
    struct ms_dnsapi_request rq = {
        .method = c->method, .url = url, .header = a->header, .body = body};
    struct ms_dnsapi_answer reply = {0};
    json_t *j = NULL;
    int r = -1;

    ms_buf_init(&reply.body, MS_DNSAPI_ANSWER_MAX);
    if (!url || send(a, &rq, &reply, err) < 0) {
        ms_buf_done(&reply.body);
        return -1;
    }
    if (reply.body.len) {
        j = json_loadb(reply.body.p, reply.body.len, JSON_REJECT_DUPLICATES, NULL);
    }
    if (reply.status < 200 || reply.status > 299) {
        (void)refuse(a, &reply, err);
    } else if (reply.body.too_big || (reply.body.len && !j)) {
        ms_err_set(err, MS_EIO, 0, "%s: the answer is %s", a->name,
                   reply.body.too_big ? "too long" : "no JSON");
    } else {
        r = 0;
        if (c->next) {
            memcpy(c->next, reply.next, sizeof(reply.next));
        }
        if (ret) {
            *ret = json_incref(j);
        }
    }
    json_decref(j);
    ms_buf_done(&reply.body);
    return r;
}
