/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

enum { AGAIN_MS = 100, AGAIN_MAX_MS = 30000, STEADY_MS = 60000, END_MS = 2000, HIGH_FD = 16 };

static const struct {
    const char *name;
    size_t in_max, queue_max;
    void (*on_start)(struct sup *s);
    int (*on_message)(struct sup *s, const json_t *message, struct ms_err *err);
    void (*on_end)(struct sup *s);
} roles[SUP_ROLES] = {
    [SUP_API] = {"api", ROLE_API_REQUEST, ROLE_API_QUEUE, sup_api_start, sup_api_message,
                 sup_api_end},
    [SUP_PROBE] = {"probe", ROLE_PROBE_MESSAGE, 4 * ROLE_PROBE_MESSAGE, sup_probes_tell,
                   sup_probes_message, sup_probes_end},
};

/* In the child: put the descriptors where the role looks for them, and become it. */
static void become(const struct sup *s, enum sup_role_name which, int channel)
{
    char parent[24], owner[24], gid[24];
    const char *argv[] = {"mailsteadd", "-x",   roles[which].name,
                          "--",         parent, which == SUP_API ? owner : NULL,
                          gid,          NULL};
    sigset_t none;
    int high = fcntl(channel, F_DUPFD_CLOEXEC, HIGH_FD), door = -1;

    if (which == SUP_API) {
        door = fcntl(s->door.fd, F_DUPFD_CLOEXEC, HIGH_FD);
    }
    (void)snprintf(parent, sizeof(parent), "%ld", (long)getppid());
    (void)snprintf(owner, sizeof(owner), "%lu", (unsigned long)s->door.owner);
    (void)snprintf(gid, sizeof(gid), "%lu", (unsigned long)s->door.gid);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0);
    if (high >= 0 && dup2(high, ROLE_CHANNEL_FD) >= 0 &&
        (which != SUP_API || (door >= 0 && dup2(door, ROLE_LISTEN_FD) >= 0))) {
        (void)execv("/proc/self/exe", (char *const *)argv);
    }
    _exit(127);
}

static int start(struct sup *s, enum sup_role_name which, struct ms_err *err)
{
    struct sup_role *r = &s->roles[which];
    ms_auto_close int theirs = -1;
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return ms_err_set(err, MS_EIO, errno, "socketpair");
    }
    theirs = pair[1];
    r->pid = fork();
    if (r->pid < 0) {
        r->pid = 0;
        (void)close(pair[0]);
        return ms_err_set(err, MS_EIO, errno, "fork");
    }
    if (!r->pid) {
        become(s, which, theirs);
    }
    ms_channel_open(&r->channel, pair[0], roles[which].in_max, roles[which].queue_max);
    r->generation++;
    r->started_ms = ms_time_mono_ms();
    r->since_ms = ms_time_wall_ms();
    roles[which].on_start(s);
    return 0;
}

/* It ends: nothing of it is listened to any more. The process itself is reaped later. */
static void hang_up(struct sup *s, enum sup_role_name which)
{
    struct sup_role *r = &s->roles[which];

    if (r->channel.fd >= 0) {
        ms_channel_close(&r->channel);
        roles[which].on_end(s);
    }
    if (r->pid) {
        (void)kill(r->pid, SIGKILL);
    }
}

void sup_role_send(struct sup *s, enum sup_role_name which, json_t *message)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *owned = message;
    struct sup_role *r = &s->roles[which];

    if (r->channel.fd >= 0 && ms_channel_send(&r->channel, owned, &err) < 0) {
        ms_log(MS_LOG_WARN, roles[which].name, "%s", ms_err_msg(&err));
        hang_up(s, which);
    }
}

static void listen_to(struct sup *s, enum sup_role_name which)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct sup_role *r = &s->roles[which];
    int got = ms_channel_flush(&r->channel, &err) < 0 ? -1 : 1;

    while (got > 0 && r->channel.fd >= 0) {
        ms_auto_json json_t *message = NULL;

        got = ms_channel_read(&r->channel, &message, &err);
        if (got > 0 && roles[which].on_message(s, message, &err) < 0) {
            got = -1;
        }
    }
    if (got < 0) {
        if (err.code != MS_EUNREACH) {
            ms_log(MS_LOG_WARN, roles[which].name, "%s", ms_err_msg(&err));
        }
        hang_up(s, which);
    }
}

void sup_roles_io(struct sup *s)
{
    for (unsigned i = 0; i < SUP_ROLES; i++) {
        if (s->roles[i].channel.fd >= 0) {
            listen_to(s, (enum sup_role_name)i);
        }
    }
}

void sup_roles_init(struct sup *s)
{
    for (unsigned i = 0; i < SUP_ROLES; i++) {
        s->roles[i].channel.fd = -1;
    }
    s->door.fd = -1;
}

int64_t sup_roles_tick(struct sup *s, int64_t now_ms)
{
    int64_t next = 0;

    for (unsigned i = 0; i < SUP_ROLES; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct sup_role *r = &s->roles[i];

        if (r->pid) {
            continue;
        }
        if (now_ms >= r->due_ms && start(s, (enum sup_role_name)i, &err) < 0) {
            ms_log(MS_LOG_ERR, roles[i].name, "%s", ms_err_msg(&err));
            r->due_ms = now_ms + AGAIN_MAX_MS;
        }
        if (!r->pid && (!next || r->due_ms < next)) {
            next = r->due_ms;
        }
    }
    return next;
}

unsigned sup_roles_fds(const struct sup *s, struct pollfd *fds)
{
    unsigned n = 0;

    for (unsigned i = 0; i < SUP_ROLES; i++) {
        const struct ms_channel *c = &s->roles[i].channel;

        if (c->fd >= 0) {
            fds[n++] = (struct pollfd){.fd = c->fd, .events = ms_channel_events(c)};
        }
    }
    return n;
}

/* When to start it again: at once if it ran for a while, else later each time. */
static void ended(struct sup *s, enum sup_role_name which, int status)
{
    struct sup_role *r = &s->roles[which];
    int64_t now = ms_time_mono_ms();
    ms_auto_free char *why = worker_status_text(status);

    r->pid = 0;
    hang_up(s, which);
    if (s->stopping) {
        return;
    }
    r->n_restarts++;
    r->wait_ms = now - r->started_ms >= STEADY_MS || !r->wait_ms ? AGAIN_MS : 2 * r->wait_ms;
    r->wait_ms = r->wait_ms > AGAIN_MAX_MS ? AGAIN_MAX_MS : r->wait_ms;
    r->due_ms = now + r->wait_ms;
    ms_log(MS_LOG_WARN, roles[which].name, "%s: starts again in_ms=%lld", why,
           (long long)r->wait_ms);
    sup_history(s, "role", roles[which].name, why);
}

void sup_roles_reap(struct sup *s)
{
    for (unsigned i = 0; i < SUP_ROLES; i++) {
        int status;

        if (s->roles[i].pid && waitpid(s->roles[i].pid, &status, WNOHANG) == s->roles[i].pid) {
            ended(s, (enum sup_role_name)i, status);
        }
    }
}

/* Let a role write out what it has and end, for some time. */
static void wait_for_end(struct sup_role *r, int64_t end_ms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int64_t now = ms_time_mono_ms();
    int status;

    while (r->channel.fd >= 0 && now < end_ms && ms_channel_flush(&r->channel, &err) == 0) {
        struct pollfd p = {.fd = r->channel.fd, .events = ms_channel_events(&r->channel)};
        json_t *message = NULL;
        int got;

        (void)poll(&p, 1, (int)(end_ms - now));
        got = ms_channel_read(&r->channel, &message, &err);
        json_decref(message);
        if (got < 0) {
            break;
        }
        now = ms_time_mono_ms();
    }
    ms_channel_close(&r->channel);
    if (r->pid) {
        (void)kill(r->pid, SIGKILL);
        (void)waitpid(r->pid, &status, 0);
    }
    r->pid = 0;
}

void sup_roles_end(struct sup *s)
{
    int64_t end = ms_time_mono_ms() + END_MS;

    sup_role_send(s, SUP_API, json_pack("{s:b}", "end", 1));
    wait_for_end(&s->roles[SUP_API], end);
    wait_for_end(&s->roles[SUP_PROBE], 0);
    if (s->door.fd >= 0) {
        (void)close(s->door.fd);
    }
}

json_t *sup_roles_json(const struct sup *s)
{
    json_t *o = json_object();

    for (unsigned i = 0; i < SUP_ROLES; i++) {
        const struct sup_role *r = &s->roles[i];

        (void)json_object_set_new(o, roles[i].name,
                                  json_pack("{s:i, s:o, s:i}", "pid", (int)r->pid, "since",
                                            sup_time_json(r->since_ms), "restarts",
                                            (int)r->n_restarts));
    }
    return o;
}
