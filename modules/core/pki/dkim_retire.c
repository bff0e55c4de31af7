/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/pki_priv.h"

enum { TRIES = 100 }; /* names for folders that are moved within the same millisecond */

int ms_dkim_retire(const char *state, const char *domain, struct ms_err *err)
{
    ms_auto_free char *from = ms_xasprintf("%s/keys/dkim/%s", state, domain);
    ms_auto_free char *dir = NULL;
    int64_t now_ms = ms_time_wall_ms();

    if (!ms_name_is_domain(domain)) {
        return ms_err_set(err, MS_EINVAL, 0, "\"%s\" is not a domain name", domain);
    }
    if (!ms_fs_exists(from)) {
        return 0;
    }
    if (ms_pki_dir(state, "keys/dkim/.retired", 0700, &dir, err) < 0) {
        return -1;
    }
    for (int i = 0; i < TRIES; i++) {
        char stamp[MS_TIME_TEXT];
        ms_auto_free char *to = NULL;

        ms_time_format(now_ms + i, stamp);
        to = ms_xasprintf("%s/%s.%s", dir, domain, stamp);
        if (rename(from, to) == 0 || errno == ENOENT) { /* gone: another process moved it */
            return 0;
        }
        if (errno != EEXIST && errno != ENOTEMPTY) {
            break;
        }
    }
    return ms_err_set(err, MS_EIO, errno, "move %s to %s", from, dir);
}
