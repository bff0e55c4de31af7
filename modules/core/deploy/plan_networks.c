/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

static const char *object_hash(const struct ms_engine_object *v, size_t n, const char *project,
                               const char *name)
{
    ms_auto_free char *full = ms_xasprintf("%s_%s", project, name);

    for (size_t i = 0; i < n; i++) {
        if (!strcmp(v[i].name, full)) {
            return v[i].spec_hash ? v[i].spec_hash : "";
        }
    }
    return NULL;
}

static bool uses_network(const struct ms_service *v, const char *name)
{
    return json_object_get(json_object_get(v->compose, "networks"), name) != NULL;
}

/* The step that removes a network, after the containers on it are gone; other networks may come
 * only then, since their address ranges may overlap. */
static void remove_network(const struct ms_run *r, struct ms_plan *p, const char *full_name,
                           const char *name, const char *why)
{
    const struct ms_stack *s = r->d->stack;
    unsigned step = ms_plan_add(p, MS_ACT_REMOVE_NETWORK, full_name, why);

    for (size_t i = 0; i < p->n_steps; i++) {
        if (p->steps[i].action == MS_ACT_REMOVE) {
            ms_plan_after(p, step, (unsigned)i);
        }
    }
    for (size_t i = 0; i < s->n_services; i++) {
        const char *service = s->services[i].name;
        int stop = ms_plan_find(p, MS_ACT_STOP, service);

        if (!uses_network(&s->services[i], name) || !ms_run_container(r, service)) {
            continue;
        }
        if (stop < 0) {
            stop = (int)ms_plan_add(p, MS_ACT_STOP, service, "its network is replaced");
        }
        ms_plan_after(p, step, (unsigned)stop);
    }
}

static bool in_stack(const struct ms_stack *s, const char *full_name)
{
    for (size_t i = 0; i < s->n_networks; i++) {
        ms_auto_free char *full = ms_xasprintf("%s_%s", s->project, s->networks[i].name);

        if (!strcmp(full, full_name)) {
            return true;
        }
    }
    return false;
}

static void remove_networks(const struct ms_run *r, struct ms_plan *p)
{
    const struct ms_stack *s = r->d->stack;
    const struct ms_snapshot *t = &r->there;

    for (size_t i = 0; i < s->n_networks; i++) {
        const char *have = object_hash(t->networks, t->n_networks, s->project, s->networks[i].name);
        ms_auto_free char *full = ms_xasprintf("%s_%s", s->project, s->networks[i].name);

        if (have && strcmp(have, s->networks[i].spec_hash) != 0) {
            remove_network(r, p, full, s->networks[i].name, "its definition changed");
        }
    }
    for (size_t i = 0; i < t->n_networks; i++) {
        if (!in_stack(s, t->networks[i].name)) {
            remove_network(r, p, t->networks[i].name, "", "no longer part of the stack");
        }
    }
}

static void create_network(struct ms_plan *p, const char *name, const char *why)
{
    unsigned step = ms_plan_add(p, MS_ACT_NETWORK, name, why);

    for (unsigned i = 0; i < step; i++) {
        if (p->steps[i].action == MS_ACT_REMOVE_NETWORK) {
            ms_plan_after(p, step, i);
        }
    }
}

void ms_plan_networks(const struct ms_run *r, struct ms_plan *p)
{
    const struct ms_stack *s = r->d->stack;
    const struct ms_snapshot *t = &r->there;

    remove_networks(r, p);
    for (size_t i = 0; i < s->n_networks; i++) {
        const char *have = object_hash(t->networks, t->n_networks, s->project, s->networks[i].name);

        if (!have || strcmp(have, s->networks[i].spec_hash) != 0) {
            create_network(p, s->networks[i].name,
                           have ? "its definition changed" : "does not exist");
        }
    }
    for (size_t i = 0; s->volumes[i]; i++) {
        if (!object_hash(t->volumes, t->n_volumes, s->project, s->volumes[i])) {
            (void)ms_plan_add(p, MS_ACT_VOLUME, s->volumes[i], "does not exist");
        }
    }
}
