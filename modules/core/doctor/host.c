/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/doctor/host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

enum { MIB_SHIFT = 20, DISK_LEAST_MIB = 1024, DISK_GOOD_MIB = 5120 };
enum { EARLIEST_S = 1767225600 }; /* 2026-01-01: no clock is before that */

void ms_judge_disk(const struct ms_disk *d, struct ms_checks *out)
{
    uint64_t mib = d->free >> MIB_SHIFT;
    bool tight = mib < DISK_LEAST_MIB;
    bool low = mib < DISK_GOOD_MIB || d->free < d->total / 20;

    ms_checks_host(out, d->id,
                   tight ? MS_CHECK_FAIL
                   : low ? MS_CHECK_WARN
                         : MS_CHECK_OK,
                   low ? "make room: images take 2 GiB, and mail is refused on a full disk" : NULL,
                   "%s: %" PRIu64 " MiB of %" PRIu64 " MiB are free", d->path, mib,
                   d->total >> MIB_SHIFT);
}

void ms_judge_clock(int64_t now_s, bool synchronised, struct ms_checks *out)
{
    if (now_s < EARLIEST_S) {
        ms_checks_host(out, "clock", MS_CHECK_FAIL, "set the clock, and install systemd-timesyncd",
                       "the clock is wrong: certificates and signatures fail");
    } else if (!synchronised) {
        ms_checks_host(out, "clock", MS_CHECK_WARN,
                       "apt-get install systemd-timesyncd (a container or virtual machine may be "
                       "kept right from outside)",
                       "nothing keeps the clock right");
    } else {
        ms_checks_host(out, "clock", MS_CHECK_OK, NULL, "it is synchronised");
    }
}

void ms_judge_kernel(const char *release, struct ms_checks *out)
{
    unsigned major = 0, minor = 0;

    if (sscanf(release, "%4u.%4u", &major, &minor) != 2) {
        ms_checks_host(out, "kernel", MS_CHECK_UNKNOWN, NULL, "%s", release);
        return;
    }
    if (major < 5 || (major == 5 && minor < 12)) {
        ms_checks_host(out, "kernel", MS_CHECK_FAIL, "upgrade it, or switch bans off",
                       "Linux %s: bans need 5.12 or newer", release);
        return;
    }
    ms_checks_host(out, "kernel", MS_CHECK_OK, NULL, "Linux %s", release);
}

void ms_check_disk(const char *id, const char *path, struct ms_checks *out)
{
    ms_auto_free char *there = ms_xstrdup(path);
    struct statvfs v;

    /* what does not exist yet will be made on the disk of its parent */
    while (statvfs(there, &v) < 0) {
        char *slash = strrchr(there, '/');

        if (!slash || slash == there) {
            ms_checks_host(out, id, MS_CHECK_UNKNOWN, NULL, "%s cannot be read", path);
            return;
        }
        *slash = '\0';
    }
    ms_judge_disk(&(struct ms_disk){.id = id,
                                    .path = path,
                                    .free = (uint64_t)v.f_bavail * v.f_frsize,
                                    .total = (uint64_t)v.f_blocks * v.f_frsize},
                  out);
}

void ms_check_clock(struct ms_checks *out)
{
    struct timex t = {.modes = 0};

    ms_judge_clock(ms_time_wall_ms() / 1000, adjtimex(&t) != TIME_ERROR, out);
}

void ms_check_kernel(struct ms_checks *out)
{
    struct utsname u;

    if (uname(&u) == 0) {
        ms_judge_kernel(u.release, out);
    }
}
