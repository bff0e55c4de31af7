/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/parse.h"
#include "modules/core/directory/db_priv.h"
#include "modules/core/directory/schema_priv.h"

/* The version that the statement's number says; 0 when it has no row. */
static int read_version(struct ms_directory *d, const char *sql, uint32_t *ret, struct ms_err *err)
{
    ms_auto_free char *text = NULL;
    int r = ms_db_one(d, MS_Q0(sql), &text, err);

    if (r < 0) {
        return -1;
    }
    *ret = 0;
    if (r == 1 && *text && ms_parse_u32(text, ret) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: \"%s\" is no schema version", text);
    }
    return 0;
}

static int check_postfixadmin(struct ms_directory *d, struct ms_err *err)
{
    uint32_t v = 0;

    if (read_version(d, "SELECT value FROM config WHERE name = 'version'", &v, err) < 0) {
        return -1;
    }
    if (v < MS_POSTFIXADMIN_VERSION) {
        return ms_err_set(
            err, MS_EDB, 0,
            "directory: the tables come from a PostfixAdmin at version %u; version %d "
            "is needed: run its upgrade.php first",
            v, MS_POSTFIXADMIN_VERSION);
    }
    return 0;
}

static int migrate(struct ms_directory *d, unsigned *ret_version, struct ms_err *err)
{
    static const char *const first[] = {"CREATE TABLE IF NOT EXISTS ms_schema ("
                                        "version INT UNSIGNED NOT NULL PRIMARY KEY,"
                                        "applied DATETIME NOT NULL) ENGINE=InnoDB",
                                        NULL};
    uint32_t have = 0;

    if (ms_db_run_all(d, first, err) < 0 ||
        read_version(d, "SELECT MAX(version) FROM ms_schema", &have, err) < 0) {
        return -1;
    }
    if (have > ms_n_migrations) {
        return ms_err_set(err, MS_EDB, 0,
                          "directory: the schema is at version %u, made by a newer mailstead than "
                          "this one, which knows version %zu",
                          have, ms_n_migrations);
    }
    for (size_t i = have; i < ms_n_migrations; i++) {
        if (ms_db_run_all(d, ms_migrations[i], err) < 0 ||
            ms_db_run(d,
                      MS_Q("INSERT INTO ms_schema (version, applied) VALUES (?, NOW())",
                           MS_I((int64_t)i + 1)),
                      err) < 0) {
            return ms_err_wrap(err, "migration %zu", i + 1);
        }
    }
    if (check_postfixadmin(d, err) < 0) {
        return -1;
    }
    *ret_version = (unsigned)ms_n_migrations;
    return 0;
}

int ms_directory_migrate(struct ms_directory *d, unsigned *ret_version, struct ms_err *err)
{
    int r;

    if (ms_db_lock(d, err) < 0) {
        return -1;
    }
    r = migrate(d, ret_version, err);
    ms_db_unlock(d);
    return r;
}
