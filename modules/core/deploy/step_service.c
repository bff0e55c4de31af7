/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"

enum { CHECK_OUTPUT_MAX = 8192, DRAIN_MS = 1000, DRAIN_TIMES = 2, HTTP_CONFLICT = 409 };

static int keep_output(void *arg, int stream, const char *p, size_t n)
{
    (void)stream;
    ms_buf_add(arg, p, n);
    return 0;
}

/* Tell the service in front to hold new connections to the service's ports, or to let them go. A
 * failure is only told: mail clients then see a short refusal, which is better than no deployment.
 */
static void hold(const struct ms_step_ctx *c, const struct ms_service *v, const char *what)
{
    const struct ms_stack *s = c->r->d->stack;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *argv[32];
    size_t n = 0, k = 0;
    int status = 0;

    for (size_t i = 0; v->hold[0] && i < s->n_services; i++) {
        const struct ms_container *holder = ms_run_container(c->r, s->services[i].name);

        if (!s->services[i].hold_command || !holder || strcmp(holder->state, "running") != 0) {
            continue;
        }
        for (n = 0; s->services[i].hold_command[n] && n < 8; n++) {
            argv[n] = s->services[i].hold_command[n];
        }
        argv[n++] = what;
        argv[n++] = v->name;
        for (k = 0; v->hold[k] && n < 31; k++) {
            argv[n++] = v->hold[k];
        }
        argv[n] = NULL;
        if (c->e->ops->exec(c->e->impl, holder->id, argv, NULL, NULL, NULL, &status, &err) < 0 ||
            status) {
            ms_auto_free char *line =
                ms_xasprintf("hold %s: %s (status %d)", what, ms_err_msg(&err), status);

            c->output(c->arg, line);
        }
        return;
    }
}

/* The service as it is, but with its rendered files mounted from the folder that is to be checked.
 */
static struct ms_service for_check(const struct ms_step_ctx *c, const struct ms_service *v)
{
    struct ms_service copy = *v;
    ms_auto_free char *own = ms_xasprintf("%s/config/%s", c->r->d->paths->state, v->name);
    ms_auto_free char *check = ms_xasprintf("%s/config/.check/%s", c->r->d->paths->state, v->name);
    size_t i;
    json_t *vol;

    copy.compose = json_deep_copy(v->compose);
    json_array_foreach(json_object_get(copy.compose, "volumes"), i, vol)
    {
        const char *source = json_string_value(json_object_get(vol, "source"));
        const char *brief = json_string_value(vol);
        size_t n = strlen(own);

        if (source && !strncmp(source, own, n)) {
            (void)json_object_set_new(vol, "source", json_sprintf("%s%s", check, source + n));
        } else if (brief && !strncmp(brief, own, n)) {
            (void)json_array_set_new(json_object_get(copy.compose, "volumes"), i,
                                     json_sprintf("%s%s", check, brief + n));
        }
    }
    return copy;
}

/* Let the component's own checker read the new files before the running service sees them. */
static int check_files(const struct ms_step_ctx *c, const struct ms_service *v, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/config/.check/%s", c->r->d->paths->state, v->name);
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    struct ms_service copy;
    ms_auto_buf struct ms_buf out;
    int status = 0, r;

    ms_buf_init(&out, CHECK_OUTPUT_MAX);
    if (!v->check || !v->check[0]) {
        return 0;
    }
    if (ms_step_write_files(c->r, v->name, true, err) < 0) {
        return -1;
    }
    copy = for_check(c, v);
    r = c->e->ops->run(c->e->impl, c->r->d->stack->project, &copy, v->check, keep_output, &out,
                       &status, err);
    json_decref(copy.compose);
    (void)!ms_fs_remove_tree(dir, &ignored);
    if (r < 0) {
        return ms_err_wrap(err, "check of the new files");
    }
    if (status) {
        return ms_err_set(
            err, MS_EINVAL, 0,
            "its own check refuses the new files, the running service was not touched:\n%s", out.p);
    }
    return 0;
}

static int reload(const struct ms_step_ctx *c, const struct ms_service *v, const char *id,
                  struct ms_err *err)
{
    ms_auto_buf struct ms_buf out;
    int status = 0;

    ms_buf_init(&out, CHECK_OUTPUT_MAX);
    if (!v->reload || !v->reload[0]) {
        return c->e->ops->kill(c->e->impl, id, v->reload_signal, err);
    }
    if (c->e->ops->exec(c->e->impl, id, v->reload, NULL, keep_output, &out, &status, err) < 0) {
        return -1;
    }
    return status ? ms_err_set(err, MS_EENGINE, 0, "reload ended with status %d: %s", status, out.p)
                  : 0;
}

static int remove_container(const struct ms_step_ctx *c, const struct ms_service *v,
                            const struct ms_container *old, struct ms_err *err)
{
    if (strcmp(old->state, "exited") != 0 && strcmp(old->state, "created") != 0 &&
        c->e->ops->stop(c->e->impl, old->id, ms_service_grace(v), err) < 0) {
        return -1;
    }
    return c->e->ops->remove(c->e->impl, old->id, err);
}

/* Remove what a killed replacement left behind: it has the same addresses. */
static int remove_others(const struct ms_step_ctx *c, const struct ms_service *v,
                         const struct ms_container *keep, struct ms_err *err)
{
    for (size_t i = 0; i < c->r->there.n_containers; i++) {
        const struct ms_container *k = &c->r->there.containers[i];

        if (k != keep && !strcmp(k->service, v->name) && remove_container(c, v, k, err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Create the container. One of that name that nobody knew of was made for a run that was killed: it
 * goes first. */
static int create(const struct ms_step_ctx *c, const struct ms_service *v, char **ret_id,
                  struct ms_err *err)
{
    const struct ms_engine_ops *ops = c->e->ops;
    const char *project = c->r->d->paths->project;
    ms_auto_free char *name = ms_xasprintf("%s-%s-1", project, v->name);
    ms_auto_err struct ms_err once = MS_ERR_INIT;

    if (ops->create(c->e->impl, project, v, ret_id, &once) == 0) {
        return 0;
    }
    if (once.code != MS_EENGINE || once.sys != HTTP_CONFLICT) {
        return ms_err_copy(err, once.code, once.sys, ms_err_msg(&once));
    }
    return ops->remove(c->e->impl, name, err) < 0
               ? -1
               : ops->create(c->e->impl, project, v, ret_id, err);
}

/* Make the new container while the old one still serves, and only then stop that: if it cannot be
 * made, the old one stays. */
static int replace(const struct ms_step_ctx *c, const struct ms_service *v,
                   const struct ms_container *old, char **ret_id, struct ms_err *err)
{
    const struct ms_engine_ops *ops = c->e->ops;
    const char *project = c->r->d->paths->project;
    ms_auto_free char *name = ms_xasprintf("%s-%s-1", project, v->name);
    ms_auto_free char *aside = ms_xasprintf("%s-%s-old", project, v->name);
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;

    if (strcmp(old->name, aside) != 0 && ops->rename(c->e->impl, old->id, aside, err) < 0) {
        return -1;
    }
    if (create(c, v, ret_id, err) < 0) {
        (void)!ops->rename(c->e->impl, old->id, name, &ignored);
        return -1;
    }
    return remove_container(c, v, old, err);
}

/* Carry out the action; *id gets the container, which changes with a new one. */
static int act(const struct ms_step_ctx *c, const struct ms_service *v, char **id,
               struct ms_err *err)
{
    const struct ms_container *old = ms_run_container(c->r, v->name);
    const struct ms_engine_ops *ops = c->e->ops;
    char *made = NULL;

    if (remove_others(c, v, old, err) < 0) {
        return -1;
    }
    switch (c->step->action) {
    case MS_ACT_RECREATE:
    case MS_ACT_CREATE:
        if (c->step->action == MS_ACT_RECREATE ? replace(c, v, old, &made, err) < 0
                                               : create(c, v, &made, err) < 0) {
            return -1;
        }
        free(*id);
        *id = made;
        return ops->start(c->e->impl, *id, err);
    case MS_ACT_START:
        return ops->start(c->e->impl, *id, err);
    case MS_ACT_RESTART:
        return ops->restart(c->e->impl, *id, ms_service_grace(v), err);
    case MS_ACT_RELOAD:
        return reload(c, v, *id, err);
    default:
        return 0;
    }
}

/* Whether the service would see other files than it runs with. */
static bool files_differ(const struct ms_step_ctx *c, const struct ms_service *v)
{
    ms_cleanup(ms_applied_done) struct ms_applied have = {0};
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    const char *why;

    ms_applied_read(c->r->d->paths->state, v->name, &have);
    return ms_plan_files(c->r, v, &have, a, &why) != MS_CHANGE_NONE;
}

/* Carry out the action and wait until the service is healthy; new connections to a service that is
 * running and goes away in between are held.
 */
static int act_and_wait(const struct ms_step_ctx *c, const struct ms_service *v, bool running,
                        struct ms_err *err)
{
    const struct ms_container *old = ms_run_container(c->r, v->name);
    ms_auto_free char *id = old ? ms_xstrdup(old->id) : NULL;
    int r;

    if (running && (c->step->action == MS_ACT_RECREATE || c->step->action == MS_ACT_RESTART)) {
        hold(c, v, "on");
        if (v->hold[0]) { /* sessions that were let through just now get their greeting */
            ms_time_sleep_ms(DRAIN_MS + DRAIN_TIMES * ms_probes_take(c, v));
        }
    }
    r = act(c, v, &id, err);
    if (r == 0) {
        r = ms_wait_healthy(c, v, id, err);
    }
    hold(c, v, "off"); /* in any case: a run that was killed may have left it on */
    return r;
}

int ms_step_service(const struct ms_step_ctx *c, const struct ms_service *v, struct ms_err *err)
{
    const struct ms_container *old = ms_run_container(c->r, v->name);
    bool running = old && !strcmp(old->state, "running");

    if (running && files_differ(c, v) && check_files(c, v, err) < 0) {
        return -1;
    }
    if (c->step->action == MS_ACT_CREATE && v->provides_directory &&
        ms_directory_forget(c->r, err) < 0) {
        return -1;
    }
    if (ms_applied_write(c->r, v, true, err) < 0 ||
        ms_step_write_files(c->r, v->name, false, err) < 0) {
        return -1;
    }
    return act_and_wait(c, v, running, err) < 0 ? -1 : ms_applied_write(c->r, v, false, err);
}
