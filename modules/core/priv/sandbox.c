/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/priv/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MEMORY = 512 << 20, DESCRIPTORS = 1024 };

/* What both roles need. */
static const int common[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(tgkill),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static int allow_list(scmp_filter_ctx f, const int *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, list[i], 0) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Memory may be had, but never memory that can be run. */
static int allow_memory(scmp_filter_ctx f)
{
    static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0)) < 0) {
            return -1;
        }
    }
    return 0;
}

static int allow_role(scmp_filter_ctx f, enum ms_sandbox which)
{
    static const int server[] = {SCMP_SYS(accept), SCMP_SYS(accept4)};
    static const int client[] = {SCMP_SYS(connect)};
    static const int families[] = {AF_INET, AF_INET6};

    if (which == MS_SANDBOX_API) {
        return allow_list(f, server, sizeof(server) / sizeof(server[0]));
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                             SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i])) < 0) {
            return -1;
        }
    }
    return allow_list(f, client, sizeof(client) / sizeof(client[0]));
}

/* Everything else fails with EPERM; who tries to run a program or to look into another process is
 * killed. */
static int load_filter(enum ms_sandbox which)
{
    static const int deadly[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace)};
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int r = -1;

    if (f && allow_list(f, common, sizeof(common) / sizeof(common[0])) == 0 &&
        allow_memory(f) == 0 && allow_role(f, which) == 0) {
        r = 0;
    }
    for (size_t i = 0; !r && i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        r = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
    }
    r = r < 0 ? r : seccomp_load(f);
    if (f) {
        seccomp_release(f);
    }
    return r;
}

static int limit(int what, rlim_t value)
{
    const struct rlimit l = {value, value};

    return setrlimit(what, &l);
}

static int set_limits(void)
{
    if (limit(RLIMIT_NOFILE, DESCRIPTORS) < 0 || limit(RLIMIT_NPROC, 0) < 0 ||
        limit(RLIMIT_CORE, 0) < 0) {
        return -1;
    }
#if !defined(__SANITIZE_ADDRESS__)
    return limit(RLIMIT_AS, MEMORY);
#else
    return 0;
#endif
}

int ms_sandbox_enter(enum ms_sandbox which, pid_t parent, struct ms_err *err)
{
    uid_t uid = which == MS_SANDBOX_API ? MS_SANDBOX_UID_API : MS_SANDBOX_UID_PROBE;

    if (set_limits() < 0) {
        return ms_err_set(err, MS_EIO, errno, "setrlimit");
    }
    if (geteuid() == 0 &&
        (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)) {
        return ms_err_set(err, MS_EIO, errno, "setresuid");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) {
        return ms_err_set(err, MS_EIO, errno, "prctl");
    }
    if (getppid() != parent) {
        return ms_err_set(err, MS_EUNREACH, 0, "the supervisor is gone");
    }
    if (load_filter(which) < 0) {
        return ms_err_set(err, MS_EIO, 0, "the filter of system calls cannot be loaded");
    }
    return 0;
}
