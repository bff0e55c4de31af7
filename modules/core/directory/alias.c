/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/route_priv.h"

struct lookup {
    struct ms_directory *d;
    const char *start; /* the alias about to be set, which may have no row yet */
};

static int on_row(void *arg, const char *const *col, struct ms_err *err)
{
    struct ms_route *r = arg;

    (void)err;
    if (r->kind != MS_ROUTE_ALIAS) {
        *r = (struct ms_route){.kind = MS_ROUTE_ALIAS,
                               .address = ms_xstrdup(col[0]),
                               .gotos = ms_xstrdup(col[1]),
                               .is_mailbox = ms_object_number(col[2]) != 0};
    }
    return 0;
}

/* The row of exactly that address; r stays as it is when there is none. */
static int find_row(const struct lookup *l, const char *address, struct ms_route *r,
                    struct ms_err *err)
{
    if (strcasecmp(address, l->start) == 0) {
        *r = (struct ms_route){
            .kind = MS_ROUTE_ALIAS, .address = ms_xstrdup(address), .gotos = ms_xstrdup("")};
        return 0;
    }
    return ms_db_query(l->d,
                       MS_Q("SELECT a.address, a.goto, m.username IS NOT NULL FROM alias a"
                            " LEFT JOIN mailbox m ON m.username = a.address WHERE a.address = ?",
                            MS_S(address)),
                       on_row, r, err);
}

/* The ways to look one address up, in Postfix's order: whole, without extension, catch-all. */
static int find_rows(const struct lookup *l, const char *address, struct ms_route *r,
                     struct ms_err *err)
{
    const char *at = strrchr(address, '@');
    size_t n = strcspn(address, "+");

    if (find_row(l, address, r, err) < 0) {
        return -1;
    }
    if (r->kind != MS_ROUTE_ALIAS && n > 0 && address + n < at) {
        ms_auto_free char *bare = ms_xasprintf("%.*s%s", (int)n, address, at);

        if (find_row(l, bare, r, err) < 0) {
            return -1;
        }
    }
    return r->kind == MS_ROUTE_ALIAS ? 0 : find_row(l, at, r, err);
}

static int look_up(void *arg, const char *address, struct ms_route *ret, struct ms_err *err)
{
    const struct lookup *l = arg;
    const char *domain = ms_address_domain(address);
    ms_auto_free char *target = NULL, *moved = NULL;
    struct ms_route r = {.kind = MS_ROUTE_NOTHING};
    int rc = ms_db_one(l->d,
                       MS_Q("SELECT COALESCE(t.target_domain, d.domain) FROM domain d"
                            " LEFT JOIN alias_domain t ON t.alias_domain = d.domain"
                            " WHERE d.domain = ?",
                            MS_S(domain)),
                       &target, err);

    if (rc < 0) {
        return -1;
    }
    if (rc == 0) {
        *ret = (struct ms_route){.kind = MS_ROUTE_OUTSIDE};
        return 0;
    }
    moved = ms_xasprintf("%.*s%s", (int)(domain - address), address, target);
    if (find_rows(l, moved, &r, err) < 0) {
        ms_route_done(&r);
        return -1;
    }
    *ret = r;
    return 0;
}

/* The point of time, or none. Since 1970 in UTC, whatever the server's time zone is. */
static int set_expiry(struct ms_directory *d, const char *address, int64_t expires_s,
                      struct ms_err *err)
{
    if (!expires_s) {
        return ms_db_run(d, MS_Q("DELETE FROM ms_alias WHERE address = ?", MS_S(address)), err);
    }
    return ms_db_run(d,
                     MS_Q("INSERT INTO ms_alias (address, expires) VALUES (?, '1970-01-01' +"
                          " INTERVAL ? SECOND) ON DUPLICATE KEY UPDATE expires = VALUES(expires)",
                          MS_S(address), MS_I(expires_s)),
                     err);
}

static int alias_set(struct ms_directory *d, const char *address, const char *gotos,
                     int64_t expires_s, struct ms_err *err)
{
    const char *domain = ms_address_domain(address);
    struct lookup l = {.d = d, .start = address};
    int r;

    if (ms_object_own_domain(d, domain, err) < 0 ||
        ms_object_undeclared(d, "alias", address, err) < 0) {
        return -1;
    }
    r = ms_object_is_mailbox(d, address, err);
    if (r != 0) {
        return r < 0 ? -1
                     : ms_err_set(err, MS_EEXIST, 0, "%s exists already, as a mailbox", address);
    }
    if (ms_route_check(address, gotos, look_up, &l, err) < 0) {
        return -1;
    }
    if (ms_db_run(d,
                  MS_Q("INSERT INTO alias (address, goto, domain, created, modified) VALUES (?,"
                       " ?, ?, NOW(), NOW()) ON DUPLICATE KEY UPDATE goto = VALUES(goto),"
                       " modified = VALUES(modified)",
                       MS_S(address), MS_S(gotos), MS_S(domain)),
                  err) < 0) {
        return -1;
    }
    return set_expiry(d, address, expires_s, err);
}

int ms_directory_alias_set(struct ms_directory *d, const char *address, const char *const *targets,
                           int64_t expires_s, struct ms_err *err)
{
    ms_auto_free char *gotos = NULL;

    if (!*ms_address_domain(address)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is no address", address);
    }
    if (ms_route_join(targets, &gotos, err) < 0) {
        return ms_err_wrap(err, "alias %s", address);
    }
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, alias_set(d, address, gotos, expires_s, err), err);
}

static int alias_delete(struct ms_directory *d, const char *address, struct ms_err *err)
{
    int r = ms_db_exists(d,
                         MS_Q("SELECT a.address FROM alias a LEFT JOIN mailbox m ON m.username ="
                              " a.address WHERE a.address = ? AND m.username IS NULL",
                              MS_S(address)),
                         err);

    if (r <= 0) {
        return r < 0 ? -1 : ms_err_set(err, MS_ENOTFOUND, 0, "alias %s does not exist", address);
    }
    if (ms_object_undeclared(d, "alias", address, err) < 0 ||
        ms_object_no_target(d, address, err) < 0) {
        return -1;
    }
    return ms_db_run(d, MS_Q("DELETE FROM alias WHERE address = ?", MS_S(address)), err);
}

int ms_directory_alias_delete(struct ms_directory *d, const char *address, struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, alias_delete(d, address, err), err);
}

static int on_alias(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = json_pack("{s:s, s:o, s:b, s:o, s:s?}", "address", col[0], "targets",
                          ms_object_list(col[1]), "active", ms_object_number(col[2]) != 0,
                          "declared", ms_object_declared(col[3], col[4]), "expires", col[5]);

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: an alias's row is no valid text");
    }
    return 0;
}

int ms_directory_aliases(struct ms_directory *d, const char *domain, json_t **ret,
                         struct ms_err *err)
{
#define COLUMNS                                                                                    \
    "SELECT a.address, a.goto, a.active, x.file, x.line,"                                          \
    " DATE_FORMAT(e.expires, '%Y-%m-%dT%H:%i:%sZ') FROM alias a"                                   \
    " LEFT JOIN ms_alias e ON e.address = a.address"                                               \
    " LEFT JOIN mailbox m ON m.username = a.address"                                               \
    " LEFT JOIN ms_declared x ON x.kind = 'alias' AND x.name = a.address"                          \
    " WHERE m.username IS NULL"
    ms_auto_json json_t *list = json_array();
    const struct ms_db_q *q =
        domain ? MS_Q(COLUMNS " AND a.domain = ? ORDER BY a.address", MS_S(domain))
               : MS_Q0(COLUMNS " ORDER BY a.domain, a.address");

    if (ms_db_query(d, q, on_alias, list, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}

int ms_directory_aliases_expire(struct ms_directory *d, unsigned *ret_n, struct ms_err *err)
{
    int r;

    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    /* one that another alias delivers to stays: that one would lead nowhere */
    r = ms_db_run(d,
                  MS_Q0("DELETE a FROM alias a JOIN ms_alias e ON e.address = a.address"
                        " LEFT JOIN ms_declared x ON x.kind = 'alias' AND x.name = a.address"
                        " WHERE e.expires <= UTC_TIMESTAMP() AND x.name IS NULL AND NOT EXISTS"
                        " (SELECT 1 FROM (SELECT address, goto FROM alias) o"
                        " WHERE o.address <> a.address AND FIND_IN_SET(a.address, o.goto) > 0)"),
                  err);
    *ret_n = (unsigned)d->affected;
    return ms_db_end(d, r, err);
}
