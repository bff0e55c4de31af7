/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <string.h>

#include "modules/core/api/handlers.h"
#include "modules/core/api/server_priv.h"
#include "modules/core/api/url.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"

enum { STREAM_PART = 16 * 1024, STREAM_MAX = MS_JOB_LINE * 8 };

const char *ms_api_name(const struct ms_api_request *rq)
{
    return rq->name;
}

const json_t *ms_api_body(const struct ms_api_request *rq)
{
    return rq->body;
}

const struct ms_api_backend *ms_api_backend(const struct ms_api_request *rq, void **ret_arg)
{
    *ret_arg = rq->api->arg;
    return rq->api->backend;
}

char *ms_api_query(const struct ms_api_request *rq, const char *key)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *raw = MHD_lookup_connection_value(rq->conn, MHD_GET_ARGUMENT_KIND, key);
    char *value = NULL;

    if (raw && ms_url_decode(raw, strlen(raw), &value, &err) < 0) {
        return NULL;
    }
    return value;
}

unsigned ms_api_http_status(const struct ms_err *err)
{
    switch (err->code) {
    case MS_EINVAL:
        return err->sys >= 400 && err->sys < 500 ? (unsigned)err->sys : 422;
    case MS_ECONFIG:
        return 422;
    case MS_ENOTFOUND:
        return 404;
    case MS_EEXIST:
    case MS_EBUSY:
        return 409;
    case MS_EUNREACH:
        return 503;
    case MS_ETIME:
        return 504;
    default:
        return 500;
    }
}

static json_t *split_lines(const char *text)
{
    json_t *a = json_array();

    while (*text) {
        size_t n = strcspn(text, "\n");

        if (n) {
            ms_auto_free char *line = ms_xmemdup0(text, n);

            (void)json_array_append_new(a, ms_json_lossy(line));
        }
        text += n + (text[n] == '\n');
    }
    return a;
}

json_t *ms_api_problem(const struct ms_err *err)
{
    unsigned status = ms_api_http_status(err);
    const char *text = ms_err_msg(err);
    size_t first = strcspn(text, "\n");
    json_t *o = json_object();
    ms_auto_free char *detail = ms_xmemdup0(text, first);

    (void)json_object_set_new(o, "type", json_string("about:blank"));
    (void)json_object_set_new(o, "title", json_string(MHD_get_reason_phrase_for(status)));
    (void)json_object_set_new(o, "status", json_integer(status));
    (void)json_object_set_new(o, "detail", ms_json_lossy(detail));
    (void)json_object_set_new(o, "code", json_string(ms_code_name(err->code)));
    if (text[first]) {
        (void)json_object_set_new(o, "diagnostics", split_lines(text + first));
    }
    return o;
}

/* The text may hold a password that was made. */
static void wipe_free(void *p)
{
    if (p) {
        explicit_bzero(p, malloc_usable_size(p));
        free(p);
    }
}

static void set_response(struct ms_api_request *rq, unsigned status, const char *type, json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);

    json_decref(body);
    if (!text) {
        text = ms_xstrdup("null");
    }
    rq->response =
        MHD_create_response_from_buffer_with_free_callback(strlen(text), text, wipe_free);
    rq->status = status;
    (void)MHD_add_response_header(rq->response, "Content-Type", type);
    (void)MHD_add_response_header(rq->response, "Cache-Control", "no-store");
    ms_api_wake(rq);
}

void ms_api_reply(struct ms_api_request *rq, unsigned status, json_t *body)
{
    set_response(rq, status, "application/json", body);
}

void ms_api_fail(struct ms_api_request *rq, const struct ms_err *err)
{
    set_response(rq, ms_api_http_status(err), "application/problem+json", ms_api_problem(err));
}

void ms_api_refresh_after(struct ms_api_request *rq)
{
    rq->refresh = true;
}

static void on_answer(void *arg, const json_t *answer)
{
    struct ms_api_request *rq = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT, ignored = MS_ERR_INIT;
    ms_auto_json json_t *refresh = NULL;
    json_t *result;
    struct ms_job *job;

    if (ms_op_result(answer, &result, &err) < 0) {
        ms_api_fail(rq, &err);
        return;
    }
    if (rq->refresh) {
        refresh = json_pack("{s:s, s:b}", "kind", "refresh", "wait", 1);
        (void)rq->api->backend->job(rq->api->arg, refresh, &job, &ignored);
    }
    ms_api_reply(rq, rq->call_status, result);
}

void ms_api_call(struct ms_api_request *rq, enum ms_op op, json_t *members, unsigned status)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    json_t *request = members ? members : json_object();
    enum ms_op checked;

    (void)json_object_set_new(request, "op", json_string(ms_op_name(op)));
    rq->call_status = status;
    if (ms_op_check(request, &checked, &err) < 0) {
        json_decref(request);
        ms_api_fail(rq, &err);
        return;
    }
    rq->api->backend->call(rq->api->arg, request, on_answer, rq);
}

static ssize_t read_events(void *cls, uint64_t pos, char *buf, size_t max)
{
    struct ms_api_request *rq = cls;
    size_t n;

    (void)pos;
    if (rq->api->closing) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (rq->out_pos == rq->out.len) {
        int r;

        ms_buf_reset(&rq->out);
        rq->out_pos = 0;
        r = ms_job_read(rq->job, &rq->job_pos, STREAM_PART, &rq->out);
        if (r < 0) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (!r && rq->heartbeat) {
            ms_buf_addc(&rq->out, '\n');
        } else if (!r) {
            rq->suspended = true;
            MHD_suspend_connection(rq->conn);
            return 0;
        }
        rq->heartbeat = false;
    }
    n = rq->out.len - rq->out_pos;
    n = n < max ? n : max;
    memcpy(buf, rq->out.p + rq->out_pos, n);
    rq->out_pos += n;
    return (ssize_t)n;
}

void ms_api_follow(struct ms_api_request *rq, struct ms_job *job)
{
    rq->job = ms_job_ref(job);
    ms_buf_init(&rq->out, STREAM_MAX);
    rq->response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PART, read_events, rq, NULL);
    rq->status = 200;
    (void)MHD_add_response_header(rq->response, "Content-Type", "application/x-ndjson");
    (void)MHD_add_response_header(rq->response, "Cache-Control", "no-store");
    ms_api_wake(rq);
}
