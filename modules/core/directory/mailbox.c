/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/sender_priv.h"

int ms_object_not_taken(struct ms_directory *d, const char *address, struct ms_err *err)
{
    int r = ms_object_is_mailbox(d, address, err);

    if (r > 0) {
        return ms_err_set(err, MS_EEXIST, 0, "mailbox %s exists already", address);
    }
    if (r == 0) {
        r = ms_db_exists(d, MS_Q("SELECT address FROM alias WHERE address = ?", MS_S(address)),
                         err);
        if (r > 0) {
            return ms_err_set(err, MS_EEXIST, 0, "%s exists already, as an alias", address);
        }
    }
    return r;
}

/* What is not in PostfixAdmin's row. */
static int set_more(struct ms_directory *d, const char *address, const struct ms_mailbox_attrs *a,
                    struct ms_err *err)
{
    if (a->require_app_password >= 0 &&
        ms_db_run(d,
                  MS_Q("INSERT INTO ms_mailbox (username, require_app_password) VALUES (?, ?)"
                       " ON DUPLICATE KEY UPDATE require_app_password ="
                       " VALUES(require_app_password)",
                       MS_S(address), MS_I(a->require_app_password)),
                  err) < 0) {
        return -1;
    }
    return a->send_as ? ms_sender_set(d, address, a->send_as, err) : 0;
}

static int mailbox_add(struct ms_directory *d, const char *address,
                       const struct ms_mailbox_attrs *a, struct ms_err *err)
{
    const char *domain = ms_address_domain(address);
    ms_auto_free char *local = ms_xmemdup0(address, strcspn(address, "@"));
    ms_auto_free char *maildir = ms_xasprintf("%s/%s/", domain, local);
    int64_t active = a->active != 0;

    if (ms_object_own_domain(d, domain, err) < 0 || ms_object_not_taken(d, address, err) < 0 ||
        ms_object_not_renamed(d, address, err) < 0 || ms_object_not_deleted(d, address, err) < 0 ||
        ms_db_run(d, MS_Q("DELETE FROM ms_rename WHERE address = ?", MS_S(address)), err) < 0 ||
        ms_spam_forget(d, address, err) < 0) {
        return -1;
    }
    if (ms_db_run(d,
                  MS_Q("INSERT INTO mailbox (username, password, name, maildir, quota, local_part,"
                       " domain, created, modified, active, password_expiry) VALUES (?, ?, ?, ?,"
                       " IF(? < 0, COALESCE((SELECT mailbox_quota FROM ms_domain WHERE domain = ?),"
                       " 0), ?), ?, ?, NOW(), NOW(), ?, NOW() + INTERVAL 365 DAY)",
                       MS_S(address), MS_S(a->password_hash ? a->password_hash : ""),
                       MS_S(a->name ? a->name : ""), MS_S(maildir), MS_I(a->quota), MS_S(domain),
                       MS_I(a->quota), MS_S(local), MS_S(domain), MS_I(active)),
                  err) < 0) {
        return -1;
    }
    if (ms_db_run(d,
                  MS_Q("INSERT INTO alias (address, goto, domain, created, modified, active)"
                       " VALUES (?, ?, ?, NOW(), NOW(), ?)",
                       MS_S(address), MS_S(address), MS_S(domain), MS_I(active)),
                  err) < 0) {
        return -1;
    }
    return set_more(d, address, a, err);
}

int ms_directory_mailbox_add(struct ms_directory *d, const char *address,
                             const struct ms_mailbox_attrs *a, struct ms_err *err)
{
    if (ms_mailbox_local_check(address, err) < 0 || ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, mailbox_add(d, address, a, err), err);
}

static int mailbox_set(struct ms_directory *d, const char *address,
                       const struct ms_mailbox_attrs *a, struct ms_err *err)
{
    if (ms_object_need_mailbox(d, address, err) < 0) {
        return -1;
    }
    if (ms_db_run(
            d,
            MS_Q("UPDATE mailbox SET name = COALESCE(?, name),"
                 " password_expiry = IF(? IS NULL, password_expiry, NOW() + INTERVAL 365 DAY),"
                 " password = COALESCE(?, password), quota = IF(? < 0, quota, ?),"
                 " active = IF(? < 0, active, ?), modified = NOW() WHERE username = ?",
                 MS_S(a->name), MS_S(a->password_hash), MS_S(a->password_hash), MS_I(a->quota),
                 MS_I(a->quota), MS_I(a->active), MS_I(a->active), MS_S(address)),
            err) < 0 ||
        set_more(d, address, a, err) < 0) {
        return -1;
    }
    if (a->active < 0) {
        return 0;
    }
    return ms_db_run(d,
                     MS_Q("UPDATE alias SET active = ?, modified = NOW() WHERE address = ?",
                          MS_I(a->active), MS_S(address)),
                     err);
}

int ms_directory_mailbox_set(struct ms_directory *d, const char *address,
                             const struct ms_mailbox_attrs *a, struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, mailbox_set(d, address, a, err), err);
}

static int mailbox_delete(struct ms_directory *d, const char *address, bool keep_mail,
                          struct ms_err *err)
{
    static const char *const rows[] = {"DELETE FROM quota WHERE username = ?",
                                       "DELETE FROM quota2 WHERE username = ?",
                                       "DELETE FROM fetchmail WHERE mailbox = ?",
                                       "DELETE FROM vacation WHERE email = ?",
                                       "DELETE FROM alias WHERE address = ?",
                                       "DELETE FROM mailbox WHERE username = ?",
                                       NULL};

    if (ms_object_need_mailbox(d, address, err) < 0 ||
        ms_object_undeclared(d, "mailbox", address, err) < 0 ||
        ms_object_not_renamed(d, address, err) < 0 || ms_object_no_target(d, address, err) < 0 ||
        ms_object_run_each(d, rows, address, err) < 0) {
        return -1;
    }
    return ms_db_run(d,
                     MS_Q("UPDATE ms_deleted SET keep_mail = ? WHERE address = ?", MS_I(keep_mail),
                          MS_S(address)),
                     err);
}

int ms_directory_mailbox_delete(struct ms_directory *d, const char *address, bool keep_mail,
                                struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, mailbox_delete(d, address, keep_mail, err), err);
}

static int on_mailbox(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = json_pack(
        "{s:s, s:s, s:I, s:b, s:o, s:s, s:b, s:o}", "address", col[0], "name", col[1], "quota",
        (json_int_t)ms_object_number(col[2]), "active", ms_object_number(col[3]) != 0, "declared",
        ms_object_declared(col[5], col[6]), "created", col[4], "require_app_password",
        ms_object_number(col[7]) != 0, "send_as", ms_object_list(col[8] ? col[8] : ""));

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a mailbox's row is no valid text");
    }
    return 0;
}

int ms_directory_mailboxes(struct ms_directory *d, const char *domain, json_t **ret,
                           struct ms_err *err)
{
#define COLUMNS                                                                                    \
    "SELECT m.username, m.name, m.quota, m.active,"                                                \
    " DATE_FORMAT(m.created, '%Y-%m-%dT%H:%i:%sZ'), x.file, x.line, o.require_app_password,"       \
    " (SELECT GROUP_CONCAT(s.address ORDER BY s.address) FROM ms_send_as s"                        \
    " WHERE s.username = m.username) FROM mailbox m"                                               \
    " LEFT JOIN ms_mailbox o ON o.username = m.username"                                           \
    " LEFT JOIN ms_declared x ON x.kind = 'mailbox' AND x.name = m.username"
    ms_auto_json json_t *list = json_array();
    const struct ms_db_q *q =
        domain ? MS_Q(COLUMNS " WHERE m.domain = ? ORDER BY m.username", MS_S(domain))
               : MS_Q0(COLUMNS " ORDER BY m.domain, m.username");

    if (ms_db_query(d, q, on_mailbox, list, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}
