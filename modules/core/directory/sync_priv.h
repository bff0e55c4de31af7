/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many rows made equal to what is wanted, in few statements: rows are read in batches by their key,
 * and only what is missing or differs is written. Runs inside the caller's transaction.
 */
#ifndef MS_DIRECTORY_SYNC_PRIV_H
#define MS_DIRECTORY_SYNC_PRIV_H

#include "modules/core/base/arena.h"
#include "modules/core/directory/db_priv.h"

/* One wanted row. */
struct ms_sync_row {
    const char *key;
    struct ms_loc loc;         /* where site.yaml says so */
    const struct ms_db_val *v; /* v[0] is the key; a NULL text leaves that column as it is */
    bool *changed;       /* set when the row is written; shared by an object's rows; may be NULL */
    bool found, differs; /* what ms_sync saw */
};

/* A list of them, in the arena's strings, its own array. */
struct ms_sync_rows {
    struct ms_arena *arena;
    struct ms_sync_row *v;
    size_t n, cap;
};

/* How rows of one table are read and written. */
struct ms_sync_table {
    const char
        *select; /* "SELECT key, a, b FROM t WHERE key IN "; a, b are compared with v[1], v[2]
                  */
    size_t n_compared;
    const char *insert; /* "INSERT INTO t (...) VALUES " */
    const char *values; /* "(?, ?, NOW())": one row */
    const char *update; /* " ON DUPLICATE KEY UPDATE ..." */
    size_t n_values;    /* parameters of one row */
    bool keep;          /* a row that exists is never written */
};

/* Add a row of n values; key and values are borrowed and outlive the list. */
void ms_sync_add(struct ms_sync_rows *rows, struct ms_loc loc, bool *changed,
                 const struct ms_db_val *v, size_t n);

/* Free the list, not the arena. */
void ms_sync_rows_done(struct ms_sync_rows *rows);

/* Order by key, ignoring case as the tables do. */
void ms_sync_sort(struct ms_sync_rows *rows);

/* The row of that key in a sorted list, else NULL. */
struct ms_sync_row *ms_sync_find(const struct ms_sync_rows *rows, const char *key);

/* Make the table hold the sorted rows. */
int ms_sync(struct ms_directory *d, const struct ms_sync_table *t, struct ms_sync_rows *rows,
            struct ms_err *err) ms_must_use;

/* Only read: set found and differs of the sorted rows. */
int ms_sync_look(struct ms_directory *d, const struct ms_sync_table *t, struct ms_sync_rows *rows,
                 struct ms_err *err) ms_must_use;

/* Only write: the rows that found and differs say so of. */
int ms_sync_write(struct ms_directory *d, const struct ms_sync_table *t, struct ms_sync_rows *rows,
                  struct ms_err *err) ms_must_use;

/* Bring the marks of one kind of declared object up to date with the sorted rows' places. Marks of
 * what is no longer declared are removed and their number is added to *n_gone. */
int ms_declared_sync(struct ms_directory *d, const char *kind, struct ms_sync_rows *rows,
                     uint64_t *n_gone, struct ms_err *err) ms_must_use;

/* Run "head (?, ?, ...)" with the keys of the rows in batches; lead, when not NULL, is a parameter
 * before them. The number of touched rows is added to *n_affected. */
int ms_sync_run_in(struct ms_directory *d, const char *head, const char *lead,
                   const struct ms_sync_rows *rows, uint64_t *n_affected, struct ms_err *err)
    ms_must_use;

#endif
