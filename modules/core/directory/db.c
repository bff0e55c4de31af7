/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/db_priv.h"

#include <errmsg.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/directory/grant_priv.h"

enum { TIMEOUT_S = 10, LOCK_WAIT_S = 30 };

bool ms_db_is_unreachable(unsigned code)
{
    switch (code) {
    case 1040: /* too many connections */
    case 1053: /* server shutdown in progress */
    case 1927: /* connection was killed */
    case CR_SOCKET_CREATE_ERROR:
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_HANDSHAKE_ERR:
    case CR_SERVER_LOST:
        return true;
    default:
        return false;
    }
}

int ms_db_fail(unsigned code, const char *text, struct ms_err *err)
{
    return ms_err_set(err, ms_db_is_unreachable(code) ? MS_EUNREACH : MS_EDB, (int)code,
                      "directory: %s", *text ? text : "unknown error of the database client");
}

static void set_options(MYSQL *my, unsigned timeout_s)
{
    unsigned t = timeout_s ? timeout_s : TIMEOUT_S;
    unsigned off = 0, tcp = MYSQL_PROTOCOL_TCP;
    my_bool no = 0;

    (void)mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &t);
    (void)mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &t);
    (void)mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &t);
    (void)mysql_options(my, MYSQL_OPT_PROTOCOL, &tcp);
    (void)mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &off);
    (void)mysql_options(my, MYSQL_OPT_RECONNECT, &no);
    /* Newer clients insist on a certificate; the private bridge has none. */
    (void)mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &no);
    (void)mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &no);
    (void)mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

/* Waiting for the lock and a statement's own work both stay below the read timeout. */
static int set_session(struct ms_directory *d, struct ms_err *err)
{
    static const char *const sql[] = {
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"
        "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION'",
        "SET SESSION time_zone = '+00:00'", "SET SESSION innodb_lock_wait_timeout = 5", NULL};

    return ms_db_run_all(d, sql, err);
}

int ms_directory_open(const struct ms_directory_login *login, struct ms_directory **ret,
                      struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = ms_xcalloc(1, sizeof(*d));

    if (!ms_db_name_ok(login->database)) {
        return ms_err_set(err, MS_EINVAL, 0, "directory: \"%s\" is no name of a database",
                          login->database);
    }
    d->database = ms_xstrdup(login->database);
    d->my = mysql_init(NULL);
    if (!d->my) {
        return ms_err_set(err, MS_EDB, 0, "directory: the database client cannot start");
    }
    set_options(d->my, login->timeout_s);
    if (!mysql_real_connect(d->my, login->host, login->user, login->password, login->database,
                            login->port, NULL, 0)) {
        return ms_db_fail(mysql_errno(d->my), mysql_error(d->my), err);
    }
    if (set_session(d, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&d);
    return 0;
}

void ms_directory_close(struct ms_directory *d)
{
    if (!d) {
        return;
    }
    if (d->my) {
        mysql_close(d->my);
    }
    free(d->database);
    free(d);
}

int ms_db_run_all(struct ms_directory *d, const char *const *sql, struct ms_err *err)
{
    for (; *sql; sql++) {
        if (mysql_query(d->my, *sql) != 0) {
            return ms_db_fail(mysql_errno(d->my), mysql_error(d->my), err);
        }
    }
    return 0;
}

int ms_db_lock(struct ms_directory *d, struct ms_err *err)
{
    ms_auto_free char *got = NULL;
    int64_t deadline = ms_time_mono_ms() + (int64_t)LOCK_WAIT_S * 1000;

    /* In short waits, so that a read timeout below the whole wait does not cut the connection. */
    do {
        free(ms_steal(&got));
        if (ms_db_one(d, MS_Q("SELECT GET_LOCK(CONCAT('ms.', MD5(?)), 1)", MS_S(d->database)), &got,
                      err) < 0) {
            return -1;
        }
        if (got && strcmp(got, "1") == 0) {
            return 0;
        }
    } while (ms_time_mono_ms() < deadline);
    return ms_err_set(err, MS_EBUSY, 0, "directory: somebody else is changing it");
}

void ms_db_unlock(struct ms_directory *d)
{
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    ms_auto_free char *got = NULL;

    if (ms_db_one(d, MS_Q("SELECT RELEASE_LOCK(CONCAT('ms.', MD5(?)))", MS_S(d->database)), &got,
                  &ignored) < 0) {
        return; /* a connection that broke has lost the lock already */
    }
}

int ms_db_begin(struct ms_directory *d, struct ms_err *err)
{
    static const char *const sql[] = {"START TRANSACTION", NULL};

    if (ms_db_lock(d, err) < 0) {
        return -1;
    }
    if (ms_db_run_all(d, sql, err) < 0) {
        ms_db_unlock(d);
        return -1;
    }
    return 0;
}

int ms_db_end(struct ms_directory *d, int r, struct ms_err *err)
{
    static const char *const sql[] = {"COMMIT", NULL};

    if (r == 0) {
        r = ms_db_run_all(d, sql, err);
    }
    if (r < 0) {
        (void)mysql_rollback(d->my);
    }
    ms_db_unlock(d);
    return r;
}
