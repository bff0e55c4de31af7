/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many verbs begin with: site.yaml with its problems printed, the paths, the services, the
 * engine.
 */
#ifndef MS_CLI_LOAD_H
#define MS_CLI_LOAD_H

#include "cmd/mailstead/cli.h"
#include "modules/core/base/arena.h"
#include "modules/core/engine/engine.h"
#include "modules/core/site/site.h"
#include "modules/core/stack/stack.h"

/* Load c->site; problems are printed to standard error. Returns MS_EXIT_OK with *ret, or the exit
 * status. */
int ms_load_site(const struct ms_cli *c, struct ms_site **ret);

/* Site, paths and services of one run. */
struct ms_loaded {
    struct ms_arena *arena; /* of the paths */
    struct ms_site *site;
    struct ms_paths paths;
    struct ms_stack *stack;
};

/* Fill in the paths only: absolute, whether or not the files exist. *a becomes their arena. Returns
 * as ms_load_site; the error is printed. */
int ms_load_paths(const struct ms_cli *c, struct ms_arena **a, struct ms_paths *ret);

/* Load everything. Returns as ms_load_site; ret must be freed with ms_loaded_done in any case. */
int ms_load_all(const struct ms_cli *c, struct ms_loaded *ret);

/* Free the content. Accepts a zeroed one. */
void ms_loaded_done(struct ms_loaded *l);

#define ms_auto_loaded ms_cleanup(ms_loaded_done)

/* The absolute form of a path, with symbolic links resolved as far as it exists. The caller frees
 * it. */
char *ms_load_absolute(const char *path);

/* Whether something listens at the engine's socket. On failure MS_EUNREACH with what to do. */
int ms_load_engine_answers(const struct ms_cli *c, struct ms_err *err) ms_must_use;

/* The container of a service; NULL when it has none. Borrowed from the snapshot. */
const struct ms_container *ms_load_container(const struct ms_snapshot *s, const char *service);

/* The engine, asked for what exists of the project of c->state. Returns as ms_load_site. The caller
 * frees the engine and the snapshot. */
int ms_load_snapshot(const struct ms_cli *c, struct ms_engine **ret_engine,
                     struct ms_snapshot *ret);

#endif
