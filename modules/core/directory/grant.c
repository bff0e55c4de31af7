/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/grant_priv.h"

#include "modules/core/base/mem.h"

enum { ON_COLUMN = 1, ON_TABLE = 2, ON_DATABASE = 4 };

static const struct {
    const char *name;
    unsigned where;
} known[] = {
    {"SELECT", ON_COLUMN | ON_TABLE | ON_DATABASE},
    {"INSERT", ON_COLUMN | ON_TABLE | ON_DATABASE},
    {"UPDATE", ON_COLUMN | ON_TABLE | ON_DATABASE},
    {"DELETE", ON_TABLE | ON_DATABASE},
    {"CREATE", ON_DATABASE},
    {"ALTER", ON_DATABASE},
    {"DROP", ON_DATABASE},
    {"INDEX", ON_DATABASE},
    {"REFERENCES", ON_DATABASE},
    {"LOCK TABLES", ON_DATABASE},
    {"CREATE TEMPORARY TABLES", ON_DATABASE},
    {"CREATE VIEW", ON_DATABASE},
    {"SHOW VIEW", ON_DATABASE},
    {"TRIGGER", ON_DATABASE},
    {"EXECUTE", ON_DATABASE},
};

enum { N_KNOWN = sizeof(known) / sizeof(known[0]) };

/* Where reading stands in the text of a grant, and what it says so far. */
struct cursor {
    const char *p;
    char word[128];
    char table[128], db[2 * MS_DB_NAME_MAX + 1];
};

void ms_privs_done(struct ms_privs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->v[i].db);
        free(p->v[i].table);
        free(p->v[i].column);
        free(p->v[i].name);
    }
    free(p->v);
    *p = (struct ms_privs){0};
}

void ms_privs_add(struct ms_privs *p, const char *db, const char *table, const char *column,
                  const char *name)
{
    p->v = ms_xgrow(p->v, p->n, &p->cap, sizeof(*p->v));
    p->v[p->n++] = (struct ms_priv){.db = ms_xstrdup(db),
                                    .table = ms_xstrdup(table),
                                    .column = ms_xstrdup(column),
                                    .name = ms_xstrdup(name)};
}

static int same_place(const struct ms_priv *a, const struct ms_priv *b)
{
    int r = strcmp(a->db, b->db);

    return r ? r : strcmp(a->table, b->table);
}

static int compare(const void *x, const void *y)
{
    const struct ms_priv *a = x, *b = y;
    int r = same_place(a, b);

    if (r == 0) {
        r = strcmp(a->name, b->name);
    }
    return r ? r : strcmp(a->column, b->column);
}

void ms_privs_sort(struct ms_privs *p)
{
    struct ms_privs out = {0};

    if (p->n == 0) {
        return;
    }
    qsort(p->v, p->n, sizeof(*p->v), compare);
    for (size_t i = 0; i < p->n; i++) {
        const struct ms_priv *e = &p->v[i];

        if (i == 0 || compare(e, e - 1) != 0) {
            ms_privs_add(&out, e->db, e->table, e->column, e->name);
        }
    }
    ms_privs_done(p);
    *p = out;
}

bool ms_db_name_ok(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

    return n > 0 && n <= MS_DB_NAME_MAX && s[n] == '\0';
}

static void skip_space(struct cursor *c)
{
    c->p += strspn(c->p, " ");
}

/* Read a run of the given characters into c->word, without blanks at its end. */
static bool take(struct cursor *c, const char *accept)
{
    size_t n;

    skip_space(c);
    n = strspn(c->p, accept);
    if (n == 0 || n >= sizeof(c->word)) {
        return false;
    }
    memcpy(c->word, c->p, n);
    c->p += n;
    while (n > 0 && c->word[n - 1] == ' ') {
        n--;
    }
    c->word[n] = '\0';
    return n > 0;
}

static bool take_name(struct cursor *c)
{
    return take(c, "abcdefghijklmnopqrstuvwxyz0123456789_") && ms_db_name_ok(c->word);
}

static bool take_char(struct cursor *c, char ch)
{
    skip_space(c);
    if (*c->p != ch) {
        return false;
    }
    c->p++;
    return true;
}

static void escape_db(const char *db, char *out, size_t size)
{
    size_t n = 0;

    for (; *db && n + 2 < size; db++) {
        if (*db == '_') {
            out[n++] = '\\';
        }
        out[n++] = *db;
    }
    out[n] = '\0';
}

static bool is_server_database(const char *s)
{
    return strcmp(s, "mysql") == 0 || strcmp(s, "sys") == 0 ||
           strcmp(s, "information_schema") == 0 || strcmp(s, "performance_schema") == 0;
}

/* "table", "*" or "database.*" to the end of the text. */
static bool take_place(struct cursor *c, const char *database)
{
    if (take_char(c, '*')) {
        escape_db(database, c->db, sizeof(c->db));
        c->table[0] = '*';
        c->table[1] = '\0';
    } else if (take_name(c)) {
        if (*c->p == '.') {
            c->p++;
            if (!take_char(c, '*') || is_server_database(c->word)) {
                return false;
            }
            escape_db(c->word, c->db, sizeof(c->db));
            c->table[0] = '*';
            c->table[1] = '\0';
        } else {
            (void)snprintf(c->db, sizeof(c->db), "%s", database);
            (void)snprintf(c->table, sizeof(c->table), "%s", c->word);
        }
    } else {
        return false;
    }
    skip_space(c);
    return *c->p == '\0';
}

static unsigned where_of(const char *name)
{
    for (size_t i = 0; i < N_KNOWN; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return known[i].where;
        }
    }
    return 0;
}

/* "(column, column)" after a privilege whose name is in c->word. */
static bool take_columns(struct cursor *c, struct ms_privs *p)
{
    char name[sizeof(c->word)];

    (void)snprintf(name, sizeof(name), "%s", c->word);
    if (c->table[0] == '*' || !(where_of(name) & ON_COLUMN)) {
        return false;
    }
    do {
        if (!take_name(c)) {
            return false;
        }
        ms_privs_add(p, c->db, c->table, c->word, name);
    } while (take_char(c, ','));
    return take_char(c, ')');
}

static bool add_whole(struct cursor *c, struct ms_privs *p)
{
    bool whole_db = c->table[0] == '*';

    if (whole_db && strcmp(c->word, "ALL") == 0) {
        for (size_t i = 0; i < N_KNOWN; i++) {
            ms_privs_add(p, c->db, c->table, "", known[i].name);
        }
        return true;
    }
    if (!(where_of(c->word) & (whole_db ? ON_DATABASE : ON_TABLE))) {
        return false;
    }
    ms_privs_add(p, c->db, c->table, "", c->word);
    return true;
}

static bool take_privileges(struct cursor *c, struct ms_privs *p)
{
    do {
        if (!take(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ")) {
            return false;
        }
        if (take_char(c, '(') ? !take_columns(c, p) : !add_whole(c, p)) {
            return false;
        }
    } while (take_char(c, ','));
    skip_space(c);
    return *c->p == '\0';
}

int ms_grant_parse(const char *text, const char *database, struct ms_privs *p, struct ms_err *err)
{
    struct cursor c = {0};
    ms_auto_free char *head = NULL;
    const char *on = strstr(text, " ON ");

    if (on) {
        head = ms_xmemdup0(text, (size_t)(on - text));
        c.p = on + 4;
        if (take_place(&c, database)) {
            c.p = head;
            if (take_privileges(&c, p)) {
                return 0;
            }
        }
    }
    return ms_err_set(err, MS_EINVAL, 0, "directory: \"%s\" is no grant", text);
}

static bool is_writable(const struct ms_priv *e)
{
    return strspn(e->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") == strlen(e->name) &&
           !strpbrk(e->db, "`'\"") && !strpbrk(e->table, "`'\"") && !strpbrk(e->column, "`'\"");
}

static void add_place(struct ms_buf *out, const struct ms_priv *e)
{
    if (strcmp(e->db, "*") == 0) {
        ms_buf_adds(out, "*.*");
    } else if (strcmp(e->table, "*") == 0) {
        ms_buf_addf(out, "`%s`.*", e->db);
    } else {
        ms_buf_addf(out, "`%s`.`%s`", e->db, e->table);
    }
}

static bool holds(const struct ms_privs *p, const struct ms_priv *e)
{
    return p->n > 0 && bsearch(e, p->v, p->n, sizeof(*p->v), compare) != NULL;
}

static void end_statement(struct ms_buf *out, const struct ms_priv *e, bool grant, const char *user)
{
    ms_buf_adds(out, " ON ");
    add_place(out, e);
    ms_buf_addf(out, " %s '%s'@'%%'", grant ? "TO" : "FROM", user);
    ms_buf_addc(out, '\0');
}

int ms_grant_statements(const struct ms_privs *a, const struct ms_privs *b, bool grant,
                        const char *user, struct ms_buf *out, struct ms_err *err)
{
    const struct ms_priv *last = NULL;

    for (size_t i = 0; i < a->n; i++) {
        const struct ms_priv *e = &a->v[i];

        if (holds(b, e)) {
            continue;
        }
        if (!is_writable(e)) {
            return ms_err_set(err, MS_EINVAL, 0, "directory: a grant with a strange name");
        }
        if (last && same_place(last, e) != 0) {
            end_statement(out, last, grant, user);
            last = NULL;
        }
        ms_buf_adds(out, last ? ", " : grant ? "GRANT " : "REVOKE ");
        ms_buf_adds(out, e->name);
        if (*e->column) {
            ms_buf_addf(out, " (`%s`)", e->column);
        }
        last = e;
    }
    if (last) {
        end_statement(out, last, grant, user);
    }
    ms_buf_addc(out, '\0');
    return out->too_big ? ms_err_set(err, MS_EINVAL, 0, "directory: too many grants") : 0;
}
