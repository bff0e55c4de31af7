/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"

const char *ms_action_name(enum ms_action a)
{
    static const char *const names[MS_ACT__COUNT] = {
        [MS_ACT_BUILD] = "build",
        [MS_ACT_NETWORK] = "network",
        [MS_ACT_VOLUME] = "volume",
        [MS_ACT_CREATE] = "create",
        [MS_ACT_RECREATE] = "recreate",
        [MS_ACT_START] = "start",
        [MS_ACT_RESTART] = "restart",
        [MS_ACT_RELOAD] = "reload",
        [MS_ACT_STOP] = "stop",
        [MS_ACT_REMOVE] = "remove",
        [MS_ACT_REMOVE_NETWORK] = "remove network",
        [MS_ACT_REMOVE_VOLUME] = "remove volume",
        [MS_ACT_DIRECTORY] = "directory",
    };

    return (unsigned)a < MS_ACT__COUNT ? names[a] : "?";
}

char *ms_step_name(const struct ms_step *s)
{
    return ms_xasprintf("%s%s%s", ms_action_name(s->action), *s->target ? " " : "", s->target);
}

void ms_run_event(const struct ms_run *r, const struct ms_step *step, const char *state,
                  const char *text, json_t *extra)
{
    ms_auto_free char *name = step ? ms_step_name(step) : ms_xstrdup("");
    ms_auto_json json_t *ev = json_pack("{s:I,s:s,s:s}", "t", (json_int_t)ms_time_wall_ms(), "step",
                                        name, "state", state);

    if (text) {
        (void)json_object_set_new(ev, "text", ms_json_lossy(text));
    }
    if (step) {
        (void)json_object_set_new(ev, "n", json_integer((json_int_t)(step - r->plan->steps)));
        (void)json_object_set_new(ev, "total", json_integer((json_int_t)r->plan->n_steps));
    }
    if (extra) {
        (void)json_object_update(ev, extra);
        json_decref(extra);
    }
    ms_journal_line(r, ev);
    if (r->d->on_event) {
        r->d->on_event(r->d->arg, ev);
    }
}

static const char *sentence(enum ms_action a)
{
    switch (a) {
    case MS_ACT_BUILD:
        return "build image";
    case MS_ACT_NETWORK:
        return "create network";
    case MS_ACT_VOLUME:
        return "create volume";
    case MS_ACT_DIRECTORY:
        return "update the directory";
    default:
        return ms_action_name(a);
    }
}

void ms_plan_text(const struct ms_plan *p, struct ms_buf *out)
{
    for (size_t i = 0; i < p->n_steps; i++) {
        const struct ms_step *s = &p->steps[i];

        ms_buf_addf(out, "%s%s%s: %s\n", sentence(s->action), *s->target ? " " : "", s->target,
                    s->reason);
    }
    for (size_t i = 0; p->notes[i]; i++) {
        ms_buf_addf(out, "note: %s\n", p->notes[i]);
    }
    if (!p->n_steps) {
        ms_buf_adds(out, "nothing to change\n");
    }
}

json_t *ms_plan_json(const struct ms_plan *p)
{
    json_t *steps = json_array(), *notes = json_array();

    for (size_t i = 0; i < p->n_steps; i++) {
        const struct ms_step *s = &p->steps[i];
        json_t *after = json_array();

        for (size_t k = 0; k < s->n_after; k++) {
            (void)json_array_append_new(after, json_integer(s->after[k]));
        }
        (void)json_array_append_new(steps, json_pack("{s:s,s:s,s:s,s:o}", "action",
                                                     ms_action_name(s->action), "target", s->target,
                                                     "reason", s->reason, "after", after));
    }
    for (size_t i = 0; p->notes[i]; i++) {
        (void)json_array_append_new(notes, json_string(p->notes[i]));
    }
    return json_pack("{s:o,s:o}", "steps", steps, "notes", notes);
}
