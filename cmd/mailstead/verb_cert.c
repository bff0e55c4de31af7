/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/cert_roll.h"

enum { WAIT_MS = 15 * 60 * 1000, STEP_MS = 200 };

/* "2026-11-24T14:05:01.123Z" as "2026-11-24 14:05". */
static void add_time(struct ms_table *t, const json_t *o, const char *key)
{
    char text[17];

    (void)snprintf(text, sizeof(text), "%.16s", ms_out_str(o, key));
    if (strlen(text) > 10) {
        text[10] = ' ';
    }
    ms_table_add(t, *text ? text : "-");
}

static void add_cert(struct ms_table *t, const json_t *c)
{
    const json_t *days = json_object_get(c, "days_left");
    char text[32] = "-";

    if (json_is_integer(days)) {
        (void)snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(days));
    }
    ms_table_add(t, ms_out_str(c, "name"));
    ms_table_add(t, *ms_out_str(c, "issuer") ? ms_out_str(c, "issuer") : "-");
    add_time(t, c, "not_after");
    ms_table_add(t, text);
    add_time(t, c, "next");
    ms_table_add(t, ms_out_str(c, "error"));
}

static int print(const struct ms_cli *c, const json_t *doc)
{
    static const char *const heads[] = {"NAME",       "ISSUER",     "ENDS (UTC)", ">DAYS",
                                        "NEXT (UTC)", "LAST ERROR", NULL};
    const json_t *list = json_object_get(doc, "certificates"), *one;
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};
    int status = MS_EXIT_OK;
    size_t i;

    ms_table_init(&t, heads);
    json_array_foreach(list, i, one)
    {
        add_cert(&t, one);
        if (json_is_string(json_object_get(one, "problem"))) {
            status = MS_EXIT_DIFFERS;
        }
    }
    if (c->json) {
        return ms_out_json(doc, status);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    ms_table_print(&t, &b);
    return ms_out_buf(&b, status);
}

int ms_run_cert_status(struct ms_cli *c)
{
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/certificates"};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *doc = NULL;

    if (ms_remote_call(c, &rq, &doc, &err) < 0) {
        return ms_out_fail(&err);
    }
    return print(c, doc);
}

int ms_run_cert_rotate(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_auto_buf struct ms_buf b = {0};
    struct ms_cert_roll_turn t = {.state = c->state, .now_s = ms_time_wall_ms() / 1000};
    struct ms_cert_roll r;
    int status = ms_load_site(c, &site);

    if (status != MS_EXIT_OK) {
        return status;
    }
    t.site = site;
    if (ms_cert_roll_begin(&t, &err) < 0) {
        return ms_out_fail(&err);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    ms_cert_roll_read(c->state, &r);
    ms_cert_roll_todo(&r, site->hostname, false, &b);
    ms_out_line(c, "%s", b.p);
    ms_out_line(c,
                "`mailstead dns push` writes them where it may; `mailstead status` tells how far "
                "it is.");
    return MS_EXIT_OK;
}

int ms_run_cert_renew(struct ms_cli *c)
{
    ms_auto_json json_t *body = json_pack("{s:b}", "force", ms_cli_has(c, "force"));
    const struct ms_remote_request ask = {
        .method = "POST", .prefix = "/certificates/renew", .body = body};
    const struct ms_remote_request look = {.method = "GET", .prefix = "/certificates"};
    int64_t end = ms_time_mono_ms() + WAIT_MS;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_remote_call(c, &ask, NULL, &err) < 0) {
        return ms_out_fail(&err);
    }
    for (;;) {
        ms_auto_json json_t *doc = NULL;

        if (ms_remote_call(c, &look, &doc, &err) < 0) {
            return ms_out_fail(&err);
        }
        if (!json_is_true(json_object_get(doc, "running"))) {
            return print(c, doc);
        }
        if (ms_time_mono_ms() > end) {
            (void)ms_err_set(&err, MS_ETIME, 0,
                             "still at work: `mailstead cert status` shows how far it is");
            return ms_out_fail(&err);
        }
        ms_time_sleep_ms(STEP_MS);
    }
}
