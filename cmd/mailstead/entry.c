/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/entry.h"

#include <string.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/site/site.h"

int ms_entry_quota(const struct ms_cli *c, json_t *body, struct ms_err *err)
{
    const char *text = ms_cli_value(c, "quota");
    uint64_t bytes;

    if (!text) {
        return 0;
    }
    if (ms_parse_size(text, &bytes) < 0 || bytes > INT64_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "--quota takes a size such as 500M or 5G, not \"%s\"",
                          text);
    }
    (void)json_object_set_new(body, "quota", json_integer((json_int_t)bytes));
    return 0;
}

int ms_entry_list(const struct ms_cli *c, const char *path, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *domain = NULL;
    ms_auto_free char *prefix = NULL;
    ms_auto_json json_t *j = NULL;
    struct ms_remote_request rq = {.method = "GET", .prefix = path};

    if (c->n_words) {
        if (ms_domain_normalise(c->words[0], &domain, err) < 0) {
            return -1;
        }
        prefix = ms_xasprintf("%s?domain=", path);
        rq.prefix = prefix;
        rq.name = domain;
    }
    if (ms_remote_call(c, &rq, &j, err) < 0) {
        return -1;
    }
    if (!json_is_array(j)) {
        return ms_err_set(err, MS_EIO, 0, "the supervisor's answer is not a list");
    }
    *ret = json_incref(j);
    return 0;
}

const char *ms_entry_declared(const json_t *o)
{
    return ms_out_str(o, "declared");
}

int ms_entry_print(const struct ms_cli *c, const struct ms_table *t, const char *none_text)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_OUT_MAX);
    ms_table_print(t, &b);
    if (!b.len) {
        ms_out_note(c, "%s", none_text);
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

void ms_entry_line(struct ms_buf *out, const char *label, const char *value)
{
    if (!*value) {
        return;
    }
    ms_buf_addf(out, "%-11s ", label);
    ms_text_clean(value, out);
    ms_buf_addc(out, '\n');
}

void ms_entry_quota_line(struct ms_buf *out, const json_t *o)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 64);
    ms_text_quota(json_object_get(o, "quota"), &b);
    ms_entry_line(out, "quota", b.p);
}

static int problems(const json_t *answer)
{
    const json_t *list = json_object_get(answer, "problems"), *p;
    size_t i;

    json_array_foreach(list, i, p)
    {
        ms_auto_buf struct ms_buf line = {0};

        ms_buf_init(&line, 1 << 16);
        ms_text_clean(json_string_value(p), &line);
        (void)fprintf(stderr, "mailstead: %s\n", line.p);
    }
    return json_array_size(list) ? MS_EXIT_DIFFERS : MS_EXIT_OK;
}

json_t *ms_entry_split(const char *text)
{
    json_t *list = json_array();

    while (*text) {
        size_t n = strcspn(text, ",");

        if (n) {
            (void)json_array_append_new(list, json_stringn(text, n));
        }
        text += n + (text[n] == ',');
    }
    return list;
}

void ms_entry_join(const json_t *list, struct ms_buf *out)
{
    const json_t *v;
    size_t i;

    json_array_foreach(list, i, v)
    {
        ms_buf_addf(out, "%s%s", i ? ", " : "", json_string_value(v));
    }
}

int ms_entry_changed(const struct ms_cli *c, const json_t *answer)
{
    int status = problems(answer);

    return c->json ? ms_out_json(answer, status) : status;
}

int ms_entry_deleted(const struct ms_cli *c, const json_t *answer)
{
    const json_t *kept = json_object_get(answer, "kept");
    bool keep = json_is_true(json_object_get(answer, "keep_mail"));

    if (json_array_size(kept) == 1) {
        ms_out_line(c, "its mail, if there was any, is in %s/%s.TIME of the mail volume%s",
                    keep ? ".kept" : ".deleted", json_string_value(json_array_get(kept, 0)),
                    keep ? "" : " for 30 days");
    } else if (json_array_size(kept)) {
        ms_out_line(c,
                    "the mail of its %zu mailboxes is in .deleted/ of the mail volume for 30 days",
                    json_array_size(kept));
    }
    return problems(answer);
}
