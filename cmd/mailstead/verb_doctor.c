/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/ports.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/host.h"
#include "modules/core/base/mem.h"
#include "modules/core/doctor/host.h"
#include "modules/core/sitecheck/sitecheck.h"

enum { MIB_SHIFT = 20, LEAST_MIB = 900, GOOD_MIB = 1800 };

static void check_engine(const struct ms_cli *c, struct ms_checks *f, struct ms_snapshot *snap,
                         const char *project)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    ms_cleanup(ms_engine_info_done) struct ms_engine_info info = {0};

    if (ms_load_engine_answers(c, &err) < 0) {
        ms_checks_host(f, "engine", MS_CHECK_FAIL, "start or install the container engine", "%.*s",
                       (int)strcspn(ms_err_msg(&err), "\n"), ms_err_msg(&err));
        return;
    }
    e = ms_engine_docker(c->engine_socket);
    if (e->ops->info(e->impl, &info, &err) < 0 ||
        e->ops->snapshot(e->impl, project, snap, &err) < 0) {
        ms_checks_host(f, "engine", MS_CHECK_FAIL, "see the engine's log", "%s", ms_err_msg(&err));
        return;
    }
    ms_checks_host(f, "engine", MS_CHECK_OK, NULL, "version %s, API %s", info.version,
                   info.api_version);
    if (info.root_dir && ms_fs_exists(info.root_dir)) {
        ms_check_disk("disk-engine", info.root_dir, f);
    }
}

static void check_memory(const struct ms_stack *stack, struct ms_checks *f)
{
    unsigned long long mib = ms_host_memory() >> MIB_SHIFT;

    if (stack && stack->too_little_memory) {
        ms_checks_host(f, "memory", MS_CHECK_FAIL, "switch components off, or add memory", "%s",
                       stack->too_little_memory);
    } else if (!mib) {
        ms_checks_host(f, "memory", MS_CHECK_UNKNOWN, NULL, "the kernel does not tell");
    } else {
        enum ms_check_state state = mib < LEAST_MIB  ? MS_CHECK_FAIL
                                    : mib < GOOD_MIB ? MS_CHECK_WARN
                                                     : MS_CHECK_OK;

        ms_checks_host(f, "memory", state,
                       state == MS_CHECK_OK ? NULL : "2 GiB run everything but the virus scanner",
                       "%llu MiB", mib);
    }
}

/* Whether the site's own containers hold the ports: then all of them are its edge's. */
static bool edge_runs(const struct ms_stack *stack, const struct ms_snapshot *snap)
{
    for (size_t i = 0; i < stack->n_services; i++) {
        const struct ms_service *s = &stack->services[i];
        const struct ms_container *x = ms_load_container(snap, s->name);

        if (s->hold_command && x && !strcmp(x->state, "running")) {
            return true;
        }
    }
    return false;
}

static void check_ports(const struct ms_loaded *l, const struct ms_snapshot *snap,
                        struct ms_checks *f)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_listeners_done) struct ms_listeners found = {0};
    size_t n = 0;

    if (edge_runs(l->stack, snap)) {
        ms_checks_host(f, "ports", MS_CHECK_OK, NULL, "the site itself has them");
        return;
    }
    if (ms_ports_find(l->site->ports, MS_PORT__COUNT, &found, &err) < 0) {
        ms_checks_host(f, "ports", MS_CHECK_UNKNOWN, NULL, "%s", ms_err_msg(&err));
        return;
    }
    for (size_t i = 0; i < found.n; i++) {
        ms_auto_free char *id = ms_xasprintf("port-%u", (unsigned)found.v[i].port);

        if (!ms_ports_clash(l->site, &found.v[i])) {
            continue;
        }
        n++;
        ms_checks_host(f, id, MS_CHECK_FAIL, "stop it, or choose another port under network.ports",
                       "port %u is taken by %s", (unsigned)found.v[i].port,
                       found.v[i].name[0] ? found.v[i].name : "another program");
    }
    if (!n) {
        ms_checks_host(f, "ports", MS_CHECK_OK, NULL, "all are free");
    }
}

/* What other servers see of this host: its names, and whether mail can leave. What is said of the
 * mail server itself counts only while that runs. */
static void check_outside(const struct ms_loaded *l, const struct ms_snapshot *snap,
                          struct ms_checks *f)
{
    static const char *const of_server[] = {"smtp", "tls-served"};
    const struct ms_sitecheck x = {
        .site = l->site, .stack = l->stack, .state = l->paths.state, .what = MS_SITECHECK_HOST};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_checks struct ms_checks found = {0};
    ms_auto_free char *problem = NULL;
    bool runs = edge_runs(l->stack, snap);

    if (ms_sitecheck_is_isolated(&x)) {
        ms_checks_host(f, "outbound-25", MS_CHECK_NOT_APPLICABLE, NULL,
                       "the resolver is cut off (dns.resolver: isolated)");
        return;
    }
    ms_checks_init(&found);
    if (ms_sitecheck_run(&x, &found, &problem, &err) < 0) {
        ms_checks_host(f, "dns", MS_CHECK_UNKNOWN, NULL, "%s", ms_err_msg(&err));
    }
    for (size_t i = 0; i < found.n; i++) {
        const char *id = found.v[i].id;

        if (strcmp(id, "clock") != 0 &&
            (runs || (strcmp(id, of_server[0]) != 0 && strcmp(id, of_server[1]) != 0))) {
            ms_checks_add(f, &found.v[i]);
        }
    }
}

static void check_sshd(const struct ms_site *s, struct ms_checks *f)
{
    struct ms_sshd sshd;

    if (ms_host_sshd_effective(&sshd) < 0) {
        ms_checks_host(f, "sshd", MS_CHECK_UNKNOWN, NULL,
                       "there is no /etc/ssh/sshd_config that can be read");
        return;
    }
    ms_sshd_judge(&sshd, f);
    if (s && s->ban.note) {
        ms_checks_host(f, "sshd-log", MS_CHECK_WARN, "install rsyslog, or run systemd-journald",
                       "%s", s->ban.note);
    }
}

static int print(const struct ms_cli *c, const struct ms_checks *f)
{
    static const char *const heads[] = {"", "TOPIC", "FINDING", NULL};
    int status = ms_checks_bad(f) ? MS_EXIT_DIFFERS : MS_EXIT_OK;
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, MS_OUT_MAX);
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:o}", "checks", ms_checks_json(f));

        return ms_out_json(j, status);
    }
    ms_table_init(&t, heads);
    for (size_t i = 0; i < f->n; i++) {
        ms_auto_free char *text =
            f->v[i].fix ? ms_xasprintf("%s: %s", f->v[i].observed, f->v[i].fix) : NULL;

        ms_table_add(&t, ms_check_state_name(f->v[i].state));
        ms_table_add(&t, f->v[i].id);
        ms_table_add(&t, text ? text : f->v[i].observed);
    }
    ms_table_print(&t, &b);
    return ms_out_buf(&b, status);
}

int ms_run_doctor(struct ms_cli *c)
{
    ms_auto_checks struct ms_checks f = {0};
    ms_cleanup(ms_snapshot_done) struct ms_snapshot snap = {0};
    ms_cleanup(ms_arena_freep) struct ms_arena *a = NULL;
    ms_auto_loaded struct ms_loaded l = {0};
    struct ms_paths paths = {0};
    int status = MS_EXIT_OK;

    /* a host is looked at before there is a site */
    if (!strcmp(c->site, "-") || ms_fs_exists(c->site)) {
        status = ms_load_all(c, &l);
    }
    if (status == MS_EXIT_OK) {
        status = ms_load_paths(c, &a, &paths);
    }
    if (status != MS_EXIT_OK) {
        return status;
    }
    ms_checks_init(&f);
    check_engine(c, &f, &snap, paths.project);
    ms_check_disk("disk", paths.state, &f);
    check_memory(l.stack, &f);
    ms_check_clock(&f);
    ms_check_kernel(&f);
    if (l.stack) {
        check_ports(&l, &snap, &f);
        check_outside(&l, &snap, &f);
    }
    check_sshd(l.site, &f);
    return print(c, &f);
}
