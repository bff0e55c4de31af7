/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/reports/reports.h"

enum { NOBODY = 65534, MEMORY = 512 << 20, CPU_S = 20 };

static int limit(int what, rlim_t value)
{
    const struct rlimit l = {value, value};

    return setrlimit(what, &l);
}

/* What strangers wrote is read by a process that has nothing: no right, no file, little memory and
 * time. */
static int give_up_rights(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        limit(RLIMIT_CPU, CPU_S) < 0 || limit(RLIMIT_NPROC, 0) < 0 || limit(RLIMIT_FSIZE, 0) < 0) {
        return -1;
    }
#if !defined(__SANITIZE_ADDRESS__)
    if (limit(RLIMIT_AS, MEMORY) < 0) {
        return -1;
    }
#endif
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
                           setresuid(NOBODY, NOBODY, NOBODY) < 0)) {
        return -1;
    }
    return limit(RLIMIT_NOFILE, STDERR_FILENO + 1);
}

int role_read(const char *host)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf mail = {0};
    ms_auto_json json_t *answer = NULL;
    ms_auto_free char *text = NULL;
    json_t *result = NULL;

    if (give_up_rights() < 0) {
        return 1;
    }
    ms_buf_init(&mail, MS_REPORT_MAIL_MAX);
    answer = ms_fs_read("-", &mail, &err) < 0 ||
                     ms_reports_read(mail.p, mail.len, host, &result, &err) < 0
                 ? ms_op_answer_error(&err)
                 : ms_op_answer(result);
    text = json_dumps(answer, JSON_COMPACT);
    for (size_t at = 0, n = text ? strlen(text) : 0; at < n;) {
        ssize_t w = write(STDOUT_FILENO, text + at, n - at);

        if (w <= 0) {
            return 1;
        }
        at += (size_t)w;
    }
    return text ? 0 : 1;
}
