/* SPDX-License-Identifier: Apache-2.0 */
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
