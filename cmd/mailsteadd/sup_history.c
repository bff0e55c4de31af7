/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/health/history.h"

static char *path_of(const struct sup *s)
{
    return ms_xasprintf("%s/history.jsonl", s->o->paths.state);
}

void sup_history(struct sup *s, const char *what, const char *who, const char *text)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = path_of(s);
    ms_auto_free char *part = ms_xasprintf("%.1000s", text);
    ms_auto_json json_t *entry = json_object();

    (void)json_object_set_new(entry, "time", sup_time_json(ms_time_wall_ms()));
    (void)json_object_set_new(entry, "what", json_string(what));
    (void)json_object_set_new(entry, "who", ms_json_lossy(who));
    (void)json_object_set_new(entry, "text", ms_json_lossy(part));
    if (ms_history_add(path, entry, &err) < 0) {
        if (!s->history_failed) {
            ms_log(MS_LOG_WARN, "history", "%s", ms_err_msg(&err));
        }
        s->history_failed = true;
        return;
    }
    s->history_failed = false;
}

int sup_history_read(const struct sup *s, size_t max, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *path = path_of(s);

    return ms_history_read(path, max, ret, err);
}
