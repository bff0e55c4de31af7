/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/entry.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

/* An address, or "@domain" for all addresses of a domain that do not exist. */
static int alias_name(const char *text, char **ret, struct ms_err *err)
{
    ms_auto_free char *domain = NULL;

    if (text[0] != '@') {
        return ms_address_normalise(text, ret, err);
    }
    if (ms_domain_normalise(text + 1, &domain, err) < 0) {
        return -1;
    }
    *ret = ms_xasprintf("@%s", domain);
    return 0;
}

static int add_targets(const struct ms_cli *c, json_t *targets, struct ms_err *err)
{
    for (size_t i = 1; i < c->n_words; i++) {
        ms_auto_free char *target = NULL;

        if (ms_address_normalise(c->words[i], &target, err) < 0) {
            return -1;
        }
        (void)json_array_append_new(targets, json_string(target));
    }
    return 0;
}

/* Whether two lists of targets have the same members. */
static bool is_same(const json_t *a, const json_t *b)
{
    const json_t *x, *y;
    size_t i, k;

    json_array_foreach(a, i, x)
    {
        bool found = false;

        json_array_foreach(b, k, y)
        {
            found = found || json_equal(x, y);
        }
        if (!found) {
            return false;
        }
    }
    return json_array_size(a) == json_array_size(b);
}

/* An alias that exists is replaced only when that is meant: MS_EXIT_OK, or the exit status. */
static int ask_to_replace(const struct ms_cli *c, const char *address, const json_t *targets)
{
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/aliases/", .name = address};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *alias = NULL;
    ms_auto_buf struct ms_buf old = {0};
    int status = MS_EXIT_OK;

    if (ms_remote_call(c, &rq, &alias, &err) < 0) {
        return err.code == MS_ENOTFOUND ? MS_EXIT_OK : ms_out_fail(&err);
    }
    if (is_same(json_object_get(alias, "targets"), targets)) {
        return MS_EXIT_OK;
    }
    ms_buf_init(&old, 1 << 20);
    ms_entry_join(json_object_get(alias, "targets"), &old);
    (void)ms_out_confirm(c, &status, "%s goes to %s now. Replace that?", address, old.p);
    return status;
}

int ms_run_alias_add(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *body = json_pack("{s:[]}", "targets");
    ms_auto_json json_t *answer = NULL;
    struct ms_remote_request rq = {.method = "PUT", .prefix = "/aliases/", .body = body};
    int status;

    if (alias_name(c->words[0], &address, &err) < 0 ||
        add_targets(c, json_object_get(body, "targets"), &err) < 0) {
        return ms_out_fail(&err);
    }
    if (ms_cli_has(c, "expires")) {
        (void)json_object_set_new(body, "expires", json_string(ms_cli_value(c, "expires")));
    }
    rq.name = address;
    status = c->yes ? MS_EXIT_OK : ask_to_replace(c, address, json_object_get(body, "targets"));
    if (status != MS_EXIT_OK) {
        return status;
    }
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(answer, MS_EXIT_OK);
    }
    ms_out_line(c, "%s goes to %zu address%s", address, c->n_words - 1,
                c->n_words == 2 ? "" : "es");
    return MS_EXIT_OK;
}

int ms_run_alias_list(struct ms_cli *c)
{
    static const char *const heads[] = {"ADDRESS", "TARGETS", "EXPIRES", "DECLARED", NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    ms_auto_table struct ms_table t = {0};
    const json_t *a;
    size_t i;

    if (ms_entry_list(c, "/aliases", &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, a)
    {
        ms_auto_buf struct ms_buf targets = {0};

        ms_buf_init(&targets, 1 << 20);
        ms_entry_join(json_object_get(a, "targets"), &targets);
        ms_table_add(&t, ms_out_str(a, "address"));
        ms_table_add(&t, targets.p);
        ms_table_add(&t, ms_out_str(a, "expires"));
        ms_table_add(&t, ms_entry_declared(a));
    }
    return ms_entry_print(c, &t, "there are no aliases");
}

int ms_run_alias_delete(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;
    struct ms_remote_request rq = {.method = "DELETE", .prefix = "/aliases/"};
    int status;

    if (alias_name(c->words[0], &address, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = address;
    if (!ms_out_confirm(c, &status, "Delete the alias %s?", address)) {
        return status;
    }
    if (ms_remote_call(c, &rq, NULL, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:s}", "deleted", address);

        return ms_out_json(j, MS_EXIT_OK);
    }
    ms_out_line(c, "%s is deleted", address);
    return MS_EXIT_OK;
}
