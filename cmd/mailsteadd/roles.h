/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roles of this program. Each takes over the process and returns its exit status.
 */
#ifndef MS_MAILSTEADD_ROLES_H
#define MS_MAILSTEADD_ROLES_H

#include <stdbool.h>

#include "cmd/mailsteadd/load.h"

/* The supervisor: holds the state's pid file, watches health, starts workers and the two roles that
 * talk to others: api and probe. */
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

/* Descriptors that a sandboxed role finds, sizes in bytes, and bounds. */
enum {
    ROLE_CHANNEL_FD = 3, /* messages from and to the supervisor (modules/core/priv) */
    ROLE_LISTEN_FD = 4,  /* the control socket, api only */
    ROLE_API_REQUEST = 2 << 20,
    ROLE_API_ANSWER = 40 << 20,
    ROLE_API_QUEUE = 96 << 20,
    ROLE_PROBE_MESSAGE = 1 << 20,
    ROLE_PROBES_MAX = 500,
    ROLE_PROBE_AGAIN_MS = 500, /* between two probes of what does not work */
};

/* Who may enter at the control socket beside root: the supervisor's own user, and a group (-1:
 * none). */
struct role_door {
    unsigned long owner, gid;
};

/* The HTTP server of the control socket, without any rights: what it needs it asks the supervisor
 * for. parent: the supervisor's process id. */
int role_api(long parent, const struct role_door *door);

/* Runs the probes, without any rights but to connect to the services. */
int role_probe(long parent);

/* One call: a JSON request on standard input, a JSON answer on standard output. */
int role_call(struct options *o);

#endif
