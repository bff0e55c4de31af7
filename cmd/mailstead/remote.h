/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the supervisor, and how it is found, started and stopped.
 */
#ifndef MS_CLI_REMOTE_H
#define MS_CLI_REMOTE_H

#include <jansson.h>

#include "cmd/mailstead/cli.h"
#include "modules/core/base/err.h"
#include "modules/core/deploy/deploy.h"

/* One request below /api/v1. The path is prefix, then name percent-encoded (NULL: nothing), then
 * suffix (NULL: nothing). body may be NULL and is borrowed; ret may be NULL, else *ret is owned by
 * the caller. An error MS_EUNREACH says what to do. */
struct ms_remote_request {
    const char *method, *prefix, *name, *suffix;
    const json_t *body;
    int64_t timeout_ms; /* 0: the client's default */
};
int ms_remote_call(const struct ms_cli *c, const struct ms_remote_request *rq, json_t **ret,
                   struct ms_err *err) ms_must_use;

/* Whether a supervisor answers; *ret_status (may be NULL) gets its status, owned by the caller. 1
 * yes, 0 nobody listens, -1 failed. */
int ms_remote_answers(const struct ms_cli *c, json_t **ret_status, struct ms_err *err) ms_must_use;

/* Start the supervisor: its systemd unit when systemd runs, the unit is installed and c has the
 * default paths, else the program itself, found beside this one or in ../sbin. Waits until it
 * answers, with a bound. */
int ms_remote_start(const struct ms_cli *c, struct ms_err *err) ms_must_use;

/* Tell it to end, and wait until it did, with a bound. pid: of it, 0 when not known. */
int ms_remote_stop(const struct ms_cli *c, pid_t pid, struct ms_err *err) ms_must_use;

/* Wait, at most 30 s, until the supervisor has no job left, and with healthy until it has seen
 * every service work. Never fails: what it is waiting for is only told later. */
void ms_remote_settle(const struct ms_cli *c, bool healthy);

/* Whether the running supervisor is an older program than the one that is installed now. */
bool ms_remote_outdated(const json_t *status);

/* A job of the supervisor for ms_watch: arg is a struct ms_remote_job. */
struct ms_remote_job {
    const struct ms_cli *c;
    const json_t *body; /* of POST /jobs */
};
int ms_remote_run_job(void *arg, ms_deploy_event on_event, void *event_arg, struct ms_err *err)
    ms_must_use;

#endif
