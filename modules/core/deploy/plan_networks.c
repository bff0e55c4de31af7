/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

#define LEAVES "no longer part of the stack"

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

/* Whether the container of a service was made with that network, as far as its record tells. */
static bool was_on(const struct ms_run *r, const struct ms_service *v, const char *name)
{
    ms_cleanup(ms_applied_done) struct ms_applied have = {0};

    if (!ms_run_container(r, v->name)) {
        return false;
    }
    ms_applied_read(r->d->paths->state, v->name, &have);
    return !have.compose || json_object_get(json_object_get(have.compose, "networks"), name);
}

/* The step that removes a network before others are made, since their address ranges may overlap:
 * the containers on it go first. */
static void remove_network(const struct ms_run *r, struct ms_plan *p, const char *full_name,
                           const char *why)
{
    const struct ms_stack *s = r->d->stack;
    const char *name = full_name + strlen(s->project) + 1;
    unsigned step = ms_plan_add(p, MS_ACT_REMOVE_NETWORK, full_name, why);

    for (size_t i = 0; i < p->n_steps; i++) {
        if (p->steps[i].action == MS_ACT_REMOVE) {
            ms_plan_after(p, step, (unsigned)i);
        }
    }
    for (size_t i = 0; i < s->n_services; i++) {
        const char *service = s->services[i].name;
        int stop = ms_plan_find(p, MS_ACT_STOP, service);

        if (!was_on(r, &s->services[i], name)) {
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

static bool is_changed(const struct ms_run *r, const struct ms_network *n)
{
    const struct ms_snapshot *t = &r->there;
    const char *have = object_hash(t->networks, t->n_networks, r->d->stack->project, n->name);

    return have && strcmp(have, n->spec_hash) != 0;
}

/* Networks get other addresses all at once, with network.subnet: then what leaves goes first too.
 */
static bool addresses_move(const struct ms_run *r)
{
    for (size_t i = 0; i < r->d->stack->n_networks; i++) {
        if (is_changed(r, &r->d->stack->networks[i])) {
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
        if (is_changed(r, &s->networks[i])) {
            ms_auto_free char *full = ms_xasprintf("%s_%s", s->project, s->networks[i].name);

            remove_network(r, p, full, "its definition changed");
        }
    }
    for (size_t i = 0; i < t->n_networks && addresses_move(r); i++) {
        if (!in_stack(s, t->networks[i].name)) {
            remove_network(r, p, t->networks[i].name, LEAVES);
        }
    }
}

void ms_plan_networks_left(const struct ms_run *r, struct ms_plan *p)
{
    const struct ms_snapshot *t = &r->there;
    size_t others = p->n_steps;

    for (size_t i = 0; i < t->n_networks; i++) {
        unsigned step;

        if (in_stack(r->d->stack, t->networks[i].name) ||
            ms_plan_find(p, MS_ACT_REMOVE_NETWORK, t->networks[i].name) >= 0) {
            continue;
        }
        step = ms_plan_add(p, MS_ACT_REMOVE_NETWORK, t->networks[i].name, LEAVES);
        for (size_t k = 0; k < others; k++) {
            enum ms_action a = p->steps[k].action;

            if (a == MS_ACT_REMOVE || a == MS_ACT_CREATE || a == MS_ACT_RECREATE) {
                ms_plan_after(p, step, (unsigned)k);
            }
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
        bool changed = is_changed(r, &s->networks[i]);

        if (changed || !object_hash(t->networks, t->n_networks, s->project, s->networks[i].name)) {
            create_network(p, s->networks[i].name,
                           changed ? "its definition changed" : "does not exist");
        }
    }
    for (size_t i = 0; s->volumes[i]; i++) {
        if (!object_hash(t->volumes, t->n_volumes, s->project, s->volumes[i])) {
            (void)ms_plan_add(p, MS_ACT_VOLUME, s->volumes[i], "does not exist");
        }
    }
}
