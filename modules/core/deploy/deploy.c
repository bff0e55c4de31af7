/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/deploy/deploy.h"

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

int ms_deploy_plan(const struct ms_deploy *d, bool with_engine, struct ms_plan **ret,
                   struct ms_err *err)
{
    ms_cleanup(ms_run_done) struct ms_run r = {.d = d, .journal = -1};
    ms_cleanup(ms_engine_freep) struct ms_engine *e = with_engine ? d->engine(d->engine_arg) : NULL;

    if (ms_wanted(&r, true, err) < 0 ||
        (e && e->ops->snapshot(e->impl, d->paths->project, &r.there, err) < 0)) {
        return -1;
    }
    return ms_plan_make(&r, e, ret, err);
}

enum { SITE_MAX = 32 << 20 };

/* Keep only the steps that bring changed files to services that run already. */
static void only_files(struct ms_plan *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_steps; i++) {
        if (p->steps[i].action == MS_ACT_RELOAD || p->steps[i].action == MS_ACT_RESTART) {
            p->steps[n] = p->steps[i];
            p->steps[n++].n_after = 0;
        }
    }
    p->n_steps = n;
}

/* Keep the text of site.yaml as what runs now: refresh, restart and the supervisor work with it,
 * not with later edits. */
static int keep_site(const struct ms_run *r, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/site.yaml", r->d->paths->state);
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_err struct ms_err absent = MS_ERR_INIT;
    const struct ms_buf *text = r->d->site_text;
    ms_auto_buf struct ms_buf known = {0};

    ms_buf_init(&known, SITE_MAX);
    if (!text || (ms_fs_read(path, &known, &absent) == 0 && known.len == text->len &&
                  !memcmp(known.p, text->p, text->len))) {
        return 0;
    }
    return ms_fs_write_atomic(path, text->p, text->len, attr, err);
}

/* Nothing is to be done: close the journal of an interrupted run, if there is one. */
static int nothing_to_do(struct ms_run *r, struct ms_err *err)
{
    char kind[MS_RUN_KIND];

    if (ms_deploy_interrupted(r->d->paths->state, kind) && ms_journal_begin(r, "up", err) < 0) {
        return -1;
    }
    ms_journal_end(r, true);
    return 0;
}

static int bring_up(struct ms_run *r, bool files_only, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = r->d->engine(r->d->engine_arg);
    ms_auto_close int lock_fd = -1;
    int result;

    if (ms_run_lock(r, &lock_fd, err) < 0) {
        return -1;
    }
    if (ms_run_is_needless(r)) {
        return 0;
    }
    r->files_only = files_only;
    if (ms_wanted(r, false, err) < 0 ||
        e->ops->snapshot(e->impl, r->d->paths->project, &r->there, err) < 0 ||
        ms_plan_make(r, e, &r->plan, err) < 0) {
        return -1;
    }
    if (files_only) {
        only_files(r->plan);
    }
    *ret_changed = r->plan->n_steps > 0;
    result = r->plan->n_steps ? ms_run_carry_out(r, "up", !files_only, err) : nothing_to_do(r, err);
    return result < 0 || files_only ? result : keep_site(r, err);
}

int ms_deploy_up(const struct ms_deploy *d, bool *ret_changed, struct ms_err *err)
{
    ms_cleanup(ms_run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = bring_up(&r, false, &changed, err);

    ms_run_end(&r, result == 0, changed, err);
    if (result == 0) {
        *ret_changed = changed;
    }
    return result;
}

int ms_deploy_refresh_files(const struct ms_deploy *d, struct ms_err *err)
{
    ms_cleanup(ms_run_done) struct ms_run r = {.d = d, .journal = -1};
    bool changed = false;
    int result = bring_up(&r, true, &changed, err);

    ms_run_end(&r, result == 0, changed, err);
    return result;
}
