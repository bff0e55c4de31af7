/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server of the control socket (libmicrohttpd on a Unix socket, in the caller's poll
 * loop). It parses requests, checks who asks (SO_PEERCRED: uid 0, the supervisor's own uid, or the
 * group) and answers; all it knows comes from the backend. Never blocks, never logs, starts no
 * process.
 */
#ifndef MS_API_SERVER_H
#define MS_API_SERVER_H

#include <jansson.h>
#include <sys/types.h>

#include "modules/core/api/jobs.h"
#include "modules/core/base/err.h"

enum {
    MS_API_CONNECTIONS = 64,
    MS_API_CONNECTION_MEMORY = 32 * 1024, /* bytes: head of the request and one part of its body */
    MS_API_BODY_MAX = 1024 * 1024,        /* bytes */
    MS_API_IDLE_S = 30,                   /* a connection that says nothing is closed */
    MS_API_HEARTBEAT_MS = 15000,          /* an empty line in a silent event stream */
};

/* Called exactly once with the answer of a worker ({"ok": ...}; borrowed). */
typedef void (*ms_api_answer)(void *arg, const json_t *answer);

struct ms_api_backend {
    /* The status document; the caller owns the reference. */
    json_t *(*status)(void *arg);
    struct ms_jobs *(*jobs)(void *arg);
    /* Start or queue a job. *ret is borrowed. */
    int (*job)(void *arg, const json_t *request, struct ms_job **ret, struct ms_err *err);
    /* Have a worker answer the request (taken over, checked with ms_op_check). done may be called
     * before this returns. */
    void (*call)(void *arg, json_t *request, ms_api_answer done, void *done_arg);
    /* The last max entries of the history, oldest first. */
    int (*history)(void *arg, unsigned max, json_t **ret, struct ms_err *err);
    /* The certificates; the caller owns the reference. */
    json_t *(*certificates)(void *arg);
    /* Try again what failed, with force all of them. */
    int (*renew)(void *arg, bool force, struct ms_err *err);
    /* End the supervisor, after the answer is out. */
    void (*shutdown)(void *arg);
};

struct ms_api;

/* Listen at path (mode 0660, group gid unless it is -1; a socket left by a dead process is
 * replaced). The caller holds the state's lock. Returns the descriptor. */
int ms_api_listen(const char *path, gid_t gid, struct ms_err *err) ms_must_use;

/* A socket that listens, perhaps opened by another process, and who may enter beside root. */
struct ms_api_door {
    int fd; /* taken over by ms_api_open when it succeeds */
    uid_t owner;
    gid_t gid; /* -1: no group */
};

/* Serve at a door. */
int ms_api_open(const struct ms_api_door *door, const struct ms_api_backend *backend, void *arg,
                struct ms_api **ret, struct ms_err *err) ms_must_use;

/* The descriptor to poll for POLLIN, and for how long at most (-1: no bound). */
int ms_api_fd(const struct ms_api *api);
int ms_api_timeout_ms(const struct ms_api *api, int64_t now_ms);

/* Do what can be done. To be called after every poll. */
void ms_api_run(struct ms_api *api, int64_t now_ms);

/* Events of a job have come, or it ended: wake those who follow it. For ms_jobs.on_change. */
void ms_api_job_changed(struct ms_api *api, struct ms_job *job);

/* Answer what can be answered and close everything; the socket's path is left to who made it.
 * Accepts NULL. Calls that are under way must have been answered. */
void ms_api_close(struct ms_api *api);

#endif
