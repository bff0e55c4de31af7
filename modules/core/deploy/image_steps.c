/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

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

    if (ms_run_lock(r, &lock_fd, err) < 0) {
        return -1;
    }
    r->plan = ms_plan_new();
    if (plan_images(r, e, r->plan, err) < 0) {
        return -1;
    }
    *ret_changed = r->plan->n_steps > 0;
    ms_run_announce(r);
    return ms_execute(r, err);
}

int ms_deploy_images(const struct ms_deploy *d, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(ms_run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = make_images(&r, &changed, err);

    ms_run_end(&r, result == 0, changed, err);
    if (result == 0) {
        *ret_changed = changed;
    }
    return result;
}
