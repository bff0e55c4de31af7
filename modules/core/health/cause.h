/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which service is to blame: one that does not work because another is down is not the cause. Pure.
 */
#ifndef MS_HEALTH_CAUSE_H
#define MS_HEALTH_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/health/state.h"

struct ms_health_node {
    const struct ms_health_service *health;
    const unsigned *needs; /* indices of nodes */
    size_t n_needs;
    bool shows_others; /* it hands on what others say: they are blamed only if it fails itself */
    int cause;         /* set: index of the node that is to blame, -1 none */
};

/* Find the cause of each. A service is down when it failed, is stopped or absent by itself; a
 * dependency that is starting excuses those that do not work yet. The cause of a dependency that
 * does not work is the cause of its dependants too. */
void ms_health_causes(struct ms_health_node *nodes, size_t n);

#endif
