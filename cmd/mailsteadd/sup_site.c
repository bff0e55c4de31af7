/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"

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

void sup_site_load(struct sup *s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct loaded fresh = {0};
    struct loaded old = s->loaded;
    int r = loaded_init(&fresh, s->o, &err);

    set_problems(s, &err);
    if (r == 0) {
        sup_probes_drop(s);
        s->loaded = fresh;
        sup_services_replace(s);
        loaded_done(&old);
        sup_engine_snapshot_soon(s);
    }
    (void)malloc_trim(0);
}
