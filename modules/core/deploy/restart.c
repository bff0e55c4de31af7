/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

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
            int before = ms_plan_service(p, v->needs[k]);

            if (before >= 0) {
                ms_plan_after(p, step, (unsigned)before);
            }
        }
    }
    ms_plan_holder(s, p);
    return p->n_steps
               ? 0
               : ms_err_set(err, MS_ENOTFOUND, 0, "nothing runs: start it with `mailstead up`");
}

static int do_restart(struct ms_run *r, const char *const *services, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = r->d->engine(r->d->engine_arg);
    ms_auto_close int lock_fd = -1;

    if (ms_run_lock(r, &lock_fd, err) < 0 || ms_wanted(r, false, err) < 0 ||
        e->ops->snapshot(e->impl, r->d->paths->project, &r->there, err) < 0) {
        return -1;
    }
    r->plan = ms_plan_new();
    return plan_restart(r, services, r->plan, err) < 0 ? -1
                                                       : ms_run_carry_out(r, "restart", false, err);
}

int ms_deploy_restart(const struct ms_deploy *d, const char *const *services, struct ms_err *err)
{
    ms_cleanup(ms_run_done) struct ms_run r = {.d = d, .journal = -1};
    int result = do_restart(&r, services, err);

    ms_run_end(&r, result == 0, result == 0, err);
    return result;
}
