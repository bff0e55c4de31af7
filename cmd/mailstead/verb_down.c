/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "cmd/mailstead/watch.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/deploy/deploy.h"

static struct ms_engine *connect_engine(void *arg)
{
    const struct ms_cli *c = arg;

    return ms_engine_docker(c->engine_socket);
}

struct own_job {
    struct ms_deploy d;
    bool volumes;
};

static int down_job(void *arg, ms_deploy_event on_event, void *event_arg, struct ms_err *err)
{
    struct own_job *j = arg;

    j->d.on_event = on_event;
    j->d.arg = event_arg;
    return ms_deploy_down(&j->d, j->volumes, err);
}

/* Without a supervisor: labels tell what is ours. */
static int down_here(const struct ms_cli *c, bool volumes, struct ms_watch_end *end,
                     struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = NULL;
    struct ms_paths paths;
    struct own_job j = {.volumes = volumes,
                        .d = {.engine = connect_engine, .engine_arg = (void *)c}};

    if (ms_load_engine_answers(c, err) < 0) {
        return -1;
    }
    if (ms_load_paths(c, &a, &paths) != MS_EXIT_OK) {
        return ms_err_set(err, MS_EIO, 0, "the paths cannot be made out");
    }
    j.d.paths = &paths;
    return ms_watch(c, down_job, &j, end, err);
}

static int down_there(const struct ms_cli *c, bool volumes, const json_t *status,
                      struct ms_watch_end *end, struct ms_err *err)
{
    ms_auto_json json_t *body =
        json_pack("{s:s,s:b,s:b}", "kind", "down", "wait", 1, "volumes", volumes);
    struct ms_remote_job job = {.c = c, .body = body};
    json_int_t pid =
        json_integer_value(json_object_get(json_object_get(status, "supervisor"), "pid"));

    if (ms_watch(c, ms_remote_run_job, &job, end, err) < 0) {
        return -1;
    }
    return end->ok ? ms_remote_stop(c, (pid_t)pid, err) : 0;
}

int ms_run_down(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *status = NULL;
    bool volumes = ms_cli_has(c, "volumes");
    struct ms_watch_end end = {0};
    int exit_status, r;

    if (volumes && !ms_out_confirm(c, &exit_status,
                                   "This destroys all mail, the directory and everything learned "
                                   "of %s. Go on?",
                                   c->state)) {
        return exit_status;
    }
    r = ms_remote_answers(c, &status, &err);
    if (r == 0) {
        r = down_here(c, volumes, &end, &err);
    } else if (r > 0) {
        r = down_there(c, volumes, status, &end, &err);
    }
    if (r < 0) {
        return ms_out_fail(&err);
    }
    if (end.seen && !end.ok) {
        (void)fprintf(stderr, "mailstead: down failed%s%s\n", *end.text ? ": " : "", end.text);
        return MS_EXIT_FAILED;
    }
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:b,s:b}", "ok", 1, "changed", end.changed);

        return ms_out_json(j, MS_EXIT_OK);
    }
    ms_out_line(c, "%s", end.n_done ? "everything is stopped" : "nothing ran");
    return MS_EXIT_OK;
}
