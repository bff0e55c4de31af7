/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/deploy/deploy.h"

#include <string.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/images/images.h"

static void run_done(struct ms_run *r)
{
    ms_tree_done(&r->tree);
    ms_snapshot_done(&r->there);
    ms_plan_free(r->plan);
    if (r->journal >= 0) {
        (void)close(r->journal);
    }
}

static const char *project(const struct ms_deploy *d)
{
    return d->paths->project;
}

/* Wait for the state's lock, telling so when another run has it. */
static int lock(const struct ms_run *r, int *ret_fd, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/lock", r->d->paths->state);
    ms_auto_free char *applied = ms_xasprintf("%s/applied", r->d->paths->state);
    ms_auto_err struct ms_err busy = MS_ERR_INIT;

    if (ms_fs_mkdir_p(r->d->paths->state, 0755, err) < 0 || ms_fs_mkdir_p(applied, 0700, err) < 0) {
        return -1;
    }
    if (ms_fs_lock(path, false, ret_fd, &busy) == 0) {
        return 0;
    }
    if (busy.code != MS_EBUSY) {
        return ms_err_set(err, busy.code, busy.sys, "%s", ms_err_msg(&busy));
    }
    ms_run_event(r, NULL, "note",
                 "another run is at work on this state directory: waiting for its end", NULL);
    return ms_fs_lock(path, true, ret_fd, err);
}

static void announce(const struct ms_run *r)
{
    ms_auto_json json_t *plan = ms_plan_json(r->plan);

    ms_run_event(r, NULL, "plan", NULL, json_pack("{s:O}", "plan", plan));
}

static void end_event(const struct ms_run *r, bool ok, bool changed, const struct ms_err *err)
{
    ms_run_event(
        r, NULL, "end", ok ? NULL : ms_err_msg(err),
        json_pack("{s:b,s:b,s:s}", "ok", ok, "changed", changed, "code", ms_code_name(err->code)));
}

/* Carry out r->plan with journal and generation. */
static int carry_out(struct ms_run *r, const char *kind, bool generation, struct ms_err *err)
{
    int result;

    announce(r);
    if (ms_journal_begin(r, kind, err) < 0 || (generation && ms_generation_write(r, err) < 0)) {
        return -1;
    }
    result = ms_execute(r, err);
    ms_journal_end(r, result == 0);
    return result;
}

int ms_deploy_plan(const struct ms_deploy *d, bool with_engine, struct ms_plan **ret,
                   struct ms_err *err)
{
    ms_cleanup(run_done) struct ms_run r = {.d = d, .journal = -1};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = with_engine ? d->engine(d->engine_arg) : NULL;

    if (ms_wanted(&r, true, err) < 0 ||
        (e && e->ops->snapshot(e->impl, project(d), &r.there, err) < 0)) {
        return -1;
    }
    return ms_plan_make(&r, e, ret, err);
}

/* Keep only the steps that bring changed files to services that run already. */
static void only_files(struct ms_plan *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_steps; i++) {
        if (p->steps[i].action == MS_ACT_RELOAD || p->steps[i].action == MS_ACT_RESTART) {
            p->steps[n] = p->steps[i];
            p->steps[n++].n_after = 0;
        }
    }
    p->n_steps = n;
}

static int bring_up(struct ms_run *r, bool files_only, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = r->d->engine(r->d->engine_arg);
    ms_auto_close int lock_fd = -1;

    if (lock(r, &lock_fd, err) < 0 || ms_wanted(r, false, err) < 0 ||
        e->ops->snapshot(e->impl, project(r->d), &r->there, err) < 0 ||
        ms_plan_make(r, e, &r->plan, err) < 0) {
        return -1;
    }
    if (files_only) {
        only_files(r->plan);
    }
    *ret_changed = r->plan->n_steps > 0;
    if (!r->plan->n_steps) {
        if (ms_deploy_interrupted(r->d->paths->state) && ms_journal_begin(r, "up", err) < 0) {
            return -1;
        }
        ms_journal_end(r, true);
        return 0;
    }
    return carry_out(r, "up", !files_only, err);
}

int ms_deploy_up(const struct ms_deploy *d, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = bring_up(&r, false, &changed, err);

    end_event(&r, result == 0, changed, err);
    if (result == 0) {
        *ret_changed = changed;
    }
    return result;
}

int ms_deploy_refresh_files(const struct ms_deploy *d, struct ms_err *err)
{
    ms_cleanup(run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = bring_up(&r, true, &changed, err);

    end_event(&r, result == 0, changed, err);
    return result;
}

static struct ms_plan *new_plan(void)
{
    struct ms_plan *p = ms_xcalloc(1, sizeof(*p));

    p->arena = ms_arena_new();
    p->notes = ms_arena_alloc(p->arena, 1, sizeof(*p->notes));
    return p;
}

/* Stop dependants before what they depend on; then networks, then volumes. */
static void plan_down(const struct ms_run *r, bool volumes, struct ms_plan *p)
{
    const struct ms_stack *s = r->d->stack;
    unsigned first_net;

    for (size_t i = 0; i < r->there.n_containers; i++) {
        const char *name = r->there.containers[i].service;

        if (ms_plan_find(p, MS_ACT_STOP, name) < 0) {
            (void)ms_plan_add(p, MS_ACT_STOP, name, "down");
        }
    }
    for (size_t i = 0; s && i < s->n_services; i++) {
        int dependant = ms_plan_find(p, MS_ACT_STOP, s->services[i].name);

        for (size_t k = 0; dependant >= 0 && s->services[i].needs[k]; k++) {
            int need = ms_plan_find(p, MS_ACT_STOP, s->services[i].needs[k]);

            if (need >= 0) {
                ms_plan_after(p, (unsigned)need, (unsigned)dependant);
            }
        }
    }
    first_net = (unsigned)p->n_steps;
    for (size_t i = 0; i < r->there.n_networks; i++) {
        (void)ms_plan_add(p, MS_ACT_REMOVE_NETWORK, r->there.networks[i].name, "down");
    }
    for (size_t i = 0; volumes && i < r->there.n_volumes; i++) {
        (void)ms_plan_add(p, MS_ACT_REMOVE_VOLUME, r->there.volumes[i].name, "down --volumes");
    }
    for (unsigned i = first_net; i < p->n_steps; i++) {
        for (unsigned k = 0; k < first_net; k++) {
            ms_plan_after(p, i, k);
        }
    }
}

static int bring_down(struct ms_run *r, bool volumes, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = r->d->engine(r->d->engine_arg);
    ms_auto_close int lock_fd = -1;

    if (lock(r, &lock_fd, err) < 0 ||
        e->ops->snapshot(e->impl, project(r->d), &r->there, err) < 0) {
        return -1;
    }
    r->plan = new_plan();
    plan_down(r, volumes, r->plan);
    *ret_changed = r->plan->n_steps > 0;
    return carry_out(r, "down", false, err);
}

int ms_deploy_down(const struct ms_deploy *d, bool volumes, struct ms_err *err)
{
    ms_cleanup(run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = bring_down(&r, volumes, &changed, err);

    end_event(&r, result == 0, changed, err);
    return result;
}

static int plan_restart(const struct ms_run *r, const char *const *services, struct ms_plan *p,
                        struct ms_err *err)
{
    const struct ms_stack *s = r->d->stack;
    bool all = !services || !services[0];

    for (size_t i = 0; !all && services[i]; i++) {
        if (!ms_stack_service(s, services[i])) {
            return ms_err_set(err, MS_ENOTFOUND, 0, "there is no service %s", services[i]);
        }
    }
    for (size_t i = 0; i < s->n_services; i++) {
        const struct ms_service *v = &s->services[i];
        const struct ms_container *c = ms_run_container(r, v->name);
        bool named = all;
        unsigned step;

        for (size_t k = 0; !all && services[k]; k++) {
            named = named || !strcmp(services[k], v->name);
        }
        if (!named || !c) {
            continue;
        }
        step = ms_plan_add(p, strcmp(c->state, "running") ? MS_ACT_START : MS_ACT_RESTART, v->name,
                           "asked for");
        for (size_t k = 0; v->needs[k]; k++) {
            int before = ms_plan_find(p, MS_ACT_RESTART, v->needs[k]);

            if (before >= 0) {
                ms_plan_after(p, step, (unsigned)before);
            }
        }
    }
    return p->n_steps
               ? 0
               : ms_err_set(err, MS_ENOTFOUND, 0, "nothing runs: start it with `mailstead up`");
}

static int do_restart(struct ms_run *r, const char *const *services, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = r->d->engine(r->d->engine_arg);
    ms_auto_close int lock_fd = -1;

    if (lock(r, &lock_fd, err) < 0 || ms_wanted(r, false, err) < 0 ||
        e->ops->snapshot(e->impl, project(r->d), &r->there, err) < 0) {
        return -1;
    }
    r->plan = new_plan();
    return plan_restart(r, services, r->plan, err) < 0 ? -1 : carry_out(r, "restart", false, err);
}

int ms_deploy_restart(const struct ms_deploy *d, const char *const *services, struct ms_err *err)
{
    ms_cleanup(run_done) struct ms_run r = {.d = d, .journal = -1};
    int result = do_restart(&r, services, err);

    end_event(&r, result == 0, result == 0, err);
    return result;
}

/* Add the steps that make missing images. */
static int plan_images(const struct ms_run *r, struct ms_engine *e, struct ms_plan *p,
                       struct ms_err *err)
{
    const struct ms_stack *s = r->d->stack;
    const char *base =
        json_string_value(json_object_get(json_object_get(s->vars, "images"), "base"));
    int have_base = e->ops->image_find(e->impl, base, NULL, err), have;

    if (have_base < 0) {
        return -1;
    }
    for (size_t i = 0; i < s->n_services; i++) {
        const struct ms_service *v = &s->services[i];
        int before = ms_plan_find(p, MS_ACT_BUILD, "base");
        unsigned step;

        if (ms_plan_find(p, MS_ACT_BUILD, v->component) >= 0) {
            continue;
        }
        have = e->ops->image_find(e->impl, v->image, NULL, err);
        if (have < 0) {
            return -1;
        }
        if (have) {
            continue;
        }
        if (!have_base && before < 0) {
            before = (int)ms_plan_add(p, MS_ACT_BUILD, "base", "image does not exist");
        }
        step = ms_plan_add(p, MS_ACT_BUILD, v->component, "image does not exist");
        if (before >= 0) {
            ms_plan_after(p, step, (unsigned)before);
        }
    }
    return 0;
}

static int make_images(struct ms_run *r, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = r->d->engine(r->d->engine_arg);
    ms_auto_close int lock_fd = -1;

    if (lock(r, &lock_fd, err) < 0) {
        return -1;
    }
    r->plan = new_plan();
    if (plan_images(r, e, r->plan, err) < 0) {
        return -1;
    }
    *ret_changed = r->plan->n_steps > 0;
    announce(r);
    return ms_execute(r, err);
}

int ms_deploy_images(const struct ms_deploy *d, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = make_images(&r, &changed, err);

    end_event(&r, result == 0, changed, err);
    if (result == 0) {
        *ret_changed = changed;
    }
    return result;
}
