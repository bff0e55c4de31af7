/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP dialogue that proves a service works: connect, PROXY v2 header, TLS, send and expect.
 * Never blocks; the owner polls the descriptor. No process is started.
 */
#ifndef MS_HEALTH_PROBE_H
#define MS_HEALTH_PROBE_H

#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/stack/stack.h"

struct ms_probe_run;

/* Load what TLS needs, for a process that will not be able to open files later. */
int ms_probe_prepare(struct ms_err *err) ms_must_use;

/* Begin a dialogue with address (IPv4 or IPv6 text). p and address must outlive it. NULL with err
 * set when no socket can be had. */
struct ms_probe_run *ms_probe_begin(const struct ms_probe *p, const char *address, int64_t now_ms,
                                    struct ms_err *err) ms_must_use;

/* What to poll for, and the monotonic time at which it fails. */
int ms_probe_fd(const struct ms_probe_run *r);
short ms_probe_events(const struct ms_probe_run *r);
int64_t ms_probe_deadline_ms(const struct ms_probe_run *r);

/* Go on after the descriptor is ready or time has passed: 1 works, 0 not yet, -1 failed; err says
 * at which layer and why
 * ("connect: Connection refused", "expected \"220 \", got \"421 ...\"", "no answer within 3000
 * ms"). */
int ms_probe_advance(struct ms_probe_run *r, int64_t now_ms, struct ms_err *err) ms_must_use;

void ms_probe_free(struct ms_probe_run *r);
MS_DEFINE_CLEANUP(struct ms_probe_run, ms_probe_free)

/* The whole dialogue, blocking. */
int ms_probe_once(const struct ms_probe *p, const char *address, struct ms_err *err) ms_must_use;

#endif
