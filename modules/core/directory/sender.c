/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/sender_priv.h"

/* What is granted must be ours: mail in other names would be refused or thrown away elsewhere. */
static int check_own(struct ms_directory *d, const char *address, struct ms_err *err)
{
    const char *domain = ms_address_domain(address);
    int r;

    if (!*domain) {
        return ms_err_set(err, MS_EINVAL, 0, "send-as: \"%s\" is neither an address nor @domain",
                          address);
    }
    r = ms_db_exists(d, MS_Q("SELECT domain FROM domain WHERE domain = ?", MS_S(domain)), err);
    if (r == 0) {
        return ms_err_set(err, MS_EINVAL, 0, "send-as: %s is not in a domain of this site",
                          address);
    }
    return r < 0 ? -1 : 0;
}

int ms_sender_set(struct ms_directory *d, const char *address, const char *const *send_as,
                  struct ms_err *err)
{
    if (ms_db_run(d,
                  MS_Q("DELETE FROM ms_send_as WHERE username = ? AND declared = 0", MS_S(address)),
                  err) < 0) {
        return -1;
    }
    for (; *send_as; send_as++) {
        if (check_own(d, *send_as, err) < 0 ||
            ms_db_run(d,
                      MS_Q("INSERT IGNORE INTO ms_send_as (address, username) VALUES (?, ?)",
                           MS_S(*send_as), MS_S(address)),
                      err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* "address mailbox" of each declared grant, as the keys of an object. */
static int on_declared(void *arg, const char *const *col, struct ms_err *err)
{
    ms_auto_free char *key = ms_xasprintf("%s %s", col[0], col[1]);

    (void)err;
    (void)json_object_set_new(arg, key, json_true());
    return 0;
}

static int grant(struct ms_directory *d, const char *address, const char *mailbox, json_t *have,
                 uint64_t *ret_n, struct ms_err *err)
{
    ms_auto_free char *key = ms_xasprintf("%s %s", address, mailbox);

    if (json_object_del(have, key) == 0) {
        return 0;
    }
    (*ret_n)++;
    return ms_db_run(d,
                     MS_Q("INSERT INTO ms_send_as (address, username, declared) VALUES (?, ?, 1)"
                          " ON DUPLICATE KEY UPDATE declared = 1",
                          MS_S(address), MS_S(mailbox)),
                     err);
}

static int grant_declared(struct ms_directory *d, const struct ms_site_domain *s,
                          const struct ms_site_mailbox *m, json_t *have, uint64_t *ret_n,
                          struct ms_err *err)
{
    ms_auto_free char *mailbox = ms_xasprintf("%s@%s", m->local, s->name);

    for (size_t i = 0; i < m->send_as.n; i++) {
        if (grant(d, m->send_as.v[i], mailbox, have, ret_n, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int grant_all(struct ms_directory *d, const struct ms_site *site, json_t *have,
                     uint64_t *ret_n, struct ms_err *err)
{
    for (size_t i = 0; i < site->n_domains; i++) {
        const struct ms_site_domain *s = &site->domains[i];

        for (size_t k = 0; k < s->n_mailboxes; k++) {
            if (grant_declared(d, s, &s->mailboxes[k], have, ret_n, err) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

int ms_sender_ensure(struct ms_directory *d, const struct ms_site *site, uint64_t *ret_n,
                     struct ms_err *err)
{
    ms_auto_json json_t *have = json_object();
    const char *key;
    json_t *v;

    if (ms_db_query(d, MS_Q0("SELECT address, username FROM ms_send_as WHERE declared = 1"),
                    on_declared, have, err) < 0 ||
        grant_all(d, site, have, ret_n, err) < 0) {
        return -1;
    }
    /* what is left is declared no longer: the right ends */
    json_object_foreach(have, key, v)
    {
        if (ms_db_run(d,
                      MS_Q("DELETE FROM ms_send_as WHERE CONCAT(address, ' ', username) = ?"
                           " AND declared = 1",
                           MS_S(key)),
                      err) < 0) {
            return -1;
        }
        (*ret_n)++;
    }
    return 0;
}
