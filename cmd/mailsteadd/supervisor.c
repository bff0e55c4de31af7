/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "cmd/mailsteadd/sup.h"
#include "modules/core/api/client.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

enum { IDLE_MS = 60000 };

static const char group_name[] = "mailstead";

static void on_job_change(void *arg, struct ms_job *job)
{
    struct sup *s = arg;

    sup_api_job(s, job);
}

/* The pid file is the lock: who holds it is the supervisor of this state. */
static int take_lock(const struct sup *s, int *ret_fd, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/mailsteadd.pid", s->o->paths.state);

    if (ms_fs_mkdir_p(s->o->paths.state, 0750, err) < 0) {
        return -1;
    }
    if (ms_fs_lock(path, false, ret_fd, err) < 0) {
        return err->code == MS_EBUSY ? ms_err_wrap(err, "another supervisor is running") : -1;
    }
    if (ftruncate(*ret_fd, 0) < 0 || dprintf(*ret_fd, "%ld\n", (long)getpid()) < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    return 0;
}

static int open_door(struct sup *s, struct ms_err *err)
{
    ms_auto_free char *path = ms_client_socket_path(s->o->paths.state);
    ms_auto_free char *dir = ms_xstrdup(path);
    const struct group *g = getgrnam(group_name);
    gid_t gid = g ? g->gr_gid : (gid_t)-1;

    *strrchr(dir, '/') = '\0';
    if (strcmp(dir, s->o->paths.state) != 0) {
        if (ms_fs_mkdir_p(dir, 0750, err) < 0) {
            return -1;
        }
        if (chmod(dir, 0750) < 0 || (g && chown(dir, (uid_t)-1, gid) < 0)) {
            return ms_err_set(err, MS_EIO, errno, "%s", dir);
        }
    }
    s->door = (struct ms_api_door){.fd = ms_api_listen(path, gid, err), .owner = geteuid()};
    s->door.gid = gid;
    return s->door.fd < 0 ? -1 : 0;
}

static int open_signals(struct ms_err *err)
{
    sigset_t set;
    int fd;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd >= 0 ? fd : ms_err_set(err, MS_EIO, errno, "signalfd");
}

static void take_signals(struct sup *s)
{
    struct signalfd_siginfo i;

    while (read(s->signals, &i, sizeof(i)) == (ssize_t)sizeof(i)) {
        if (i.ssi_signo == SIGTERM || i.ssi_signo == SIGINT) {
            ms_log(MS_LOG_INFO, "supervisor", "ending signal=%u", i.ssi_signo);
            s->stopping = true;
        } else if (i.ssi_signo == SIGHUP) {
            sup_site_load(s);
        }
    }
}

/* The first of two points in time, 0 being never. */
static int64_t sooner(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

static unsigned collect(struct sup *s, struct pollfd *fds)
{
    unsigned n = 0;

    fds[n++] = (struct pollfd){.fd = s->signals, .events = POLLIN};
    n += sup_roles_fds(s, fds + n);
    n += worker_fds(&s->job_worker, fds + n);
    n += worker_fds(&s->certs.worker, fds + n);
    for (size_t i = 0; i < SUP_CALL_SLOTS; i++) {
        n += worker_fds(&s->calls[i].worker, fds + n);
    }
    return n;
}

static void wait_for_something(struct sup *s, struct pollfd *fds, unsigned n, int timeout_ms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (!s->events) {
        (void)poll(fds, n, timeout_ms);
        return;
    }
    if (ms_engine_events_poll(s->events, fds, n, timeout_ms, &err) < 0) {
        ms_log(MS_LOG_WARN, "engine", "%s", ms_err_msg(&err));
        ms_engine_events_free(s->events);
        s->events = NULL;
        s->engine_ok = false;
        s->events_retry_ms = ms_time_mono_ms() + SUP_RETRY_MS;
    }
}

static void loop(struct sup *s)
{
    struct pollfd fds[SUP_FDS];

    while (!s->stopping) {
        int64_t now = ms_time_mono_ms();
        int64_t next = sooner(sup_roles_tick(s, now), sup_engine_tick(s, now));
        int64_t wait;

        if (s->causes_due) {
            s->causes_due = false;
            sup_causes(s);
        }
        next = sooner(next, sup_heal_tick(s, now));
        next = sooner(next, sup_flush_tick(s, now));
        next = sooner(next, sup_notes_tick(s, now));
        next = sooner(next, sup_keep_tick(s, now));
        next = sooner(next, sup_dkim_tick(s, now));
        next = sooner(next, sup_calls_tick(s, now));
        next = sooner(next, sup_certs_tick(s, now));
        sup_probes_tick(s);
        wait = next > now ? next - now : 0;
        wait_for_something(s, fds, collect(s, fds),
                           next && wait < IDLE_MS ? (int)wait : (int)IDLE_MS);
        take_signals(s);
        sup_roles_io(s);
        if (s->job_worker.pid) {
            worker_io(&s->job_worker);
        }
        if (s->certs.worker.pid) {
            worker_io(&s->certs.worker);
        }
        for (size_t i = 0; i < SUP_CALL_SLOTS; i++) {
            if (s->calls[i].deadline_ms) {
                worker_io(&s->calls[i].worker);
            }
        }
        sup_jobs_reap(s);
        sup_certs_reap(s);
        sup_calls_reap(s);
        sup_roles_reap(s);
    }
}

static void end(struct sup *s)
{
    s->stopping = true;
    sup_calls_abort(s);
    sup_roles_end(s);
    sup_probes_drop(s);
    ms_engine_events_free(s->events);
    if (s->job) {
        ms_log(MS_LOG_INFO, "supervisor", "job %llu goes on without a supervisor",
               (unsigned long long)s->job->id);
        ms_job_unref(s->job);
    }
    ms_jobs_done(&s->jobs);
    sup_certs_done(s);
    json_decref(s->dkim.todo);
    for (size_t i = 0; i < s->n_services; i++) {
        free(s->services[i].name);
        free(s->services[i].id);
        free(s->services[i].image);
    }
    free(s->services);
    loaded_done(&s->loaded);
    free(s->problems);
    free(s->engine_error);
    if (s->signals >= 0) {
        (void)close(s->signals);
    }
}

int role_supervisor(struct options *o)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_close int lock = -1;
    struct sup *s = ms_xcalloc(1, sizeof(*s));
    int r = 1;

    s->o = o;
    s->started_ms = ms_time_wall_ms();
    s->jobs.on_change = on_job_change;
    s->jobs.arg = s;
    s->signals = -1;
    sup_roles_init(s);
    if (take_lock(s, &lock, &err) == 0 && (s->signals = open_signals(&err)) >= 0 &&
        open_door(s, &err) == 0) {
        ms_log(MS_LOG_INFO, "supervisor", "started version=%s state=%s", MS_VERSION,
               o->paths.state);
        sup_site_load(s);
        sup_jobs_resume(s);
        loop(s);
        r = 0;
    } else {
        ms_log(MS_LOG_ERR, "supervisor", "%s", ms_err_msg(&err));
    }
    end(s);
    free(s);
    return r;
}
