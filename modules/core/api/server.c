/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "modules/core/api/handlers.h"
#include "modules/core/api/server_priv.h"
#include "modules/core/api/url.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"

enum { BACKLOG = 128, GROUPS_MAX = 1024 };

static bool in_group(int fd, gid_t gid)
{
    struct ucred c;
    socklen_t n = sizeof(c);
    ms_auto_free gid_t *groups = NULL;

    if (gid == (gid_t)-1) {
        return false;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) == 0 && c.gid == gid) {
        return true;
    }
    groups = ms_xcalloc(GROUPS_MAX, sizeof(*groups));
    n = GROUPS_MAX * sizeof(*groups);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n) < 0) {
        return false;
    }
    for (size_t i = 0; i < n / sizeof(*groups); i++) {
        if (groups[i] == gid) {
            return true;
        }
    }
    return false;
}

static bool may_enter(int fd, const struct ms_api *api)
{
    struct ucred c;
    socklen_t n = sizeof(c);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) < 0) {
        return false;
    }
    return c.uid == 0 || c.uid == api->owner || in_group(fd, api->gid);
}

static void on_connection(void *cls, struct MHD_Connection *conn, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct ms_api *api = cls;
    const union MHD_ConnectionInfo *info;

    if (what != MHD_CONNECTION_NOTIFY_STARTED) {
        return;
    }
    info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    *socket_context = info && may_enter(info->connect_fd, api) ? api : NULL;
}

/* Paths and query values stay encoded: url.c decodes them, strictly. */
static size_t keep_encoded(void *cls, struct MHD_Connection *conn, char *s)
{
    (void)cls;
    (void)conn;
    return strlen(s);
}

static struct ms_api_request *new_request(struct ms_api *api, struct MHD_Connection *conn)
{
    struct ms_api_request *rq = ms_xcalloc(1, sizeof(*rq));

    rq->api = api;
    rq->conn = conn;
    rq->next = api->requests;
    if (rq->next) {
        rq->next->prev = rq;
    }
    api->requests = rq;
    return rq;
}

static void on_completed(void *cls, struct MHD_Connection *conn, void **con_cls,
                         enum MHD_RequestTerminationCode why)
{
    struct ms_api *api = cls;
    struct ms_api_request *rq = *con_cls;

    (void)conn;
    (void)why;
    if (!rq) {
        return;
    }
    *(rq->prev ? &rq->prev->next : &api->requests) = rq->next;
    if (rq->next) {
        rq->next->prev = rq->prev;
    }
    if (rq->response) {
        MHD_destroy_response(rq->response);
    }
    if (rq->upload) {
        explicit_bzero(rq->upload, rq->upload_cap);
    }
    free(rq->upload);
    free(rq->name);
    json_decref(rq->body);
    ms_job_unref(rq->job);
    ms_buf_done(&rq->out);
    free(rq);
    *con_cls = NULL;
}

void ms_api_wake(struct ms_api_request *rq)
{
    if (rq->suspended) {
        rq->suspended = false;
        MHD_resume_connection(rq->conn);
    }
}

/* Room for the whole body at once, so that no copy of it stays behind when it grows. */
static int prepare_upload(struct ms_api_request *rq, struct ms_err *err)
{
    const char *len = MHD_lookup_connection_value(rq->conn, MHD_HEADER_KIND, "Content-Length");
    const char *coding =
        MHD_lookup_connection_value(rq->conn, MHD_HEADER_KIND, "Transfer-Encoding");
    uint64_t n = 0;

    if (coding || (len && ms_parse_u64(len, &n) < 0)) {
        return ms_err_set(err, MS_EINVAL, 411, "a Content-Length is needed");
    }
    if (n > MS_API_BODY_MAX) {
        return ms_err_set(err, MS_EINVAL, 413, "a body has at most %d bytes", MS_API_BODY_MAX);
    }
    rq->upload = ms_xcalloc(n + 1, 1);
    rq->upload_cap = n;
    return 0;
}

/* What the route takes behind "?" can be decoded. */
static int check_query(const struct ms_api_request *rq, struct ms_err *err)
{
    for (const char *p = rq->route->query; p && *p;) {
        size_t n = strcspn(p, " ");
        ms_auto_free char *key = ms_xmemdup0(p, n);
        ms_auto_free char *value = NULL;
        const char *raw = MHD_lookup_connection_value(rq->conn, MHD_GET_ARGUMENT_KIND, key);

        if (raw && ms_url_decode(raw, strlen(raw), &value, err) < 0) {
            return ms_err_wrap(err, "%s", key);
        }
        p += n + (p[n] == ' ');
    }
    return 0;
}

/* The head of a request has come. */
static void begin(struct ms_api_request *rq, const char *method, const char *path)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(rq->conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    int r;

    if (!info || !info->socket_context) {
        (void)ms_err_set(&err, MS_EINVAL, 403, "you are neither root nor in the group mailstead");
        ms_api_fail(rq, &err);
        return;
    }
    r = ms_route_match(method, path, &rq->route, &rq->name, &err);
    if (!r) {
        (void)ms_err_set(&err, MS_ENOTFOUND, 0, "there is nothing at this path");
    }
    if (r <= 0 || check_query(rq, &err) < 0 || prepare_upload(rq, &err) < 0) {
        ms_auto_free char *methods = err.sys == 405 ? ms_route_methods(path) : NULL;

        ms_api_fail(rq, &err);
        if (methods) {
            (void)MHD_add_response_header(rq->response, "Allow", methods);
        }
    }
}

static void take(struct ms_api_request *rq, const char *p, size_t n)
{
    size_t room = rq->upload_cap - rq->upload_len;

    n = n < room ? n : room;
    memcpy(rq->upload + rq->upload_len, p, n);
    rq->upload_len += n;
}

/* The request is complete. */
static void dispatch(struct ms_api_request *rq)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    rq->dispatched = true;
    if (rq->route->request) {
        json_error_t e;

        rq->body = json_loadb(rq->upload_len ? rq->upload : "{}",
                              rq->upload_len ? rq->upload_len : 2, JSON_REJECT_DUPLICATES, &e);
        if (!json_is_object(rq->body)) {
            (void)ms_err_set(&err, MS_EINVAL, 400, "the body is not a JSON object%s%s",
                             rq->body ? "" : ": ", rq->body ? "" : e.text);
            ms_api_fail(rq, &err);
            return;
        }
    }
    rq->route->handler(rq);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **con_cls)
{
    struct ms_api *api = cls;
    struct ms_api_request *rq = *con_cls;
    bool first = !rq;

    (void)version;
    if (first) {
        rq = *con_cls = new_request(api, conn);
        begin(rq, method, url);
        if (!rq->response) {
            return MHD_YES;
        }
    } else if (*data_size) {
        take(rq, data, *data_size);
        *data_size = 0;
        return MHD_YES;
    } else if (!rq->dispatched) {
        dispatch(rq);
    }
    if (rq->response) {
        return MHD_queue_response(conn, rq->status, rq->response);
    }
    rq->suspended = true;
    MHD_suspend_connection(conn);
    return MHD_YES;
}

int ms_api_listen(const char *path, gid_t gid, struct ms_err *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    ms_auto_close int fd = -1;

    if (strlen(path) >= sizeof(a.sun_path)) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: longer than the %zu bytes of a socket's path",
                          path, sizeof(a.sun_path) - 1);
    }
    memcpy(a.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "socket");
    }
    /* nobody can connect before listen(), so the mode may be set in between */
    if ((unlink(path) < 0 && errno != ENOENT) || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
        chmod(path, 0660) < 0 || (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) < 0) ||
        listen(fd, BACKLOG) < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    return ms_steal_fd(&fd);
}

int ms_api_open(const struct ms_api_door *door, const struct ms_api_backend *backend, void *arg,
                struct ms_api **ret, struct ms_err *err)
{
    struct ms_api *api = ms_xcalloc(1, sizeof(*api));

    api->owner = door->owner;
    api->gid = door->gid;
    api->backend = backend;
    api->arg = arg;
    api->mhd = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, api,
        MHD_OPTION_LISTEN_SOCKET, door->fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)MS_API_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MS_API_CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)MS_API_IDLE_S,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, api, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        api, MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL, MHD_OPTION_END);
    if (!api->mhd) {
        free(api);
        return ms_err_set(err, MS_EIO, 0, "the HTTP server does not start");
    }
    api->epoll_fd = MHD_get_daemon_info(api->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    api->heartbeat_ms = ms_time_mono_ms() + MS_API_HEARTBEAT_MS;
    *ret = api;
    return 0;
}

int ms_api_fd(const struct ms_api *api)
{
    return api->epoll_fd;
}

int ms_api_timeout_ms(const struct ms_api *api, int64_t now_ms)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;
    int64_t beat = api->heartbeat_ms > now_ms ? api->heartbeat_ms - now_ms : 0;

    if (!api->requests) {
        beat = MS_API_HEARTBEAT_MS;
    }
    if (MHD_get_timeout(api->mhd, &ms) == MHD_YES && (int64_t)ms < beat) {
        return (int)ms;
    }
    return (int)beat;
}

static void wake_followers(struct ms_api *api, const struct ms_job *job)
{
    struct ms_api_request *next;

    for (struct ms_api_request *rq = api->requests; rq; rq = next) {
        next = rq->next;
        if (rq->job && (!job || rq->job == job)) {
            rq->heartbeat = rq->heartbeat || !job;
            ms_api_wake(rq);
        }
    }
}

void ms_api_run(struct ms_api *api, int64_t now_ms)
{
    if (now_ms >= api->heartbeat_ms) {
        api->heartbeat_ms = now_ms + MS_API_HEARTBEAT_MS;
        wake_followers(api, NULL);
    }
    (void)MHD_run(api->mhd);
}

void ms_api_job_changed(struct ms_api *api, struct ms_job *job)
{
    wake_followers(api, job);
}

void ms_api_close(struct ms_api *api)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_api_request *next;

    if (!api) {
        return;
    }
    api->closing = true;
    (void)ms_err_set(&err, MS_EUNREACH, 0, "the supervisor is ending");
    for (struct ms_api_request *rq = api->requests; rq; rq = next) {
        next = rq->next;
        if (rq->suspended && !rq->response) {
            ms_api_fail(rq, &err);
        }
        ms_api_wake(rq);
    }
    for (int i = 0; i < 8; i++) {
        (void)MHD_run(api->mhd);
    }
    MHD_stop_daemon(api->mhd);
    free(api);
}
