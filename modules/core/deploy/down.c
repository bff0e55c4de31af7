/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

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

    if (ms_run_lock(r, &lock_fd, err) < 0) {
        return -1;
    }
    if (ms_run_is_needless(r)) {
        return 0;
    }
    if (e->ops->snapshot(e->impl, r->d->paths->project, &r->there, err) < 0) {
        return -1;
    }
    r->plan = ms_plan_new();
    plan_down(r, volumes, r->plan);
    *ret_changed = r->plan->n_steps > 0;
    return ms_run_carry_out(r, "down", false, err);
}

int ms_deploy_down(const struct ms_deploy *d, bool volumes, struct ms_err *err)
{
    ms_cleanup(ms_run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = bring_down(&r, volumes, &changed, err);

    ms_run_end(&r, result == 0, changed, err);
    return result;
}
