/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/server.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/priv/channel.h"
#include "modules/core/priv/sandbox.h"

/* What the HTTP server wants to know it asks the supervisor for, which has all rights and parses no
 * HTTP. Jobs are copied here as they go on. A question that is quickly answered is waited for, at
 * most ASK_MS; a call is answered later. */

enum { ASK_MS = 10000, FRESH_MS = 50, CALLS = 64 };

struct api_call {
    json_int_t id; /* 0: free */
    ms_api_answer done;
    void *arg;
};

struct api {
    struct ms_channel channel;
    struct ms_api *http;
    struct ms_jobs jobs; /* copies */
    json_int_t last_id;
    struct api_call calls[CALLS];
    json_int_t asked; /* the question whose answer is waited for; 0: none */
    json_t *answer;
    json_t *status; /* the last one, for FRESH_MS */
    int64_t status_ms;
    bool ending;
};

static void forget_status(struct api *a)
{
    json_decref(a->status);
    a->status = NULL;
}

static void take_answer(struct api *a, json_int_t id, json_t *answer)
{
    if (id == a->asked) {
        a->asked = 0;
        a->answer = json_incref(answer);
        return;
    }
    for (size_t i = 0; i < CALLS; i++) {
        struct api_call c = a->calls[i];

        if (c.id == id) {
            a->calls[i].id = 0;
            c.done(c.arg, answer);
            return;
        }
    }
}

static int take_message(struct api *a, const json_t *message, struct ms_err *err)
{
    json_t *answer = json_object_get(message, "answer"), *job = json_object_get(message, "job");

    if (json_object_get(message, "end")) {
        a->ending = true;
        return 0;
    }
    if (job) {
        forget_status(a);
        return ms_jobs_heard(&a->jobs, job, err);
    }
    if (answer) {
        take_answer(a, json_integer_value(json_object_get(message, "id")), answer);
    }
    return 0;
}

/* Take what has come; -1 when the supervisor is gone. */
static int listen_to(struct api *a, struct ms_err *err)
{
    int r;

    do {
        ms_auto_json json_t *message = NULL;

        r = ms_channel_read(&a->channel, &message, err);
        if (r > 0 && take_message(a, message, err) < 0) {
            return -1;
        }
    } while (r > 0);
    return r;
}

/* Send a question; members are taken over. Returns its id, -1 when the supervisor is gone. */
static json_int_t send_question(struct api *a, const char *what, json_t *members,
                                struct ms_err *err)
{
    ms_auto_json json_t *message = members ? members : json_object();

    (void)json_object_set_new(message, "id", json_integer(++a->last_id));
    (void)json_object_set_new(message, "do", json_string(what));
    return ms_channel_send(&a->channel, message, err) < 0 ? -1 : a->last_id;
}

static int wait_for_answer(struct api *a, struct ms_err *err)
{
    int64_t end = ms_time_mono_ms() + ASK_MS, now;

    while (a->asked && !a->ending) {
        struct pollfd p = {.fd = a->channel.fd, .events = ms_channel_events(&a->channel)};

        now = ms_time_mono_ms();
        if (now >= end) {
            a->asked = 0;
            return ms_err_set(err, MS_ETIME, 0, "the supervisor does not answer in time");
        }
        (void)poll(&p, 1, (int)(end - now));
        if (ms_channel_flush(&a->channel, err) < 0 || listen_to(a, err) < 0) {
            a->ending = true;
            return -1;
        }
    }
    return a->answer ? 0 : ms_err_set(err, MS_EUNREACH, 0, "the supervisor is ending");
}

/* Ask and wait. ret may be NULL. */
static int ask(struct api *a, const char *what, json_t *members, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *answer = NULL;
    ms_auto_json json_t *result = NULL;

    a->asked = send_question(a, what, members, err);
    if (a->asked < 0) {
        a->asked = 0;
        a->ending = true;
        return -1;
    }
    if (wait_for_answer(a, err) < 0) {
        return -1;
    }
    answer = ms_steal(&a->answer);
    if (ms_op_result(answer, &result, err) < 0) {
        return -1;
    }
    if (ret) {
        *ret = ms_steal(&result);
    }
    return 0;
}

/* The document, or why there is none, which tells nobody that all is well. */
static json_t *ask_document(struct api *a, const char *what)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    json_t *result = NULL;

    if (ask(a, what, NULL, &result, &err) < 0) {
        return json_pack("{s:b, s:s}", "ok", 0, "error", ms_err_msg(&err));
    }
    return result;
}

static json_t *get_status(void *arg)
{
    struct api *a = arg;
    int64_t now = ms_time_mono_ms();

    if (!a->status || now - a->status_ms >= FRESH_MS) {
        forget_status(a);
        a->status = ask_document(a, "status");
        a->status_ms = now;
    }
    return json_incref(a->status);
}

static json_t *get_certificates(void *arg)
{
    return ask_document(arg, "certificates");
}

static int renew(void *arg, bool force, struct ms_err *err)
{
    struct api *a = arg;

    forget_status(a);
    return ask(a, "renew", json_pack("{s:b}", "force", force), NULL, err);
}

static int get_history(void *arg, unsigned max, json_t **ret, struct ms_err *err)
{
    return ask(arg, "history", json_pack("{s:i}", "max", (int)max), ret, err);
}

static struct ms_jobs *get_jobs(void *arg)
{
    struct api *a = arg;

    return &a->jobs;
}

static int post_job(void *arg, const json_t *request, struct ms_job **ret, struct ms_err *err)
{
    struct api *a = arg;
    ms_auto_json json_t *id = NULL;
    struct ms_job *job;

    forget_status(a);
    if (ask(a, "job", json_pack("{s:O}", "request", request), &id, err) < 0) {
        return -1;
    }
    job = json_is_string(id) ? ms_jobs_find(&a->jobs, json_string_value(id)) : NULL;
    if (!job) {
        return ms_err_set(err, MS_EIO, 0, "the supervisor told nothing of the job");
    }
    *ret = job;
    return 0;
}

static void fail(ms_api_answer done, void *arg, enum ms_code code, const char *text)
{
    ms_auto_json json_t *answer = ms_op_answer_refusal(code, text);

    done(arg, answer);
}

static void post_call(void *arg, json_t *request, ms_api_answer done, void *done_arg)
{
    struct api *a = arg;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct api_call *free_call = NULL;
    json_int_t id;

    for (size_t i = 0; i < CALLS && !free_call; i++) {
        free_call = a->calls[i].id ? NULL : &a->calls[i];
    }
    if (!free_call) {
        json_decref(request);
        fail(done, done_arg, MS_EBUSY, "too many calls are waiting");
        return;
    }
    forget_status(a);
    id = send_question(a, "call", json_pack("{s:o}", "request", request), &err);
    if (id < 0) {
        a->ending = true;
        fail(done, done_arg, MS_EUNREACH, "the supervisor is ending");
        return;
    }
    *free_call = (struct api_call){.id = id, .done = done, .arg = done_arg};
}

static void shut_down(void *arg)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)!ask(arg, "shutdown", NULL, NULL, &err);
}

static const struct ms_api_backend backend = {
    .status = get_status,
    .jobs = get_jobs,
    .job = post_job,
    .call = post_call,
    .history = get_history,
    .certificates = get_certificates,
    .renew = renew,
    .shutdown = shut_down,
};

static void on_job_change(void *arg, struct ms_job *job)
{
    struct api *a = arg;

    if (a->http) {
        ms_api_job_changed(a->http, job);
    }
}

static void loop(struct api *a, struct ms_err *err)
{
    while (!a->ending) {
        struct pollfd fds[] = {
            {.fd = a->channel.fd, .events = ms_channel_events(&a->channel)},
            {.fd = ms_api_fd(a->http), .events = POLLIN},
        };

        (void)poll(fds, 2, ms_api_timeout_ms(a->http, ms_time_mono_ms()));
        if (ms_channel_flush(&a->channel, err) < 0 || listen_to(a, err) < 0) {
            return;
        }
        ms_api_run(a->http, ms_time_mono_ms());
    }
}

static void end(struct api *a)
{
    for (size_t i = 0; i < CALLS; i++) {
        if (a->calls[i].id) {
            fail(a->calls[i].done, a->calls[i].arg, MS_EUNREACH, "the supervisor is ending");
        }
    }
    ms_api_close(a->http);
    ms_jobs_done(&a->jobs);
    forget_status(a);
    json_decref(a->answer);
    ms_channel_close(&a->channel);
}

int role_api(long parent, const struct role_door *door)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const struct ms_api_door at = {
        .fd = ROLE_LISTEN_FD, .owner = (uid_t)door->owner, .gid = (gid_t)door->gid};
    struct api a = {.jobs.on_change = on_job_change};

    (void)prctl(PR_SET_NAME, "mailstead-api", 0, 0, 0);
    a.jobs.arg = &a;
    ms_channel_open(&a.channel, ROLE_CHANNEL_FD, ROLE_API_ANSWER, ROLE_API_QUEUE);
    if (ms_api_open(&at, &backend, &a, &a.http, &err) == 0 &&
        ms_sandbox_enter(MS_SANDBOX_API, (pid_t)parent, &err) == 0) {
        loop(&a, &err);
    }
    if (err.code && err.code != MS_EUNREACH) {
        ms_log(MS_LOG_ERR, "api", "%s", ms_err_msg(&err));
    }
    end(&a);
    return err.code && err.code != MS_EUNREACH;
}
