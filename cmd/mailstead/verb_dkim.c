/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

enum { ROTATE_MS = 180000 }; /* keys are made and name servers asked */

static void add_time(struct ms_table *t, const json_t *o, const char *key)
{
    char text[17];

    (void)snprintf(text, sizeof(text), "%.16s", ms_out_str(o, key));
    if (strlen(text) > 10) {
        text[10] = ' ';
    }
    ms_table_add(t, *text ? text : "-");
}

static void add_keys(struct ms_table *t, const json_t *domain)
{
    const json_t *key;
    size_t i;

    json_array_foreach(json_object_get(domain, "keys"), i, key)
    {
        ms_table_add(t, ms_out_str(domain, "domain"));
        ms_table_add(t, ms_out_str(key, "selector"));
        ms_table_add(t, ms_out_str(key, "algorithm"));
        ms_table_add(t, ms_out_str(key, "use"));
        ms_table_add(t, ms_out_str(domain, "phase"));
        add_time(t, domain, "next");
    }
}

static int print(const struct ms_cli *c, const json_t *list)
{
    static const char *const heads[] = {"DOMAIN",         "SELECTOR",        "ALGORITHM", "USE",
                                        "CHANGE OF KEYS", "NEXT STEP (UTC)", NULL};
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};
    const json_t *one;
    size_t i;

    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, one)
    {
        add_keys(&t, one);
    }
    ms_buf_init(&b, MS_OUT_MAX);
    ms_table_print(&t, &b);
    json_array_foreach(list, i, one)
    {
        if (*ms_out_str(one, "todo")) {
            ms_buf_addc(&b, '\n');
            ms_text_clean(ms_out_str(one, "todo"), &b);
            ms_buf_addc(&b, '\n');
        }
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

int ms_run_dkim_list(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    ms_auto_free char *suffix = NULL;
    ms_auto_json json_t *list = NULL;
    struct ms_remote_request rq = {.method = "GET", .prefix = "/dkim"};

    if (c->n_words) {
        if (ms_domain_normalise(c->words[0], &name, &err) < 0) {
            return ms_out_fail(&err);
        }
        suffix = ms_xasprintf("?domain=%s", name);
        rq.suffix = suffix;
    }
    if (ms_remote_call(c, &rq, &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    return print(c, list);
}

int ms_run_dkim_rotate(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    ms_auto_json json_t *body =
        json_pack("{s:b, s:b}", "now", ms_cli_has(c, "now"), "force", ms_cli_has(c, "force"));
    ms_auto_json json_t *answer = NULL;
    ms_auto_json json_t *list = NULL;
    const json_t *problem;
    size_t i;
    struct ms_remote_request rq = {
        .method = "POST", .prefix = "/dkim/", .body = body, .timeout_ms = ROTATE_MS};

    if (ms_domain_normalise(c->words[0], &name, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = name;
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    json_array_foreach(json_object_get(answer, "problems"), i, problem)
    {
        ms_out_note(c, "warning: %s", json_string_value(problem));
    }
    ms_remote_settle(c, false); /* the keys that sign are in use */
    list = json_pack("[O]", answer);
    return print(c, list);
}
