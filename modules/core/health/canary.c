/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/canary.h"

#include <curl/curl.h>
#include <string.h>

#include "modules/core/base/hash.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

enum {
    DEFAULT_MS = 30000,
    LOOK_EVERY_MS = 100,
    ANSWER_MAX = 65536,
    ID_RANDOM = 20,
};

/* A message in the inbox, or taken for spam. */
static const char *const folders[] = {"INBOX", "Junk"};

static inline void ms_curl_freep(CURL **c)
{
    curl_easy_cleanup(*c);
}

static inline void ms_slist_freep(struct curl_slist **l)
{
    curl_slist_free_all(*l);
}

struct run {
    const struct ms_canary *c;
    json_t *hops;
    char *id;
    char error[CURL_ERROR_SIZE];
    struct ms_buf message; /* to be sent, then what was answered */
    size_t sent;
};

static void add_hop(struct run *r, const char *name, bool ok, int64_t ms, const char *detail)
{
    json_t *o = json_object();

    (void)json_object_set_new(o, "name", json_string(name));
    (void)json_object_set_new(o, "ok", json_boolean(ok));
    (void)json_object_set_new(o, "ms", json_integer(ms));
    (void)json_object_set_new(o, "detail", ms_json_lossy(detail));
    (void)json_array_append_new(r->hops, o);
}

static size_t on_read(char *buf, size_t size, size_t n, void *arg)
{
    struct run *r = arg;
    size_t left = r->message.len - r->sent;

    n *= size;
    n = n < left ? n : left;
    memcpy(buf, r->message.p + r->sent, n);
    r->sent += n;
    return n;
}

static size_t on_write(char *p, size_t size, size_t n, void *arg)
{
    struct run *r = arg;

    ms_buf_add(&r->message, p, size * n);
    return r->message.too_big ? 0 : size * n;
}

static const char *host_in_url(const struct ms_canary *c, char out[72])
{
    (void)snprintf(out, 72, strchr(c->host, ':') ? "[%s]" : "%s", c->host);
    return out;
}

static void common_options(CURL *curl, struct run *r, unsigned timeout_ms)
{
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, r->error);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(timeout_ms ? timeout_ms : DEFAULT_MS));
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
}

static const char *why(const struct run *r, CURLcode rc)
{
    return r->error[0] ? r->error : curl_easy_strerror(rc);
}

static bool send_message(struct run *r, CURL *curl)
{
    ms_cleanup(ms_slist_freep) struct curl_slist *to = curl_slist_append(NULL, r->c->to);
    ms_auto_free char *url = NULL;
    char host[72];
    curl_off_t connect_us = 0, total_us = 0;
    long code = 0;
    CURLcode rc;

    url = ms_xasprintf("smtp://%s:%u/%s", host_in_url(r->c, host), r->c->smtp_port, r->c->helo);
    common_options(curl, r, r->c->smtp_timeout_ms);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "");
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, r);
    rc = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connect_us);
    (void)curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &total_us);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    if (rc == CURLE_COULDNT_CONNECT || (rc != CURLE_OK && !connect_us)) {
        add_hop(r, "connect", false, total_us / 1000, why(r, rc));
        return false;
    }
    add_hop(r, "connect", true, connect_us / 1000, "");
    if (rc != CURLE_OK) {
        ms_auto_free char *text = ms_xasprintf("%s (reply %ld)", why(r, rc), code);

        add_hop(r, "accepted", false, total_us / 1000, text);
        return false;
    }
    add_hop(r, "accepted", true, total_us / 1000, "");
    return true;
}

/* One IMAP command in a folder; what is answered goes to r->message. */
static CURLcode imap(struct run *r, CURL *curl, const char *folder, const char *command)
{
    ms_auto_free char *url = NULL;
    char host[72];

    url = ms_xasprintf("%s://%s:%u/%s", r->c->imap_tls ? "imaps" : "imap", host_in_url(r->c, host),
                       r->c->imap_port, folder);
    ms_buf_reset(&r->message);
    r->error[0] = '\0';
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, command);
    return curl_easy_perform(curl);
}

/* Look until it is there. Returns its UID and in which folder, or 0 with the reason. */
static uint32_t look_for(struct run *r, CURL *curl, const char **ret_folder, char **ret_why)
{
    unsigned bound = r->c->fetch_timeout_ms ? r->c->fetch_timeout_ms : DEFAULT_MS;
    int64_t end = ms_time_mono_ms() + bound;
    ms_auto_free char *command = ms_xasprintf("UID SEARCH HEADER Message-ID \"<%s>\"", r->id);

    for (;;) {
        for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
            CURLcode rc = imap(r, curl, folders[i], command);
            uint32_t uid = rc == CURLE_OK ? ms_canary_search_uid(r->message.p, r->message.len) : 0;

            if (uid) {
                *ret_folder = folders[i];
                return uid;
            }
            /* the first folder always exists; waiting does not mend a wrong password */
            if (!i && (rc == CURLE_LOGIN_DENIED || (rc != CURLE_OK && ms_time_mono_ms() >= end))) {
                *ret_why = ms_xstrdup(why(r, rc));
                return 0;
            }
        }
        if (ms_time_mono_ms() >= end) {
            *ret_why = ms_xasprintf("the message did not arrive within %u ms", bound);
            return 0;
        }
        ms_time_sleep_ms(LOOK_EVERY_MS);
    }
}

static bool delete_message(struct run *r, CURL *curl, const char *folder, uint32_t uid)
{
    ms_auto_free char *flag = ms_xasprintf("UID STORE %u +FLAGS (\\Deleted)", uid);
    int64_t start = ms_time_mono_ms();
    CURLcode rc = imap(r, curl, folder, flag);

    if (rc == CURLE_OK) {
        rc = imap(r, curl, folder, "EXPUNGE");
    }
    add_hop(r, "deleted", rc == CURLE_OK, ms_time_mono_ms() - start,
            rc == CURLE_OK ? "" : why(r, rc));
    return rc == CURLE_OK;
}

static bool fetch_message(struct run *r, CURL *curl, int64_t sent_ms)
{
    const char *folder = "";
    ms_auto_free char *reason = NULL;
    ms_auto_free char *detail = NULL;
    uint32_t uid;

    common_options(curl, r, r->c->fetch_timeout_ms);
    (void)curl_easy_setopt(curl, CURLOPT_USERNAME, r->c->user);
    (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, r->c->password);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, r);
    uid = look_for(r, curl, &folder, &reason);
    detail = ms_xasprintf("in %s", folder);
    add_hop(r, "delivered", uid != 0, ms_time_mono_ms() - sent_ms, uid ? detail : reason);
    return uid && delete_message(r, curl, folder, uid);
}

int ms_canary_run(const struct ms_canary *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_curl_freep) CURL *smtp = curl_easy_init();
    ms_cleanup(ms_curl_freep) CURL *imap_curl = curl_easy_init();
    ms_auto_free char *random = ms_random_token(ID_RANDOM);
    struct run r = {.c = c, .hops = json_array()};
    bool ok;

    if (!smtp || !imap_curl) {
        json_decref(r.hops);
        return ms_err_set(err, MS_EIO, 0, "libcurl does not start");
    }
    r.id = ms_xasprintf("%s.mailstead-test@%s", random, c->helo);
    ms_buf_init(&r.message, ANSWER_MAX);
    ms_canary_message(c, r.id, ms_time_wall_ms(), &r.message);
    ok = send_message(&r, smtp);
    if (ok && c->imap_port) {
        ok = fetch_message(&r, imap_curl, ms_time_mono_ms());
    }
    *ret = json_object();
    (void)json_object_set_new(*ret, "ok", json_boolean(ok));
    (void)json_object_set_new(*ret, "message_id", json_string(r.id));
    (void)json_object_set_new(*ret, "hops", r.hops);
    ms_buf_done(&r.message);
    free(r.id);
    return 0;
}
