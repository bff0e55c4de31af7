/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to restart a service that does not work by itself. Pure: the clock comes in as an argument.
 * Patience first, since much passes by itself; then a restart, each further one after twice the
 * wait, at most MS_HEAL_LIMIT in an hour. A service whose dependency is down is left alone, and so
 * is one that the engine is about to start again, or that somebody paused.
 */
#ifndef MS_HEALTH_HEAL_H
#define MS_HEALTH_HEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/health/state.h"

enum {
    MS_HEAL_LIMIT = 5,            /* restarts in an hour */
    MS_HEAL_FAILED_MS = 20000,    /* nothing works, for so long */
    MS_HEAL_DEGRADED_MS = 120000, /* some of its probes fail, for so long */
    MS_HEAL_STOPPED_MS = 120000,  /* stopped by hand, or never started */
    MS_HEAL_WAIT_MS = 30000,      /* after the first restart; doubles */
    MS_HEAL_WAIT_MAX_MS = 900000,
    MS_HEAL_HOUR_MS = 3600000,
};

/* What is remembered of one service. Zeroed at first. */
struct ms_heal {
    int64_t since_ms;            /* monotonic: when the trouble began; 0: none */
    int64_t done[MS_HEAL_LIMIT]; /* monotonic: restarts within the last hour, oldest first */
    unsigned n_done;
    bool gave_up;
};

enum ms_heal_action { MS_HEAL_NOTHING, MS_HEAL_RESTART, MS_HEAL_GIVE_UP };

/* Look at a service. quiet: nobody is to be restarted now (a job runs). *ret_next_ms is when to
 * look again, 0 if only a change can make a difference. MS_HEAL_GIVE_UP comes once until it works.
 */
enum ms_heal_action ms_heal_step(struct ms_heal *h, const struct ms_health_service *s, bool quiet,
                                 int64_t now_ms, int64_t *ret_next_ms);

#endif
