/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "modules/core/base/err.h"
#include "modules/core/base/log.h"
#include "modules/core/base/parse.h"

static const char usage[] =
    "usage: mailsteadd [--site FILE] [--state DIR] [--debug]\n"
    "The supervisor of a mail server: watches the containers, runs deployment jobs and serves the\n"
    "control socket of the mailstead command. Stays in the foreground; SIGTERM ends it (the mail\n"
    "server goes on), SIGHUP reads site.yaml again.\n"
    "  --site FILE   site description (/etc/mailstead/site.yaml)\n"
    "  --state DIR   state directory (/var/lib/mailstead)\n";

struct arguments {
    const char *site, *state, *role;
    struct job_flags job;
    bool debug, help, version;
};

/* JSON may hold passwords: nothing of it stays behind in freed memory. */
static void wipe_free(void *p)
{
    if (p) {
        explicit_bzero(p, malloc_usable_size(p));
        free(p);
    }
}

static int parse(int argc, char **argv, struct arguments *a)
{
    static const struct option options[] = {
        {"site", required_argument, NULL, 's'}, {"state", required_argument, NULL, 'd'},
        {"volumes", no_argument, NULL, 'v'},    {"resume", no_argument, NULL, 'r'},
        {"debug", no_argument, NULL, 'g'},      {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},    {NULL, 0, NULL, 0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "x:", options, NULL)) != -1) {
        switch (c) {
        case 's':
            a->site = optarg;
            break;
        case 'd':
            a->state = optarg;
            break;
        case 'x':
            a->role = optarg;
            break;
        case 'v':
            a->job.volumes = true;
            break;
        case 'r':
            a->job.resume = true;
            break;
        case 'g':
            a->debug = true;
            break;
        case 'h':
            a->help = true;
            break;
        case 'V':
            a->version = true;
            break;
        default:
            return -1;
        }
    }
    return 0;
}

/* The roles that know neither the site nor the state. */
static int run_sandboxed(const char *role, int argc, char **argv)
{
    uint64_t parent = 0, owner = 0, gid = 0;
    struct role_door door;

    if (!strcmp(role, "read") && argc == 1) {
        return role_read(argv[0]);
    }
    if (!strcmp(role, "probe") && argc == 1 && ms_parse_u64(argv[0], &parent) == 0) {
        return role_probe((long)parent);
    }
    if (!strcmp(role, "api") && argc == 3 && ms_parse_u64(argv[0], &parent) == 0 &&
        ms_parse_u64(argv[1], &owner) == 0 && ms_parse_u64(argv[2], &gid) == 0) {
        door = (struct role_door){.owner = owner, .gid = gid};
        return role_api((long)parent, &door);
    }
    return -1;
}

static int run(struct options *o, const struct arguments *a, int argc, char **argv)
{
    if (!a->role && !argc) {
        return role_supervisor(o);
    }
    if (a->role && !strcmp(a->role, "job") && argc) {
        return role_job(o, argv[0], a->job, (const char *const *)argv + 1);
    }
    if (a->role && !strcmp(a->role, "certs") && argc == 1) {
        return role_certs(o, argv[0]);
    }
    if (a->role && !strcmp(a->role, "call") && !argc) {
        return role_call(o);
    }
    (void)fputs(usage, stderr);
    return 2;
}

int main(int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct arguments a = {.site = "/etc/mailstead/site.yaml", .state = "/var/lib/mailstead"};
    const struct rlimit no_core = {0};
    struct options o = {0};
    int r;

    if (parse(argc, argv, &a) < 0) {
        (void)fputs(usage, stderr);
        return 2;
    }
    if (a.help || a.version) {
        (void)fputs(a.help ? usage : "mailsteadd " MS_VERSION "\n", stdout);
        return 0;
    }
    (void)umask(0027);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGPIPE, SIG_IGN);
    json_set_alloc_funcs(malloc, wipe_free);
    if (a.debug) {
        ms_log_set_level(MS_LOG_DEBUG);
    }
    r = a.role ? run_sandboxed(a.role, argc - optind, argv + optind) : -1;
    if (r >= 0) {
        return r;
    }
    if (options_init(&o, a.site, a.state, &err) < 0) {
        ms_log(MS_LOG_ERR, "main", "%s", ms_err_msg(&err));
        options_done(&o);
        return 1;
    }
    r = run(&o, &a, argc - optind, argv + optind);
    options_done(&o);
    return r;
}
