/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/remote.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/mailstead/args.h"
#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "modules/core/api/client.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/base/time.h"

enum {
    START_MS = 15000,
    STOP_MS = 20000,
    POLL_MS = 20,
    SYSTEMCTL_MS = 60000,
    SETTLE_MS = 30000,
    SETTLE_EVERY_MS = 100
};

#define UNIT "mailsteadd.service"

static char *socket_path(const struct ms_cli *c)
{
    ms_auto_free char *state = ms_load_absolute(c->state);

    return ms_client_socket_path(state);
}

static int explain(const char *socket, struct ms_err *err)
{
    if (err->code != MS_EUNREACH) {
        return -1;
    }
    ms_err_done(err);
    return ms_err_set(err, MS_EUNREACH, 0,
                      "the supervisor does not answer at %s\n`mailstead up` starts it. (Mail does "
                      "not depend on it.)",
                      socket);
}

int ms_remote_call(const struct ms_cli *c, const struct ms_remote_request *rq, json_t **ret,
                   struct ms_err *err)
{
    ms_auto_free char *socket = socket_path(c);
    ms_auto_free char *name = rq->name ? ms_client_escape(rq->name) : ms_xstrdup("");
    ms_auto_free char *path =
        ms_xasprintf("/api/v1%s%s%s", rq->prefix, name, rq->suffix ? rq->suffix : "");
    const struct ms_client_request cr = {
        .method = rq->method, .path = path, .body = rq->body, .timeout_ms = rq->timeout_ms};

    if (ms_client_request(socket, &cr, ret, err) < 0) {
        return explain(socket, err);
    }
    return 0;
}

int ms_remote_answers(const struct ms_cli *c, json_t **ret_status, struct ms_err *err)
{
    ms_auto_free char *socket = socket_path(c);
    ms_auto_json json_t *j = NULL;

    if (ms_client_call(socket, "GET", "/api/v1/status", NULL, &j, err) < 0) {
        if (err->code == MS_EUNREACH) {
            ms_err_done(err);
            return 0;
        }
        return -1;
    }
    if (ret_status) {
        *ret_status = json_incref(j);
    }
    return 1;
}

static bool default_paths(const struct ms_cli *c)
{
    return !strcmp(c->site, MS_CLI_SITE) && !strcmp(c->state, MS_CLI_STATE);
}

static bool unit_installed(void)
{
    static const char *const dirs[] = {"/etc/systemd/system", "/run/systemd/system",
                                       "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                       "/lib/systemd/system"};

    if (!ms_fs_exists("/run/systemd/system")) {
        return false;
    }
    for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
        ms_auto_free char *path = ms_xasprintf("%s/%s", dirs[i], UNIT);

        if (ms_fs_exists(path)) {
            return true;
        }
    }
    return false;
}

static void last_line(void *arg, const char *line)
{
    char **last = arg;

    free(*last);
    *last = ms_xstrdup(line);
}

static int systemctl(const char *action, struct ms_err *err)
{
    const char *const argv[] = {"systemctl", action, UNIT, NULL};
    ms_auto_free char *last = NULL;
    int status;

    if (ms_proc_run(argv, SYSTEMCTL_MS, last_line, &last, &status, err) < 0) {
        return -1;
    }
    if (status != 0) {
        return ms_err_set(err, MS_EIO, 0, "systemctl %s %s: %s", action, UNIT,
                          last ? last : "failed");
    }
    return 0;
}

/* mailsteadd beside this program, or in ../sbin of its folder. */
static int find_program(char **ret, struct ms_err *err)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *const places[] = {"/mailsteadd", "/../sbin/mailsteadd"};
    char *slash;

    if (n < 0) {
        return ms_err_set(err, MS_EIO, errno, "/proc/self/exe");
    }
    self[n] = '\0';
    slash = strrchr(self, '/');
    if (slash) {
        *slash = '\0';
    }
    for (size_t i = 0; i < 2; i++) {
        ms_auto_free char *path = ms_xasprintf("%s%s", self, places[i]);

        if (access(path, X_OK) == 0) {
            *ret = ms_load_absolute(path);
            return 0;
        }
    }
    return ms_err_set(err, MS_ENOTFOUND, 0, "mailsteadd is neither in %s nor in %s/../sbin", self,
                      self);
}

static int wait_answer(const struct ms_cli *c, struct ms_err *err)
{
    int64_t end = ms_time_mono_ms() + START_MS;

    while (ms_time_mono_ms() < end) {
        int r = ms_remote_answers(c, NULL, err);

        if (r != 0) {
            return r < 0 ? -1 : 0;
        }
        ms_time_sleep_ms(POLL_MS);
    }
    return ms_err_set(err, MS_ETIME, 0, "the supervisor did not answer within %d s",
                      START_MS / 1000);
}

int ms_remote_start(const struct ms_cli *c, struct ms_err *err)
{
    ms_auto_free char *site = ms_load_absolute(c->site);
    ms_auto_free char *state = ms_load_absolute(c->state);
    ms_auto_free char *program = NULL;

    if (default_paths(c) && unit_installed()) {
        return systemctl("start", err) < 0 || wait_answer(c, err) < 0
                   ? ms_err_wrap(err, "start the supervisor")
                   : 0;
    }
    if (find_program(&program, err) < 0) {
        return ms_err_wrap(err, "start the supervisor");
    }
    return ms_client_start(program, site, state, START_MS, err);
}

int ms_remote_stop(const struct ms_cli *c, pid_t pid, struct ms_err *err)
{
    const struct ms_remote_request rq = {.method = "POST", .prefix = "/shutdown"};
    int64_t end = ms_time_mono_ms() + STOP_MS;

    if (ms_remote_call(c, &rq, NULL, err) < 0) {
        return -1;
    }
    while (ms_time_mono_ms() < end) {
        int r = ms_remote_answers(c, NULL, err);
        bool gone = pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH);

        if (r < 0) { /* it may close the connection while it ends */
            ms_err_done(err);
        }
        if (r == 0 && gone) {
            return 0;
        }
        ms_time_sleep_ms(POLL_MS);
    }
    return ms_err_set(err, MS_ETIME, 0, "the supervisor did not end within %d s", STOP_MS / 1000);
}

bool ms_remote_outdated(const json_t *status)
{
    static const char deleted[] = " (deleted)";
    json_int_t pid =
        json_integer_value(json_object_get(json_object_get(status, "supervisor"), "pid"));
    char path[64], exe[PATH_MAX];
    ssize_t n;

    if (strcmp(ms_out_str(status, "mailstead"), MS_VERSION) != 0) {
        return true;
    }
    (void)snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)pid);
    n = readlink(path, exe, sizeof(exe));
    return n > (ssize_t)sizeof(deleted) &&
           !memcmp(exe + n - (sizeof(deleted) - 1), deleted, sizeof(deleted) - 1);
}

struct relay {
    ms_deploy_event on_event;
    void *arg;
};

static int relay_event(void *arg, const json_t *event)
{
    const struct relay *r = arg;

    r->on_event(r->arg, event);
    return 0;
}

int ms_remote_run_job(void *arg, ms_deploy_event on_event, void *event_arg, struct ms_err *err)
{
    const struct ms_remote_job *job = arg;
    ms_auto_free char *socket = socket_path(job->c);
    struct relay relay = {.on_event = on_event, .arg = event_arg};
    struct ms_client_end end = {0};
    int r = ms_client_job(socket, job->body, relay_event, &relay, &end, err);

    free(end.text);
    return r;
}

void ms_remote_settle(const struct ms_cli *c, bool healthy)
{
    int64_t end = ms_time_mono_ms() + SETTLE_MS;
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/status"};

    while (ms_time_mono_ms() < end) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *status = NULL;

        if (ms_remote_call(c, &rq, &status, &err) < 0) {
            return;
        }
        if (json_is_null(json_object_get(status, "job")) &&
            (!healthy || json_is_true(json_object_get(status, "ok")))) {
            return;
        }
        ms_time_sleep_ms(SETTLE_EVERY_MS);
    }
}
