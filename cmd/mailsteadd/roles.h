/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roles of this program. Each takes over the process and returns its exit status.
 */
#ifndef MS_MAILSTEADD_ROLES_H
#define MS_MAILSTEADD_ROLES_H

#include <stdbool.h>

#include "cmd/mailsteadd/load.h"

/* The supervisor: holds the state's pid file, serves the control socket, watches health, starts
 * workers. */
int role_supervisor(struct options *o);

/* What a job is asked to do, beside its kind. */
struct job_flags {
    bool volumes; /* kind "down": the data too */
    bool resume;  /* go on with a run that was interrupted, if it still is */
};

/* One deployment job; event lines go to standard output. Services only for kind "restart". */
int role_job(struct options *o, const char *kind, struct job_flags flags,
             const char *const *services);

/* Look after the certificates once: what is due, with "retry" also what waits for its next turn,
 * with "force" all. One line {"changed": whether services must load files anew, "more": whether
 * some are left} goes to standard output, what happened to the log. */
int role_certs(struct options *o, const char *which);

/* Read a report mail from standard input without any rights; what is in it, or why not, is a JSON
 * answer on standard output. host: the name that our Authentication-Results begin with. */
int role_read(const char *host);

/* One call: a JSON request on standard input, a JSON answer on standard output. */
int role_call(struct options *o);

#endif
