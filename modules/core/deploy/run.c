/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

void ms_run_done(struct ms_run *r)
{
    ms_tree_done(&r->tree);
    ms_snapshot_done(&r->there);
    ms_plan_free(r->plan);
    if (r->journal >= 0) {
        (void)close(r->journal);
    }
}

/* The folders of a state directory. Rendered files hold secrets for accounts that are only numbers
 * on this host: nobody else may pass through config/. */
static int make_folders(const char *state, struct ms_err *err)
{
    static const char *const names[] = {"applied", "config", "generations"};

    if (ms_fs_mkdir_p(state, 0755, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ms_auto_free char *dir = ms_xasprintf("%s/%s", state, names[i]);

        if (ms_fs_mkdir_p(dir, 0700, err) < 0) {
            return -1;
        }
        if (chmod(dir, 0700) < 0) {
            return ms_err_set(err, MS_EIO, errno, "%s", dir);
        }
    }
    return 0;
}

int ms_run_lock(const struct ms_run *r, int *ret_fd, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/lock", r->d->paths->state);
    ms_auto_err struct ms_err busy = MS_ERR_INIT;

    if (make_folders(r->d->paths->state, err) < 0) {
        return -1;
    }
    if (ms_fs_lock(path, false, ret_fd, &busy) == 0) {
        return 0;
    }
    if (busy.code != MS_EBUSY) {
        return ms_err_copy(err, busy.code, busy.sys, ms_err_msg(&busy));
    }
    ms_run_event(r, NULL, "note",
                 "another run is at work on this state directory: waiting for its end", NULL);
    return ms_fs_lock(path, true, ret_fd, err);
}

bool ms_run_is_needless(const struct ms_run *r)
{
    char kind[MS_RUN_KIND];

    return r->d->resume && !ms_deploy_interrupted(r->d->paths->state, kind);
}

void ms_run_announce(const struct ms_run *r)
{
    ms_auto_json json_t *plan = ms_plan_json(r->plan);

    ms_run_event(r, NULL, "plan", NULL, json_pack("{s:O}", "plan", plan));
}

void ms_run_end(const struct ms_run *r, bool ok, bool changed, const struct ms_err *err)
{
    ms_run_event(
        r, NULL, "end", ok ? NULL : ms_err_msg(err),
        json_pack("{s:b,s:b,s:s}", "ok", ok, "changed", changed, "code", ms_code_name(err->code)));
}

int ms_run_carry_out(struct ms_run *r, const char *kind, bool generation, struct ms_err *err)
{
    int result;

    ms_run_announce(r);
    if (ms_journal_begin(r, kind, err) < 0) {
        return -1;
    }
    result = generation ? ms_generation_write(r, err) : 0;
    if (result == 0) {
        result = ms_execute(r, err);
    }
    if (result == 0) {
        result = ms_generation_good(r, err);
    }
    ms_journal_end(r, result == 0);
    return result;
}
