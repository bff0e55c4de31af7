/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/db_priv.h"

#include "modules/core/base/mem.h"

enum { MIN_CELL = 64 }; /* room for any number or time as text */

static void stmt_close(MYSQL_STMT **s)
{
    if (*s) {
        (void)mysql_stmt_close(*s);
    }
}

static int stmt_fail(MYSQL_STMT *s, struct ms_err *err)
{
    return ms_db_fail(mysql_stmt_errno(s), mysql_stmt_error(s), err);
}

/* Prepare, bind and execute; *ret is closed by the caller. */
static int execute(struct ms_directory *d, const struct ms_db_q *q, MYSQL_STMT **ret,
                   struct ms_err *err)
{
    ms_cleanup(stmt_close) MYSQL_STMT *s = mysql_stmt_init(d->my);
    ms_auto_free MYSQL_BIND *b = NULL;
    my_bool max_length = 1;

    if (!s) {
        return ms_db_fail(mysql_errno(d->my), mysql_error(d->my), err);
    }
    if (mysql_stmt_prepare(s, q->sql, (unsigned long)strlen(q->sql)) != 0) {
        return stmt_fail(s, err);
    }
    if (mysql_stmt_param_count(s) != q->n) {
        return ms_err_set(err, MS_EDB, 0, "directory: a statement of %lu parameters got %zu",
                          mysql_stmt_param_count(s), q->n);
    }
    if (q->n > 0) {
        b = ms_xcalloc(q->n, sizeof(*b));
        for (size_t i = 0; i < q->n; i++) {
            const struct ms_db_val *v = &q->v[i];

            if (v->is_int) {
                b[i].buffer_type = MYSQL_TYPE_LONGLONG;
                b[i].buffer = (void *)(uintptr_t)&v->i;
            } else if (v->s) {
                b[i].buffer_type = MYSQL_TYPE_STRING;
                b[i].buffer = (void *)(uintptr_t)v->s;
                b[i].buffer_length = (unsigned long)strlen(v->s);
            } else {
                b[i].buffer_type = MYSQL_TYPE_NULL;
            }
        }
        if (mysql_stmt_bind_param(s, b) != 0) {
            return stmt_fail(s, err);
        }
    }
    (void)mysql_stmt_attr_set(s, STMT_ATTR_UPDATE_MAX_LENGTH, &max_length);
    if (mysql_stmt_execute(s) != 0) {
        return stmt_fail(s, err);
    }
    *ret = ms_steal(&s);
    return 0;
}

int ms_db_run(struct ms_directory *d, const struct ms_db_q *q, struct ms_err *err)
{
    ms_cleanup(stmt_close) MYSQL_STMT *s = NULL;

    if (execute(d, q, &s, err) < 0) {
        return -1;
    }
    d->affected = mysql_stmt_affected_rows(s);
    return 0;
}

/* The buffers that one row is fetched into. */
struct cells {
    unsigned n;
    MYSQL_BIND *b;
    unsigned long *len;
    my_bool *null, *cut;
    const char **col;
    char *text;
};

static void cells_done(struct cells *c)
{
    free(c->b);
    free(c->len);
    free(c->null);
    free(c->cut);
    free((void *)c->col);
    free(c->text);
}

static int cells_bind(struct cells *c, MYSQL_STMT *s, struct ms_err *err)
{
    MYSQL_RES *meta = mysql_stmt_result_metadata(s);
    size_t size = 0, at = 0;

    if (!meta) {
        (void)ms_err_set(err, MS_EDB, 0, "directory: a query without a result");
        return -1;
    }
    c->n = mysql_num_fields(meta);
    if (c->n == 0) {
        mysql_free_result(meta);
        (void)ms_err_set(err, MS_EDB, 0, "directory: a query without columns");
        return -1;
    }
    c->b = ms_xcalloc(c->n, sizeof(*c->b));
    c->len = ms_xcalloc(c->n, sizeof(*c->len));
    c->null = ms_xcalloc(c->n, sizeof(*c->null));
    c->cut = ms_xcalloc(c->n, sizeof(*c->cut));
    c->col = ms_xcalloc(c->n, sizeof(*c->col));
    for (unsigned i = 0; i < c->n; i++) {
        size += mysql_fetch_field_direct(meta, i)->max_length + MIN_CELL;
    }
    c->text = ms_xcalloc(size, 1);
    for (unsigned i = 0; i < c->n; i++) {
        unsigned long room = mysql_fetch_field_direct(meta, i)->max_length + MIN_CELL;

        c->b[i].buffer_type = MYSQL_TYPE_STRING;
        c->b[i].buffer = c->text + at;
        c->b[i].buffer_length = room - 1;
        c->b[i].length = &c->len[i];
        c->b[i].is_null = &c->null[i];
        c->b[i].error = &c->cut[i];
        at += room;
    }
    mysql_free_result(meta);
    return mysql_stmt_bind_result(s, c->b) != 0 ? stmt_fail(s, err) : 0;
}

static int each_row(MYSQL_STMT *s, struct cells *c, ms_db_row fn, void *arg, struct ms_err *err)
{
    int r;

    while ((r = mysql_stmt_fetch(s)) == 0) {
        for (unsigned i = 0; i < c->n; i++) {
            char *p = c->b[i].buffer;

            if (c->len[i] > c->b[i].buffer_length) {
                return ms_err_set(err, MS_EDB, 0, "directory: a value was cut short");
            }
            p[c->null[i] ? 0 : c->len[i]] = '\0';
            c->col[i] = c->null[i] ? NULL : p;
        }
        if (fn(arg, c->col, err) < 0) {
            return -1;
        }
    }
    if (r == MYSQL_DATA_TRUNCATED) {
        return ms_err_set(err, MS_EDB, 0, "directory: a value was cut short");
    }
    return r == MYSQL_NO_DATA ? 0 : stmt_fail(s, err);
}

int ms_db_query(struct ms_directory *d, const struct ms_db_q *q, ms_db_row fn, void *arg,
                struct ms_err *err)
{
    ms_cleanup(stmt_close) MYSQL_STMT *s = NULL;
    ms_cleanup(cells_done) struct cells c = {0};

    if (execute(d, q, &s, err) < 0) {
        return -1;
    }
    if (mysql_stmt_store_result(s) != 0) {
        return stmt_fail(s, err);
    }
    if (cells_bind(&c, s, err) < 0) {
        return -1;
    }
    return each_row(s, &c, fn, arg, err);
}

struct first {
    char *text;
    bool found;
};

static int keep_first(void *arg, const char *const *col, struct ms_err *err)
{
    struct first *f = arg;

    (void)err;
    if (!f->found) {
        f->found = true;
        f->text = ms_xstrdup(col[0] ? col[0] : "");
    }
    return 0;
}

int ms_db_one(struct ms_directory *d, const struct ms_db_q *q, char **ret, struct ms_err *err)
{
    struct first f = {0};

    if (ms_db_query(d, q, keep_first, &f, err) < 0) {
        free(f.text);
        return -1;
    }
    if (!f.found) {
        return 0;
    }
    *ret = f.text;
    return 1;
}

int ms_db_exists(struct ms_directory *d, const struct ms_db_q *q, struct ms_err *err)
{
    ms_auto_free char *text = NULL;

    return ms_db_one(d, q, &text, err);
}
