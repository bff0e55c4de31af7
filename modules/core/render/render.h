/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Site + templates -> the files of every service, in memory. Pure but for reading templates,
 * overrides, secrets and keys below the given paths; writes nothing.
 */
#ifndef MS_RENDER_RENDER_H
#define MS_RENDER_RENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/base/hash.h"
#include "modules/core/stack/stack.h"

struct ms_tree_file {
    const char *service; /* borrowed from the stack */
    char *name;          /* "main.cf", "local/test.conf", "dkim/example.org/ms-rsa.key" */
    char *bytes;         /* may hold secrets: wiped when freed */
    size_t size;
    uint32_t mode, uid, gid;
    enum ms_change change;
    char sha256[MS_HASH_TEXT];
};

/* All files, ordered by service (as in the stack) and then as the fragment lists them. */
struct ms_tree {
    struct ms_tree_file *v;
    size_t n, cap;
    char **overrides; /* a line for each override file: which, and what becomes of it; owned */
    size_t n_overrides, cap_overrides;
};

void ms_tree_done(struct ms_tree *t);

/* The text of the secret of a service, or NULL with err set. Freed with ms_secret_free. */
typedef char *(*ms_render_secret)(void *arg, const char *service, const char *name,
                                  struct ms_err *err);

struct ms_render_input {
    const struct ms_site *site;
    const struct ms_stack *stack;
    const struct ms_paths *paths;
    ms_render_secret secret;
    void *secret_arg;
    const json_t *extra; /* members added to the data: dkim, zone; borrowed */
    bool draft;          /* copied files that do not exist yet are left out instead of failing */
};

/* Render everything. An error names template and line, or the override file. */
int ms_render(const struct ms_render_input *in, struct ms_tree *ret, struct ms_err *err)
    ms_must_use;

/* Write the files of one service below dir and remove what else is there; owners are set when
 * running as root. */
int ms_tree_write(const struct ms_tree *t, const char *service, const char *dir, struct ms_err *err)
    ms_must_use;

#endif
