/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/ports.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "cmd/mailstead/watch.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/hosts.h"
#include "modules/core/sitecheck/sitecheck.h"

enum { DNS_MS = 3000 }; /* for a look at the records */

/* Whether the process belongs to a running container of ours: its control group names the
 * container. */
static bool is_ours(const struct ms_snapshot *s, pid_t pid)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("/proc/%d/cgroup", (int)pid);
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 16);
    if (!pid || ms_fs_read(path, &b, &err) < 0) {
        return false;
    }
    for (size_t i = 0; i < s->n_containers; i++) {
        if (*s->containers[i].id && strstr(b.p, s->containers[i].id)) {
            return true;
        }
    }
    return false;
}

static const char *port_name(const struct ms_site *site, uint16_t port)
{
    for (int p = 0; p < MS_PORT__COUNT; p++) {
        if (site->ports[p] == port) {
            return ms_port_name((enum ms_port)p);
        }
    }
    return "";
}

static void name_holder(const struct ms_site *site, const struct ms_listener *l)
{
    (void)fprintf(stderr, "mailstead: port %u (%s) is in use by ", l->port,
                  port_name(site, l->port));
    if (l->pid) {
        (void)fprintf(stderr, "%s (process %d)\n", *l->name ? l->name : "a process", (int)l->pid);
    } else {
        (void)fprintf(stderr, "a process that cannot be seen from here\n");
    }
}

/* Refuse when a port of the site is held by a process that is not ours. */
static int check_ports(const struct ms_cli *c, const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_listeners_done) struct ms_listeners found = {0};
    ms_cleanup(ms_snapshot_done) struct ms_snapshot snap = {0};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    size_t n_foreign = 0;
    int status;

    if (ms_ports_find(site->ports, MS_PORT__COUNT, &found, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (!found.n) {
        return MS_EXIT_OK;
    }
    status = ms_load_snapshot(c, &e, &snap);
    if (status != MS_EXIT_OK) {
        return status;
    }
    for (size_t i = 0; i < found.n; i++) {
        if (!is_ours(&snap, found.v[i].pid) && ms_ports_clash(site, &found.v[i])) {
            name_holder(site, &found.v[i]);
            n_foreign++;
        }
    }
    if (!n_foreign) {
        return MS_EXIT_OK;
    }
    (void)fprintf(stderr,
                  "Stop what holds the port%s, or choose another under network.ports in "
                  "%s (0 closes one).\n",
                  n_foreign == 1 ? "" : "s", c->site);
    return MS_EXIT_FAILED;
}

/* Whether every service of the supervisor's status has a running container: then the ports are
 * held by ourselves. */
static bool all_running(const json_t *status)
{
    const json_t *services = json_object_get(status, "services"), *s;
    size_t i;

    json_array_foreach(services, i, s)
    {
        if (strcmp(ms_out_str(json_object_get(s, "container"), "state"), "running") != 0) {
            return false;
        }
    }
    return json_array_size(services) > 0;
}

static int check_state_dir(const struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_fs_mkdir_p(c->state, 0750, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (access(c->state, W_OK | X_OK) < 0) {
        (void)fprintf(stderr,
                      "mailstead: %s cannot be written to: run this as root, or name "
                      "another folder with --state\n",
                      c->state);
        return MS_EXIT_FAILED;
    }
    return MS_EXIT_OK;
}

/* A supervisor that runs must be of this site. */
static int check_site(const struct ms_cli *c, const json_t *status, struct ms_err *err)
{
    ms_auto_free char *site = ms_load_absolute(c->site);
    const char *theirs = ms_out_str(json_object_get(status, "site"), "file");

    if (!*theirs || !strcmp(theirs, site)) {
        return 0;
    }
    return ms_err_set(err, MS_EINVAL, 0,
                      "the state directory %s belongs to the running site %s\nGive another --state "
                      "for %s, or `mailstead down` the other one first",
                      c->state, theirs, site);
}

/* One of an older program makes place for the new. */
static int replace_supervisor(const struct ms_cli *c, const json_t *status, struct ms_err *err)
{
    json_int_t pid =
        json_integer_value(json_object_get(json_object_get(status, "supervisor"), "pid"));

    ms_out_note(c, "the supervisor is of an older program: starting it anew");
    if (ms_remote_stop(c, (pid_t)pid, err) < 0) {
        return -1;
    }
    return ms_remote_start(c, err);
}

static int ensure_supervisor(const struct ms_cli *c, const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *status = NULL;
    int r = ms_remote_answers(c, &status, &err);

    if (r < 0 || (r > 0 && check_site(c, status, &err) < 0)) {
        return ms_out_fail(&err);
    }
    if (r == 0 || !all_running(status)) {
        int checked = check_ports(c, site);

        if (checked != MS_EXIT_OK) {
            return checked;
        }
    }
    if (r == 0) {
        r = ms_remote_start(c, &err);
    } else if (ms_remote_outdated(status)) {
        r = replace_supervisor(c, status, &err);
    }
    return r < 0 ? ms_out_fail(&err) : MS_EXIT_OK;
}

static int lost(const struct ms_err *err)
{
    (void)ms_out_fail(err);
    (void)fputs("The supervisor ended in between. Run `mailstead up` again: it goes on where it "
                "stopped.\n",
                stderr);
    return MS_EXIT_UNREACHABLE;
}

/* Where browsers go, once something has changed. */
static void tell_pages(const struct ms_cli *c, const struct ms_site *site)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();

    for (size_t i = 0; ms_modules[i]; i++) {
        const char *url = ms_site_page(site, ms_modules[i], a);

        if (url) {
            ms_out_line(c, "%s: %s (log in: %s)", ms_modules[i]->name, url, ms_modules[i]->log_in);
        }
    }
}

static int summary(const struct ms_cli *c, const struct ms_watch_end *end)
{
    ms_auto_buf struct ms_buf took = {0};

    ms_buf_init(&took, 64);
    ms_text_duration(end->ms, &took);
    if (c->json) {
        ms_auto_json json_t *j =
            json_pack("{s:b,s:b,s:I,s:I,s:I,s:s}", "ok", end->ok, "changed", end->changed, "steps",
                      (json_int_t)end->n_done, "failed", (json_int_t)end->n_failed, "ms",
                      (json_int_t)end->ms, "text", end->text);

        return ms_out_json(j, end->ok ? MS_EXIT_OK : MS_EXIT_FAILED);
    }
    if (end->n_failed) {
        (void)fprintf(stderr, "mailstead: failed after %s: %zu step%s failed, as shown above\n",
                      took.p, end->n_failed, end->n_failed == 1 ? "" : "s");
        return MS_EXIT_FAILED;
    }
    if (!end->ok) {
        (void)fprintf(stderr, "mailstead: failed after %s%s%s\n", took.p, *end->text ? ": " : "",
                      end->text);
        return MS_EXIT_FAILED;
    }
    if (end->changed) {
        ms_out_line(c, "done: %zu step%s in %s, everything is healthy", end->n_done,
                    end->n_done == 1 ? "" : "s", took.p);
    } else {
        ms_out_line(c, "nothing to change");
    }
    return MS_EXIT_OK;
}

/* How the records of the site are, where there is somebody to ask. It takes some seconds at most,
 * and nothing fails by it. */
static void tell_dns(const struct ms_cli *c, const struct ms_site *site)
{
    const struct ms_sitecheck x = {
        .site = site, .state = c->state, .what = MS_SITECHECK_RECORDS, .limit_ms = DNS_MS};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_checks struct ms_checks found = {0};
    ms_auto_free char *problem = NULL;
    struct ms_sitecheck_count n;

    ms_checks_init(&found);
    if (ms_sitecheck_is_isolated(&x) || ms_sitecheck_run(&x, &found, &problem, &err) < 0) {
        return;
    }
    n = ms_sitecheck_count(&found);
    if (n.bad) {
        ms_out_line(c, "DNS: %zu of %zu records as needed; `mailstead dns check` says what to do",
                    n.ok, n.ok + n.bad);
    } else if (n.unknown) {
        ms_out_line(c,
                    "DNS: %zu records as needed, %zu could not be looked up; see `mailstead dns "
                    "check`",
                    n.ok, n.unknown);
    } else {
        ms_out_line(c, "DNS: all %zu records as needed", n.ok);
    }
}

/* Follow one job of the supervisor to its end; site, when given, is what it brings up. */
static int follow(const struct ms_cli *c, const json_t *body, const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_remote_job job = {.c = c, .body = body};
    struct ms_watch_end end = {0};

    if (ms_watch(c, ms_remote_run_job, &job, &end, &err) < 0) {
        return err.code == MS_EUNREACH ? lost(&err) : ms_out_fail(&err);
    }
    if (end.ok && end.changed) {
        ms_remote_settle(c, true); /* so that `status` says at once what was said here */
    }
    int status = summary(c, &end);

    if (status == MS_EXIT_OK && site && !c->json) {
        if (end.changed) {
            tell_pages(c, site);
        }
        tell_dns(c, site);
    }
    return status;
}

int ms_run_up(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_auto_json json_t *body = json_pack("{s:s,s:b}", "kind", "up", "wait", 1);
    int status;

    if (!strcmp(c->site, "-")) {
        return ms_out_usage(c, "up needs a file: the supervisor reads it again");
    }
    status = ms_load_site(c, &site);
    if (status != MS_EXIT_OK) {
        return status;
    }
    if (ms_load_engine_answers(c, &err) < 0) {
        return ms_out_fail(&err);
    }
    status = check_state_dir(c);
    if (status == MS_EXIT_OK) {
        status = ensure_supervisor(c, site);
    }
    return status == MS_EXIT_OK ? follow(c, body, site) : status;
}

int ms_run_restart(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *body =
        json_pack("{s:s,s:b,s:[]}", "kind", "restart", "wait", 1, "services");
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/status"};

    if (ms_remote_call(c, &rq, NULL, &err) < 0) {
        return ms_out_fail(&err);
    }
    for (size_t i = 0; i < c->n_words; i++) {
        (void)json_array_append_new(json_object_get(body, "services"), json_string(c->words[i]));
    }
    return follow(c, body, NULL);
}
