/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy.h"

struct job {
    struct ms_deploy deploy;
    const char *kind;
    bool volumes;
    const char *const *services;
    bool started; /* a step was begun */
    bool changed;
};

/* One line, in one write: children of the deployment may write too. */
static void print(const json_t *event)
{
    ms_auto_free char *text = json_dumps(event, JSON_COMPACT);
    size_t n = text ? strlen(text) : 0;

    if (!n) {
        return;
    }
    text[n] = '\n'; /* in place of the NUL */
    if (write(STDOUT_FILENO, text, n + 1) < 0) {
        return; /* the supervisor is gone: the job still goes on to its end */
    }
}

/* The "end" event is held back: this role writes it, with the error. */
static void on_event(void *arg, const json_t *event)
{
    struct job *j = arg;
    const char *state = json_string_value(json_object_get(event, "state"));

    if (state && !strcmp(state, "end")) {
        j->changed = j->changed || json_is_true(json_object_get(event, "changed"));
        return;
    }
    j->started = j->started || (state && !strcmp(state, "start"));
    print(event);
}

static void print_end(const struct job *j, const struct ms_err *err)
{
    ms_auto_json json_t *event = json_object();

    (void)json_object_set_new(event, "t", json_integer(ms_time_wall_ms()));
    (void)json_object_set_new(event, "step", json_string(""));
    (void)json_object_set_new(event, "state", json_string("end"));
    (void)json_object_set_new(event, "text", ms_json_lossy(ms_err_msg(err)));
    (void)json_object_set_new(event, "ok", json_boolean(err->code == MS_OK));
    (void)json_object_set_new(event, "changed", json_boolean(j->changed));
    if (err->code) {
        (void)json_object_set_new(event, "code", json_string(ms_code_name(err->code)));
    }
    print(event);
}

static int do_up(struct job *j, struct ms_err *err)
{
    return ms_deploy_up(&j->deploy, &j->changed, err);
}

static int do_down(struct job *j, struct ms_err *err)
{
    return ms_deploy_down(&j->deploy, j->volumes, err);
}

static int do_restart(struct job *j, struct ms_err *err)
{
    int r = ms_deploy_restart(&j->deploy, j->services, err);

    j->changed = j->started;
    return r;
}

static int do_images(struct job *j, struct ms_err *err)
{
    return ms_deploy_images(&j->deploy, &j->changed, err);
}

static int do_refresh(struct job *j, struct ms_err *err)
{
    return ms_deploy_refresh_files(&j->deploy, err);
}

static const struct {
    const char *kind;
    int (*run)(struct job *j, struct ms_err *err);
    bool needs_site;
    enum load_from from;
} kinds[] = {
    {"up", do_up, true, LOAD_SITE},
    {"down", do_down, false, LOAD_APPLIED},
    {"restart", do_restart, true, LOAD_APPLIED},
    {"images", do_images, true, LOAD_SITE},
    {"refresh", do_refresh, true, LOAD_APPLIED},
};

static int run(struct job *j, const struct options *o, struct loaded *l, struct ms_err *err)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        ms_auto_err struct ms_err load = MS_ERR_INIT;
        enum load_from from = kinds[i].from;
        char begun[MS_RUN_KIND];

        if (strcmp(kinds[i].kind, j->kind)) {
            continue;
        }
        /* going on with a restart or a refresh applies no edit */
        if (j->deploy.resume && ms_deploy_interrupted(o->paths.state, begun) &&
            strcmp(begun, "up") != 0) {
            from = LOAD_APPLIED;
        }
        if (loaded_init(l, o, from, &load) < 0 && kinds[i].needs_site) {
            return ms_err_copy(err, load.code, load.sys, ms_err_msg(&load));
        }
        j->deploy.site = l->site;
        j->deploy.stack = l->stack;
        j->deploy.site_text = &l->text;
        return kinds[i].run(j, err);
    }
    return ms_err_set(err, MS_EINVAL, 0, "%s: there is no such kind of job", j->kind);
}

int role_job(struct options *o, const char *kind, struct job_flags flags,
             const char *const *services)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(loaded_done) struct loaded l = {0};
    struct job j = {.kind = kind, .volumes = flags.volumes, .services = services};

    j.deploy.paths = &o->paths;
    j.deploy.engine = options_engine;
    j.deploy.engine_arg = o;
    j.deploy.on_event = on_event;
    j.deploy.arg = &j;
    j.deploy.resume = flags.resume;
    (void)run(&j, o, &l, &err);
    print_end(&j, &err);
    return err.code == MS_OK ? 0 : err.code == MS_ECONFIG ? 2 : 1;
}
