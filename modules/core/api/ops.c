/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/ops.h"

#include <string.h>

#include "modules/core/base/json.h"
#include "modules/core/base/parse.h"

enum { MAX_FIELDS = 9 };

enum field_kind { STRING, STRING_OR_NULL, SIZE, BOOL, STRINGS, SCORE };

struct field {
    const char *name;
    enum field_kind kind;
    bool mandatory;
};

struct op {
    const char *name;
    struct field fields[MAX_FIELDS];
};

static const struct op ops[MS_OP__COUNT] = {
    [MS_OP_DOMAIN_LIST] = {"domain-list", {{0}}},
    [MS_OP_DOMAIN_SHOW] = {"domain-show", {{"name", STRING, true}}},
    [MS_OP_DOMAIN_ADD] = {"domain-add",
                          {{"name", STRING, true},
                           {"alias_for", STRING_OR_NULL, false},
                           {"quota", SIZE, false}}},
    [MS_OP_DOMAIN_DELETE] = {"domain-delete",
                             {{"name", STRING, true}, {"with_content", BOOL, false}}},
    [MS_OP_MAILBOX_LIST] = {"mailbox-list", {{"domain", STRING, false}}},
    [MS_OP_MAILBOX_SHOW] = {"mailbox-show", {{"address", STRING, true}}},
    [MS_OP_MAILBOX_ADD] = {"mailbox-add",
                           {{"address", STRING, true},
                            {"name", STRING, false},
                            {"password", STRING, false},
                            {"password_hash", STRING, false},
                            {"quota", SIZE, false},
                            {"require_app_password", BOOL, false},
                            {"send_as", STRINGS, false}}},
    [MS_OP_MAILBOX_SET] = {"mailbox-set",
                           {{"address", STRING, true},
                            {"name", STRING, false},
                            {"password", STRING, false},
                            {"password_hash", STRING, false},
                            {"quota", SIZE, false},
                            {"active", BOOL, false},
                            {"require_app_password", BOOL, false},
                            {"send_as", STRINGS, false}}},
    [MS_OP_MAILBOX_DELETE] = {"mailbox-delete",
                              {{"address", STRING, true}, {"keep_mail", BOOL, false}}},
    [MS_OP_MAILBOX_RENAME] = {"mailbox-rename",
                              {{"address", STRING, true},
                               {"to", STRING, true},
                               {"keep_alias", BOOL, false}}},
    [MS_OP_HOUSEKEEPING] = {"housekeeping", {{0}}},
    [MS_OP_ALIAS_LIST] = {"alias-list", {{"domain", STRING, false}}},
    [MS_OP_ALIAS_SHOW] = {"alias-show", {{"address", STRING, true}}},
    [MS_OP_ALIAS_SET] = {"alias-set",
                         {{"address", STRING, true},
                          {"targets", STRINGS, true},
                          {"expires", STRING_OR_NULL, false}}},
    [MS_OP_ALIAS_DELETE] = {"alias-delete", {{"address", STRING, true}}},
    [MS_OP_APP_PASSWORD_LIST] = {"app-password-list", {{"address", STRING, true}}},
    [MS_OP_APP_PASSWORD_ADD] = {"app-password-add",
                                {{"address", STRING, true},
                                 {"name", STRING, true},
                                 {"protocols", STRINGS, false}}},
    [MS_OP_APP_PASSWORD_DELETE] = {"app-password-delete",
                                   {{"address", STRING, true}, {"name", STRING, true}}},
    [MS_OP_REPORTS] = {"reports", {{"domain", STRING, false}, {"days", STRING, false}}},
    [MS_OP_SPAM_SHOW] = {"spam-show", {{"owner", STRING, true}}},
    [MS_OP_SPAM_SET] = {"spam-set",
                        {{"owner", STRING, true},
                         {"junk_score", SCORE, false},
                         {"reject_score", SCORE, false},
                         {"allow", STRINGS, false},
                         {"deny", STRINGS, false},
                         {"forget", STRINGS, false}}},
    [MS_OP_QUEUE_LIST] = {"queue-list", {{0}}},
    [MS_OP_QUEUE_SHOW] = {"queue-show", {{"id", STRING, true}}},
    [MS_OP_QUEUE_ACTION] = {"queue-action", {{"action", STRING, true}, {"id", STRING, false}}},
    [MS_OP_BAN_LIST] = {"ban-list", {{0}}},
    [MS_OP_BAN_ADD] = {"ban-add", {{"address", STRING, true}}},
    [MS_OP_BAN_DELETE] = {"ban-delete", {{"address", STRING, true}}},
    [MS_OP_DKIM_LIST] = {"dkim-list", {{"domain", STRING, false}}},
    [MS_OP_DKIM_ROTATE] =
        {"dkim-rotate", {{"domain", STRING, true}, {"now", BOOL, false}, {"force", BOOL, false}}},
    [MS_OP_DNS_CHECK] = {"dns-check", {{"domain", STRING, false}}},
    [MS_OP_DKIM_TURN] = {"dkim-turn", {{0}}},
    [MS_OP_TEST] = {"test", {{"address", STRING_OR_NULL, false}}},
    [MS_OP_SNAPSHOT] = {"snapshot", {{0}}},
    [MS_OP_NOTES] = {"notes", {{0}}},
};

const char *ms_op_name(enum ms_op op)
{
    return ops[op].name;
}

bool ms_op_is_internal(enum ms_op op)
{
    return op == MS_OP_DKIM_TURN || op == MS_OP_HOUSEKEEPING || op == MS_OP_SNAPSHOT ||
           op == MS_OP_NOTES;
}

static bool is_string(const json_t *v)
{
    return json_is_string(v) && json_string_length(v) <= MS_OP_STRING_MAX &&
           strlen(json_string_value(v)) == json_string_length(v);
}

static bool is_strings(const json_t *v)
{
    size_t i;
    json_t *item;

    if (!json_is_array(v) || json_array_size(v) > MS_OP_LIST_MAX) {
        return false;
    }
    json_array_foreach(v, i, item)
    {
        if (!is_string(item)) {
            return false;
        }
    }
    return true;
}

static bool is_size(const json_t *v)
{
    uint64_t n;

    if (json_is_integer(v)) {
        return json_integer_value(v) >= 0;
    }
    return is_string(v) && ms_parse_size(json_string_value(v), &n) == 0 && n <= INT64_MAX;
}

/* null: as without it. */
static bool is_score(const json_t *v)
{
    double n = json_number_value(v);

    return json_is_null(v) || (json_is_number(v) && n >= 0 && n <= MS_OP_SCORE_MAX);
}

static const char *wrong(const struct field *f, const json_t *v)
{
    switch (f->kind) {
    case STRING:
        return is_string(v) ? NULL : "expected a string of at most 1,024 bytes";
    case STRING_OR_NULL:
        return is_string(v) || json_is_null(v) ? NULL : "expected a string or null";
    case SIZE:
        return is_size(v) ? NULL : "expected a size such as 5G, or a number of bytes";
    case BOOL:
        return json_is_boolean(v) ? NULL : "expected true or false";
    case SCORE:
        return is_score(v) ? NULL : "expected a number from 0 to 1,000, or null";
    case STRINGS:
        return is_strings(v) ? NULL : "expected a list of at most 1,000 strings";
    }
    return "unknown";
}

static const struct field *find_field(const struct op *op, const char *name)
{
    for (size_t i = 0; i < sizeof(op->fields) / sizeof(op->fields[0]) && op->fields[i].name; i++) {
        if (!strcmp(op->fields[i].name, name)) {
            return &op->fields[i];
        }
    }
    return NULL;
}

static int check_members(const struct op *op, const json_t *request, struct ms_err *err)
{
    const char *key;
    json_t *v;

    json_object_foreach((json_t *)request, key, v)
    {
        const struct field *f = find_field(op, key);
        const char *text = f ? wrong(f, v) : NULL;

        if (!strcmp(key, "op")) {
            continue;
        }
        if (!f) {
            return ms_err_set(err, MS_EINVAL, 0, "%.64s: there is no such member", key);
        }
        if (text) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: %s", key, text);
        }
    }
    for (size_t i = 0; i < sizeof(op->fields) / sizeof(op->fields[0]) && op->fields[i].name; i++) {
        if (op->fields[i].mandatory && !json_object_get(request, op->fields[i].name)) {
            return ms_err_set(err, MS_EINVAL, 0, "%s is missing", op->fields[i].name);
        }
    }
    return 0;
}

int ms_op_check(const json_t *request, enum ms_op *ret, struct ms_err *err)
{
    const char *name = json_string_value(json_object_get(request, "op"));

    for (size_t i = 0; name && i < MS_OP__COUNT; i++) {
        if (strcmp(ops[i].name, name)) {
            continue;
        }
        if (check_members(&ops[i], request, err) < 0) {
            return -1;
        }
        *ret = (enum ms_op)i;
        return 0;
    }
    return ms_err_set(err, MS_EINVAL, 0, "there is no such operation");
}

static json_t *field_schema(const struct field *f)
{
    switch (f->kind) {
    case STRING:
        return json_pack("{s:s, s:i}", "type", "string", "maxLength", MS_OP_STRING_MAX);
    case STRING_OR_NULL:
        return json_pack("{s:[s, s]}", "type", "string", "null");
    case SIZE:
        return json_pack("{s:[s, s], s:s}", "type", "integer", "string", "x-format", "size");
    case BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case SCORE:
        return json_pack("{s:[s, s]}", "type", "number", "null");
    case STRINGS:
        return json_pack("{s:s, s:{s:s}, s:i, s:s}", "type", "array", "items", "type", "string",
                         "maxItems", MS_OP_LIST_MAX, "x-format", "[string]");
    }
    return json_object();
}

json_t *ms_op_schema(const char *name, bool skip_first)
{
    for (size_t i = 0; i < MS_OP__COUNT; i++) {
        json_t *properties, *required;

        if (strcmp(ops[i].name, name)) {
            continue;
        }
        properties = json_object();
        required = json_array();
        for (size_t k = skip_first; k < MAX_FIELDS && ops[i].fields[k].name; k++) {
            const struct field *f = &ops[i].fields[k];

            (void)json_object_set_new(properties, f->name, field_schema(f));
            if (f->mandatory) {
                (void)json_array_append_new(required, json_string(f->name));
            }
        }
        return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                         "required", required, "additionalProperties", 0);
    }
    return NULL;
}

bool ms_op_is_reserved(const char *address, const char *primary_domain)
{
    static const char local[] = "mailstead-test@";

    return !strncmp(address, local, sizeof(local) - 1) &&
           !strcmp(address + sizeof(local) - 1, primary_domain);
}

enum ms_code ms_op_code(const char *name)
{
    for (unsigned i = MS_EINVAL; name && i < MS_CODE__COUNT; i++) {
        if (!strcmp(ms_code_name((enum ms_code)i), name)) {
            return (enum ms_code)i;
        }
    }
    return MS_EIO;
}

int ms_op_result(const json_t *answer, json_t **ret, struct ms_err *err)
{
    json_t *result = json_object_get(answer, "result");
    const char *text = json_string_value(json_object_get(answer, "error"));

    if (json_is_true(json_object_get(answer, "ok"))) {
        *ret = result ? json_incref(result) : json_null();
        return 0;
    }
    return ms_err_set(err, ms_op_code(json_string_value(json_object_get(answer, "code"))), 0, "%s",
                      text ? text : "the worker gave no answer");
}

json_t *ms_op_answer(json_t *result)
{
    json_t *o = json_object();

    (void)json_object_set_new(o, "ok", json_true());
    (void)json_object_set_new(o, "result", result ? result : json_null());
    return o;
}

json_t *ms_op_answer_error(const struct ms_err *err)
{
    json_t *o = json_object();

    (void)json_object_set_new(o, "ok", json_false());
    (void)json_object_set_new(o, "code", json_string(ms_code_name(err->code)));
    (void)json_object_set_new(o, "error", ms_json_lossy(ms_err_msg(err)));
    return o;
}

json_t *ms_op_answer_refusal(enum ms_code code, const char *text)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)ms_err_set(&err, code, 0, "%s", text);
    return ms_op_answer_error(&err);
}
