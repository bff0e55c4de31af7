/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/mem.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024, ARGV_MAX = 32, SHOWN = 300 };

void call_output_done(struct call_output *o)
{
    ms_buf_done(&o->out);
    ms_buf_done(&o->error);
}

static int on_output(void *arg, int stream, const char *p, size_t n)
{
    struct call_output *o = arg;

    ms_buf_add(stream == 1 ? &o->out : &o->error, p, n);
    return 0;
}

/* The id of the running container of a service. */
static int find_container(struct ms_engine *e, const char *project, const char *service, char **ret,
                          struct ms_err *err)
{
    struct ms_snapshot snap = {0};

    if (e->ops->snapshot(e->impl, project, &snap, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < snap.n_containers && !*ret; i++) {
        if (!strcmp(snap.containers[i].service, service) &&
            !strcmp(snap.containers[i].state, "running")) {
            *ret = ms_xstrdup(snap.containers[i].id);
        }
    }
    ms_snapshot_done(&snap);
    return *ret ? 0 : ms_err_set(err, MS_EUNREACH, 0, "%s is not running", service);
}

/* What a command said when it failed: its first line is enough. */
static int failed(const char *name, int status, const struct call_output *o, struct ms_err *err)
{
    const char *text = o->error.len ? o->error.p : o->out.p;
    int n = (int)strcspn(text, "\r\n");

    return ms_err_set(err, MS_EIO, 0, "%s failed with status %d: %.*s", name, status,
                      n < SHOWN ? n : SHOWN, text);
}

int call_exec(struct call *c, const struct call_exec *x, struct call_output *o, int *ret_status,
              struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = options_engine(c->o);
    ms_auto_free char *container = NULL;
    const char *argv[ARGV_MAX + CALL_ARGUMENTS + 1] = {0};
    const char *const *command = NULL;
    const struct ms_service *s = ms_stack_command(c->loaded.stack, x->name, &command);
    size_t n = 0;

    if (!s) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "no service of this site has the command %s",
                          x->name);
    }
    for (; command[n] && n < ARGV_MAX; n++) {
        argv[n] = command[n];
    }
    for (size_t i = 0; x->arguments && x->arguments[i] && i < CALL_ARGUMENTS; i++) {
        argv[n++] = x->arguments[i];
    }
    ms_buf_init(&o->out, OUTPUT_MAX);
    ms_buf_init(&o->error, OUTPUT_MAX);
    if (find_container(e, c->o->paths.project, s->name, &container, err) < 0 ||
        e->ops->exec(e->impl, container, argv, x->input, on_output, o, ret_status, err) < 0) {
        return -1;
    }
    return 0;
}

int call_command_args(struct call *c, const char *name, const char *const *arguments,
                      struct call_output *o, struct ms_err *err)
{
    const struct call_exec x = {.name = name, .arguments = arguments};
    int status = 0;

    if (call_exec(c, &x, o, &status, err) < 0) {
        return -1;
    }
    return status ? failed(name, status, o, err) : 0;
}

int call_command(struct call *c, const char *name, const char *argument, struct call_output *o,
                 struct ms_err *err)
{
    const char *const arguments[] = {argument, NULL};

    return call_command_args(c, name, arguments, o, err);
}
