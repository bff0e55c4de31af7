/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wanted against running -> plan -> apply. Content hashes decide between nothing, reload, restart
 * and re-creation. Each step runs in a forked child with its own engine connection, independent
 * steps at the same time; dependants wait for health. State on disk: applied/<service>.json (what a
 * service runs with), generations/<n>/, journal. Killing it anywhere is harmless: the next run
 * compares again.
 */
#ifndef MS_DEPLOY_DEPLOY_H
#define MS_DEPLOY_DEPLOY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/engine/engine.h"
#include "modules/core/render/render.h"
#include "modules/core/stack/stack.h"

enum ms_action {
    MS_ACT_BUILD,    /* image: make it */
    MS_ACT_NETWORK,  /* network: create, or replace */
    MS_ACT_VOLUME,   /* volume: create */
    MS_ACT_CREATE,   /* service: create and start */
    MS_ACT_RECREATE, /* service: remove, create, start */
    MS_ACT_START,    /* service: start */
    MS_ACT_RESTART,  /* service: restart */
    MS_ACT_RELOAD,   /* service: reload */
    MS_ACT_STOP,     /* service: stop and remove */
    MS_ACT_REMOVE,   /* container that is no longer part of the stack */
    MS_ACT_REMOVE_NETWORK,
    MS_ACT_REMOVE_VOLUME,
    MS_ACT_DIRECTORY, /* database: migrate, grants, declared objects */
    MS_ACT__COUNT
};

/* "create", "reload", ... */
const char *ms_action_name(enum ms_action a);

struct ms_step {
    enum ms_action action;
    const char *target; /* "postfix", "backend", "mailstead/postfix:4f1c..." */
    const char *reason; /* "no container", "main.cf changed", "image changed" */
    unsigned *after;    /* indices of steps that must be done first */
    size_t n_after;
};

struct ms_plan {
    struct ms_arena *arena;
    struct ms_step *steps;
    size_t n_steps;
    const char **notes; /* things worth saying that are no steps, NULL-terminated */
};

void ms_plan_free(struct ms_plan *p);
MS_DEFINE_CLEANUP(struct ms_plan, ms_plan_free)

/* One event: {"t": wall ms, "step": "create postfix" or "", "state": "plan" | "start" | "output" |
 * "done" | "failed" | "skipped" | "note" | "end", "text": ..., "ms": duration (done, failed), "n":
 * index, "total": steps}. Borrowed. The last one is "end" with "changed": bool and "ok": bool. */
typedef void (*ms_deploy_event)(void *arg, const json_t *event);

struct ms_deploy {
    const struct ms_site *site;
    const struct ms_stack *stack;
    const struct ms_paths *paths;
    const struct ms_buf *site_text; /* what site was loaded from, kept after an `up`; may be NULL */
    struct ms_engine *(*engine)(void *arg); /* makes a new connection */
    void *engine_arg;
    ms_deploy_event on_event; /* may be NULL */
    void *arg;
    bool resume;       /* do nothing unless the journal still says, under the lock, that a run was
                          interrupted */
    unsigned parallel; /* steps at the same time, 0: 6 */
};

/* What `up` would do. Reads only; needs no engine (with_engine false: everything counts as absent).
 */
int ms_deploy_plan(const struct ms_deploy *d, bool with_engine, struct ms_plan **ret,
                   struct ms_err *err) ms_must_use;

/* Bring the stack to what the site says and wait until it is healthy. Takes the state's lock: waits
 * (with a "note" event) while another run has it. */
int ms_deploy_up(const struct ms_deploy *d, bool *ret_changed, struct ms_err *err) ms_must_use;

/* Stop and remove containers and networks; with volumes, the data too. d->site and d->stack may be
 * NULL: labels tell what is ours. */
int ms_deploy_down(const struct ms_deploy *d, bool volumes, struct ms_err *err) ms_must_use;

/* Restart services (NULL or empty: all) and wait for health. MS_ENOTFOUND for an unknown name. */
int ms_deploy_restart(const struct ms_deploy *d, const char *const *services, struct ms_err *err)
    ms_must_use;

/* Make the images that are missing, nothing else. */
int ms_deploy_images(const struct ms_deploy *d, bool *ret_changed, struct ms_err *err) ms_must_use;

/* Whether the last run did not end (it was killed): 1 and its kind ("up", "down", "restart"), or 0.
 * The supervisor then goes on with it by itself, with `resume` set. */
enum { MS_RUN_KIND = 16 };
int ms_deploy_interrupted(const char *state, char kind[MS_RUN_KIND]);

/* After a domain was added or removed at run time, or a certificate changed: write the files that
 * depend on keys/ again and reload what uses them. */
int ms_deploy_refresh_files(const struct ms_deploy *d, struct ms_err *err) ms_must_use;

/* Make or take over the certificates that tls.mode asks for, as far as no authority is needed: what
 * `up` does first. On failure what is there stays, and the error says which file is wrong. */
int ms_deploy_tls(const struct ms_site *site, const struct ms_paths *paths, bool *ret_changed,
                  struct ms_err *err) ms_must_use;

/* A path that site.yaml names: relative ones are meant from the folder that it is in. NULL for
 * NULL; the caller frees it. */
char *ms_deploy_beside_site(const struct ms_paths *paths, const char *path) ms_must_use;

/* How to log in to the directory of a running stack; strings are in the arena. MS_ENOTFOUND before
 * the first `up`. */
struct ms_directory_login;
int ms_deploy_directory_login(const struct ms_stack *stack, const struct ms_paths *paths,
                              struct ms_arena *a, struct ms_directory_login *ret,
                              struct ms_err *err) ms_must_use;

/* The plan for people, a line each with its reason; and as JSON (the caller owns the reference). */
void ms_plan_text(const struct ms_plan *p, struct ms_buf *out);
json_t *ms_plan_json(const struct ms_plan *p) ms_must_use;

#endif
