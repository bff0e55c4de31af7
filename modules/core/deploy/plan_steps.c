/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

void ms_plan_free(struct ms_plan *p)
{
    if (p) {
        ms_arena_free(p->arena);
        free(p);
    }
}

enum { MAX_NOTES = 24 };

struct ms_plan *ms_plan_new(void)
{
    struct ms_plan *p = ms_xcalloc(1, sizeof(*p));

    p->arena = ms_arena_new();
    p->notes = ms_arena_alloc(p->arena, MAX_NOTES + 1, sizeof(*p->notes));
    return p;
}

void ms_plan_note(struct ms_plan *p, const char *text)
{
    size_t n = 0;

    while (p->notes[n]) {
        n++;
    }
    if (n < MAX_NOTES) {
        p->notes[n] = ms_arena_strdup(p->arena, n == MAX_NOTES - 1 ? "and more" : text);
    }
}

unsigned ms_plan_add(struct ms_plan *p, enum ms_action a, const char *target, const char *reason)
{
    struct ms_step *grown = ms_arena_alloc(p->arena, p->n_steps + 1, sizeof(*grown));

    if (p->n_steps) { /* plans are short: tens of steps */
        memcpy(grown, p->steps, p->n_steps * sizeof(*grown));
    }
    p->steps = grown;
    p->steps[p->n_steps] = (struct ms_step){.action = a,
                                            .target = ms_arena_strdup(p->arena, target),
                                            .reason = ms_arena_strdup(p->arena, reason)};
    return (unsigned)p->n_steps++;
}

void ms_plan_after(struct ms_plan *p, unsigned step, unsigned before)
{
    struct ms_step *s = &p->steps[step];
    unsigned *grown = ms_arena_alloc(p->arena, s->n_after + 1, sizeof(*grown));

    if (s->n_after) {
        memcpy(grown, s->after, s->n_after * sizeof(*grown));
    }
    grown[s->n_after++] = before;
    s->after = grown;
}

int ms_plan_find(const struct ms_plan *p, enum ms_action a, const char *target)
{
    for (size_t i = 0; i < p->n_steps; i++) {
        if (p->steps[i].action == a && !strcmp(p->steps[i].target, target)) {
            return (int)i;
        }
    }
    return -1;
}

int ms_plan_service(const struct ms_plan *p, const char *service)
{
    for (size_t i = 0; i < p->n_steps; i++) {
        enum ms_action a = p->steps[i].action;

        if (a >= MS_ACT_CREATE && a <= MS_ACT_RELOAD && !strcmp(p->steps[i].target, service)) {
            return (int)i;
        }
    }
    return -1;
}

void ms_plan_holder(const struct ms_stack *s, struct ms_plan *p)
{
    for (size_t i = 0; i < s->n_services; i++) {
        int holder = s->services[i].hold_command ? ms_plan_service(p, s->services[i].name) : -1;

        for (size_t j = 0; holder >= 0 && j < s->n_services; j++) {
            int behind = s->services[j].hold[0] ? ms_plan_service(p, s->services[j].name) : -1;

            if (behind >= 0) {
                ms_plan_after(p, (unsigned)holder, (unsigned)behind);
            }
        }
    }
}
