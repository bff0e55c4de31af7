/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics: what is wrong with a file that a person wrote. They are collected, not returned, so
 * that one run shows every problem; the load fails at its end if any of them is an error. They own
 * their strings.
 */
#ifndef MS_BASE_DIAG_H
#define MS_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "modules/core/base/cleanup.h"

/* A place in a file. line and col count from 1; 0 means the file as a whole. file is borrowed. */
struct ms_loc {
    const char *file;
    unsigned line, col;
};

enum ms_severity { MS_DIAG_WARNING, MS_DIAG_ERROR };

struct ms_diag {
    enum ms_severity severity;
    char *file;
    unsigned line, col;
    char *path; /* key path such as "domains.example.org.quota"; "" for the file as a whole */
    char *text; /* what is wrong and how to mend it */
};

/* At most max diagnostics are kept (further ones are only counted). */
struct ms_diags {
    struct ms_diag *v;
    size_t n, cap, max;
    size_t n_errors, n_warnings; /* all, the dropped ones too */
};

/* An empty list that keeps at most max diagnostics (0: 1000). */
void ms_diags_init(struct ms_diags *d, size_t max);

/* Free the content. Accepts a zeroed list. */
void ms_diags_done(struct ms_diags *d);

/* Add one. path may be NULL. Control characters in path and text become "?". */
void ms_diag_add(struct ms_diags *d, enum ms_severity sev, struct ms_loc loc, const char *path,
                 const char *fmt, ...) ms_printf(5, 6);

/* Order by file, line and column; equal places keep the order they were added in. */
void ms_diags_sort(struct ms_diags *d);

/* Print as "file:line:col: error: key.path: text", a line each, then a count when some were
 * dropped. */
void ms_diags_print(const struct ms_diags *d, FILE *f);

#define ms_auto_diags ms_cleanup(ms_diags_done)

#endif
