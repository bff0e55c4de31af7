/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"

/* The api role parses what strangers may have sent: whatever it asks for is checked here again. */

enum { TELL_MAX = 256 * 1024 };

static void reply(struct sup *s, json_int_t id, const json_t *answer)
{
    sup_role_send(s, SUP_API, json_pack("{s:I, s:O}", "id", id, "answer", answer));
}

static int do_status(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err)
{
    (void)message;
    (void)err;
    *ret = sup_status(s);
    return 0;
}

static int do_certificates(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err)
{
    (void)message;
    (void)err;
    *ret = sup_certs_json(s);
    return 0;
}

static int do_renew(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err)
{
    (void)ret;
    return sup_certs_renew(s, json_is_true(json_object_get(message, "force")), err);
}

static int do_job(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err)
{
    struct ms_job *job;
    char id[24];

    if (sup_jobs_post(s, json_object_get(message, "request"), &job, err) < 0) {
        return -1;
    }
    (void)snprintf(id, sizeof(id), "%llu", (unsigned long long)job->id);
    *ret = json_string(id);
    return 0;
}

static int do_history(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err)
{
    json_int_t max = json_integer_value(json_object_get(message, "max"));

    if (max < 1) {
        return ms_err_set(err, MS_EINVAL, 0, "max: expected a number");
    }
    return sup_history_read(s, (size_t)max, ret, err);
}

static int do_shutdown(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err)
{
    (void)message;
    (void)ret;
    (void)err;
    ms_log(MS_LOG_INFO, "supervisor", "told to end");
    s->stopping = true;
    return 0;
}

static const struct {
    const char *what;
    int (*run)(struct sup *s, const json_t *message, json_t **ret, struct ms_err *err);
} questions[] = {
    {"status", do_status}, {"certificates", do_certificates},
    {"renew", do_renew},   {"history", do_history},
    {"job", do_job},       {"shutdown", do_shutdown},
};

struct call {
    struct sup *sup;
    unsigned generation;
    json_int_t id;
};

static void on_answer(void *arg, const json_t *answer)
{
    struct call *c = arg;

    if (c->sup->roles[SUP_API].generation == c->generation) {
        reply(c->sup, c->id, answer);
    }
    free(c);
}

static void reply_error(struct sup *s, json_int_t id, const struct ms_err *err)
{
    ms_auto_json json_t *answer = ms_op_answer_error(err);

    reply(s, id, answer);
}

static void do_call(struct sup *s, json_int_t id, json_t *request)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct call *c;
    enum ms_op op;

    if (ms_op_check(request, &op, &err) == 0 && ms_op_is_internal(op)) {
        (void)ms_err_set(&err, MS_EINVAL, 0, "%s is not for the API", ms_op_name(op));
    }
    if (err.code) {
        reply_error(s, id, &err);
        return;
    }
    c = ms_xcalloc(1, sizeof(*c));
    *c = (struct call){.sup = s, .generation = s->roles[SUP_API].generation, .id = id};
    sup_calls_post(s, json_incref(request), on_answer, c);
}

int sup_api_message(struct sup *s, const json_t *message, struct ms_err *err)
{
    json_int_t id = json_integer_value(json_object_get(message, "id"));
    const char *what = json_string_value(json_object_get(message, "do"));

    if (id <= 0 || !what) {
        return ms_err_set(err, MS_EINVAL, 0, "a question needs an id and what to do");
    }
    if (!strcmp(what, "call")) {
        do_call(s, id, json_object_get(message, "request"));
        return 0;
    }
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        ms_auto_err struct ms_err why = MS_ERR_INIT;
        ms_auto_json json_t *answer = NULL;
        json_t *result = NULL;

        if (strcmp(questions[i].what, what)) {
            continue;
        }
        if (questions[i].run(s, message, &result, &why) < 0) {
            reply_error(s, id, &why);
            return 0;
        }
        answer = ms_op_answer(result);
        reply(s, id, answer);
        return 0;
    }
    return ms_err_set(err, MS_EINVAL, 0, "there is no such question");
}

void sup_api_job(struct sup *s, struct ms_job *job)
{
    do {
        sup_role_send(s, SUP_API, json_pack("{s:o}", "job", ms_job_tell(job, TELL_MAX)));
    } while (ms_job_is_untold(job) && s->roles[SUP_API].channel.fd >= 0);
}

void sup_api_start(struct sup *s)
{
    for (size_t i = 0; i < s->jobs.n; i++) {
        s->jobs.v[i]->told = 0;
        sup_api_job(s, s->jobs.v[i]);
    }
}

void sup_api_end(struct sup *s)
{
    (void)s; /* calls that are under way find that their generation has gone */
}
