/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site and its stack as every role of this program loads them.
 */
#ifndef MS_MAILSTEADD_LOAD_H
#define MS_MAILSTEADD_LOAD_H

#include <stdbool.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/buf.h"
#include "modules/core/engine/engine.h"
#include "modules/core/site/site.h"
#include "modules/core/stack/stack.h"

/* What the command line says, made absolute; lives as long as the process. */
struct options {
    struct ms_arena *arena;
    struct ms_paths paths;
    const char *engine_socket; /* NULL: the default */
};

/* Make site and state absolute (a site that does not exist is no error), find the data folder,
 * take the engine's socket from DOCKER_HOST. */
int options_init(struct options *o, const char *site, const char *state, struct ms_err *err)
    ms_must_use;
void options_done(struct options *o);

/* A new connection to the engine; o is a struct options. For ms_deploy.engine. */
struct ms_engine *options_engine(void *o);

struct loaded {
    struct ms_site *site;
    struct ms_stack *stack;
    struct ms_buf text; /* of site.yaml as it was loaded */
};

/* Which text of site.yaml: the file as it is now, or as it was when `up` last succeeded (kept in
 * the state directory; before the first `up` it is the file). */
enum load_from { LOAD_SITE, LOAD_APPLIED };

/* Load both. The problems of an invalid site.yaml become the further lines of the message. Messages
 * name site.yaml in either case. */
int loaded_init(struct loaded *l, const struct options *o, enum load_from from, struct ms_err *err)
    ms_must_use;

/* Whether site.yaml differs from what was last applied; false before the first `up`. */
bool load_is_pending(const struct options *o);
void loaded_done(struct loaded *l);

#endif
