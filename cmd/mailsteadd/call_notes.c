/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"

enum { NOTE_MAX = 4096, SHOWN = 200 };

static const char command[] = "note";

static int on_output(void *arg, int stream, const char *p, size_t n)
{
    if (stream == 1) {
        ms_buf_add(arg, p, n);
    }
    return 0;
}

static const struct ms_command *find_command(const struct ms_service *v)
{
    for (size_t i = 0; i < v->n_commands; i++) {
        if (!strcmp(v->commands[i].name, command)) {
            return &v->commands[i];
        }
    }
    return NULL;
}

static const struct ms_container *find_running(const struct ms_snapshot *snap, const char *service)
{
    for (size_t i = 0; i < snap->n_containers; i++) {
        const struct ms_container *c = &snap->containers[i];

        if (c->service && c->state && !strcmp(c->service, service) &&
            !strcmp(c->state, "running")) {
            return c;
        }
    }
    return NULL;
}

/* The first line of what it prints; its exit status says whether that is a warning. */
static json_t *ask(struct ms_engine *e, const struct ms_container *c, const struct ms_command *cmd)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out = {0};
    ms_auto_free char *line = NULL;
    int status = 1;
    const char *text;
    size_t n;

    ms_buf_init(&out, NOTE_MAX);
    text = e->ops->exec(e->impl, c->id, cmd->argv, NULL, on_output, &out, &status, &err) < 0
               ? ms_err_msg(&err)
               : out.p;
    n = strcspn(text, "\r\n");
    line = ms_xmemdup0(text, n < SHOWN ? n : SHOWN);
    return json_pack("{s:s, s:b, s:o}", "service", c->service, "ok", status == 0, "text",
                     ms_json_lossy(line));
}

int call_notes(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = options_engine(c->o);
    struct ms_snapshot snap = {0};
    ms_auto_json json_t *list = json_array();

    if (e->ops->snapshot(e->impl, c->o->paths.project, &snap, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < c->loaded.stack->n_services; i++) {
        const struct ms_service *v = &c->loaded.stack->services[i];
        const struct ms_command *cmd = find_command(v);
        const struct ms_container *running = cmd ? find_running(&snap, v->name) : NULL;

        if (running) {
            (void)json_array_append_new(list, ask(e, running, cmd));
        }
    }
    ms_snapshot_done(&snap);
    *ret = ms_steal(&list);
    return 0;
}
