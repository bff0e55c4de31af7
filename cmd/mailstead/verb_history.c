/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"

enum { DEFAULT = 100 };

/* "2026-11-24T14:05:01.123Z" as "2026-11-24 14:05:01"; all times are UTC. */
static void add_time(const char *rfc3339, struct ms_table *t)
{
    char text[20];

    (void)snprintf(text, sizeof(text), "%.19s", rfc3339);
    if (text[0] && text[10] == 'T') {
        text[10] = ' ';
    }
    ms_table_add(t, text);
}

int ms_run_history(struct ms_cli *c)
{
    static const char *const heads[] = {"TIME (UTC)", "WHAT", "WHO", "TEXT", NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *max = ms_cli_value(c, "max");
    ms_auto_free char *path = NULL;
    struct ms_remote_request rq = {.method = "GET"};
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *list = NULL;
    uint64_t n = DEFAULT;
    const json_t *e;
    size_t i;

    if (max && ms_parse_u64(max, &n) < 0) {
        (void)ms_err_set(&err, MS_EINVAL, 0, "--max: expected a number");
        return ms_out_fail(&err);
    }
    path = ms_xasprintf("/history?max=%llu", (unsigned long long)n);
    rq.prefix = path;
    if (ms_remote_call(c, &rq, &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    ms_table_init(&t, heads);
    json_array_foreach(list, i, e)
    {
        add_time(ms_out_str(e, "time"), &t);
        ms_table_add(&t, ms_out_str(e, "what"));
        ms_table_add(&t, ms_out_str(e, "who"));
        ms_table_add(&t, ms_out_str(e, "text"));
    }
    ms_table_print(&t, &b);
    if (!b.len) {
        ms_out_note(c, "nothing has happened yet");
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}
