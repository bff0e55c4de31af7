/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/directory/object_priv.h"

static int add_alias_domain(struct ms_directory *d, const char *name, const char *target,
                            struct ms_err *err)
{
    if (strcmp(name, target) == 0) {
        return ms_err_set(err, MS_EINVAL, 0, "domain %s cannot be an alias of itself", name);
    }
    if (ms_object_own_domain(d, target, err) < 0) {
        return -1;
    }
    return ms_db_run(
        d,
        MS_Q("INSERT INTO alias_domain (alias_domain, target_domain, created, modified)"
             " VALUES (?, ?, NOW(), NOW())",
             MS_S(name), MS_S(target)),
        err);
}

static int domain_add(struct ms_directory *d, const char *name, const struct ms_domain_attrs *a,
                      struct ms_err *err)
{
    int r = ms_db_exists(d, MS_Q("SELECT domain FROM domain WHERE domain = ?", MS_S(name)), err);

    if (r != 0) {
        return r < 0 ? -1 : ms_err_set(err, MS_EEXIST, 0, "domain %s exists already", name);
    }
    if (ms_db_run(d,
                  MS_Q("INSERT INTO domain (domain, description, transport, created, modified,"
                       " password_expiry) VALUES (?, '', 'virtual', NOW(), NOW(), 365)",
                       MS_S(name)),
                  err) < 0) {
        return -1;
    }
    if (a->alias_for && add_alias_domain(d, name, a->alias_for, err) < 0) {
        return -1;
    }
    return ms_db_run(d,
                     MS_Q("REPLACE INTO ms_domain (domain, mailbox_quota) VALUES (?, ?)",
                          MS_S(name), MS_I(a->quota > 0 ? a->quota : 0)),
                     err);
}

int ms_directory_domain_add(struct ms_directory *d, const char *name,
                            const struct ms_domain_attrs *a, struct ms_err *err)
{
    if (!*name || strchr(name, '@')) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is no domain name", name);
    }
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, domain_add(d, name, a, err), err);
}

static int refuse_aliased(struct ms_directory *d, const char *name, struct ms_err *err)
{
    ms_auto_free char *alias = NULL;
    int r = ms_db_one(d,
                      MS_Q("SELECT alias_domain FROM alias_domain WHERE target_domain = ?"
                           " ORDER BY alias_domain LIMIT 1",
                           MS_S(name)),
                      &alias, err);

    if (r > 0) {
        return ms_err_set(err, MS_EBUSY, 0, "domain %s is an alias of %s: delete that first", alias,
                          name);
    }
    return r;
}

static int refuse_content(struct ms_directory *d, const char *name, bool with_content,
                          struct ms_err *err)
{
    ms_auto_free char *declared = NULL;
    int r = ms_db_one(d,
                      MS_Q("SELECT CONCAT(x.kind, ' ', x.name, ' is declared in ', x.file, ':',"
                           " x.line) FROM ms_declared x WHERE x.kind <> 'domain' AND x.name IN"
                           " (SELECT address FROM alias WHERE domain = ?) LIMIT 1",
                           MS_S(name)),
                      &declared, err);

    if (r > 0) {
        return ms_err_set(err, MS_EBUSY, 0, "%s", declared);
    }
    if (r == 0 && !with_content) {
        r = ms_db_exists(d,
                         MS_Q("SELECT username FROM mailbox WHERE domain = ?"
                              " UNION ALL SELECT address FROM alias WHERE domain = ? LIMIT 1",
                              MS_S(name), MS_S(name)),
                         err);
        if (r > 0) {
            return ms_err_set(err, MS_EBUSY, 0, "domain %s still has mailboxes or aliases", name);
        }
    }
    return r;
}

static int domain_delete(struct ms_directory *d, const char *name, bool with_content,
                         struct ms_err *err)
{
    static const char *const rows[] = {
        "DELETE q FROM quota q JOIN mailbox m ON m.username = q.username WHERE m.domain = ?",
        "DELETE q FROM quota2 q JOIN mailbox m ON m.username = q.username WHERE m.domain = ?",
        "DELETE f FROM fetchmail f JOIN mailbox m ON m.username = f.mailbox WHERE m.domain = ?",
        "DELETE FROM vacation WHERE domain = ?",
        "DELETE FROM alias WHERE domain = ?",
        "DELETE FROM mailbox WHERE domain = ?",
        "DELETE FROM alias_domain WHERE alias_domain = ?",
        "DELETE FROM domain_admins WHERE domain = ?",
        "DELETE FROM domain WHERE domain = ?",
        NULL};
    int r = ms_db_exists(d, MS_Q("SELECT domain FROM domain WHERE domain = ?", MS_S(name)), err);

    if (r <= 0) {
        return r < 0 ? -1 : ms_err_set(err, MS_ENOTFOUND, 0, "domain %s does not exist", name);
    }
    if (ms_object_undeclared(d, "domain", name, err) < 0 || refuse_aliased(d, name, err) < 0 ||
        refuse_content(d, name, with_content, err) < 0) {
        return -1;
    }
    return ms_object_run_each(d, rows, name, err);
}

int ms_directory_domain_delete(struct ms_directory *d, const char *name, bool with_content,
                               struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, domain_delete(d, name, with_content, err), err);
}

static int on_domain(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = json_pack(
        "{s:s, s:s?, s:I, s:I, s:I, s:b, s:o}", "name", col[0], "alias_for", col[1], "mailboxes",
        (json_int_t)ms_object_number(col[2]), "aliases", (json_int_t)ms_object_number(col[3]),
        "quota", (json_int_t)ms_object_number(col[4]), "active", ms_object_number(col[5]) != 0,
        "declared", ms_object_declared(col[6], col[7]));

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a domain's row is no valid text");
    }
    return 0;
}

int ms_directory_domains(struct ms_directory *d, json_t **ret, struct ms_err *err)
{
    static const char sql[] =
        "SELECT d.domain, t.target_domain, m.n, a.n, q.mailbox_quota, d.active, x.file, x.line"
        " FROM domain d LEFT JOIN alias_domain t ON t.alias_domain = d.domain"
        " LEFT JOIN ms_domain q ON q.domain = d.domain"
        " LEFT JOIN ms_declared x ON x.kind = 'domain' AND x.name = d.domain"
        " LEFT JOIN (SELECT domain, COUNT(*) AS n FROM mailbox GROUP BY domain) m"
        " ON m.domain = d.domain"
        " LEFT JOIN (SELECT r.domain, COUNT(*) AS n FROM alias r LEFT JOIN mailbox b"
        " ON b.username = r.address WHERE b.username IS NULL GROUP BY r.domain) a"
        " ON a.domain = d.domain ORDER BY d.domain";
    ms_auto_json json_t *list = json_array();

    if (ms_db_query(d, MS_Q0(sql), on_domain, list, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}
