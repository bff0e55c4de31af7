/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"

/* What mailboxes leave behind: rows of ms_deleted, which a trigger writes. */

int ms_object_not_deleted(struct ms_directory *d, const char *address, struct ms_err *err)
{
    int r = ms_db_exists(d, MS_Q("SELECT address FROM ms_deleted WHERE address = ?", MS_S(address)),
                         err);

    if (r > 0) {
        return ms_err_set(err, MS_EBUSY, 0,
                          "mailbox %s was deleted, and its mail is not put aside yet: try again in "
                          "some minutes",
                          address);
    }
    return r;
}

static int on_deleted(void *arg, const char *const *col, struct ms_err *err)
{
    size_t n = strlen(col[1]);
    ms_auto_free char *home = ms_xmemdup0(col[1], n && col[1][n - 1] == '/' ? n - 1 : n);
    json_t *o = json_pack("{s:s, s:s}", "address", col[0], "home", home);

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a deleted mailbox's row is no valid text");
    }
    return 0;
}

int ms_directory_deleted(struct ms_directory *d, bool keep_mail, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();

    if (ms_db_query(d,
                    MS_Q("SELECT x.address, x.maildir FROM ms_deleted x WHERE x.keep_mail = ?"
                         " AND NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.username = x.address)"
                         " ORDER BY x.deleted, x.address LIMIT ?",
                         MS_I(keep_mail), MS_I(MS_DELETED_MAX)),
                    on_deleted, list, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}

int ms_directory_deleted_done(struct ms_directory *d, const char *address, struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(
        d, ms_db_run(d, MS_Q("DELETE FROM ms_deleted WHERE address = ?", MS_S(address)), err), err);
}
