/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the Compose specification to the bodies of the Docker Engine API. Pure. Each key that is
 * understood is a row of a table in create*.c; any other key is an error that names it, so nothing
 * that a fragment asks for is silently left out. `x-` keys, and those that concern others
 * (depends_on, build, pull_policy), are passed over; healthcheck is too: a container's own check is
 * switched off, because health is probed natively.
 */
#ifndef MS_ENGINE_CREATE_H
#define MS_ENGINE_CREATE_H

#include <jansson.h>

#include "modules/core/engine/engine.h"

/* The body of POST /networks/create; its subnet comes from ipam or else from n->addr. The caller
 * owns the reference. */
int ms_engine_network_body(const char *project, const struct ms_network *n, json_t **ret,
                           struct ms_err *err) ms_must_use;

#endif
