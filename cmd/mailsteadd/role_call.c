/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cmd/mailsteadd/call.h"
#include "cmd/mailsteadd/roles.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/parse.h"

static const struct {
    int (*run)(struct call *c, json_t **ret, struct ms_err *err);
    bool needs_site;
} ops[MS_OP__COUNT] = {
    [MS_OP_DOMAIN_LIST] = {call_domain_list, true},
    [MS_OP_DOMAIN_SHOW] = {call_domain_show, true},
    [MS_OP_DOMAIN_ADD] = {call_domain_add, true},
    [MS_OP_DOMAIN_DELETE] = {call_domain_delete, true},
    [MS_OP_MAILBOX_LIST] = {call_mailbox_list, true},
    [MS_OP_MAILBOX_SHOW] = {call_mailbox_show, true},
    [MS_OP_MAILBOX_ADD] = {call_mailbox_add, true},
    [MS_OP_MAILBOX_SET] = {call_mailbox_set, true},
    [MS_OP_MAILBOX_DELETE] = {call_mailbox_delete, true},
    [MS_OP_MAILBOX_RENAME] = {call_mailbox_rename, true},
    [MS_OP_HOUSEKEEPING] = {call_housekeeping, true},
    [MS_OP_ALIAS_LIST] = {call_alias_list, true},
    [MS_OP_ALIAS_SHOW] = {call_alias_show, true},
    [MS_OP_ALIAS_SET] = {call_alias_set, true},
    [MS_OP_ALIAS_DELETE] = {call_alias_delete, true},
    [MS_OP_APP_PASSWORD_LIST] = {call_app_password_list, true},
    [MS_OP_APP_PASSWORD_ADD] = {call_app_password_add, true},
    [MS_OP_APP_PASSWORD_DELETE] = {call_app_password_delete, true},
    [MS_OP_SPAM_SHOW] = {call_spam_show, true},
    [MS_OP_SPAM_SET] = {call_spam_set, true},
    [MS_OP_REPORTS] = {call_reports, true},
    [MS_OP_QUEUE_LIST] = {call_queue_list, true},
    [MS_OP_QUEUE_SHOW] = {call_queue_show, true},
    [MS_OP_QUEUE_ACTION] = {call_queue_action, true},
    [MS_OP_BAN_LIST] = {call_ban_list, true},
    [MS_OP_BAN_ADD] = {call_ban_add, true},
    [MS_OP_BAN_DELETE] = {call_ban_delete, true},
    [MS_OP_DNS_CHECK] = {call_dns_check, true},
    [MS_OP_DKIM_LIST] = {call_dkim_list, true},
    [MS_OP_DKIM_ROTATE] = {call_dkim_rotate, true},
    [MS_OP_DKIM_TURN] = {call_dkim_turn, true},
    [MS_OP_TEST] = {call_test, true},
    [MS_OP_SNAPSHOT] = {call_snapshot, false},
    [MS_OP_NOTES] = {call_notes, true},
};

const char *call_string(const struct call *c, const char *key)
{
    return json_string_value(json_object_get(c->request, key));
}

int64_t call_size(const struct call *c, const char *key)
{
    const json_t *v = json_object_get(c->request, key);
    uint64_t n = 0;

    if (json_is_integer(v)) {
        return json_integer_value(v);
    }
    if (json_is_string(v) && ms_parse_size(json_string_value(v), &n) == 0 && n <= INT64_MAX) {
        return (int64_t)n;
    }
    return -1;
}

int call_domain(const struct call *c, const char *key, char **ret, struct ms_err *err)
{
    return ms_domain_normalise(call_string(c, key), ret, err) < 0 ? ms_err_wrap(err, "%s", key) : 0;
}

int call_address(const struct call *c, const char *key, char **ret, struct ms_err *err)
{
    return ms_address_normalise(call_string(c, key), ret, err) < 0 ? ms_err_wrap(err, "%s", key)
                                                                   : 0;
}

int call_check_reserved(const struct call *c, const char *address, struct ms_err *err)
{
    const struct ms_site_domain *d = c->loaded.site->primary;

    if (!d || !ms_op_is_reserved(address, d->name)) {
        return 0;
    }
    return ms_err_set(err, MS_EINVAL, 0,
                      "%s is reserved: `mailstead test` sends to it, and `mailstead up` makes it",
                      address);
}

int call_pick(json_t *list, const char *key, const char *value, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *owned = list;
    size_t i;
    json_t *v;

    json_array_foreach(owned, i, v)
    {
        const char *text = json_string_value(json_object_get(v, key));

        if (text && !strcmp(text, value)) {
            *ret = json_incref(v);
            return 0;
        }
    }
    return ms_err_set(err, MS_ENOTFOUND, 0, "%s does not exist", value);
}

/* The request comes in by standard input and is wiped at once. */
static int read_request(json_t **ret, struct ms_err *err)
{
    struct ms_buf b;
    json_t *request = NULL;

    ms_buf_init(&b, MS_OP_REQUEST_MAX);
    if (ms_fs_read("-", &b, err) == 0) {
        request = json_loadb(b.p, b.len, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(request)) {
            (void)ms_err_set(err, MS_EINVAL, 0, "the request is not a JSON object");
        }
    }
    if (b.cap) {
        explicit_bzero(b.p, b.len);
    }
    ms_buf_done(&b);
    *ret = request;
    return err->code == MS_OK ? 0 : -1;
}

static int run(struct call *c, json_t **ret, struct ms_err *err)
{
    enum ms_op op;

    if (ms_op_check(c->request, &op, err) < 0) {
        return -1;
    }
    if (ops[op].needs_site && loaded_init(&c->loaded, c->o, LOAD_APPLIED, err) < 0) {
        return -1;
    }
    return ops[op].run(c, ret, err);
}

static int write_all(const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(STDOUT_FILENO, p, n);

        if (w <= 0) {
            return -1;
        }
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

int role_call(struct options *o)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *request = NULL;
    ms_auto_json json_t *answer = NULL;
    struct call c = {.o = o};
    json_t *result = NULL;
    char *text;
    size_t n;
    int r;

    if (read_request(&request, &err) == 0) {
        c.request = request;
        (void)run(&c, &result, &err);
    }
    loaded_done(&c.loaded);
    answer = err.code == MS_OK ? ms_op_answer(result) : ms_op_answer_error(&err);
    text = json_dumps(answer, JSON_COMPACT);
    if (!text) {
        return 1;
    }
    n = strlen(text);
    text[n] = '\n'; /* in place of the NUL */
    r = write_all(text, n + 1);
    explicit_bzero(text, n + 1);
    free(text);
    return r < 0 || err.code != MS_OK;
}
