/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/heal.h"

#include <string.h>

static bool probe_fails(const struct ms_health_service *s)
{
    for (unsigned i = 0; i < s->n_probes; i++) {
        if (s->probes[i].tried && !s->probes[i].ok) {
            return true;
        }
    }
    return false;
}

/* How long the trouble that it has may last; -1: it has none that a restart would end. */
static int64_t patience(const struct ms_health_service *s)
{
    if (s->cause[0]) {
        return -1;
    }
    switch (s->container) {
    case MS_CONTAINER_RUNNING:
        if (s->own == MS_HEALTH_FAILED) {
            return MS_HEAL_FAILED_MS;
        }
        return s->own == MS_HEALTH_DEGRADED && probe_fails(s) ? MS_HEAL_DEGRADED_MS : -1;
    case MS_CONTAINER_CREATED:
    case MS_CONTAINER_EXITED:
        return MS_HEAL_STOPPED_MS;
    default:
        return -1;
    }
}

static void forget_old(struct ms_heal *h, int64_t now_ms)
{
    while (h->n_done && now_ms - h->done[0] >= MS_HEAL_HOUR_MS) {
        h->n_done--;
        memmove(h->done, h->done + 1, h->n_done * sizeof(h->done[0]));
    }
}

/* No restart before that. */
static int64_t earliest(const struct ms_heal *h)
{
    int64_t wait = MS_HEAL_WAIT_MS;

    if (!h->n_done) {
        return 0;
    }
    for (unsigned i = 1; i < h->n_done && wait < MS_HEAL_WAIT_MAX_MS; i++) {
        wait *= 2;
    }
    return h->done[h->n_done - 1] + (wait < MS_HEAL_WAIT_MAX_MS ? wait : MS_HEAL_WAIT_MAX_MS);
}

enum ms_heal_action ms_heal_step(struct ms_heal *h, const struct ms_health_service *s, bool quiet,
                                 int64_t now_ms, int64_t *ret_next_ms)
{
    int64_t bound = patience(s), due;

    *ret_next_ms = 0;
    forget_old(h, now_ms);
    if (bound < 0 || quiet) {
        h->since_ms = 0;
        h->gave_up = h->gave_up && s->own != MS_HEALTH_HEALTHY;
        return MS_HEAL_NOTHING;
    }
    h->since_ms = h->since_ms ? h->since_ms : now_ms;
    due = h->since_ms + bound > earliest(h) ? h->since_ms + bound : earliest(h);
    if (now_ms < due) {
        *ret_next_ms = due;
        return MS_HEAL_NOTHING;
    }
    if (h->n_done == MS_HEAL_LIMIT) {
        bool before = h->gave_up;

        *ret_next_ms = h->done[0] + MS_HEAL_HOUR_MS;
        h->gave_up = true;
        return before ? MS_HEAL_NOTHING : MS_HEAL_GIVE_UP;
    }
    h->done[h->n_done++] = now_ms;
    h->since_ms = 0;
    h->gave_up = false;
    return MS_HEAL_RESTART;
}
