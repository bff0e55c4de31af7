/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/ports.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/host.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/net.h"
#include "modules/core/doctor/host.h"

enum { MIB_SHIFT = 20, LEAST_MIB = 900, GOOD_MIB = 1800 };

static void check_engine(const struct ms_cli *c, struct ms_findings *f, struct ms_snapshot *snap,
                         const char *project)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    ms_cleanup(ms_engine_info_done) struct ms_engine_info info = {0};

    if (ms_load_engine_answers(c, &err) < 0) {
        ms_findings_add(f, "engine", MS_LEVEL_FAIL, "start or install the container engine", "%.*s",
                        (int)strcspn(ms_err_msg(&err), "\n"), ms_err_msg(&err));
        return;
    }
    e = ms_engine_docker(c->engine_socket);
    if (e->ops->info(e->impl, &info, &err) < 0 ||
        e->ops->snapshot(e->impl, project, snap, &err) < 0) {
        ms_findings_add(f, "engine", MS_LEVEL_FAIL, "see the engine's log", "%s", ms_err_msg(&err));
        return;
    }
    ms_findings_add(f, "engine", MS_LEVEL_OK, NULL, "version %s, API %s", info.version,
                    info.api_version);
    if (info.root_dir && ms_fs_exists(info.root_dir)) {
        ms_check_disk(info.root_dir, f);
    }
}

static void check_memory(const struct ms_stack *stack, struct ms_findings *f)
{
    unsigned long long mib = ms_host_memory() >> MIB_SHIFT;

    if (stack && stack->too_little_memory) {
        ms_findings_add(f, "memory", MS_LEVEL_FAIL, "switch components off, or add memory", "%s",
                        stack->too_little_memory);
    } else if (!mib) {
        ms_findings_add(f, "memory", MS_LEVEL_UNKNOWN, NULL, "the kernel does not tell");
    } else {
        enum ms_level level = mib < LEAST_MIB  ? MS_LEVEL_FAIL
                              : mib < GOOD_MIB ? MS_LEVEL_WARN
                                               : MS_LEVEL_OK;

        ms_findings_add(f, "memory", level,
                        level == MS_LEVEL_OK ? NULL : "2 GiB run everything but the virus scanner",
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
                        struct ms_findings *f)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_listeners_done) struct ms_listeners found = {0};

    if (edge_runs(l->stack, snap)) {
        ms_findings_add(f, "ports", MS_LEVEL_OK, NULL, "the site itself has them");
        return;
    }
    if (ms_ports_find(l->site->ports, MS_PORT__COUNT, &found, &err) < 0) {
        ms_findings_add(f, "ports", MS_LEVEL_UNKNOWN, NULL, "%s", ms_err_msg(&err));
        return;
    }
    for (size_t i = 0; i < found.n; i++) {
        ms_findings_add(f, "ports", MS_LEVEL_FAIL,
                        "stop it, or choose another port under network.ports",
                        "port %u is taken by %s", (unsigned)found.v[i].port,
                        found.v[i].name[0] ? found.v[i].name : "another program");
    }
    if (!found.n) {
        ms_findings_add(f, "ports", MS_LEVEL_OK, NULL, "all are free");
    }
}

/* The name of an address, by the host's resolver. */
static bool reverse_name(int family, const char *text, char *name, size_t n)
{
    struct addrinfo hints = {.ai_family = family, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *a = NULL;
    bool ok = false;

    if (getaddrinfo(text, NULL, &hints, &a) == 0) {
        ok = !getnameinfo(a->ai_addr, a->ai_addrlen, name, (socklen_t)n, NULL, 0, NI_NAMEREQD);
        freeaddrinfo(a);
    }
    return ok;
}

/* Other servers refuse mail from an address whose name is not the sender's. */
static void check_reverse(const struct ms_site *s, int family, struct ms_findings *f)
{
    const struct ms_site_addr *own = family == AF_INET ? &s->ipv4 : &s->ipv6;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *found = NULL;
    ms_auto_free char *mend = ms_xasprintf("have your provider set it to %s", s->hostname);
    const char *address = own->kind == MS_ADDR_FIXED ? own->text : NULL;
    char name[NI_MAXHOST];

    if (own->kind == MS_ADDR_OFF || s->resolver == MS_RESOLVER_ISOLATED) {
        return;
    }
    if (!address && ms_net_public_address(family, &found, &err) > 0) {
        address = found;
    }
    if (!address) {
        ms_findings_add(f, "reverse-dns", MS_LEVEL_UNKNOWN, NULL,
                        "this host has no public IPv%d address of its own",
                        family == AF_INET ? 4 : 6);
    } else if (!reverse_name(family, address, name, sizeof(name))) {
        ms_findings_add(f, "reverse-dns", MS_LEVEL_WARN, mend, "%s has no name", address);
    } else if (strcasecmp(name, s->hostname) != 0) {
        ms_findings_add(f, "reverse-dns", MS_LEVEL_WARN, mend, "%s is named %s, not %s", address,
                        name, s->hostname);
    } else {
        ms_findings_add(f, "reverse-dns", MS_LEVEL_OK, NULL, "%s is named %s", address, name);
    }
}

static void check_sshd(const struct ms_site *s, struct ms_findings *f)
{
    struct ms_sshd sshd;

    if (ms_host_sshd_effective(&sshd) < 0) {
        ms_findings_add(f, "sshd", MS_LEVEL_UNKNOWN, NULL,
                        "there is no /etc/ssh/sshd_config that can be read");
        return;
    }
    ms_sshd_judge(&sshd, f);
    if (s && s->ban.note) {
        ms_findings_add(f, "sshd", MS_LEVEL_WARN, "install rsyslog, or run systemd-journald", "%s",
                        s->ban.note);
    }
}

static int print(const struct ms_cli *c, const struct ms_findings *f)
{
    static const char *const heads[] = {"", "TOPIC", "FINDING", NULL};
    int status = ms_findings_bad(f) ? MS_EXIT_DIFFERS : MS_EXIT_OK;
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b;

    if (c->json) {
        ms_auto_json json_t *j = ms_findings_json(f);

        return ms_out_json(j, status);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    ms_table_init(&t, heads);
    for (size_t i = 0; i < f->n; i++) {
        ms_auto_free char *text =
            f->v[i].mend ? ms_xasprintf("%s: %s", f->v[i].text, f->v[i].mend) : NULL;

        ms_table_add(&t, ms_level_name(f->v[i].level));
        ms_table_add(&t, f->v[i].topic);
        ms_table_add(&t, text ? text : f->v[i].text);
    }
    ms_table_print(&t, &b);
    return ms_out_buf(&b, status);
}

int ms_run_doctor(struct ms_cli *c)
{
    ms_cleanup(ms_findings_done) struct ms_findings f = {0};
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
    check_engine(c, &f, &snap, paths.project);
    ms_check_disk(paths.state, &f);
    check_memory(l.stack, &f);
    ms_check_clock(&f);
    ms_check_kernel(&f);
    if (l.stack) {
        check_ports(&l, &snap, &f);
        check_reverse(l.site, AF_INET, &f);
        check_reverse(l.site, AF_INET6, &f);
    }
    ms_findings_add(&f, "outbound-25", MS_LEVEL_UNKNOWN, NULL,
                    "not tried: many providers close it until asked");
    check_sshd(l.site, &f);
    return print(c, &f);
}
