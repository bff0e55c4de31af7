/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/load.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd/mailstead/out.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/host.h"
#include "modules/core/base/mem.h"
#include "modules/core/doctor/host.h"

#define ENGINE_SOCKET "/var/run/docker.sock"

int ms_load_site(const struct ms_cli *c, struct ms_site **ret)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d = {0};
    struct ms_ssh ssh;
    int r;

    ms_diags_init(&d, 0);
    if (strcmp(c->site, "-") != 0 && !ms_fs_exists(c->site)) {
        (void)fprintf(stderr,
                      "mailstead: there is no %s\nMake one with `mailstead init --site %s "
                      "--hostname NAME --domain NAME`, or say with --site where it is.\n",
                      c->site, c->site);
        return MS_EXIT_USAGE;
    }
    r = ms_site_load(c->site, &d, ret, &err);
    ms_diags_sort(&d);
    if (r < 0 || !c->quiet) {
        ms_diags_print(&d, stderr);
    }
    if (r == 0) {
        ms_host_ssh("", &ssh);
        ms_site_fit(*ret, ms_host_memory());
        ms_site_fit_ssh(*ret, &ssh);
        return MS_EXIT_OK;
    }
    if (err.code == MS_ECONFIG && d.n_errors) {
        (void)fprintf(stderr, "mailstead: %s is not valid: %zu error%s\n", c->site, d.n_errors,
                      d.n_errors == 1 ? "" : "s");
        return MS_EXIT_USAGE;
    }
    return ms_out_fail(&err);
}

/* path, or its deepest folder that exists, resolved; then what does not exist. */
char *ms_load_absolute(const char *path)
{
    ms_auto_free char *full = NULL;
    char *real = realpath(path, NULL);
    char *slash;

    if (real) {
        return real;
    }
    if (path[0] == '/') {
        full = ms_xstrdup(path);
    } else {
        ms_auto_free char *cwd = getcwd(NULL, 0);

        full = ms_xasprintf("%s/%s", cwd ? cwd : "", path);
    }
    slash = strrchr(full, '/');
    while (slash > full && slash[1] == '\0') { /* trailing slashes */
        *slash = '\0';
        slash = strrchr(full, '/');
    }
    if (slash > full) {
        ms_auto_free char *parent = NULL;

        *slash = '\0';
        parent = ms_load_absolute(full);
        return ms_xasprintf("%s/%s", strcmp(parent, "/") != 0 ? parent : "", slash + 1);
    }
    return ms_xstrdup(full);
}

int ms_load_paths(const struct ms_cli *c, struct ms_arena **a, struct ms_paths *ret)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *site = ms_load_absolute(c->site);
    ms_auto_free char *state = ms_load_absolute(c->state);

    *a = ms_arena_new();
    if (ms_paths_init(*a, ms_arena_strdup(*a, site), ms_arena_strdup(*a, state), ret, &err) < 0) {
        return ms_out_fail(&err);
    }
    return MS_EXIT_OK;
}

int ms_load_all(const struct ms_cli *c, struct ms_loaded *ret)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int status;

    memset(ret, 0, sizeof(*ret));
    status = ms_load_site(c, &ret->site);
    if (status != MS_EXIT_OK) {
        return status;
    }
    status = ms_load_paths(c, &ret->arena, &ret->paths);
    if (status != MS_EXIT_OK) {
        return status;
    }
    if (ms_stack_build(ret->site, &ret->paths, &ret->stack, &err) < 0) {
        return ms_out_fail(&err);
    }
    return MS_EXIT_OK;
}

void ms_loaded_done(struct ms_loaded *l)
{
    ms_stack_free(l->stack);
    ms_site_free(l->site);
    ms_arena_free(l->arena);
    memset(l, 0, sizeof(*l));
}

int ms_load_engine_answers(const struct ms_cli *c, struct ms_err *err)
{
    const char *path = c->engine_socket ? c->engine_socket : ENGINE_SOCKET;
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    ms_auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const char *hint = "start it (systemctl start docker, or dockerd)";

    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "socket");
    }
    if (strlen(path) >= sizeof(sa.sun_path)) {
        return ms_err_set(err, MS_EINVAL, 0, "the engine's socket path %s is too long", path);
    }
    memcpy(sa.sun_path, path, strlen(path) + 1);
    if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0) {
        return 0;
    }
    if (errno == EACCES || errno == EPERM) {
        hint = "run this as root";
    } else if (errno == ENOENT && !c->engine_socket) {
        hint = "install it (apt-get install docker.io), or start it (systemctl start docker, or "
               "dockerd)";
    } else if (c->engine_socket) {
        hint = "DOCKER_HOST names this socket: start the engine there, or unset DOCKER_HOST";
    }
    return ms_err_set(err, MS_EUNREACH, errno, "the container engine does not answer at %s: %s\n%s",
                      path, strerrordesc_np(errno), hint);
}

const struct ms_container *ms_load_container(const struct ms_snapshot *s, const char *service)
{
    for (size_t i = 0; i < s->n_containers; i++) {
        if (!strcmp(s->containers[i].service, service)) {
            return &s->containers[i];
        }
    }
    return NULL;
}

int ms_load_snapshot(const struct ms_cli *c, struct ms_engine **ret_engine, struct ms_snapshot *ret)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_arena_freep) struct ms_arena *a = NULL;
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    struct ms_paths paths;
    int status = ms_load_paths(c, &a, &paths);

    if (status != MS_EXIT_OK) {
        return status;
    }
    if (ms_load_engine_answers(c, &err) < 0) {
        return ms_out_fail(&err);
    }
    e = ms_engine_docker(c->engine_socket);
    if (e->ops->snapshot(e->impl, paths.project, ret, &err) < 0) {
        return ms_out_fail(&err);
    }
    *ret_engine = ms_steal(&e);
    return MS_EXIT_OK;
}
