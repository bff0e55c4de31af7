/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

static void set_problems(struct sup *s, const struct ms_err *err)
{
    const char *text = err->code == MS_OK ? NULL : ms_err_msg(err);
    const char *lines = text && err->code == MS_ECONFIG ? strchr(text, '\n') : NULL;

    if (text && (!s->problems || strcmp(s->problems, lines ? lines + 1 : text))) {
        ms_log(MS_LOG_WARN, "site", "%.*s file=%s", (int)strcspn(text, "\n"), text,
               s->o->paths.site);
    }
    if (!text && s->problems) {
        ms_log(MS_LOG_INFO, "site", "site.yaml is valid again file=%s", s->o->paths.site);
    }
    free(s->problems);
    s->problems = ms_xstrdup(lines ? lines + 1 : text);
}

struct sup_stamp sup_stamp_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        return (struct sup_stamp){0};
    }
    return (struct sup_stamp){.ino = st.st_ino, .size = st.st_size, .changed = st.st_ctim};
}

bool sup_stamp_is_same(const struct sup_stamp *a, const struct sup_stamp *b)
{
    return a->ino == b->ino && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Load site.yaml as it is now, only to learn whether it is valid. */
static int check(struct sup *s, struct loaded *ret)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int r;

    s->site_stamp = sup_stamp_of(s->o->paths.site);
    r = loaded_init(ret, s->o, LOAD_SITE, &err);
    set_problems(s, &err);
    s->pending = load_is_pending(s->o);
    return r;
}

void sup_site_check(struct sup *s)
{
    struct sup_stamp now = sup_stamp_of(s->o->paths.site);
    ms_cleanup(loaded_done) struct loaded unused = {0};

    if (!sup_stamp_is_same(&now, &s->site_stamp)) {
        (void)check(s, &unused);
        (void)malloc_trim(0);
    }
}

void sup_site_load(struct sup *s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct loaded fresh = {0};
    struct loaded old = s->loaded;
    int r = check(s, &fresh);

    if (s->pending) {
        loaded_done(&fresh);
        r = loaded_init(&fresh, s->o, LOAD_APPLIED, &err);
        if (r < 0) {
            ms_log(MS_LOG_WARN, "site", "%s", ms_err_msg(&err));
        }
    }
    ms_buf_done(&fresh.text);
    if (r == 0) {
        sup_probes_drop(s);
        s->loaded = fresh;
        sup_services_replace(s);
        loaded_done(&old);
        sup_certs_load(s);
        sup_engine_snapshot_soon(s);
        s->notes_due_ms = ms_time_mono_ms() + SUP_SNAPSHOT_MS;
    }
    (void)malloc_trim(0);
}
