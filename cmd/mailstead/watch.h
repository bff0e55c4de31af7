/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a job that sends events in a child process and shows its progress on standard error
 * meanwhile, so that the view moves while the job blocks.
 */
#ifndef MS_CLI_WATCH_H
#define MS_CLI_WATCH_H

#include "cmd/mailstead/cli.h"
#include "modules/core/base/err.h"
#include "modules/core/deploy/deploy.h"

/* The job, called in the child. Returns 0 or -1 as usual. */
typedef int (*ms_watch_job)(void *arg, ms_deploy_event on_event, void *event_arg,
                            struct ms_err *err);

/* What the last event of a job said. */
struct ms_watch_end {
    bool seen; /* there was one */
    bool ok, changed;
    size_t n_done, n_failed; /* steps */
    int64_t ms;              /* the time it took */
    char text[512];          /* of that event, cut to fit */
};

/* Run the job to its end. The error of the job becomes this call's error. MS_EIO when the child
 * could not be started or died. An interrupt (SIGINT, SIGTERM) ends the view and this process by
 * that signal after a note that says what goes on. */
int ms_watch(const struct ms_cli *c, ms_watch_job job, void *arg, struct ms_watch_end *ret,
             struct ms_err *err) ms_must_use;

#endif
