/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/parse.h"
#include "modules/core/engine/docker_priv.h"

enum { CAP_SYS_RESOURCE_BIT = 24 };

/* "1.41" as 1041; 0 when it is no version. */
static unsigned version_number(const char *s)
{
    ms_auto_free char *major = ms_xstrdup(s);
    char *dot = strchr(major, '.');
    uint32_t a, b;

    if (!dot) {
        return 0;
    }
    *dot = '\0';
    if (ms_parse_u32(major, &a) < 0 || ms_parse_u32(dot + 1, &b) < 0 || a > 999 || b > 999) {
        return 0;
    }
    return a * 1000 + b;
}

int ms_docker_choose_version(const char *server, const char *server_least, char **ret,
                             struct ms_err *err)
{
    unsigned most = version_number(server), least = version_number(server_least);
    unsigned use = most < 1043 ? most : 1043;

    if (!most) {
        return ms_err_set(err, MS_EENGINE, 0, "the container engine does not tell its API version");
    }
    if (most < 1041) {
        return ms_err_set(err, MS_EENGINE, 0,
                          "the container engine is too old: API %.20s, need 1.41 (Docker 20.10)",
                          server);
    }
    use = use < least ? least : use;
    *ret = ms_xasprintf("%u.%u", use / 1000, use % 1000);
    return 0;
}

/* The rest of the line after label in a file of /proc, with leading space skipped; NULL absent. */
static char *proc_field(pid_t pid, const char *file, const char *label)
{
    ms_auto_free char *path = ms_xasprintf("/proc/%d/%s", (int)pid, file);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    char *p;

    ms_buf_init(&b, 64 << 10);
    if (ms_fs_read(path, &b, &err) < 0 || !(p = strstr(b.p, label))) {
        return NULL;
    }
    p += strlen(label);
    p += strspn(p, " \t");
    return ms_xmemdup0(p, strcspn(p, "\n"));
}

static uint64_t nr_open(void)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    uint64_t v = 0;

    ms_buf_init(&b, 64);
    if (ms_fs_read("/proc/sys/fs/nr_open", &b, &err) < 0) {
        return 0;
    }
    b.p[strcspn(b.p, "\n")] = '\0';
    return ms_parse_u64(b.p, &v) < 0 ? 0 : v;
}

/* What the engine's process may give its containers: its own hard limit, unless it may raise that.
 */
static uint64_t nofile_of(pid_t pid)
{
    ms_auto_free char *caps = pid > 0 ? proc_field(pid, "status", "CapEff:") : NULL;
    ms_auto_free char *limits = pid > 0 ? proc_field(pid, "limits", "Max open files") : NULL;
    size_t n = caps ? strlen(caps) : 0;
    uint64_t v = 0;
    char *hard;

    if (n != 16 || !limits) {
        return 0;
    }
    /* 16 hexadecimal digits; bit 24 is in the tenth */
    if (strchr("13579bdfBDF", caps[n - 1 - CAP_SYS_RESOURCE_BIT / 4])) {
        return nr_open();
    }
    hard = limits + strcspn(limits, " ");
    hard += strspn(hard, " ");
    hard[strcspn(hard, " ")] = '\0';
    return ms_parse_u64(hard, &v) < 0 ? 0 : v;
}

int ms_docker_ready(struct ms_docker *d, struct ms_err *err)
{
    ms_cleanup(ms_http_freep) struct ms_http *http = NULL;
    struct ms_http_request r = {.method = "GET", .path = "/version"};
    ms_auto_json json_t *j = NULL;
    ms_auto_free char *api = NULL;

    if (d->http) {
        return 0;
    }
    if (ms_http_new(d->socket, &http, err) < 0 || ms_http_call(http, &r, &j, err) < 0 ||
        ms_docker_choose_version(ms_json_text(j, "ApiVersion"), ms_json_text(j, "MinAPIVersion"),
                                 &api, err) < 0) {
        return -1;
    }
    d->max_nofile = nofile_of(ms_http_peer(http));
    ms_http_set_version(http, api);
    d->version = ms_xstrdup(ms_json_text(j, "Version"));
    d->api_version = ms_steal(&api);
    d->http = ms_steal(&http);
    return 0;
}

int ms_docker_call(struct ms_docker *d, const struct ms_http_request *r, json_t **ret,
                   struct ms_err *err)
{
    return ms_docker_ready(d, err) < 0 ? -1 : ms_http_call(d->http, r, ret, err);
}

int ms_docker_info(void *impl, struct ms_engine_info *ret, struct ms_err *err)
{
    struct ms_docker *d = impl;
    struct ms_http_request r = {.method = "GET", .path = "/info"};
    ms_auto_json json_t *j = NULL;

    if (ms_docker_call(d, &r, &j, err) < 0) {
        return -1;
    }
    *ret = (struct ms_engine_info){
        .version = ms_xstrdup(d->version),
        .api_version = ms_xstrdup(d->api_version),
        .root_dir = ms_xstrdup(ms_json_text(j, "DockerRootDir")),
        .memory = (uint64_t)json_integer_value(json_object_get(j, "MemTotal")),
        .cpus = (unsigned)json_integer_value(json_object_get(j, "NCPU")),
        .cgroup_version = strcmp(ms_json_text(j, "CgroupVersion"), "2") ? 1 : 2,
        .max_nofile = d->max_nofile,
    };
    return 0;
}

/* GET path of one project's objects. */
static int list(struct ms_docker *d, const char *path, const char *project, json_t **ret,
                struct ms_err *err)
{
    ms_auto_free char *label = ms_xasprintf(MS_LABEL_PROJECT "=%s", project);
    ms_auto_free char *filter = ms_http_filter("label", label);
    ms_auto_free char *full = ms_xasprintf("%s%s", path, filter);
    struct ms_http_request r = {.method = "GET", .path = full};

    return ms_docker_call(d, &r, ret, err);
}

int ms_docker_snapshot(void *impl, const char *project, struct ms_snapshot *ret, struct ms_err *err)
{
    ms_auto_json json_t *containers = NULL, *networks = NULL, *volumes = NULL;
    struct ms_snapshot s = {0};

    if (list(impl, "/containers/json?all=1&", project, &containers, err) < 0 ||
        list(impl, "/networks?", project, &networks, err) < 0 ||
        list(impl, "/volumes?", project, &volumes, err) < 0 ||
        ms_docker_containers(containers, &s.containers, &s.n_containers, err) < 0 ||
        ms_docker_objects(networks, &s.networks, &s.n_networks, err) < 0 ||
        ms_docker_objects(json_object_get(volumes, "Volumes"), &s.volumes, &s.n_volumes, err) < 0) {
        ms_snapshot_done(&s);
        return -1;
    }
    *ret = s;
    return 0;
}
