/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knobs of the fake engine (ms_engine_fake in engine.h), for tests: what goes wrong besides the
 * failing call. They act on memory shared with forked children and may be used at any time.
 */
#ifndef MS_ENGINE_FAKE_H
#define MS_ENGINE_FAKE_H

#include <stdbool.h>

#include "modules/core/engine/engine.h"

/* From now on the named call fails (counted from 1 over all changing calls so far; 0 none). */
void ms_engine_fake_fail_at(struct ms_engine *e, unsigned call);

/* The service's container ends with this status right after each start (0 too); -1: it stays up
 * again. */
void ms_engine_fake_crash(struct ms_engine *e, const char *service, int exit_code);

/* Put the service's container in this state at once ("exited"), as a crash would. */
void ms_engine_fake_set_state(struct ms_engine *e, const char *service, const char *state);

/* Every image counts as present at first. false: none but those that are then built, imported,
 * pulled or tagged. */
void ms_engine_fake_images(struct ms_engine *e, bool all_present);

/* What exec and run answer from now on: their exit status and what they print (up to 255 bytes). */
void ms_engine_fake_exec(struct ms_engine *e, int status, const char *output);

#endif
