/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

static void on_line(void *arg, char *p, size_t n)
{
    struct sup_call *c = arg;

    if (!c->answer) {
        c->answer = json_loadb(p, n, 0, NULL);
    }
}

static void fail(ms_api_answer done, void *arg, enum ms_code code, const char *text)
{
    ms_auto_json json_t *answer = ms_op_answer_refusal(code, text);

    done(arg, answer);
}

static void start(struct sup_call *c, struct sup *s, const struct sup_call *from)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *args[] = {"-x", "call", "--site", s->o->paths.site, "--state", s->o->paths.state,
                          NULL};
    char *input = json_dumps(from->request, JSON_COMPACT);

    json_decref(from->request);
    *c = (struct sup_call){
        .sup = s, .done = from->done, .done_arg = from->done_arg, .worker.on_line = on_line};
    c->worker.arg = c;
    if (worker_start(&c->worker, args, input, MS_OP_ANSWER_MAX, &err) < 0) {
        fail(c->done, c->done_arg, err.code, ms_err_msg(&err));
        return;
    }
    c->deadline_ms = ms_time_mono_ms() + SUP_CALL_MS;
}

static struct sup_call *free_slot(struct sup *s)
{
    for (size_t i = 0; i < SUP_CALLS; i++) {
        if (!s->calls[i].deadline_ms) {
            return &s->calls[i];
        }
    }
    return NULL;
}

static void pump(struct sup *s)
{
    struct sup_call *c;

    while (s->n_waiting && (c = free_slot(s))) {
        struct sup_call next = s->waiting[0];

        s->n_waiting--;
        memmove(s->waiting, s->waiting + 1, s->n_waiting * sizeof(s->waiting[0]));
        start(c, s, &next);
    }
}

void sup_calls_post(void *arg, json_t *request, ms_api_answer done, void *done_arg)
{
    struct sup *s = arg;

    if (s->n_waiting == SUP_CALLS_WAITING) {
        json_decref(request);
        fail(done, done_arg, MS_EBUSY, "too many calls are waiting");
        return;
    }
    s->waiting[s->n_waiting++] =
        (struct sup_call){.request = request, .done = done, .done_arg = done_arg};
    pump(s);
}

void sup_calls_post_own(struct sup *s, json_t *request, ms_api_answer done)
{
    const struct sup_call own = {.request = request, .done = done, .done_arg = s};

    start(&s->calls[SUP_CALL_OWN], s, &own);
}

static void finish(struct sup_call *c, int status)
{
    ms_auto_json json_t *answer = c->answer;
    ms_auto_free char *why = worker_status_text(status);
    ms_auto_free char *text = ms_xasprintf("the worker gave no answer: %s", why);
    ms_api_answer done = c->done;
    void *arg = c->done_arg;
    bool late = c->late;

    *c = (struct sup_call){0};
    if (json_is_object(answer)) {
        done(arg, answer);
    } else if (late) {
        fail(done, arg, MS_ETIME, "the call took too long");
    } else {
        fail(done, arg, MS_EIO, text);
    }
}

void sup_calls_reap(struct sup *s)
{
    for (size_t i = 0; i < SUP_CALL_SLOTS; i++) {
        int status;

        if (s->calls[i].deadline_ms && worker_reap(&s->calls[i].worker, &status)) {
            finish(&s->calls[i], status);
        }
    }
    pump(s);
}

int64_t sup_calls_tick(struct sup *s, int64_t now_ms)
{
    int64_t next = 0;

    for (size_t i = 0; i < SUP_CALL_SLOTS; i++) {
        struct sup_call *c = &s->calls[i];

        if (c->deadline_ms && !c->late && now_ms >= c->deadline_ms) {
            c->late = true;
            (void)kill(-c->worker.pid, SIGKILL);
        } else if (c->deadline_ms && !c->late && (!next || c->deadline_ms < next)) {
            next = c->deadline_ms;
        }
    }
    return next;
}

void sup_calls_abort(struct sup *s)
{
    static const char text[] = "the supervisor is ending";

    for (size_t i = 0; i < s->n_waiting; i++) {
        json_decref(s->waiting[i].request);
        fail(s->waiting[i].done, s->waiting[i].done_arg, MS_EUNREACH, text);
    }
    s->n_waiting = 0;
    for (size_t i = 0; i < SUP_CALL_SLOTS; i++) {
        if (s->calls[i].deadline_ms) {
            json_decref(s->calls[i].answer);
            fail(s->calls[i].done, s->calls[i].done_arg, MS_EUNREACH, text);
            s->calls[i].deadline_ms = 0;
        }
    }
}
