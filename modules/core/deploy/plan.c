/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

/* Everything that one planning needs. */
struct planning {
    const struct ms_run *r;
    struct ms_engine *e;
    struct ms_plan *p;
    int *service_step; /* index of the step that ends with the service healthy, -1: none */
    int directory_step;
};

/* The step that makes the image of a service, added when the image is missing; -1 none. */
static int plan_image(struct planning *w, const struct ms_service *v, struct ms_err *err)
{
    int step = ms_plan_find(w->p, MS_ACT_BUILD, v->component);
    int found = 0, base;

    if (step >= 0) {
        return step;
    }
    if (w->e) {
        found = w->e->ops->image_find(w->e->impl, v->image, NULL, err);
    }
    if (found) {
        return found < 0 ? -2 : -1;
    }
    base = ms_plan_find(w->p, MS_ACT_BUILD, "base");
    if (base < 0) {
        const char *ref = json_string_value(
            json_object_get(json_object_get(w->r->d->stack->vars, "images"), "base"));

        found = w->e ? w->e->ops->image_find(w->e->impl, ref, NULL, err) : 0;
        if (found < 0) {
            return -2;
        }
        base = found ? -1 : (int)ms_plan_add(w->p, MS_ACT_BUILD, "base", "image does not exist");
    }
    step = (int)ms_plan_add(w->p, MS_ACT_BUILD, v->component, "image does not exist");
    if (base >= 0) {
        ms_plan_after(w->p, (unsigned)step, (unsigned)base);
    }
    return step;
}

/* Why a container must be made anew: the keys of its Compose object that differ. */
static const char *spec_reason(struct planning *w, const struct ms_service *v,
                               const struct ms_applied *have)
{
    const char *out = "", *key;
    json_t *value;

    if (!have->compose) {
        return "its definition changed";
    }
    json_object_foreach(v->compose, key, value)
    {
        if (strcmp(key, "build") != 0 && !json_equal(value, json_object_get(have->compose, key))) {
            out = ms_arena_printf(w->p->arena, "%s%s%s", out, *out ? ", " : "", key);
        }
    }
    json_object_foreach(have->compose, key, value)
    {
        if (!json_object_get(v->compose, key)) {
            out = ms_arena_printf(w->p->arena, "%s%s%s", out, *out ? ", " : "", key);
        }
    }
    return *out ? ms_arena_printf(w->p->arena, "%s changed", out) : "its definition changed";
}

static enum ms_action action_for(enum ms_change change, const struct ms_service *v)
{
    if (change == MS_CHANGE_RECREATE) {
        return MS_ACT_RECREATE;
    }
    if (change == MS_CHANGE_RELOAD && (v->reload || v->reload_signal)) {
        return MS_ACT_RELOAD;
    }
    return MS_ACT_RESTART;
}

/* What a service needs; MS_ACT__COUNT: nothing. */
static enum ms_action judge(struct planning *w, const struct ms_service *v, const char **why)
{
    const struct ms_container *c = ms_run_container(w->r, v->name);
    ms_cleanup(ms_applied_done) struct ms_applied have = {0};
    enum ms_change change;

    if (!c || ms_plan_find(w->p, MS_ACT_STOP, v->name) >= 0) {
        *why = c ? "its network is replaced" : "no container";
        return MS_ACT_CREATE;
    }
    ms_applied_read(w->r->d->paths->state, v->name, &have);
    if (strcmp(c->spec_hash, v->spec_hash) != 0) {
        *why = spec_reason(w, v, &have);
        return MS_ACT_RECREATE;
    }
    change = ms_plan_files(w->r, v, &have, w->p->arena, why);
    if (strcmp(c->state, "running") != 0) {
        /* one that was created and never started may lack networks: its run was killed */
        bool ended = !strcmp(c->state, "exited");

        *why = ms_arena_printf(w->p->arena, "container is %s", c->state);
        return ended && change != MS_CHANGE_RECREATE ? MS_ACT_START : MS_ACT_RECREATE;
    }
    if (change != MS_CHANGE_NONE) {
        return action_for(change, v);
    }
    if (have.pending) {
        *why = "an earlier run was interrupted";
        return MS_ACT_RESTART;
    }
    return MS_ACT__COUNT;
}

static int plan_service(struct planning *w, size_t i, struct ms_err *err)
{
    const struct ms_stack *s = w->r->d->stack;
    const struct ms_service *v = &s->services[i];
    const char *why = "";
    enum ms_action act = judge(w, v, &why);
    int image = -1, step;

    w->service_step[i] = -1;
    if (act == MS_ACT__COUNT) {
        return 0;
    }
    if (act == MS_ACT_CREATE || act == MS_ACT_RECREATE) {
        image = plan_image(w, v, err);
        if (image == -2) {
            return -1;
        }
    }
    step = (int)ms_plan_add(w->p, act, v->name, why);
    w->service_step[i] = step;
    if (image >= 0) {
        ms_plan_after(w->p, (unsigned)step, (unsigned)image);
    }
    for (size_t k = 0; k < w->p->n_steps; k++) {
        enum ms_action a = w->p->steps[k].action;

        if (a == MS_ACT_NETWORK || a == MS_ACT_VOLUME || a == MS_ACT_REMOVE) {
            ms_plan_after(w->p, (unsigned)step, (unsigned)k);
        }
    }
    for (size_t k = 0; v->needs[k]; k++) { /* needs come earlier in the order */
        size_t j = (size_t)(ms_stack_service(s, v->needs[k]) - s->services);

        if (w->service_step[j] >= 0) {
            ms_plan_after(w->p, (unsigned)step, (unsigned)w->service_step[j]);
        }
        if (s->services[j].provides_directory && w->directory_step >= 0) {
            ms_plan_after(w->p, (unsigned)step, (unsigned)w->directory_step);
        }
    }
    return 0;
}

/* After the directory's database: bring its content to what site.yaml declares. */
static void plan_directory(struct planning *w, size_t i)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/directory", w->r->d->paths->state);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int db = w->service_step[i];
    char hash[MS_HASH_TEXT];
    ms_auto_buf struct ms_buf known;
    bool fresh = db >= 0 && w->p->steps[db].action == MS_ACT_CREATE;

    ms_buf_init(&known, MS_HASH_TEXT);
    ms_wanted_directory(w->r->d, hash);
    if (ms_fs_read(path, &known, &err) < 0 || strncmp(known.p, hash, MS_HASH_TEXT - 1) != 0 ||
        fresh) {
        w->directory_step = (int)ms_plan_add(w->p, MS_ACT_DIRECTORY, "",
                                             known.len && !fresh ? "what site.yaml declares changed"
                                                                 : "new database");
        if (db >= 0) {
            ms_plan_after(w->p, (unsigned)w->directory_step, (unsigned)db);
        }
        ms_directory_notes(w->r, w->p);
    }
}

static void plan_orphans(struct planning *w)
{
    const struct ms_snapshot *t = &w->r->there;

    for (size_t i = 0; i < t->n_containers; i++) {
        if (!ms_stack_service(w->r->d->stack, t->containers[i].service)) {
            (void)ms_plan_add(w->p, MS_ACT_REMOVE, t->containers[i].service,
                              "no longer part of the stack");
        }
    }
}

/* What was decided that people should know. */
static void plan_notes(const struct ms_run *r, struct ms_plan *p)
{
    const struct ms_stack *s = r->d->stack;
    const char *const *command;

    if (r->d->site && r->d->site->note) {
        ms_plan_note(p, r->d->site->note);
    }
    if (r->d->site && r->d->site->ban.note && ms_stack_command(s, "ban-list", &command)) {
        ms_plan_note(p, r->d->site->ban.note);
    }
    if (s->memory_budget) {
        ms_plan_note(p, s->memory_budget);
    }
}

int ms_plan_make(const struct ms_run *r, struct ms_engine *e, struct ms_plan **ret,
                 struct ms_err *err)
{
    const struct ms_stack *s = r->d->stack;
    ms_cleanup(ms_plan_freep) struct ms_plan *p = ms_plan_new();
    ms_auto_free int *service_step = ms_xcalloc(s->n_services, sizeof(*service_step));
    struct planning w = {
        .r = r, .e = e, .p = p, .service_step = service_step, .directory_step = -1};

    if (s->too_little_memory) {
        return ms_err_set(err, MS_EIO, 0, "%s", s->too_little_memory);
    }
    plan_notes(r, p);
    plan_orphans(&w);
    ms_plan_networks(r, p);
    for (size_t i = 0; i < s->n_services; i++) {
        if (plan_service(&w, i, err) < 0) {
            return -1;
        }
        if (s->services[i].provides_directory) {
            plan_directory(&w, i);
        }
    }
    ms_plan_networks_left(r, p);
    ms_plan_holder(s, p);
    for (size_t i = 0; i < r->tree.n_overrides; i++) {
        ms_plan_note(p, r->tree.overrides[i]);
    }
    *ret = ms_steal(&p);
    return 0;
}
