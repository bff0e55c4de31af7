/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/stack/stack.h"

#define DEFAULT_STATE "/var/lib/mailstead"

/* path made absolute against the working directory; the file need not exist. */
static const char *absolute(struct ms_arena *a, const char *path)
{
    char cwd[PATH_MAX];
    size_t n;

    if (path[0] == '/' || !strcmp(path, "-")) {
        path = ms_arena_strdup(a, path);
    } else if (!getcwd(cwd, sizeof(cwd))) {
        path = ms_arena_strdup(a, path);
    } else {
        while (path[0] == '.' && path[1] == '/') {
            path += 2;
        }
        path = ms_arena_printf(a, "%s/%s", cwd, path);
    }
    for (n = strlen(path); n > 1 && path[n - 1] == '/'; n--) {
    }
    return ms_arena_memdup0(a, path, n);
}

/* The tree around the running program, else the installed one. */
static const char *data_dir(struct ms_arena *a)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (n > 0) {
        exe[n] = '\0';
        for (char *slash; (slash = strrchr(exe, '/')) && slash != exe;) {
            ms_auto_free char *here = NULL;

            *slash = '\0';
            here = ms_xasprintf("%s/compose/edge.yaml", exe);
            if (ms_fs_exists(here)) {
                return ms_arena_strdup(a, exe);
            }
            free(here);
            here = ms_xasprintf("%s/share/mailstead/compose", exe);
            if (ms_fs_exists(here)) {
                return ms_arena_printf(a, "%s/share/mailstead", exe);
            }
        }
    }
    return MS_PREFIX "/share/mailstead";
}

int ms_paths_init(struct ms_arena *a, const char *site, const char *state, struct ms_paths *ret,
                  struct ms_err *err)
{
    struct ms_paths p = {.site = absolute(a, site), .state = absolute(a, state)};
    char hash[MS_HASH_TEXT];

    if (strpbrk(p.state, ":,\"\\\n") || strpbrk(p.site, "\n")) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "%s: the path of the state directory may not contain : , \" or \\",
                          p.state);
    }
    p.data = data_dir(a);
    p.project = "mailstead";
    if (strcmp(p.state, DEFAULT_STATE) != 0) {
        ms_hash_bytes(p.state, strlen(p.state), hash);
        p.project = ms_arena_printf(a, "mailstead-%.8s", hash);
    }
    *ret = p;
    return 0;
}
