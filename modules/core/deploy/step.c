/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/images/images.h"

enum { SETTLE_MS = 5000 };

const struct ms_container *ms_run_container(const struct ms_run *r, const char *service)
{
    ms_auto_free char *name = ms_xasprintf("%s-%s-1", r->d->paths->project, service);
    const struct ms_container *any = NULL;

    for (size_t i = 0; i < r->there.n_containers; i++) {
        const struct ms_container *c = &r->there.containers[i];

        if (strcmp(c->service, service) != 0) {
            continue;
        }
        if (!strcmp(c->name, name)) {
            return c;
        }
        any = c; /* one that a killed replacement left behind */
    }
    return any;
}

unsigned ms_service_grace(const struct ms_service *v)
{
    const char *s = json_string_value(json_object_get(v->compose, "stop_grace_period"));
    uint64_t n;

    return s && !ms_parse_duration(s, &n) && n <= 3600 ? (unsigned)n : 10;
}

int ms_step_write_files(const struct ms_run *r, const char *service, bool to_check,
                        struct ms_err *err)
{
    ms_auto_free char *dir =
        ms_xasprintf("%s/config/%s%s", r->d->paths->state, to_check ? ".check/" : "", service);

    return ms_tree_write(&r->tree, service, dir, err);
}

static int build(const struct ms_step_ctx *c, struct ms_err *err)
{
    struct ms_image_job j = {.engine = c->e,
                             .data_dir = c->r->d->paths->data,
                             .work_dir = c->r->d->paths->state,
                             .site = c->r->d->site,
                             .on_line = c->output,
                             .arg = c->arg};

    return strcmp(c->step->target, "base") ? ms_image_build(&j, c->step->target, err)
                                           : ms_image_build_base(&j, err);
}

/* Whether the network is there as it should be. */
static bool network_is_there(const struct ms_step_ctx *c, const struct ms_network *n)
{
    ms_auto_free char *full = ms_xasprintf("%s_%s", c->r->d->stack->project, n->name);
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    struct ms_snapshot now = {0};
    bool there = false;

    if (c->e->ops->snapshot(c->e->impl, c->r->d->stack->project, &now, &ignored) < 0) {
        return false;
    }
    for (size_t i = 0; i < now.n_networks; i++) {
        there = there || (!strcmp(now.networks[i].name, full) &&
                          !strcmp(now.networks[i].spec_hash, n->spec_hash));
    }
    ms_snapshot_done(&now);
    return there;
}

/* A run that was killed may have a request under way in the engine still: what that makes is taken
 * over. */
static int network(const struct ms_step_ctx *c, struct ms_err *err)
{
    const struct ms_stack *s = c->r->d->stack;
    int64_t end = ms_time_mono_ms() + SETTLE_MS;
    const struct ms_network *n = NULL;

    for (size_t i = 0; i < s->n_networks; i++) {
        if (!strcmp(s->networks[i].name, c->step->target)) {
            n = &s->networks[i];
        }
    }
    for (;;) {
        ms_auto_err struct ms_err once = MS_ERR_INIT;

        if (c->e->ops->network_create(c->e->impl, s->project, n, &once) == 0 ||
            network_is_there(c, n)) {
            return 0;
        }
        if (ms_time_mono_ms() > end || once.code != MS_EENGINE || once.sys == 500) {
            return ms_err_copy(err, once.code, once.sys, ms_err_msg(&once));
        }
        ms_time_sleep_ms(200);
    }
}

/* A throw-away container that a killed check left behind; mostly there is none. */
static int remove_leftover(const struct ms_step_ctx *c, struct ms_err *err)
{
    ms_auto_free char *name = ms_xasprintf("%s-%s-run", c->r->d->paths->project, c->step->target);
    ms_auto_err struct ms_err absent = MS_ERR_INIT;

    if (c->e->ops->remove(c->e->impl, name, &absent) == 0 || absent.code == MS_ENOTFOUND) {
        return 0;
    }
    return ms_err_copy(err, absent.code, absent.sys, ms_err_msg(&absent));
}

/* Stop and remove every container of a service; for MS_ACT_REMOVE the service is not in the stack
 * any more. */
static int stop(const struct ms_step_ctx *c, struct ms_err *err)
{
    const struct ms_stack *s = c->r->d->stack;
    const struct ms_service *v = s ? ms_stack_service(s, c->step->target) : NULL;
    unsigned grace = v ? ms_service_grace(v) : 30;

    for (size_t i = 0; i < c->r->there.n_containers; i++) {
        const struct ms_container *k = &c->r->there.containers[i];
        bool running = !strcmp(k->state, "running") || !strcmp(k->state, "restarting");

        if (strcmp(k->service, c->step->target) != 0) {
            continue;
        }
        if (running && c->e->ops->stop(c->e->impl, k->id, grace, err) < 0) {
            return -1;
        }
        if (c->e->ops->remove(c->e->impl, k->id, err) < 0) {
            return -1;
        }
    }
    return remove_leftover(c, err);
}

int ms_step_do(const struct ms_step_ctx *c, struct ms_err *err)
{
    const char *target = c->step->target;

    switch (c->step->action) {
    case MS_ACT_BUILD:
        return build(c, err);
    case MS_ACT_NETWORK:
        return network(c, err);
    case MS_ACT_VOLUME:
        return c->e->ops->volume_create(c->e->impl, c->r->d->stack->project, target, err);
    case MS_ACT_STOP:
    case MS_ACT_REMOVE:
        return stop(c, err);
    case MS_ACT_REMOVE_NETWORK:
        return c->e->ops->network_remove(c->e->impl, target, err);
    case MS_ACT_REMOVE_VOLUME:
        return c->e->ops->volume_remove(c->e->impl, target, err);
    case MS_ACT_DIRECTORY:
        return ms_step_directory(c, err);
    default:
        return ms_step_service(c, ms_stack_service(c->r->d->stack, target), err);
    }
}
