/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/sync_priv.h"

#include <strings.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"

/* One statement stays well below the server's max_allowed_packet (16 MiB by default). */
enum { BATCH_ROWS = 256, BATCH_BYTES = 1 << 20, SQL_MAX = 1 << 20 };

struct batch {
    const struct ms_sync_table *t;
    const struct ms_sync_rows *all;
    size_t from, to; /* rows all->v[from..to) */
};

void ms_sync_add(struct ms_sync_rows *rows, struct ms_loc loc, bool *changed,
                 const struct ms_db_val *v, size_t n)
{
    struct ms_db_val *copy = ms_arena_alloc(rows->arena, n, sizeof(*copy));

    memcpy(copy, v, n * sizeof(*v));
    rows->v = ms_xgrow(rows->v, rows->n, &rows->cap, sizeof(*rows->v));
    rows->v[rows->n++] =
        (struct ms_sync_row){.key = v[0].s, .loc = loc, .v = copy, .changed = changed};
}

void ms_sync_rows_done(struct ms_sync_rows *rows)
{
    free(rows->v);
    rows->v = NULL;
    rows->n = rows->cap = 0;
}

static int compare(const void *a, const void *b)
{
    return strcasecmp(((const struct ms_sync_row *)a)->key, ((const struct ms_sync_row *)b)->key);
}

void ms_sync_sort(struct ms_sync_rows *rows)
{
    if (rows->n > 1) {
        qsort(rows->v, rows->n, sizeof(*rows->v), compare);
    }
}

struct ms_sync_row *ms_sync_find(const struct ms_sync_rows *rows, const char *key)
{
    struct ms_sync_row like = {.key = key};

    return rows->n ? bsearch(&like, rows->v, rows->n, sizeof(*rows->v), compare) : NULL;
}

static bool is_equal(const struct ms_db_val *want, const char *have)
{
    if (want->is_int) {
        return have && ms_object_number(have) == want->i;
    }
    return !want->s || (have && strcmp(have, want->s) == 0);
}

static int on_row(void *arg, const char *const *col, struct ms_err *err)
{
    struct batch *b = arg;
    struct ms_sync_row *r = ms_sync_find(b->all, col[0]);

    (void)err;
    if (!r) {
        return 0;
    }
    r->found = true;
    for (size_t i = 1; i <= b->t->n_compared; i++) {
        if (!is_equal(&r->v[i], col[i])) {
            r->differs = true;
        }
    }
    return 0;
}

/* "(?, ?, ?)" for n keys */
static void add_marks(struct ms_buf *sql, size_t n)
{
    ms_buf_addc(sql, '(');
    for (size_t i = 0; i < n; i++) {
        ms_buf_adds(sql, i ? ",?" : "?");
    }
    ms_buf_addc(sql, ')');
}

static size_t batch_end(const struct ms_sync_rows *rows, size_t from, size_t n_values)
{
    size_t bytes = 0, to = from;

    while (to < rows->n && to - from < BATCH_ROWS && bytes < BATCH_BYTES) {
        for (size_t i = 0; i < n_values; i++) {
            bytes += rows->v[to].v[i].s ? strlen(rows->v[to].v[i].s) : sizeof(int64_t);
        }
        to++;
    }
    return to;
}

static int read_batch(struct ms_directory *d, struct batch *b, struct ms_err *err)
{
    ms_auto_buf struct ms_buf sql = {0};
    struct ms_db_val keys[BATCH_ROWS];
    size_t n = b->to - b->from;

    for (size_t i = 0; i < n; i++) {
        keys[i] = MS_S(b->all->v[b->from + i].key);
    }
    ms_buf_init(&sql, SQL_MAX);
    ms_buf_adds(&sql, b->t->select);
    add_marks(&sql, n);
    return ms_db_query(d, &(const struct ms_db_q){.sql = sql.p, .v = keys, .n = n}, on_row, b, err);
}

static int write_batch(struct ms_directory *d, const struct batch *b, struct ms_err *err)
{
    ms_auto_buf struct ms_buf sql = {0};
    size_t per = b->t->n_values, n = 0;
    ms_auto_free struct ms_db_val *v = ms_xcalloc((b->to - b->from) * per, sizeof(*v));

    ms_buf_init(&sql, SQL_MAX);
    ms_buf_adds(&sql, b->t->insert);
    for (size_t i = b->from; i < b->to; i++) {
        struct ms_sync_row *r = &b->all->v[i];

        if (r->found && (b->t->keep || !r->differs)) {
            continue;
        }
        if (n > 0) {
            ms_buf_addc(&sql, ',');
        }
        ms_buf_adds(&sql, b->t->values);
        memcpy(v + n, r->v, per * sizeof(*v));
        n += per;
        if (r->changed) {
            *r->changed = true;
        }
    }
    if (n == 0) {
        return 0;
    }
    ms_buf_adds(&sql, b->t->update);
    return ms_db_run(d, &(const struct ms_db_q){.sql = sql.p, .v = v, .n = n}, err);
}

int ms_sync_look(struct ms_directory *d, const struct ms_sync_table *t, struct ms_sync_rows *rows,
                 struct ms_err *err)
{
    struct batch b = {.t = t, .all = rows};

    for (b.from = 0; b.from < rows->n; b.from = b.to) {
        b.to = batch_end(rows, b.from, 1);
        if (read_batch(d, &b, err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_sync_write(struct ms_directory *d, const struct ms_sync_table *t, struct ms_sync_rows *rows,
                  struct ms_err *err)
{
    struct batch b = {.t = t, .all = rows};

    for (b.from = 0; b.from < rows->n; b.from = b.to) {
        b.to = batch_end(rows, b.from, t->n_values);
        if (write_batch(d, &b, err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_sync(struct ms_directory *d, const struct ms_sync_table *t, struct ms_sync_rows *rows,
            struct ms_err *err)
{
    return ms_sync_look(d, t, rows, err) < 0 ? -1 : ms_sync_write(d, t, rows, err);
}

int ms_sync_run_in(struct ms_directory *d, const char *head, const char *lead,
                   const struct ms_sync_rows *rows, uint64_t *n_affected, struct ms_err *err)
{
    struct ms_db_val v[BATCH_ROWS + 1];

    for (size_t from = 0; from < rows->n;) {
        ms_auto_buf struct ms_buf sql = {0};
        size_t n = 0, marks = 0;

        if (lead) {
            v[n++] = MS_S(lead);
        }
        for (; from < rows->n && marks < BATCH_ROWS; from++, marks++) {
            v[n++] = MS_S(rows->v[from].key);
        }
        ms_buf_init(&sql, SQL_MAX);
        ms_buf_adds(&sql, head);
        add_marks(&sql, marks);
        if (ms_db_run(d, &(const struct ms_db_q){.sql = sql.p, .v = v, .n = n}, err) < 0) {
            return -1;
        }
        *n_affected += d->affected;
    }
    return 0;
}
