/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants as the Compose fragments write them, taken apart, compared and put together again. Pure;
 * every name that ends in a statement was checked here. The grammar is in README.md.
 */
#ifndef MS_DIRECTORY_GRANT_PRIV_H
#define MS_DIRECTORY_GRANT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

enum { MS_DB_NAME_MAX = 64 };

/* One privilege on one thing, the names as the server's information_schema tells them: a database
 * in a privilege on a whole database has its '_' escaped. */
struct ms_priv {
    char *db;     /* "*": all databases */
    char *table;  /* "*": the whole database */
    char *column; /* "": the whole table */
    char *name;   /* "SELECT" */
};

struct ms_privs {
    struct ms_priv *v;
    size_t n, cap;
};

/* Free the content. Accepts a zeroed list. */
void ms_privs_done(struct ms_privs *p);

/* Add one; the strings are copied. */
void ms_privs_add(struct ms_privs *p, const char *db, const char *table, const char *column,
                  const char *name);

/* Order by database, table, privilege and column, and drop what is there twice. */
void ms_privs_sort(struct ms_privs *p);

/* 1 to 64 of a-z, 0-9 and _. */
bool ms_db_name_ok(const char *s);

/* Take one grant apart and add what it says. database is what a plain table name belongs to. On
 * MS_EINVAL the list may hold a part of it. */
int ms_grant_parse(const char *text, const char *database, struct ms_privs *p, struct ms_err *err)
    ms_must_use;

/* Write "GRANT ... ON ... TO 'user'@'%'" (or REVOKE ... FROM) for the privileges of a that b does
 * not hold, one statement for each table or database; each is NUL-terminated, the last followed by
 * an empty one. Both lists are sorted. MS_EINVAL when a name cannot be written or the text is too
 * long. */
int ms_grant_statements(const struct ms_privs *a, const struct ms_privs *b, bool grant,
                        const char *user, struct ms_buf *out, struct ms_err *err) ms_must_use;

#endif
