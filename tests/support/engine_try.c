/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ask a container engine for one operation from a shell: engine-try [--socket PATH] VERB ARG...
 * Output goes to stdout; a failure prints "<code>: <message>" and ends with status 1. exec and run
 * end with the command's own status.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/engine/engine.h"
#include "modules/core/images/images.h"

struct
try {
    struct ms_engine *e;
    const char *socket;
    char **a; /* arguments, NULL-terminated */
    int status;
};

static int print_output(void *arg, int stream, const char *p, size_t n)
{
    (void)arg;
    (void)fwrite(p, 1, n, stream == 2 ? stderr : stdout);
    (void)fflush(stdout);
    return 0;
}

static void print_line(void *arg, const char *line)
{
    (void)arg;
    (void)printf("%s\n", line);
    (void)fflush(stdout);
}

static int info(struct try *t, struct ms_err *err)
{
    struct ms_engine_info i;

    if (t->e->ops->info(t->e->impl, &i, err) < 0) {
        return -1;
    }
    (void)printf("version=%s api=%s root=%s memory=%llu cpus=%u cgroup=%u nofile=%llu\n", i.version,
                 i.api_version, i.root_dir, (unsigned long long)i.memory, i.cpus, i.cgroup_version,
                 (unsigned long long)i.max_nofile);
    ms_engine_info_done(&i);
    return 0;
}

static int base(struct try *t, struct ms_err *err)
{
    struct ms_site site = {0};
    ms_auto_free char *ref = NULL;

    if (ms_image_build_base(&(struct ms_image_job){.engine = t->e,
                                                   .data_dir = "",
                                                   .work_dir = t->a[0],
                                                   .site = &site,
                                                   .on_line = print_line},
                            err) < 0 ||
        ms_image_base_ref("", &site, &ref, err) < 0) {
        return -1;
    }
    (void)printf("%s\n", ref);
    return 0;
}

static int build(struct try *t, struct ms_err *err)
{
    struct ms_site site = {0};
    ms_auto_free char *ref = NULL;

    if (ms_image_build(
            &(struct ms_image_job){
                .engine = t->e, .data_dir = t->a[0], .site = &site, .on_line = print_line},
            t->a[1], err) < 0 ||
        ms_image_ref(t->a[0], &site, t->a[1], &ref, err) < 0) {
        return -1;
    }
    (void)printf("%s\n", ref);
    return 0;
}

static int image_find(struct try *t, struct ms_err *err)
{
    ms_auto_free char *id = NULL;
    int r = t->e->ops->image_find(t->e->impl, t->a[0], &id, err);

    if (r >= 0) {
        (void)printf("%s\n", r ? id : "none");
    }
    return r < 0 ? -1 : 0;
}

static int image_tag(struct try *t, struct ms_err *err)
{
    return t->e->ops->image_tag(t->e->impl, t->a[0], t->a[1], err);
}

static int image_remove(struct try *t, struct ms_err *err)
{
    return t->e->ops->image_remove(t->e->impl, t->a[0], err);
}

static int network_create(struct try *t, struct ms_err *err)
{
    ms_auto_json json_t *j = json_loads(t->a[2], 0, NULL);
    struct ms_network n = {.name = t->a[1], .compose = j, .spec_hash = "try"};

    return t->e->ops->network_create(t->e->impl, t->a[0], &n, err);
}

static int network_remove(struct try *t, struct ms_err *err)
{
    return t->e->ops->network_remove(t->e->impl, t->a[0], err);
}

static int volume_create(struct try *t, struct ms_err *err)
{
    return t->e->ops->volume_create(t->e->impl, t->a[0], t->a[1], err);
}

static int volume_remove(struct try *t, struct ms_err *err)
{
    return t->e->ops->volume_remove(t->e->impl, t->a[0], err);
}

/* A service from NAME IMAGE COMPOSE-JSON. */
static int service(char **a, struct ms_service *s, json_t **j, struct ms_err *err)
{
    json_error_t where;

    *j = json_loads(a[2], 0, &where);
    if (!*j) {
        return ms_err_set(err, MS_EINVAL, 0, "service: %s", where.text);
    }
    *s = (struct ms_service){.name = a[0], .image = a[1], .compose = *j, .spec_hash = "try"};
    return 0;
}

static int create(struct try *t, struct ms_err *err)
{
    ms_auto_json json_t *j = NULL;
    ms_auto_free char *id = NULL;
    struct ms_service s;

    if (service(t->a + 1, &s, &j, err) < 0 ||
        t->e->ops->create(t->e->impl, t->a[0], &s, &id, err) < 0) {
        return -1;
    }
    (void)printf("%s\n", id);
    return 0;
}

static int run(struct try *t, struct ms_err *err)
{
    ms_auto_json json_t *j = NULL;
    struct ms_service s;

    if (service(t->a + 1, &s, &j, err) < 0) {
        return -1;
    }
    return t->e->ops->run(t->e->impl, t->a[0], &s, (const char *const *)t->a + 4, print_output,
                          NULL, &t->status, err);
}

static int snapshot(struct try *t, struct ms_err *err)
{
    struct ms_snapshot s;

    if (t->e->ops->snapshot(t->e->impl, t->a[0], &s, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < s.n_containers; i++) {
        (void)printf("container %s %s %s %s\n", s.containers[i].name, s.containers[i].service,
                     s.containers[i].state, s.containers[i].spec_hash);
    }
    for (size_t i = 0; i < s.n_networks; i++) {
        (void)printf("network %s %s\n", s.networks[i].name, s.networks[i].spec_hash);
    }
    for (size_t i = 0; i < s.n_volumes; i++) {
        (void)printf("volume %s %s\n", s.volumes[i].name, s.volumes[i].spec_hash);
    }
    ms_snapshot_done(&s);
    return 0;
}

static int inspect(struct try *t, struct ms_err *err)
{
    struct ms_container c;

    if (t->e->ops->inspect(t->e->impl, t->a[0], &c, err) < 0) {
        return -1;
    }
    (void)printf("%s state=%s exit=%d oom=%d restarts=%d age_ms=%lld image=%s\n", c.name, c.state,
                 c.exit_code, c.oom_killed, c.restart_count,
                 (long long)(ms_time_wall_ms() - c.started_ms), c.image);
    ms_container_done(&c);
    return 0;
}

static int start(struct try *t, struct ms_err *err)
{
    return t->e->ops->start(t->e->impl, t->a[0], err);
}

static int stop(struct try *t, struct ms_err *err)
{
    return t->e->ops->stop(t->e->impl, t->a[0], 5, err);
}

static int restart(struct try *t, struct ms_err *err)
{
    return t->e->ops->restart(t->e->impl, t->a[0], 5, err);
}

static int kill_it(struct try *t, struct ms_err *err)
{
    return t->e->ops->kill(t->e->impl, t->a[0], t->a[1], err);
}

static int remove_it(struct try *t, struct ms_err *err)
{
    return t->e->ops->remove(t->e->impl, t->a[0], err);
}

static int logs(struct try *t, struct ms_err *err)
{
    return t->e->ops->logs(t->e->impl, t->a[0], -1, !strcmp(t->a[1], "follow"), print_output, NULL,
                           err);
}

/* exec ID INPUT-FILE|none ARGV... */
static int exec(struct try *t, struct ms_err *err)
{
    bool with = strcmp(t->a[1], "none") != 0;
    ms_auto_buf struct ms_buf input = {0};

    ms_buf_init(&input, 64 << 20);
    if (with && ms_fs_read(t->a[1], &input, err) < 0) {
        return -1;
    }
    return t->e->ops->exec(t->e->impl, t->a[0], (const char *const *)t->a + 2, with ? &input : NULL,
                           print_output, NULL, &t->status, err);
}

static int prune(struct try *t, struct ms_err *err)
{
    return t->e->ops->image_prune(t->e->impl, (const char *const *)t->a, err);
}

static void print_event(void *arg, const struct ms_engine_event *ev)
{
    (void)arg;
    (void)printf("%s %s service=%s exit=%d\n", ev->type, ev->action, ev->service, ev->exit_code);
    (void)fflush(stdout);
}

static void print_connected(void *arg, bool connected)
{
    (void)arg;
    (void)printf("%s\n", connected ? "connected" : "disconnected");
    (void)fflush(stdout);
}

/* events PROJECT: until standard input ends. */
static int events(struct try *t, struct ms_err *err)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    struct ms_engine_events *ev;
    int r = 0;

    if (ms_engine_events_open(t->socket, t->a[0], print_event, print_connected, NULL, &ev, err) <
        0) {
        return -1;
    }
    while (!r && !in.revents) {
        r = ms_engine_events_poll(ev, &in, 1, 1000, err);
    }
    ms_engine_events_free(ev);
    return r;
}

static const struct {
    const char *name;
    int n_args;
    int (*fn)(struct try *t, struct ms_err *err);
} verbs[] = {
    {"info", 0, info},
    {"base", 1, base},
    {"build", 2, build},
    {"image-find", 1, image_find},
    {"image-tag", 2, image_tag},
    {"image-remove", 1, image_remove},
    {"network-create", 3, network_create},
    {"network-remove", 1, network_remove},
    {"volume-create", 2, volume_create},
    {"volume-remove", 1, volume_remove},
    {"create", 4, create},
    {"run", 5, run},
    {"snapshot", 1, snapshot},
    {"inspect", 1, inspect},
    {"start", 1, start},
    {"stop", 1, stop},
    {"restart", 1, restart},
    {"kill", 2, kill_it},
    {"remove", 1, remove_it},
    {"logs", 2, logs},
    {"exec", 3, exec},
    {"prune", 0, prune},
    {"events", 1, events},
};

int main(int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct try t = {0};
    int at = 1, r;

    if (argc > 3 && !strcmp(argv[1], "--socket")) {
        t.socket = argv[2];
        at = 3;
    }
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (at < argc && !strcmp(argv[at], verbs[i].name) && argc - at - 1 >= verbs[i].n_args) {
            t.a = argv + at + 1;
            t.e = ms_engine_docker(t.socket);
            r = verbs[i].fn(&t, &err);
            ms_engine_free(t.e);
            if (r < 0) {
                (void)fprintf(stderr, "%s: %s\n", ms_code_name(err.code), ms_err_msg(&err));
                return 1;
            }
            return t.status;
        }
    }
    (void)fprintf(stderr, "usage: engine-try [--socket PATH] VERB ARG...\n");
    return 2;
}
