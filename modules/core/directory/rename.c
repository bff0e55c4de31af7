/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/route_priv.h"

/* Rows of two columns, copied: a statement cannot run while another is read. */
static int on_pair(void *arg, const char *const *col, struct ms_err *err)
{
    (void)err;
    (void)json_array_append_new(arg, json_pack("[s, s]", col[0], col[1]));
    return 0;
}

static const char *cell(const json_t *row, size_t i)
{
    return json_string_value(json_array_get(row, i));
}

/* Aliases that deliver to the address deliver to by. */
static int move_targets(struct ms_directory *d, const char *address, const char *by,
                        struct ms_err *err)
{
    ms_auto_json json_t *rows = json_array();
    ms_auto_free char *local = ms_xmemdup0(address, strcspn(address, "@"));
    const json_t *row;
    size_t i;

    if (ms_db_query(d,
                    MS_Q("SELECT address, goto FROM alias WHERE INSTR(goto, ?) > 0", MS_S(local)),
                    on_pair, rows, err) < 0) {
        return -1;
    }
    json_array_foreach(rows, i, row)
    {
        ms_auto_free char *gotos = NULL;
        int r = ms_route_replace(cell(row, 1), address, by, &gotos, err);

        if (r > 0) {
            r = ms_db_run(d,
                          MS_Q("UPDATE alias SET goto = ?, modified = NOW() WHERE address = ?",
                               MS_S(gotos), MS_S(cell(row, 0))),
                          err);
        }
        if (r < 0) {
            return -1;
        }
    }
    return 0;
}

/* The same for the address in the alias domains of its domain. */
static int move_all_targets(struct ms_directory *d, const char *address, const char *by,
                            struct ms_err *err)
{
    ms_auto_json json_t *domains = json_array();
    const char *domain = ms_address_domain(address);
    const json_t *row;
    size_t i;

    if (move_targets(d, address, by, err) < 0 ||
        ms_db_query(d,
                    MS_Q("SELECT alias_domain, target_domain FROM alias_domain"
                         " WHERE target_domain = ?",
                         MS_S(domain)),
                    on_pair, domains, err) < 0) {
        return -1;
    }
    json_array_foreach(domains, i, row)
    {
        ms_auto_free char *there =
            ms_xasprintf("%.*s%s", (int)(domain - address), address, cell(row, 0));

        if (move_targets(d, there, by, err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* What PostfixAdmin's tables and ours know of the mailbox; rows with a foreign key follow by
 * themselves. */
static int move_rows(struct ms_directory *d, const char *address, const char *target,
                     struct ms_err *err)
{
    static const char *const rows[] = {"UPDATE quota SET username = ? WHERE username = ?",
                                       "UPDATE quota2 SET username = ? WHERE username = ?",
                                       "UPDATE fetchmail SET mailbox = ? WHERE mailbox = ?",
                                       "UPDATE vacation SET email = ? WHERE email = ?",
                                       "UPDATE IGNORE ms_send_as SET address = ? WHERE address = ?",
                                       "UPDATE ms_rename SET target = ? WHERE target = ?",
                                       NULL};
    const char *domain = ms_address_domain(target);
    ms_auto_free char *local = ms_xmemdup0(target, strcspn(target, "@"));

    if (ms_db_run(d,
                  MS_Q("UPDATE mailbox SET username = ?, local_part = ?, domain = ?,"
                       " modified = NOW() WHERE username = ?",
                       MS_S(target), MS_S(local), MS_S(domain), MS_S(address)),
                  err) < 0 ||
        ms_db_run(d,
                  MS_Q("UPDATE alias SET address = ?, domain = ?, modified = NOW()"
                       " WHERE address = ?",
                       MS_S(target), MS_S(domain), MS_S(address)),
                  err) < 0 ||
        /* who was told about an absence is told again */
        ms_db_run(d, MS_Q("DELETE FROM vacation_notification WHERE on_vacation = ?", MS_S(address)),
                  err) < 0 ||
        ms_spam_rename(d, address, target, err) < 0) {
        return -1;
    }
    for (size_t i = 0; rows[i]; i++) {
        if (ms_db_run(d, MS_Q(rows[i], MS_S(target), MS_S(address)), err) < 0) {
            return -1;
        }
    }
    return ms_db_run(d, MS_Q("DELETE FROM ms_send_as WHERE address = ?", MS_S(address)), err);
}

static int is_under_way(struct ms_directory *d, const char *address, const char *target,
                        struct ms_err *err)
{
    return ms_db_exists(d,
                        MS_Q("SELECT address FROM ms_rename WHERE address = ? AND target = ?"
                             " AND done IS NULL",
                             MS_S(address), MS_S(target)),
                        err);
}

static int check(struct ms_directory *d, const char *address, const char *target,
                 struct ms_err *err)
{
    if (ms_object_need_mailbox(d, address, err) < 0 ||
        ms_object_undeclared(d, "mailbox", address, err) < 0 ||
        ms_mailbox_local_check(target, err) < 0 ||
        ms_object_own_domain(d, ms_address_domain(target), err) < 0 ||
        ms_object_not_taken(d, target, err) < 0 || ms_object_not_deleted(d, target, err) < 0 ||
        ms_object_not_renamed(d, address, err) < 0) {
        return -1;
    }
    return ms_object_not_renamed(d, target, err);
}

static int rename_mailbox(struct ms_directory *d, const char *address, const char *target,
                          bool keep_alias, struct ms_err *err)
{
    int r = is_under_way(d, address, target, err);

    if (r != 0) {
        return r < 0 ? -1 : 0;
    }
    if (check(d, address, target, err) < 0 || move_rows(d, address, target, err) < 0 ||
        move_all_targets(d, address, target, err) < 0) {
        return -1;
    }
    if (keep_alias && ms_db_run(d,
                                MS_Q("INSERT INTO alias (address, goto, domain, created, modified)"
                                     " VALUES (?, ?, ?, NOW(), NOW())",
                                     MS_S(address), MS_S(target), MS_S(ms_address_domain(address))),
                                err) < 0) {
        return -1;
    }
    /* a mailbox that gets back a name that it had before has nothing to be found by it */
    if (ms_db_run(d, MS_Q("DELETE FROM ms_rename WHERE address = ?", MS_S(target)), err) < 0) {
        return -1;
    }
    return ms_db_run(d,
                     MS_Q("REPLACE INTO ms_rename (address, target, began) VALUES (?, ?,"
                          " UTC_TIMESTAMP())",
                          MS_S(address), MS_S(target)),
                     err);
}

int ms_directory_mailbox_rename(struct ms_directory *d, const char *address, const char *target,
                                bool keep_alias, struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, rename_mailbox(d, address, target, keep_alias, err), err);
}

static char *home_of(const char *address)
{
    const char *domain = ms_address_domain(address);

    return ms_xasprintf("%s/%.*s/", domain, (int)(domain - 1 - address), address);
}

int ms_directory_rename_state(struct ms_directory *d, const char *address, const char *target,
                              struct ms_err *err)
{
    ms_auto_free char *home = home_of(target);
    int r = is_under_way(d, address, target, err);

    if (r <= 0) {
        return r < 0 ? -1
                     : ms_err_set(err, MS_ENOTFOUND, 0, "no rename of %s to %s is under way",
                                  address, target);
    }
    return ms_db_exists(d,
                        MS_Q("SELECT username FROM mailbox WHERE username = ? AND maildir = ?",
                             MS_S(target), MS_S(home)),
                        err);
}

int ms_directory_rename_moved(struct ms_directory *d, const char *target, struct ms_err *err)
{
    ms_auto_free char *home = home_of(target);

    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(
        d,
        ms_db_run(d,
                  MS_Q("UPDATE mailbox SET maildir = ?, modified = NOW() WHERE username = ?",
                       MS_S(home), MS_S(target)),
                  err),
        err);
}

int ms_directory_rename_done(struct ms_directory *d, const char *address, struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d,
                     ms_db_run(d,
                               MS_Q("UPDATE ms_rename SET done = UTC_TIMESTAMP() WHERE address = ?",
                                    MS_S(address)),
                               err),
                     err);
}

static int on_rename(void *arg, const char *const *col, struct ms_err *err)
{
    (void)err;
    (void)json_array_append_new(arg, json_pack("{s:s, s:s}", "address", col[0], "target", col[1]));
    return 0;
}

int ms_directory_renames(struct ms_directory *d, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();

    if (ms_db_run(d, MS_Q0("DELETE FROM ms_rename WHERE done < UTC_TIMESTAMP() - INTERVAL 7 DAY"),
                  err) < 0 ||
        ms_db_query(d,
                    MS_Q0("SELECT address, target FROM ms_rename WHERE done IS NULL ORDER BY"
                          " address"),
                    on_rename, list, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}
