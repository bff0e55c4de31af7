/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations we ask of a container engine. Blocking, each with its own bound on time; one
 * ms_engine may be used by one process at a time (a forked child makes its own with
 * ms_engine_docker). Implementations: docker.c (Docker Engine API on a Unix socket), fake.c (in
 * shared memory, for tests). Errors: MS_EUNREACH when nothing answers, MS_EENGINE with the HTTP
 * status otherwise, MS_ENOTFOUND for 404, MS_ETIME.
 */
#ifndef MS_ENGINE_ENGINE_H
#define MS_ENGINE_ENGINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/stack/stack.h"

struct ms_engine_info {
    char *version;     /* of the engine, "20.10.24" */
    char *api_version; /* the one negotiated, "1.41" */
    char *root_dir;    /* where it keeps its data */
    uint64_t memory;   /* of the host, bytes */
    unsigned cpus;
    unsigned cgroup_version; /* 1 or 2 */
    uint64_t max_nofile;     /* the hard limit a container can get; 0 unknown */
};

/* Free the content. Accepts a zeroed struct. */
void ms_engine_info_done(struct ms_engine_info *i);

struct ms_container {
    char *id, *name;
    char *service; /* label com.docker.compose.service */
    char *image_id;
    char *image;        /* reference it was created from */
    char *spec_hash;    /* label org.mailstead.spec, "" when absent */
    char *state;        /* created running paused restarting removing exited dead */
    char *status;       /* "Up 3 minutes" */
    int exit_code;      /* set by inspect only */
    bool oom_killed;    /* set by inspect only */
    int restart_count;  /* set by inspect only */
    int64_t started_ms; /* wall clock; set by inspect only */
};

/* Free the content (what inspect gave). Accepts a zeroed struct. */
void ms_container_done(struct ms_container *c);

/* An object known by name whose label org.mailstead.spec we wrote. */
struct ms_engine_object {
    char *name; /* full name: "mailstead_backend" */
    char *spec_hash;
};

/* What exists of one project. */
struct ms_snapshot {
    struct ms_container *containers;
    size_t n_containers;
    struct ms_engine_object *networks, *volumes;
    size_t n_networks, n_volumes;
};

/* Free the content. Accepts a zeroed struct. */
void ms_snapshot_done(struct ms_snapshot *s);

/* Called with each piece of output. stream: 1 stdout, 2 stderr. Return -1 to end the stream early
 * (not an error). */
typedef int (*ms_engine_output)(void *arg, int stream, const char *p, size_t n);

/* Produces the next part of a tar stream: bytes written to buf (at most cap), 0 at its end, -1
 * failed. */
typedef ssize_t (*ms_engine_source)(void *arg, char *buf, size_t cap);

struct ms_engine_event {
    const char *type, *action; /* "container" "die" */
    const char *service;       /* "" when unlabelled */
    const char *id;
    int exit_code; /* -1 unknown */
    int64_t time_ms;
};

struct ms_engine_ops {
    int (*info)(void *impl, struct ms_engine_info *ret, struct ms_err *err);
    int (*snapshot)(void *impl, const char *project, struct ms_snapshot *ret, struct ms_err *err);
    /* 1 there is, 0 there is none; *ret_id (may be NULL) is freed by the caller */
    int (*image_find)(void *impl, const char *ref, char **ret_id, struct ms_err *err);
    int (*image_import)(void *impl, const char *tar_path, const char *ref, struct ms_err *err);
    /* Build from a tar stream of the context; on_output gets the build's lines. A failed build's
     * error holds its last lines. */
    int (*image_build)(void *impl, const char *ref, const json_t *labels, const json_t *args,
                       ms_engine_source source, void *source_arg, ms_engine_output on_output,
                       void *arg, struct ms_err *err);
    /* Get it from its registry. */
    int (*image_pull)(void *impl, const char *ref, struct ms_err *err);
    int (*image_tag)(void *impl, const char *ref, const char *new_ref, struct ms_err *err);
    int (*image_remove)(void *impl, const char *ref, struct ms_err *err);
    /* Remove our images (label org.mailstead.component) whose reference is not in keep
     * (NULL-terminated). */
    int (*image_prune)(void *impl, const char *const *keep, struct ms_err *err);
    int (*network_create)(void *impl, const char *project, const struct ms_network *n,
                          struct ms_err *err);
    int (*network_remove)(void *impl, const char *name, struct ms_err *err);
    int (*volume_create)(void *impl, const char *project, const char *name, struct ms_err *err);
    int (*volume_remove)(void *impl, const char *name, struct ms_err *err);
    /* Create (not start) the service's container, named <project>-<service>-1 as Compose does.
     * *ret_id (may be NULL) is freed by the caller. */
    int (*create)(void *impl, const char *project, const struct ms_service *s, char **ret_id,
                  struct ms_err *err);
    int (*inspect)(void *impl, const char *id, struct ms_container *ret, struct ms_err *err);
    int (*start)(void *impl, const char *id, struct ms_err *err);
    int (*stop)(void *impl, const char *id, unsigned grace_s, struct ms_err *err);
    int (*restart)(void *impl, const char *id, unsigned grace_s, struct ms_err *err);
    int (*kill)(void *impl, const char *id, const char *sig, struct ms_err *err);
    int (*remove)(void *impl, const char *id, struct ms_err *err);
    /* Give a container another name; it may be running. */
    int (*rename)(void *impl, const char *id, const char *name, struct ms_err *err);
    /* Last tail lines (tail < 0: all), then follow until the container ends or on_output says -1.
     */
    int (*logs)(void *impl, const char *id, int tail, bool follow, ms_engine_output on_output,
                void *arg, struct ms_err *err);
    /* Run argv in the container; *ret_status gets its exit status. input may be NULL. */
    int (*exec)(void *impl, const char *id, const char *const *argv, const struct ms_buf *input,
                ms_engine_output on_output, void *arg, int *ret_status, struct ms_err *err);
    /* Run argv in a new container made as the service's (same mounts, no network), wait, remove it.
     */
    int (*run)(void *impl, const char *project, const struct ms_service *s, const char *const *argv,
               ms_engine_output on_output, void *arg, int *ret_status, struct ms_err *err);
    void (*free)(void *impl);
};

struct ms_engine {
    const struct ms_engine_ops *ops;
    void *impl;
};

/* The Docker Engine API at a Unix socket (NULL: /var/run/docker.sock). Connects at the first use,
 * negotiates the version (1.41 is the least: older is MS_EENGINE "too old"). */
struct ms_engine *ms_engine_docker(const char *socket) ms_must_use;

/* A fake that keeps containers in memory shared with forked children. fail_at: the number of the
 * changing call (from 1) that fails, 0 none. */
struct ms_engine *ms_engine_fake(unsigned fail_at) ms_must_use;

/* How many changing calls the fake has seen; the calls as text, one a line ("create postfix"). */
unsigned ms_engine_fake_calls(const struct ms_engine *e);
const char *ms_engine_fake_log(const struct ms_engine *e);

void ms_engine_free(struct ms_engine *e);
MS_DEFINE_CLEANUP(struct ms_engine, ms_engine_free)

/* Events of one project as they come. One connection in the caller's poll loop; reconnects by
 * itself. */
struct ms_engine_events;
typedef void (*ms_engine_on_event)(void *arg, const struct ms_engine_event *ev);

/* Open the stream. connected says after each (re)connection that events may have been missed: take
 * a snapshot. */
int ms_engine_events_open(const char *socket, const char *project, ms_engine_on_event on_event,
                          void (*on_connected)(void *arg, bool connected), void *arg,
                          struct ms_engine_events **ret, struct ms_err *err) ms_must_use;

/* Let it work: wait at most timeout_ms for its sockets and the n extra descriptors (as struct
 * pollfd, revents are filled in). */
struct pollfd;
int ms_engine_events_poll(struct ms_engine_events *ev, struct pollfd *extra, unsigned n,
                          int timeout_ms, struct ms_err *err) ms_must_use;
void ms_engine_events_free(struct ms_engine_events *ev);

/* The body of POST /containers/create for a service (engine/create.c; pure). The caller owns the
 * reference. */
int ms_engine_create_body(const char *project, const struct ms_service *s, uint64_t max_nofile,
                          json_t **ret, struct ms_err *err) ms_must_use;

#endif
