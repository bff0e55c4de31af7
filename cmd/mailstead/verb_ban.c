/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"

/* "2026-11-24T18:00:00Z" as "2026-11-24 18:00". */
static void add_time(struct ms_table *t, const char *text, const char *absent)
{
    char stamp[17];

    if (strlen(text) < sizeof(stamp) - 1) {
        ms_table_add(t, absent);
        return;
    }
    memcpy(stamp, text, sizeof(stamp) - 1);
    stamp[10] = ' ';
    stamp[sizeof(stamp) - 1] = '\0';
    ms_table_add(t, stamp);
}

int ms_run_ban_list(struct ms_cli *c)
{
    static const char *const heads[] = {"ADDRESS", "JAIL", "SINCE (UTC)", "UNTIL (UTC)", NULL};
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/bans"};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};
    const json_t *ban;
    size_t i;

    ms_buf_init(&b, MS_OUT_MAX);
    if (ms_remote_call(c, &rq, &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, ban)
    {
        ms_table_add(&t, ms_out_str(ban, "address"));
        ms_table_add(&t, ms_out_str(ban, "jail"));
        add_time(&t, ms_out_str(ban, "since"), "");
        add_time(&t, ms_out_str(ban, "until"), "lifted by hand");
    }
    ms_table_print(&t, &b);
    if (!json_array_size(list)) {
        ms_out_note(c, "nobody is banned");
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

/* Print what was done for the address. */
static int finish(const struct ms_cli *c, const json_t *answer, const char *done)
{
    if (c->json) {
        return ms_out_json(answer, MS_EXIT_OK);
    }
    ms_out_line(c, "%s: %s", ms_out_str(answer, "address"), done);
    return MS_EXIT_OK;
}

int ms_run_ban_add(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *body = json_pack("{s:s}", "address", c->words[0]);
    ms_auto_json json_t *answer = NULL;
    const struct ms_remote_request rq = {.method = "POST", .prefix = "/bans", .body = body};

    if (!body) {
        return ms_out_usage(c, "\"%s\" is no IP address", c->words[0]);
    }
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    return finish(c, answer, "banned from the mail and web ports");
}

int ms_run_ban_delete(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *answer = NULL;
    const struct ms_remote_request rq = {
        .method = "DELETE", .prefix = "/bans/", .name = c->words[0]};

    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    return finish(c, answer, "no longer banned");
}
