/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/remote.h"
#include "cmd/mailstead/text.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/time.h"

enum { WATCH_MS = 1000, TEST_MS = 180000 };

static int get_status(const struct ms_cli *c, json_t **ret, struct ms_err *err)
{
    const struct ms_remote_request rq = {.method = "GET", .prefix = "/status"};

    return ms_remote_call(c, &rq, ret, err);
}

/* "2026-11-24T14:05:01.123Z" as "2026-11-24 14:05:01"; all times are UTC. */
static void add_time(const char *rfc3339, struct ms_table *t)
{
    char text[20];

    (void)snprintf(text, sizeof(text), "%.19s", rfc3339);
    if (strlen(text) > 10 && text[10] == 'T') {
        text[10] = ' ';
    }
    ms_table_add(t, text);
}

static void add_services(const json_t *status, struct ms_buf *out)
{
    static const char *const heads[] = {"SERVICE", "STATE", "SINCE (UTC)", "REASON", NULL};
    const json_t *services = json_object_get(status, "services"), *s;
    ms_auto_table struct ms_table t = {0};
    size_t i;

    ms_table_init(&t, heads);
    json_array_foreach(services, i, s)
    {
        ms_table_add(&t, ms_out_str(s, "name"));
        ms_table_add(&t, ms_out_str(s, "state"));
        add_time(ms_out_str(s, "since"), &t);
        ms_table_add(&t,
                     *ms_out_str(s, "reason") ? ms_out_str(s, "reason") : ms_out_str(s, "note"));
    }
    ms_table_print(&t, out);
}

/* What the kernel killed for want of memory, even if all is well again. */
static void add_oom(const json_t *status, struct ms_buf *out)
{
    const json_t *s;
    size_t i;

    json_array_foreach(json_object_get(status, "services"), i, s)
    {
        const json_t *oom = json_object_get(s, "oom");

        if (json_is_object(oom)) {
            ms_buf_addc(out, '\n');
            ms_text_clean(ms_out_str(s, "name"), out);
            ms_buf_addf(out,
                        ": killed %lld times for want of memory, last at %.19sZ; its limit is "
                        "%lld MiB (limits.memory)\n",
                        (long long)json_integer_value(json_object_get(oom, "count")),
                        ms_out_str(oom, "last"),
                        (long long)json_integer_value(json_object_get(s, "memory_limit")) >> 20);
        }
    }
}

static void add_head(const json_t *status, struct ms_buf *out)
{
    const json_t *site = json_object_get(status, "site"), *job = json_object_get(status, "job");
    const json_t *problem;
    size_t i;

    ms_text_clean(ms_out_str(site, "hostname"), out);
    ms_buf_addf(out, ": %s\n",
                json_is_true(json_object_get(status, "ok")) ? "everything is healthy"
                                                            : "not everything is healthy");
    if (json_is_object(job)) {
        ms_buf_adds(out, "a job runs: ");
        ms_text_clean(ms_out_str(job, "kind"), out);
        ms_buf_addc(out, '\n');
    }
    json_array_foreach(json_object_get(site, "problems"), i, problem)
    {
        const char *line = json_string_value(problem);

        ms_text_clean(line ? line : "", out);
        ms_buf_addc(out, '\n');
    }
    if (json_is_true(json_object_get(site, "pending"))) {
        ms_buf_adds(out, "site.yaml was changed since the last `up`: see `mailstead plan`\n");
    }
    json_array_foreach(json_object_get(json_object_get(status, "certificates"), "problems"), i,
                       problem)
    {
        const char *line = json_string_value(problem);

        ms_buf_adds(out, "certificate ");
        ms_text_clean(line ? line : "", out);
        ms_buf_addc(out, '\n');
    }
    json_array_foreach(json_object_get(json_object_get(status, "dkim"), "todo"), i, problem)
    {
        const char *line = json_string_value(problem);

        ms_buf_adds(out, "DKIM of ");
        ms_text_clean(line ? line : "", out);
        ms_buf_addc(out, '\n');
    }
    json_array_foreach(json_object_get(json_object_get(status, "certificates"), "todo"), i, problem)
    {
        const char *line = json_string_value(problem);

        ms_buf_adds(out, "TLS key of ");
        ms_text_clean(line ? line : "", out);
        ms_buf_addc(out, '\n');
    }
    ms_buf_addc(out, '\n');
}

static int exit_of(const json_t *status)
{
    return json_is_true(json_object_get(status, "ok")) ? MS_EXIT_OK : MS_EXIT_DIFFERS;
}

/* One picture; screen: clear the terminal first. */
static int show(const json_t *status, bool json, bool screen)
{
    ms_auto_buf struct ms_buf b = {0};

    if (json) {
        return ms_out_json(status, exit_of(status));
    }
    ms_buf_init(&b, 1 << 22);
    if (screen) {
        ms_buf_adds(&b, "\033[H\033[2J\033[3J");
    }
    add_head(status, &b);
    add_services(status, &b);
    add_oom(status, &b);
    return ms_out_buf(&b, exit_of(status));
}

int ms_run_status(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool watch = ms_cli_has(c, "watch"), screen = watch && isatty(STDOUT_FILENO);
    int status = MS_EXIT_OK;

    do {
        ms_auto_json json_t *j = NULL;

        if (get_status(c, &j, &err) < 0) {
            if (!screen) {
                return ms_out_fail(&err);
            }
            (void)printf("\033[H\033[2J%s\n", ms_err_msg(&err));
            (void)fflush(stdout);
            ms_err_done(&err);
        } else {
            status = show(j, c->json, screen);
        }
        if (watch) {
            ms_time_sleep_ms(WATCH_MS);
        }
    } while (watch);
    return status;
}

static void print_hops(const json_t *result)
{
    static const char *const heads[] = {"HOP", "RESULT", ">TIME", "DETAIL", NULL};
    ms_auto_table struct ms_table t = {0};
    ms_auto_buf struct ms_buf b = {0};
    const json_t *hop;
    size_t i;

    ms_table_init(&t, heads);
    ms_buf_init(&b, 1 << 20);
    json_array_foreach(json_object_get(result, "hops"), i, hop)
    {
        ms_auto_buf struct ms_buf took = {0};

        ms_buf_init(&took, 64);
        ms_text_duration(json_integer_value(json_object_get(hop, "ms")), &took);
        ms_table_add(&t, ms_out_str(hop, "name"));
        ms_table_add(&t, json_is_true(json_object_get(hop, "ok")) ? "ok" : "failed");
        ms_table_add(&t, took.p);
        ms_table_add(&t, ms_out_str(hop, "detail"));
    }
    ms_table_print(&t, &b);
    (void)ms_out_buf(&b, MS_EXIT_OK);
}

int ms_run_test(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *body = json_object();
    ms_auto_json json_t *result = NULL;
    const struct ms_remote_request rq = {
        .method = "POST", .prefix = "/test", .body = body, .timeout_ms = TEST_MS};
    int status;

    if (c->n_words) {
        (void)json_object_set_new(body, "address", json_string(c->words[0]));
    }
    if (ms_remote_call(c, &rq, &result, &err) < 0) {
        return ms_out_fail(&err);
    }
    status = json_is_true(json_object_get(result, "ok")) ? MS_EXIT_OK : MS_EXIT_FAILED;
    if (c->json) {
        return ms_out_json(result, status);
    }
    print_hops(result);
    if (status != MS_EXIT_OK) {
        (void)fputs("mailstead: the message did not arrive; `mailstead status` and `mailstead "
                    "logs` tell more\n",
                    stderr);
    } else if (c->n_words) {
        ms_out_line(c,
                    "the message was accepted for %s; its further way is in `mailstead queue "
                    "list` and `mailstead logs`",
                    c->words[0]);
    } else {
        ms_out_line(c, "mail works");
    }
    return status;
}
