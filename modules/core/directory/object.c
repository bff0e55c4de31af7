/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/object_priv.h"

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"

const char *ms_address_domain(const char *address)
{
    const char *at = strrchr(address, '@');

    return at ? at + 1 : "";
}

int ms_mailbox_local_check(const char *local, struct ms_err *err)
{
    size_t n = strcspn(local, "@");

    if (n == 0 || local[0] == '.' || memchr(local, '/', n)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%.*s\" cannot be the name of a mailbox", (int)n,
                          local);
    }
    return 0;
}

struct place {
    char *text;
};

static int on_place(void *arg, const char *const *col, struct ms_err *err)
{
    struct place *p = arg;

    (void)err;
    free(p->text);
    p->text = ms_xasprintf("%s:%s", col[0], col[1]);
    return 0;
}

int ms_object_undeclared(struct ms_directory *d, const char *kind, const char *name,
                         struct ms_err *err)
{
    struct place p = {0};
    int r = ms_db_query(d,
                        MS_Q("SELECT file, line FROM ms_declared WHERE kind = ? AND name = ?",
                             MS_S(kind), MS_S(name)),
                        on_place, &p, err);

    if (r == 0 && p.text) {
        r = ms_err_set(err, MS_EBUSY, 0, "%s %s is declared in %s", kind, name, p.text);
    }
    free(p.text);
    return r;
}

int ms_object_own_domain(struct ms_directory *d, const char *domain, struct ms_err *err)
{
    ms_auto_free char *target = NULL;
    int r = ms_db_exists(d, MS_Q("SELECT domain FROM domain WHERE domain = ?", MS_S(domain)), err);

    if (r == 0) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "domain %s does not exist", domain);
    }
    if (r > 0) {
        r = ms_db_one(
            d, MS_Q("SELECT target_domain FROM alias_domain WHERE alias_domain = ?", MS_S(domain)),
            &target, err);
    }
    if (r > 0) {
        return ms_err_set(err, MS_EINVAL, 0, "domain %s is an alias of %s: use that one", domain,
                          target);
    }
    return r;
}

int ms_object_is_mailbox(struct ms_directory *d, const char *address, struct ms_err *err)
{
    return ms_db_exists(d, MS_Q("SELECT username FROM mailbox WHERE username = ?", MS_S(address)),
                        err);
}

int ms_object_need_mailbox(struct ms_directory *d, const char *address, struct ms_err *err)
{
    int r = ms_object_is_mailbox(d, address, err);

    if (r == 0) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "mailbox %s does not exist", address);
    }
    return r < 0 ? -1 : 0;
}

int ms_object_no_target(struct ms_directory *d, const char *address, struct ms_err *err)
{
    const char *domain = ms_address_domain(address);
    ms_auto_free char *local = ms_xmemdup0(address, (size_t)(domain - address));
    ms_auto_free char *alias = NULL;
    int r =
        ms_db_one(d,
                  MS_Q("SELECT a.address FROM alias a WHERE a.address <> ?"
                       " AND (FIND_IN_SET(?, a.goto) > 0 OR EXISTS (SELECT 1 FROM alias_domain t"
                       " WHERE t.target_domain = ?"
                       " AND FIND_IN_SET(CONCAT(?, t.alias_domain), a.goto) > 0))"
                       " ORDER BY a.address LIMIT 1",
                       MS_S(address), MS_S(address), MS_S(domain), MS_S(local)),
                  &alias, err);

    if (r > 0) {
        return ms_err_set(err, MS_EBUSY, 0, "alias %s delivers to %s", alias, address);
    }
    return r;
}

int ms_object_not_renamed(struct ms_directory *d, const char *address, struct ms_err *err)
{
    ms_auto_free char *text = NULL;
    int r = ms_db_one(d,
                      MS_Q("SELECT CONCAT(address, ' ', target) FROM ms_rename"
                           " WHERE done IS NULL AND (address = ? OR target = ?)",
                           MS_S(address), MS_S(address)),
                      &text, err);

    if (r > 0) {
        return ms_err_set(err, MS_EBUSY, 0,
                          "a rename is not finished yet: repeat `mailstead mailbox rename %s`",
                          text);
    }
    return r;
}

int ms_object_run_each(struct ms_directory *d, const char *const *sql, const char *text,
                       struct ms_err *err)
{
    for (; *sql; sql++) {
        if (ms_db_run(d, MS_Q(*sql, MS_S(text)), err) < 0) {
            return -1;
        }
    }
    return 0;
}

json_t *ms_object_declared(const char *file, const char *line)
{
    return file ? json_sprintf("%s:%s", file, line) : json_null();
}

json_t *ms_object_list(const char *text)
{
    json_t *list = json_array();

    while (*text) {
        size_t n = strcspn(text, ",");

        if (n > 0) {
            (void)json_array_append_new(list, json_stringn(text, n));
        }
        text += n + (text[n] == ',');
    }
    return list;
}

int64_t ms_object_number(const char *text)
{
    uint64_t u = 0;
    bool minus = text && *text == '-';

    if (!text || ms_parse_u64(text + minus, &u) < 0 || u > INT64_MAX) {
        return 0;
    }
    return minus ? -(int64_t)u : (int64_t)u;
}
