/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

static json_t *container_json(const struct ms_container *c)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:I}", "service", c->service ? c->service : "",
                     "id", c->id, "state", c->state ? c->state : "", "image",
                     c->image ? c->image : "", "exit_code", c->exit_code, "oom", c->oom_killed,
                     "started_ms", (json_int_t)c->started_ms);
}

/* Whether it is the container of its service, not one that was made to run a command once. */
static bool is_main(const struct ms_container *c, const char *project)
{
    ms_auto_free char *name = ms_xasprintf("%s-%s-1", project, c->service ? c->service : "");

    return c->name && !strcmp(c->name, name);
}

/* All containers of the project, each inspected: exit codes and times of start are in no list. */
int call_snapshot(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = options_engine(c->o);
    struct ms_snapshot snap = {0};
    ms_auto_json json_t *list = json_array();
    int r = 0;

    if (e->ops->snapshot(e->impl, c->o->paths.project, &snap, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < snap.n_containers && !r; i++) {
        ms_auto_err struct ms_err one = MS_ERR_INIT;
        ms_cleanup(ms_container_done) struct ms_container found = {0};

        if (!is_main(&snap.containers[i], c->o->paths.project)) {
            continue;
        }
        if (e->ops->inspect(e->impl, snap.containers[i].id, &found, &one) == 0) {
            (void)json_array_append_new(list, container_json(&found));
        } else if (one.code != MS_ENOTFOUND) {
            r = ms_err_copy(err, one.code, one.sys, ms_err_msg(&one));
        }
    }
    ms_snapshot_done(&snap);
    if (r) {
        return -1;
    }
    *ret = ms_steal(&list);
    return 0;
}
