/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/doctor/host.h"

enum { FILE_MAX = 1 << 20, FILES_MAX = 200, SSHD_MS = 5000 };

struct reading {
    const char *etc_ssh;
    unsigned files;
};

static int read_file(struct reading *r, struct ms_sshd *s, const char *path);

static void include(void *arg, struct ms_sshd *s, const char *pattern)
{
    struct reading *r = arg;
    ms_auto_free char *full =
        *pattern == '/' ? ms_xstrdup(pattern) : ms_xasprintf("%s/%s", r->etc_ssh, pattern);
    glob_t g;

    if (glob(full, 0, NULL, &g) == 0) {
        for (size_t i = 0; i < g.gl_pathc; i++) {
            (void)read_file(r, s, g.gl_pathv[i]);
        }
        globfree(&g);
    }
}

static int read_file(struct reading *r, struct ms_sshd *s, const char *path)
{
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, FILE_MAX);
    if (r->files++ >= FILES_MAX || ms_fs_read(path, &b, &ignored) < 0) {
        return -1;
    }
    ms_sshd_parse(s, b.p ? b.p : "", b.len, include, r);
    return 0;
}

int ms_host_sshd(const char *etc_ssh, struct ms_sshd *ret)
{
    struct reading r = {.etc_ssh = etc_ssh};
    ms_auto_free char *path = ms_xasprintf("%s/sshd_config", etc_ssh);

    memset(ret, 0, sizeof(*ret));
    if (read_file(&r, ret, path) < 0) {
        return -1;
    }
    ms_sshd_finish(ret);
    return 0;
}

static void on_line(void *arg, const char *line)
{
    ms_sshd_parse(arg, line, strlen(line), NULL, NULL);
}

int ms_host_sshd_effective(struct ms_sshd *ret)
{
    static const char *const argv[] = {"sshd", "-T", NULL};
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    struct ms_sshd files;
    int status = -1;

    if (ms_host_sshd("/etc/ssh", &files) < 0) {
        return -1;
    }
    memset(ret, 0, sizeof(*ret));
    if (ms_proc_run(argv, SSHD_MS, on_line, ret, &status, &ignored) < 0 || status) {
        *ret = files;
        return 0;
    }
    /* it tells what holds for everybody; Match blocks are in the files */
    memcpy(ret->matched, files.matched, sizeof(ret->matched));
    ms_sshd_finish(ret);
    return 0;
}

/* Whether journald writes below the folder. */
static bool has_journal(const char *root, const char *dir)
{
    ms_auto_free char *pattern = ms_xasprintf("%s%s/*/system.journal", root, dir);
    glob_t g;
    bool found = glob(pattern, 0, NULL, &g) == 0;

    if (found) {
        globfree(&g);
    }
    return found;
}

void ms_host_ssh(const char *root, struct ms_ssh *ret)
{
    static const char *const journals[] = {"/var/log/journal", "/run/log/journal"};
    ms_auto_free char *etc_ssh = ms_xasprintf("%s/etc/ssh", root);
    ms_auto_free char *file = ms_xasprintf("%s/var/log/auth.log", root);
    struct ms_sshd s;

    *ret = (struct ms_ssh){0};
    if (ms_host_sshd(etc_ssh, &s) < 0) {
        return;
    }
    for (; ret->n_ports < s.n_ports && ret->n_ports < MS_SSH_PORTS_MAX; ret->n_ports++) {
        ret->ports[ret->n_ports] = s.ports[ret->n_ports];
    }
    for (size_t i = 0; i < 2 && !ret->log_dir; i++) {
        if (has_journal(root, journals[i])) {
            ret->log = MS_SSH_LOG_JOURNAL;
            ret->log_dir = journals[i];
        }
    }
    if (!ret->log_dir && ms_fs_exists(file)) {
        ret->log = MS_SSH_LOG_FILE;
        ret->log_dir = "/var/log";
    }
}
