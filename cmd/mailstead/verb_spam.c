/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/entry.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/parse.h"

static void print_score(const json_t *o, const char *key, const char *label, struct ms_buf *out)
{
    const json_t *v = json_object_get(o, key);

    if (json_is_number(v)) {
        ms_buf_addf(out, "%-11s %.2f\n", label, json_number_value(v));
    } else {
        ms_buf_addf(out, "%-11s default\n", label);
    }
}

static void print_senders(const json_t *o, const char *key, struct ms_buf *out)
{
    const json_t *list = json_object_get(o, key), *v;
    size_t i;

    json_array_foreach(list, i, v)
    {
        ms_entry_line(out, i ? " " : key, json_string_value(v));
    }
}

static int print(const struct ms_cli *c, json_t *o)
{
    ms_auto_buf struct ms_buf b = {0};

    if (c->json) {
        return ms_out_json(o, MS_EXIT_OK);
    }
    ms_buf_init(&b, 1 << 20);
    ms_entry_line(&b, "owner", ms_out_str(o, "owner"));
    print_score(o, "junk_score", "junk score", &b);
    print_score(o, "reject_score", "reject score", &b);
    print_senders(o, "allow", &b);
    print_senders(o, "deny", &b);
    return ms_out_buf(&b, MS_EXIT_OK);
}

/* Ask, or with a body change, and print what counts now. */
static int call(struct ms_cli *c, const json_t *body)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *o = NULL;
    const struct ms_remote_request rq = {
        .method = body ? "PATCH" : "GET", .prefix = "/spam/", .name = c->words[0], .body = body};

    if (ms_remote_call(c, &rq, &o, &err) < 0) {
        return ms_out_fail(&err);
    }
    return print(c, o);
}

int ms_run_spam_show(struct ms_cli *c)
{
    return call(c, NULL);
}

/* A score, or "default" for null. 0 when the option is not there, 1 when taken, -1 wrong. */
static int take_score(const struct ms_cli *c, const char *option, const char *key, json_t *body)
{
    const char *text = ms_cli_value(c, option);
    double v;

    if (!text) {
        return 0;
    }
    if (!strcmp(text, "default")) {
        (void)json_object_set_new(body, key, json_null());
        return 1;
    }
    if (ms_parse_double(text, &v) < 0) {
        return -1;
    }
    (void)json_object_set_new(body, key, json_real(v));
    return 1;
}

int ms_run_spam_set(struct ms_cli *c)
{
    ms_auto_json json_t *body = json_object();
    int junk = take_score(c, "junk-score", "junk_score", body);
    int reject = take_score(c, "reject-score", "reject_score", body);

    if (junk < 0 || reject < 0) {
        return ms_out_usage(c, "a score is a number such as 4.5, or default");
    }
    if (!junk && !reject) {
        return ms_out_usage(c, "nothing to set: give --junk-score or --reject-score");
    }
    return call(c, body);
}

/* allow, deny, forget: the verb is the list's name. */
int ms_run_spam_senders(struct ms_cli *c)
{
    ms_auto_json json_t *body = json_object();
    json_t *list = json_array();

    (void)json_object_set_new(body, c->verb->sub, list);
    for (size_t i = 1; i < c->n_words; i++) {
        if (json_array_append_new(list, json_string(c->words[i])) < 0) {
            return ms_out_usage(c, "a sender is not UTF-8");
        }
    }
    return call(c, body);
}
