/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one connection and its statements, for the files of this folder only. Values travel as
 * parameters of prepared statements; a statement's own text is never built from outside text,
 * except the identifiers in grants, which are checked first (grant_priv.h). Results come as text.
 */
#ifndef MS_DIRECTORY_DB_PRIV_H
#define MS_DIRECTORY_DB_PRIV_H

#include <mysql.h>
#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/directory/directory.h"

struct ms_directory {
    MYSQL *my;
    char *database;
    uint64_t affected; /* rows that the last ms_db_run touched */
};

/* One parameter: text (s, NULL is SQL's NULL) or a number. */
struct ms_db_val {
    const char *s;
    int64_t i;
    bool is_int;
};

/* A statement with its parameters. */
struct ms_db_q {
    const char *sql;
    const struct ms_db_val *v;
    size_t n;
};

#define MS_S(x) ((struct ms_db_val){.s = (x), .i = 0, .is_int = false})
#define MS_I(x) ((struct ms_db_val){.s = NULL, .i = (x), .is_int = true})
#define MS_Q0(text) (&(const struct ms_db_q){.sql = (text), .v = NULL, .n = 0})
#define MS_Q(text, ...)                                                                            \
    (&(const struct ms_db_q){.sql = (text),                                                        \
                             .v = (const struct ms_db_val[]){__VA_ARGS__},                         \
                             .n = sizeof((const struct ms_db_val[]){__VA_ARGS__}) /                \
                                  sizeof(struct ms_db_val)})

/* Called with each row; col[i] is NULL for SQL's NULL and borrowed until it returns. -1 (with err
 * set) ends the reading. */
typedef int (*ms_db_row)(void *arg, const char *const *col, struct ms_err *err);

/* Set err from an error number and text of the client library: MS_EUNREACH or MS_EDB. Returns -1.
 */
int ms_db_fail(unsigned code, const char *text, struct ms_err *err);

/* Whether that error number says that the server cannot be reached (any more). */
bool ms_db_is_unreachable(unsigned code);

/* Run one statement without result; d->affected is set. */
int ms_db_run(struct ms_directory *d, const struct ms_db_q *q, struct ms_err *err) ms_must_use;

/* Run a list of statements without parameters and results, in order. */
int ms_db_run_all(struct ms_directory *d, const char *const *sql, struct ms_err *err) ms_must_use;

/* Run a query; fn gets each row. */
int ms_db_query(struct ms_directory *d, const struct ms_db_q *q, ms_db_row fn, void *arg,
                struct ms_err *err) ms_must_use;

/* The first column of the first row. 1: *ret is the text ("" for NULL; the caller frees it), 0: no
 * row, -1 failed. */
int ms_db_one(struct ms_directory *d, const struct ms_db_q *q, char **ret, struct ms_err *err)
    ms_must_use;

/* 1 when the query has a row, 0 when not, -1 failed. */
int ms_db_exists(struct ms_directory *d, const struct ms_db_q *q, struct ms_err *err) ms_must_use;

/* Take the directory's lock (one writer of ours at a time, MS_EBUSY after the wait) and start a
 * transaction. Whatever follows must end with ms_db_end. */
int ms_db_begin(struct ms_directory *d, struct ms_err *err) ms_must_use;

/* Commit when r is 0, else roll back; give the lock back. Returns r, or -1 when the commit failed.
 */
int ms_db_end(struct ms_directory *d, int r, struct ms_err *err) ms_must_use;

/* Take and give back the lock alone. */
int ms_db_lock(struct ms_directory *d, struct ms_err *err) ms_must_use;
void ms_db_unlock(struct ms_directory *d);

#endif
