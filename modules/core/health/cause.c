/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/cause.h"

static bool works(const struct ms_health_node *n)
{
    return n->health->own == MS_HEALTH_HEALTHY;
}

static bool is_down(const struct ms_health_node *n)
{
    return n->health->container != MS_CONTAINER_UNKNOWN &&
           (n->health->own == MS_HEALTH_FAILED || n->health->own == MS_HEALTH_STOPPED ||
            n->health->own == MS_HEALTH_ABSENT);
}

static int find(const struct ms_health_node *nodes, size_t i)
{
    const struct ms_health_node *me = &nodes[i];

    for (size_t k = 0; k < me->n_needs; k++) {
        const struct ms_health_node *need = &nodes[me->needs[k]];
        bool starts = need->health->own == MS_HEALTH_STARTING && !works(me);

        if (me->needs[k] == i || (me->shows_others && works(me))) {
            continue;
        }
        if (need->cause >= 0 && need->cause != (int)i && !works(need) &&
            (!works(me) || is_down(&nodes[need->cause]))) {
            return need->cause;
        }
        if (is_down(need) || starts) {
            return (int)me->needs[k];
        }
    }
    return -1;
}

void ms_health_causes(struct ms_health_node *nodes, size_t n)
{
    bool changed = true;

    for (size_t i = 0; i < n; i++) {
        nodes[i].cause = -1;
    }
    for (size_t turn = 0; changed && turn < n; turn++) {
        changed = false;
        for (size_t i = 0; i < n; i++) {
            int cause = find(nodes, i);

            changed = changed || cause != nodes[i].cause;
            nodes[i].cause = cause;
        }
    }
}
