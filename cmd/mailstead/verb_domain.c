/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/entry.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

enum { DELETE_MS = 180000 }; /* the mail of each mailbox is moved */

static int add_body(const struct ms_cli *c, const char *name, json_t *body, struct ms_err *err)
{
    const char *target = ms_cli_value(c, "alias-for");
    ms_auto_free char *normal = NULL;

    (void)json_object_set_new(body, "name", json_string(name));
    if (target) {
        if (ms_domain_normalise(target, &normal, err) < 0) {
            return ms_err_wrap(err, "--alias-for");
        }
        (void)json_object_set_new(body, "alias_for", json_string(normal));
    }
    return ms_entry_quota(c, body, err);
}

int ms_run_domain_add(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    ms_auto_json json_t *body = json_object();
    ms_auto_json json_t *answer = NULL;
    const struct ms_remote_request rq = {.method = "POST", .prefix = "/domains", .body = body};

    if (ms_domain_normalise(c->words[0], &name, &err) < 0 || add_body(c, name, body, &err) < 0 ||
        ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    ms_remote_settle(c, false); /* its keys are in use */
    if (c->json) {
        return ms_out_json(answer, MS_EXIT_OK);
    }
    ms_out_line(c, "%s is added. Next: `mailstead dns records %s` shows what to set in its DNS.",
                name, name);
    return MS_EXIT_OK;
}

int ms_run_domain_list(struct ms_cli *c)
{
    static const char *const heads[] = {"DOMAIN",    ">MAILBOXES", ">ALIASES", ">QUOTA",
                                        "ALIAS FOR", "DECLARED",   NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    ms_auto_table struct ms_table t = {0};
    const json_t *d;
    size_t i;

    if (ms_entry_list(c, "/domains", &list, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        return ms_out_json(list, MS_EXIT_OK);
    }
    ms_table_init(&t, heads);
    json_array_foreach(list, i, d)
    {
        char boxes[24], aliases[24];
        ms_auto_buf struct ms_buf quota = {0};

        ms_buf_init(&quota, 64);
        ms_text_quota(json_object_get(d, "quota"), &quota);
        (void)snprintf(boxes, sizeof(boxes), "%lld",
                       (long long)json_integer_value(json_object_get(d, "mailboxes")));
        (void)snprintf(aliases, sizeof(aliases), "%lld",
                       (long long)json_integer_value(json_object_get(d, "aliases")));
        ms_table_add(&t, ms_out_str(d, "name"));
        ms_table_add(&t, boxes);
        ms_table_add(&t, aliases);
        ms_table_add(&t, quota.p);
        ms_table_add(&t, ms_out_str(d, "alias_for"));
        ms_table_add(&t, ms_entry_declared(d));
    }
    return ms_entry_print(c, &t, "there are no domains");
}

/* One line for each member of a list. */
static void add_members(struct ms_buf *out, const char *title, const json_t *list)
{
    const json_t *o;
    size_t i;

    json_array_foreach(list, i, o)
    {
        ms_entry_line(out, i == 0 ? title : "", ms_out_str(o, "address"));
    }
}

static int show(const json_t *domain, const json_t *boxes, const json_t *aliases)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_OUT_MAX);
    ms_entry_line(&b, "domain", ms_out_str(domain, "name"));
    ms_entry_line(&b, "alias for", ms_out_str(domain, "alias_for"));
    ms_entry_quota_line(&b, domain);
    ms_entry_line(&b, "declared", ms_entry_declared(domain));
    add_members(&b, "mailboxes", boxes);
    add_members(&b, "aliases", aliases);
    return ms_out_buf(&b, MS_EXIT_OK);
}

int ms_run_domain_show(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    ms_auto_json json_t *domain = NULL;
    ms_auto_json json_t *boxes = NULL;
    ms_auto_json json_t *aliases = NULL;
    struct ms_remote_request rq = {.method = "GET", .prefix = "/domains/"};

    if (ms_domain_normalise(c->words[0], &name, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = name;
    if (ms_remote_call(c, &rq, &domain, &err) < 0 ||
        ms_entry_list(c, "/mailboxes", &boxes, &err) < 0 ||
        ms_entry_list(c, "/aliases", &aliases, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        (void)json_object_set(domain, "mailbox_list", boxes);
        (void)json_object_set(domain, "alias_list", aliases);
        return ms_out_json(domain, MS_EXIT_OK);
    }
    return show(domain, boxes, aliases);
}

int ms_run_domain_delete(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    bool content = ms_cli_has(c, "with-content");
    struct ms_remote_request rq = {.method = "DELETE",
                                   .prefix = "/domains/",
                                   .suffix = content ? "?with_content=1" : NULL,
                                   .timeout_ms = DELETE_MS};
    ms_auto_json json_t *answer = NULL;
    int status;

    if (ms_domain_normalise(c->words[0], &name, &err) < 0) {
        return ms_out_fail(&err);
    }
    rq.name = name;
    if (!ms_out_confirm(c, &status, "Delete the domain %s%s?", name,
                        content ? " with all its mailboxes and aliases" : "")) {
        return status;
    }
    if (ms_remote_call(c, &rq, &answer, &err) < 0) {
        return ms_out_fail(&err);
    }
    ms_remote_settle(c, false);
    if (c->json) {
        (void)json_object_set_new(answer, "deleted", json_string(name));
        return ms_out_json(answer, json_array_size(json_object_get(answer, "problems"))
                                       ? MS_EXIT_DIFFERS
                                       : MS_EXIT_OK);
    }
    ms_out_line(c, "%s is deleted", name);
    return ms_entry_deleted(c, answer);
}
