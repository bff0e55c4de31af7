/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/api/client_priv.h"
#include "modules/core/api/jobs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

void ms_lines_init(struct ms_lines *l, ms_client_event on_event, void *arg)
{
    *l = (struct ms_lines){.on_event = on_event, .arg = arg};
    ms_buf_init(&l->line, (size_t)2 * MS_JOB_LINE);
}

void ms_lines_done(struct ms_lines *l)
{
    ms_buf_done(&l->line);
}

static int give(struct ms_lines *l)
{
    ms_auto_json json_t *event = NULL;

    if (l->line.len) {
        event = json_loadb(l->line.p, l->line.len, 0, NULL);
        if (!json_is_object(event)) {
            l->bad = true;
            return -1;
        }
        ms_buf_reset(&l->line);
        if (l->on_event && l->on_event(l->arg, event) < 0) {
            l->stopped = true;
            return -1;
        }
    }
    return 0;
}

int ms_lines_feed(struct ms_lines *l, const char *p, size_t n)
{
    while (n) {
        const char *nl = memchr(p, '\n', n);
        size_t part = nl ? (size_t)(nl - p) : n;

        if (l->stopped || l->bad) {
            return -1;
        }
        ms_buf_add(&l->line, p, part);
        if (l->line.too_big) {
            l->bad = true;
            return -1;
        }
        if (nl && give(l) < 0) {
            return -1;
        }
        p += part + (nl != NULL);
        n -= part + (nl != NULL);
    }
    return 0;
}

struct follow {
    ms_client_event on_event;
    void *arg;
    struct ms_client_end end;
    bool ended;
};

static int on_job_event(void *arg, const json_t *event)
{
    struct follow *f = arg;
    const char *state = json_string_value(json_object_get(event, "state"));
    const char *text = json_string_value(json_object_get(event, "text"));

    if (state && !strcmp(state, "end") && !f->ended) {
        f->ended = true;
        f->end.ok = json_is_true(json_object_get(event, "ok"));
        f->end.changed = json_is_true(json_object_get(event, "changed"));
        f->end.text = ms_xstrdup(text ? text : "");
    }
    return f->on_event ? f->on_event(f->arg, event) : 0;
}

int ms_client_job(const char *socket, const json_t *body, ms_client_event on_event, void *arg,
                  struct ms_client_end *ret, struct ms_err *err)
{
    struct follow f = {.on_event = on_event, .arg = arg};
    ms_auto_json json_t *job = NULL;
    ms_auto_free char *path = NULL;
    const char *id;

    if (ms_client_call(socket, "POST", "/api/v1/jobs", body, &job, err) < 0) {
        return -1;
    }
    id = json_string_value(json_object_get(job, "id"));
    if (!id) {
        return ms_err_set(err, MS_EIO, 0, "the supervisor gave the job no id");
    }
    path = ms_xasprintf("/api/v1/jobs/%.20s/events", id);
    if (ms_client_stream(socket, path, on_job_event, &f, err) < 0) {
        free(f.end.text);
        return -1;
    }
    if (!f.ended) {
        return ms_err_set(err, MS_EUNREACH, 0, "job %s was not followed to its end", id);
    }
    *ret = f.end;
    return 0;
}
