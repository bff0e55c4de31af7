/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/sync_priv.h"

/* The marks of one kind while they are compared. */
struct marks {
    struct ms_sync_rows *rows; /* what is declared; found and differs are about the mark */
    struct ms_sync_rows gone;  /* marks of what is no longer declared */
};

static int on_mark(void *arg, const char *const *col, struct ms_err *err)
{
    struct marks *m = arg;
    struct ms_sync_row *r = ms_sync_find(m->rows, col[0]);

    (void)err;
    if (!r) {
        ms_sync_add(&m->gone, (struct ms_loc){0}, NULL,
                    (const struct ms_db_val[]){MS_S(ms_arena_strdup(m->gone.arena, col[0]))}, 1);
        return 0;
    }
    r->found = true;
    r->differs = strcmp(col[1], r->loc.file) != 0 || ms_object_number(col[2]) != r->loc.line;
    return 0;
}

static int write_marks(struct ms_directory *d, const char *kind, struct ms_sync_rows *rows,
                       struct ms_err *err)
{
    static const struct ms_sync_table table = {
        .insert = "INSERT INTO ms_declared (name, kind, file, line) VALUES ",
        .values = "(?, ?, ?, ?)",
        .update = " ON DUPLICATE KEY UPDATE file = VALUES(file), line = VALUES(line)",
        .n_values = 4};
    struct ms_sync_rows write = {.arena = rows->arena};
    int rc;

    for (size_t i = 0; i < rows->n; i++) {
        const struct ms_sync_row *r = &rows->v[i];

        if (!r->found || r->differs) {
            ms_sync_add(&write, r->loc, NULL,
                        (const struct ms_db_val[]){MS_S(r->key), MS_S(kind), MS_S(r->loc.file),
                                                   MS_I((int64_t)r->loc.line)},
                        4);
        }
    }
    rc = ms_sync_write(d, &table, &write, err);
    ms_sync_rows_done(&write);
    return rc;
}

int ms_declared_sync(struct ms_directory *d, const char *kind, struct ms_sync_rows *rows,
                     uint64_t *n_gone, struct ms_err *err)
{
    struct marks m = {.rows = rows, .gone = {.arena = rows->arena}};
    int rc;

    for (size_t i = 0; i < rows->n; i++) {
        rows->v[i].found = rows->v[i].differs = false;
    }
    rc = ms_db_query(d, MS_Q("SELECT name, file, line FROM ms_declared WHERE kind = ?", MS_S(kind)),
                     on_mark, &m, err);
    if (rc == 0) {
        rc = ms_sync_run_in(d, "DELETE FROM ms_declared WHERE kind = ? AND name IN ", kind, &m.gone,
                            n_gone, err);
    }
    if (rc == 0) {
        rc = write_marks(d, kind, rows, err);
    }
    ms_sync_rows_done(&m.gone);
    return rc;
}
