/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/time.h"
#include "modules/core/engine/docker_priv.h"

enum { STATUS_WAIT_MS = 5000, STATUS_STEP_MS = 20 };

/* Whether the container has a terminal: its output is then not framed. */
static int has_terminal(struct ms_docker *d, const char *escaped, bool *ret, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/containers/%s/json", escaped);
    struct ms_http_request r = {.method = "GET", .path = path};
    ms_auto_json json_t *j = NULL;

    if (ms_docker_call(d, &r, &j, err) < 0) {
        return -1;
    }
    *ret = json_is_true(json_object_get(json_object_get(j, "Config"), "Tty"));
    return 0;
}

/* on_output, remembering that it had enough: the stream then ends where it may. */
struct sink {
    ms_engine_output on_output;
    void *arg;
    bool enough;
};

static int on_piece(void *arg, int stream, const char *p, size_t n)
{
    struct sink *s = arg;

    if (s->on_output && s->on_output(s->arg, stream, p, n) < 0) {
        s->enough = true;
        return -1;
    }
    return 0;
}

int ms_docker_logs(void *impl, const char *id, int tail, bool follow, ms_engine_output on_output,
                   void *arg, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(id);
    ms_auto_free char *lines = tail < 0 ? ms_xstrdup("all") : ms_xasprintf("%d", tail);
    ms_auto_free char *path = ms_xasprintf(
        "/containers/%s/logs?stdout=1&stderr=1&follow=%d&tail=%s", escaped, follow, lines);
    struct sink sink = {.on_output = on_output, .arg = arg};
    struct ms_demux demux;
    struct ms_http_request r = {.method = "GET",
                                .path = path,
                                .on_data = ms_demux_feed,
                                .data_arg = &demux,
                                .timeout_ms = follow ? -1 : MS_DOCKER_CHANGE_MS};
    bool raw = false;

    if (has_terminal(impl, escaped, &raw, err) < 0) {
        return -1;
    }
    ms_demux_init(&demux, raw, on_piece, &sink);
    if (ms_docker_call(impl, &r, NULL, err) < 0) {
        return -1;
    }
    return sink.enough ? 0 : ms_demux_end(&demux, err);
}

static int exec_create(struct ms_docker *d, const char *id, const char *const *argv, bool input,
                       char **ret_id, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(id);
    ms_auto_free char *path = ms_xasprintf("/containers/%s/exec", escaped);
    json_t *cmd = json_array();
    ms_auto_json json_t *body =
        json_pack("{s:b, s:b, s:b, s:b, s:o}", "AttachStdin", input, "AttachStdout", 1,
                  "AttachStderr", 1, "Tty", 0, "Cmd", cmd);
    struct ms_http_request r = {.method = "POST", .path = path, .body = body};
    ms_auto_json json_t *j = NULL;

    for (; *argv; argv++) {
        if (json_array_append_new(cmd, json_string(*argv)) < 0) {
            return ms_err_set(err, MS_EINVAL, 0, "an argument is not UTF-8");
        }
    }
    if (ms_docker_call(d, &r, &j, err) < 0) {
        return -1;
    }
    if (!*ms_json_text(j, "Id")) {
        return ms_err_set(err, MS_EENGINE, 0, "the container engine gave no id");
    }
    *ret_id = ms_xstrdup(ms_json_text(j, "Id"));
    return 0;
}

/* Start it and read its output to the end. */
static int exec_start(struct ms_docker *d, const char *exec_id, const struct ms_buf *input,
                      struct sink *sink, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/exec/%s/start", exec_id);
    ms_auto_json json_t *body = json_pack("{s:b, s:b}", "Detach", 0, "Tty", 0);
    struct ms_demux demux;
    struct ms_http_request r = {.method = "POST",
                                .path = path,
                                .body = body,
                                .on_data = ms_demux_feed,
                                .data_arg = &demux,
                                .timeout_ms = MS_DOCKER_RUN_MS};

    ms_demux_init(&demux, false, on_piece, sink);
    if ((input ? ms_http_hijack(d->http, &r, input, err) : ms_docker_call(d, &r, NULL, err)) < 0) {
        return -1;
    }
    return sink->enough ? 0 : ms_demux_end(&demux, err);
}

/* Its exit status. The stream may end a moment before the engine knows it. */
static int exec_status(struct ms_docker *d, const char *exec_id, bool wait, int *ret,
                       struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/exec/%s/json", exec_id);
    struct ms_http_request r = {.method = "GET", .path = path};
    int64_t deadline = ms_time_mono_ms() + (wait ? STATUS_WAIT_MS : 0);

    for (;;) {
        ms_auto_json json_t *j = NULL;

        if (ms_docker_call(d, &r, &j, err) < 0) {
            return -1;
        }
        if (!json_is_true(json_object_get(j, "Running")) &&
            json_is_integer(json_object_get(j, "ExitCode"))) {
            *ret = (int)json_integer_value(json_object_get(j, "ExitCode"));
            return 0;
        }
        if (ms_time_mono_ms() >= deadline) {
            *ret = -1;
            return 0;
        }
        ms_time_sleep_ms(STATUS_STEP_MS);
    }
}

int ms_docker_exec(void *impl, const char *id, const char *const *argv, const struct ms_buf *input,
                   ms_engine_output on_output, void *arg, int *ret_status, struct ms_err *err)
{
    struct ms_docker *d = impl;
    struct sink sink = {.on_output = on_output, .arg = arg};
    ms_auto_free char *exec_id = NULL;
    int status = -1;

    if (exec_create(d, id, argv, input != NULL, &exec_id, err) < 0 ||
        exec_start(d, exec_id, input, &sink, err) < 0 ||
        exec_status(d, exec_id, !sink.enough, &status, err) < 0) {
        return ms_err_wrap(err, "exec %s", argv[0]);
    }
    *ret_status = status;
    return 0;
}
