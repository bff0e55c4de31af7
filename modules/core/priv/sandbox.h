/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving up rights for good: a user of its own, no new privileges, no files, no programs, and only
 * the system calls that the role needs (seccomp(2)). What a role needs to open or load it does
 * before.
 */
#ifndef MS_PRIV_SANDBOX_H
#define MS_PRIV_SANDBOX_H

#include <sys/types.h>

#include "modules/core/base/err.h"

enum ms_sandbox {
    MS_SANDBOX_API,   /* talks over sockets that it has, or that are accepted */
    MS_SANDBOX_PROBE, /* connects to others by IPv4 and IPv6, and accepts nothing */
};

/* The users, when the process is root: names of no account, used by nothing else. */
enum { MS_SANDBOX_UID_API = 61181, MS_SANDBOX_UID_PROBE = 61182 };

/* Enter. The process dies with its parent, of which parent is the process id: -1 with MS_EUNREACH
 * when that has gone already. */
int ms_sandbox_enter(enum ms_sandbox which, pid_t parent, struct ms_err *err) ms_must_use;

#endif
