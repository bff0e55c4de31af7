/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/mem.h"
#include "modules/core/directory/db_priv.h"
#include "modules/core/directory/grant_priv.h"

enum { STATEMENTS_MAX = 256 * 1024 };

struct reading {
    struct ms_privs privs;
    bool exists;
};

static int on_priv(void *arg, const char *const *col, struct ms_err *err)
{
    struct reading *r = arg;

    (void)err;
    r->exists = true; /* everybody has at least USAGE */
    if (strcmp(col[3], "USAGE") != 0) {
        ms_privs_add(&r->privs, col[0], col[1], col[2], col[3]);
    }
    if (strcmp(col[4], "YES") == 0) {
        ms_privs_add(&r->privs, col[0], col[1], "", "GRANT OPTION");
    }
    return 0;
}

static int read_current(struct ms_directory *d, const char *user, struct reading *r,
                        struct ms_err *err)
{
    static const char sql[] =
        "SELECT '*', '*', '', privilege_type, is_grantable"
        " FROM information_schema.user_privileges WHERE grantee = ?"
        " UNION ALL SELECT table_schema, '*', '', privilege_type, is_grantable"
        " FROM information_schema.schema_privileges WHERE grantee = ?"
        " UNION ALL SELECT table_schema, table_name, '', privilege_type, is_grantable"
        " FROM information_schema.table_privileges WHERE grantee = ?"
        " UNION ALL SELECT table_schema, table_name, column_name, privilege_type, is_grantable"
        " FROM information_schema.column_privileges WHERE grantee = ?";
    ms_auto_free char *grantee = ms_xasprintf("'%s'@'%%'", user);

    if (ms_db_query(d, MS_Q(sql, MS_S(grantee), MS_S(grantee), MS_S(grantee), MS_S(grantee)),
                    on_priv, r, err) < 0) {
        return -1;
    }
    return r->exists
               ? 0
               : ms_err_set(err, MS_ENOTFOUND, 0,
                            "directory: there is no database user %s, or its grants may not be "
                            "seen",
                            user);
}

/* Databases of other names are made before anything is granted on them. */
static int make_databases(struct ms_directory *d, const struct ms_privs *wanted, struct ms_err *err)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct ms_priv *e = &wanted->v[i];
        char name[MS_DB_NAME_MAX + 1];
        size_t n = 0;
        ms_auto_free char *sql = NULL;

        if (strcmp(e->table, "*") != 0 || (i > 0 && strcmp(e->db, e[-1].db) == 0)) {
            continue;
        }
        for (const char *p = e->db; *p && n < MS_DB_NAME_MAX; p++) {
            if (*p != '\\') {
                name[n++] = *p;
            }
        }
        name[n] = '\0';
        sql = ms_xasprintf("CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4", name);
        if (ms_db_run_all(d, (const char *const[]){sql, NULL}, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int run_statements(struct ms_directory *d, const struct ms_buf *b, struct ms_err *err)
{
    for (const char *p = b->p; *p; p += strlen(p) + 1) {
        if (ms_db_run_all(d, (const char *const[]){p, NULL}, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int add_missing(struct ms_directory *d, const char *user, const struct ms_privs *wanted,
                       const struct ms_privs *have, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, STATEMENTS_MAX);
    if (ms_grant_statements(wanted, have, true, user, &b, err) < 0) {
        return -1;
    }
    return run_statements(d, &b, err);
}

/* 1 when something was revoked, 0 when not, -1 failed. */
static int drop_rest(struct ms_directory *d, const char *user, const struct ms_privs *wanted,
                     const struct ms_privs *have, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, STATEMENTS_MAX);
    if (ms_grant_statements(have, wanted, false, user, &b, err) < 0 ||
        run_statements(d, &b, err) < 0) {
        return -1;
    }
    return *b.p != '\0';
}

static void reading_done(struct reading *r)
{
    ms_privs_done(&r->privs);
}

/* What is missing is granted before anything is revoked: look-ups go on meanwhile. Revoking a
 * privilege on a whole table takes the same one on its columns along, so those come back at the
 * end.
 */
static int grant(struct ms_directory *d, const char *user, const char *const *grants,
                 struct ms_err *err)
{
    ms_cleanup(ms_privs_done) struct ms_privs wanted = {0};
    ms_cleanup(reading_done) struct reading before = {0};
    ms_cleanup(reading_done) struct reading after = {0};
    int r;

    for (; *grants; grants++) {
        if (ms_grant_parse(*grants, d->database, &wanted, err) < 0) {
            return -1;
        }
    }
    ms_privs_sort(&wanted);
    if (read_current(d, user, &before, err) < 0 || make_databases(d, &wanted, err) < 0 ||
        add_missing(d, user, &wanted, &before.privs, err) < 0) {
        return -1;
    }
    r = drop_rest(d, user, &wanted, &before.privs, err);
    if (r <= 0) {
        return r;
    }
    return read_current(d, user, &after, err) < 0
               ? -1
               : add_missing(d, user, &wanted, &after.privs, err);
}

int ms_directory_grant(struct ms_directory *d, const char *user, const char *const *grants,
                       struct ms_err *err)
{
    if (!ms_db_name_ok(user)) {
        return ms_err_set(err, MS_EINVAL, 0, "directory: \"%s\" is no name of a database user",
                          user);
    }
    if (grant(d, user, grants, err) < 0) {
        return ms_err_wrap(err, "grants of %s", user);
    }
    return 0;
}
