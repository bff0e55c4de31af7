/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <poll.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/engine/docker_json.h"
#include "modules/core/engine/docker_stream.h"
#include "modules/core/engine/http_priv.h"

enum { BACKOFF_MIN_MS = 100, BACKOFF_MAX_MS = 5000 };

struct ms_engine_events {
    CURLM *multi;
    CURL *easy;
    char *path, *url;
    struct ms_json_lines lines;
    ms_engine_on_event on_event;
    void (*on_connected)(void *arg, bool connected);
    void *arg;
    bool running;                 /* a transfer is under way */
    bool connected;               /* and has been answered */
    int64_t backoff_ms, retry_ms; /* wait, and when it ends (monotonic) */
};

static bool is_oneoff(const json_t *j)
{
    const json_t *labels = json_object_get(json_object_get(j, "Actor"), "Attributes");
    const char *text = json_string_value(json_object_get(labels, MS_LABEL_ONEOFF));

    return text && !strcmp(text, "True");
}

static int on_object(void *arg, const json_t *j, struct ms_err *err)
{
    struct ms_engine_events *ev = arg;
    struct ms_engine_event e;

    (void)err;
    if (is_oneoff(j)) {
        return 0; /* it has the labels of the service whose files it only checks */
    }
    ms_docker_event(j, &e);
    ev->on_event(ev->arg, &e);
    return 0;
}

static void set_connected(struct ms_engine_events *ev, bool connected)
{
    if (ev->connected != connected) {
        ev->connected = connected;
        if (ev->on_connected) {
            ev->on_connected(ev->arg, connected);
        }
    }
}

static size_t on_write(char *p, size_t size, size_t n, void *arg)
{
    struct ms_engine_events *ev = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    n *= size;
    /* a malformed line ends the transfer: the next connection starts afresh */
    return ev->connected && ms_json_lines_feed(&ev->lines, p, n, &err) == 0 ? n : 0;
}

/* The end of the answer's head says that the engine listens. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct ms_engine_events *ev = arg;
    long status = 0;

    n *= size;
    if (n == 2 && p[0] == '\r') {
        curl_easy_getinfo(ev->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status == 200) {
            ev->backoff_ms = BACKOFF_MIN_MS;
            set_connected(ev, true);
        }
    }
    return n;
}

static void begin(struct ms_engine_events *ev)
{
    ms_json_lines_done(&ev->lines);
    ms_json_lines_init(&ev->lines, on_object, ev);
    ms_http_setup(ev->easy, ev->path);
    curl_easy_setopt(ev->easy, CURLOPT_URL, ev->url);
    curl_easy_setopt(ev->easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(ev->easy, CURLOPT_WRITEDATA, ev);
    curl_easy_setopt(ev->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(ev->easy, CURLOPT_HEADERDATA, ev);
    curl_easy_setopt(ev->easy, CURLOPT_FORBID_REUSE, 1L);
    ev->running = curl_multi_add_handle(ev->multi, ev->easy) == CURLM_OK;
}

static void end(struct ms_engine_events *ev)
{
    (void)curl_multi_remove_handle(ev->multi, ev->easy);
    ev->running = false;
    ev->retry_ms = ms_time_mono_ms() + ev->backoff_ms;
    ev->backoff_ms = ev->backoff_ms * 2 < BACKOFF_MAX_MS ? ev->backoff_ms * 2 : BACKOFF_MAX_MS;
    set_connected(ev, false);
}

/* Let libcurl work; notice the end of the transfer. */
static int perform(struct ms_engine_events *ev, struct ms_err *err)
{
    int running = 0, left = 0;
    CURLMsg *m;
    CURLMcode c;

    if (!ev->running && ms_time_mono_ms() >= ev->retry_ms) {
        begin(ev);
    }
    c = curl_multi_perform(ev->multi, &running);
    if (c != CURLM_OK) {
        return ms_err_set(err, MS_EIO, 0, "events: %s", curl_multi_strerror(c));
    }
    while ((m = curl_multi_info_read(ev->multi, &left))) {
        if (m->msg == CURLMSG_DONE) {
            end(ev);
            break; /* m is gone with the handle */
        }
    }
    return 0;
}

int ms_engine_events_open(const char *socket, const char *project, ms_engine_on_event on_event,
                          void (*on_connected)(void *arg, bool connected), void *arg,
                          struct ms_engine_events **ret, struct ms_err *err)
{
    const char *path = socket ? socket : MS_ENGINE_SOCKET;
    ms_auto_free char *label = ms_xasprintf(MS_LABEL_PROJECT "=%s", project);
    ms_auto_free char *filter = ms_http_filter("label", label);
    struct ms_engine_events *ev;

    if (ms_http_check_path(path, err) < 0) {
        return -1;
    }
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    ev = ms_xcalloc(1, sizeof(*ev));
    ev->path = ms_xstrdup(path);
    /* without a version: the members that we read are the same in all */
    ev->url = ms_xasprintf("http://engine/events?%s", filter);
    ev->on_event = on_event;
    ev->on_connected = on_connected;
    ev->arg = arg;
    ev->backoff_ms = BACKOFF_MIN_MS;
    ms_json_lines_init(&ev->lines, on_object, ev);
    ev->multi = curl_multi_init();
    ev->easy = curl_easy_init();
    if (!ev->multi || !ev->easy) {
        ms_engine_events_free(ev);
        return ms_err_set(err, MS_EIO, 0, "libcurl does not start");
    }
    *ret = ev;
    return 0;
}

int ms_engine_events_poll(struct ms_engine_events *ev, struct pollfd *extra, unsigned n,
                          int timeout_ms, struct ms_err *err)
{
    struct curl_waitfd *w = ms_xcalloc(n + 1, sizeof(*w));
    CURLMcode c;

    if (perform(ev, err) < 0) {
        free(w);
        return -1;
    }
    if (!ev->running) {
        int64_t left = ev->retry_ms - ms_time_mono_ms();

        left = left < 0 ? 0 : left;
        timeout_ms = timeout_ms < 0 || timeout_ms > left ? (int)left : timeout_ms;
    }
    for (unsigned i = 0; i < n; i++) {
        w[i].fd = extra[i].fd;
        w[i].events = (short)((extra[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                              (extra[i].events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
                              (extra[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
    }
    c = curl_multi_poll(ev->multi, w, n, timeout_ms < 0 ? INT32_MAX : timeout_ms, NULL);
    free(w);
    if (c != CURLM_OK) {
        return ms_err_set(err, MS_EIO, 0, "events: %s", curl_multi_strerror(c));
    }
    /* libcurl does not tell POLLHUP and POLLERR, and has no word for an fd of -1 */
    (void)poll(extra, n, 0);
    return perform(ev, err);
}

void ms_engine_events_free(struct ms_engine_events *ev)
{
    if (!ev) {
        return;
    }
    if (ev->running) {
        (void)curl_multi_remove_handle(ev->multi, ev->easy);
    }
    curl_easy_cleanup(ev->easy);
    curl_multi_cleanup(ev->multi);
    ms_json_lines_done(&ev->lines);
    free(ev->path);
    free(ev->url);
    free(ev);
}
