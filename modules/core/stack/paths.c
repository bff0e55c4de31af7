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

static bool is_data_dir(const char *dir)
{
    ms_auto_free char *compose = ms_xasprintf("%s/compose", dir);
    ms_auto_free char *images = ms_xasprintf("%s/images", dir);

    return ms_fs_exists(compose) && ms_fs_exists(images);
}

/* The tree around the running program, else the installed one. */
static const char *data_dir(struct ms_arena *a)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (n > 0) {
        exe[n] = '\0';
        for (char *slash; (slash = strrchr(exe, '/')) && slash != exe;) {
            ms_auto_free char *share = NULL;

            *slash = '\0';
            if (is_data_dir(exe)) {
                return ms_arena_strdup(a, exe);
            }
            share = ms_xasprintf("%s/share/mailstead", exe);
            if (is_data_dir(share)) {
                return ms_arena_strdup(a, share);
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
