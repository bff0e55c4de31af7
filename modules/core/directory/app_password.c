/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/directory/object_priv.h"

static const char *const words[] = {"imap", "pop3", "smtp", "sieve"};

enum { N_WORDS = sizeof(words) / sizeof(words[0]), WORDS_MAX = 64 };

unsigned ms_app_protocol(const char *word)
{
    for (unsigned i = 0; i < N_WORDS; i++) {
        if (!strcmp(words[i], word)) {
            return 1U << i;
        }
    }
    return 0;
}

static int check(const struct ms_app_password *p, struct ms_err *err)
{
    size_t n = 0;

    for (const char *s = p->name; *s; s++) {
        if ((unsigned char)*s < ' ' || *s == 0x7f) {
            return ms_err_set(err, MS_EINVAL, 0, "the name holds a control character");
        }
        n += ((unsigned char)*s & 0xc0) != 0x80; /* characters, not bytes */
    }
    if (n == 0 || n > MS_APP_NAME_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "the name has 1 to %d characters", MS_APP_NAME_MAX);
    }
    if (!(p->protocols & MS_APP_ALL) || strlen(p->selector) != MS_APP_SELECTOR) {
        return ms_err_set(err, MS_EINVAL, 0, "an app password needs a protocol and its selector");
    }
    return 0;
}

static int refuse(struct ms_directory *d, const char *address, const struct ms_app_password *p,
                  struct ms_err *err)
{
    ms_auto_free char *n = NULL;
    int r = ms_object_need_mailbox(d, address, err);

    if (r == 0) {
        r = ms_db_exists(d,
                         MS_Q("SELECT name FROM ms_app_password WHERE username = ?"
                              " AND (name = ? OR selector = ?)",
                              MS_S(address), MS_S(p->name), MS_S(p->selector)),
                         err);
    }
    if (r > 0) {
        return ms_err_set(err, MS_EEXIST, 0, "%s has an app password \"%s\" already", address,
                          p->name);
    }
    if (r == 0) {
        r = ms_db_one(
            d, MS_Q("SELECT COUNT(*) FROM ms_app_password WHERE username = ?", MS_S(address)), &n,
            err);
    }
    if (r > 0 && ms_object_number(n) >= MS_APP_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "%s has %d app passwords already", address,
                          MS_APP_MAX);
    }
    return r < 0 ? -1 : 0;
}

static int add(struct ms_directory *d, const char *address, const struct ms_app_password *p,
               struct ms_err *err)
{
    ms_auto_buf struct ms_buf set = {0};

    ms_buf_init(&set, WORDS_MAX);
    for (unsigned i = 0; i < N_WORDS; i++) {
        if (p->protocols & 1U << i) {
            ms_buf_addf(&set, "%s%s", set.len ? "," : "", words[i]);
        }
    }
    if (refuse(d, address, p, err) < 0) {
        return -1;
    }
    return ms_db_run(d,
                     MS_Q("INSERT INTO ms_app_password (username, name, selector, password,"
                          " protocols, created) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP())",
                          MS_S(address), MS_S(p->name), MS_S(p->selector), MS_S(p->hash),
                          MS_S(set.p)),
                     err);
}

int ms_directory_app_password_add(struct ms_directory *d, const char *address,
                                  const struct ms_app_password *p, struct ms_err *err)
{
    if (check(p, err) < 0 || ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, add(d, address, p, err), err);
}

static int remove_one(struct ms_directory *d, const char *address, const char *name,
                      struct ms_err *err)
{
    if (ms_object_need_mailbox(d, address, err) < 0 ||
        ms_db_run(d,
                  MS_Q("DELETE FROM ms_app_password WHERE username = ? AND name = ?", MS_S(address),
                       MS_S(name)),
                  err) < 0) {
        return -1;
    }
    return d->affected
               ? 0
               : ms_err_set(err, MS_ENOTFOUND, 0, "%s has no app password \"%s\"", address, name);
}

int ms_directory_app_password_delete(struct ms_directory *d, const char *address, const char *name,
                                     struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, remove_one(d, address, name, err), err);
}

static int on_row(void *arg, const char *const *col, struct ms_err *err)
{
    json_t *o = json_pack("{s:s, s:o, s:s}", "name", col[0], "protocols", ms_object_list(col[1]),
                          "created", col[2]);

    if (json_array_append_new(arg, o) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: an app password's row is no valid text");
    }
    return 0;
}

int ms_directory_app_passwords(struct ms_directory *d, const char *address, json_t **ret,
                               struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();

    if (ms_object_need_mailbox(d, address, err) < 0 ||
        ms_db_query(
            d,
            MS_Q("SELECT name, protocols, DATE_FORMAT(created, "
                 "'%Y-%m-%dT%H:%i:%sZ') FROM ms_app_password WHERE username = ? ORDER BY name",
                 MS_S(address)),
            on_row, list, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}
