/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/health/cause.h"
#include "modules/core/health/heal.h"

enum { NEEDS_MAX = 128, MANY = 3 };

/* Indices of what a service needs; what hands on the connections of others (hold_command) shows
 * what all of those say whose ports it holds. */
static size_t needs_of(const struct sup *s, size_t i, unsigned needs[NEEDS_MAX])
{
    const struct ms_stack *stack = s->loaded.stack;
    const struct ms_service *spec = &stack->services[i];
    size_t n = 0;

    for (size_t k = 0; spec->needs[k] && n < NEEDS_MAX; k++) {
        const struct ms_service *need = ms_stack_service(stack, spec->needs[k]);

        if (need) {
            needs[n++] = (unsigned)(need - stack->services);
        }
    }
    for (size_t k = 0; spec->hold_command && k < stack->n_services && n < NEEDS_MAX; k++) {
        if (k != i && stack->services[k].hold[0]) {
            needs[n++] = (unsigned)k;
        }
    }
    return n;
}

void sup_causes(struct sup *s)
{
    struct ms_health_node *nodes = ms_xcalloc(s->n_services + 1, sizeof(*nodes));
    unsigned *needs = ms_xcalloc((s->n_services + 1) * NEEDS_MAX, sizeof(*needs));

    for (size_t i = 0; i < s->n_services; i++) {
        nodes[i].health = &s->services[i].health;
        nodes[i].needs = needs + i * NEEDS_MAX;
        nodes[i].n_needs = needs_of(s, i, needs + i * NEEDS_MAX);
        nodes[i].shows_others = s->loaded.stack->services[i].hold_command != NULL;
    }
    ms_health_causes(nodes, s->n_services);
    for (size_t i = 0; i < s->n_services; i++) {
        const struct ms_health_service *h = &s->services[i].health;
        struct ms_health_sample sample = {.kind = MS_SAMPLE_CAUSE, .reason = ""};
        int by = nodes[i].cause;

        if (by >= 0) {
            sample.reason = s->services[by].name;
            sample.cause_state = s->services[by].health.own;
        }
        if (strcmp(h->cause, sample.reason) != 0 ||
            (by >= 0 && h->cause_state != sample.cause_state)) {
            sup_health_step(s, &s->services[i], &sample);
        }
    }
    free(nodes);
    free(needs);
}

/* When much fails at once without a common cause, it is the host that cannot keep up: restarts
 * would make it worse. */
static bool host_struggles(const struct sup *s)
{
    size_t bad = 0, runs = 0;

    for (size_t i = 0; i < s->n_services; i++) {
        const struct ms_health_service *h = &s->services[i].health;

        runs += h->container == MS_CONTAINER_RUNNING;
        bad += h->container == MS_CONTAINER_RUNNING && !h->cause[0] &&
               (h->own == MS_HEALTH_FAILED || h->own == MS_HEALTH_DEGRADED);
    }
    return bad >= MANY && 2 * bad > runs;
}

static void restart(struct sup *s, struct sup_service *svc)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *request =
        json_pack("{s:s, s:[s], s:b}", "kind", "restart", "services", svc->name, "wait", 1);
    ms_auto_free char *reason = ms_xstrdup(svc->health.reason);
    struct ms_job *job;

    if (sup_jobs_post(s, request, &job, &err) < 0) {
        ms_log(MS_LOG_WARN, "heal", "%s: cannot be restarted: %s", svc->name, ms_err_msg(&err));
        return;
    }
    ms_log(MS_LOG_WARN, "heal", "%s: restarted because: %s", svc->name, reason);
    sup_history(s, "restart", svc->name, reason);
}

static void give_up(struct sup *s, const struct sup_service *svc)
{
    ms_log(MS_LOG_ERR, "heal", "%s: %d restarts within an hour did not help: %s", svc->name,
           MS_HEAL_LIMIT, svc->health.reason);
    sup_history(s, "give-up", svc->name, svc->health.reason);
}

int64_t sup_heal_tick(struct sup *s, int64_t now_ms)
{
    bool quiet = s->job || !s->engine_ok || host_struggles(s);
    int64_t first = 0;

    for (size_t i = 0; i < s->n_services; i++) {
        struct sup_service *svc = &s->services[i];
        int64_t wall = ms_time_wall_ms(), over = ms_health_loop_end(&svc->health, wall), next = 0;

        switch (ms_heal_step(&svc->heal, &svc->health, quiet, now_ms, &next)) {
        case MS_HEAL_RESTART:
            restart(s, svc);
            quiet = true; /* one after the other */
            break;
        case MS_HEAL_GIVE_UP:
            give_up(s, svc);
            break;
        case MS_HEAL_NOTHING:
            break;
        }
        if (svc->loop_over_ms && wall >= svc->loop_over_ms) {
            struct ms_health_sample tick = {.kind = MS_SAMPLE_TICK};

            sup_health_step(s, svc, &tick);
        }
        svc->loop_over_ms = over;
        if (over && (!next || now_ms + over - wall < next)) {
            next = now_ms + over - wall + 1;
        }
        first = !first || (next && next < first) ? next : first;
    }
    return first;
}

json_t *sup_heal_json(const struct sup_service *svc)
{
    return json_pack("{s:i, s:i, s:b}", "within_an_hour", (int)svc->heal.n_done, "limit",
                     MS_HEAL_LIMIT, "gave_up", svc->heal.gave_up);
}
