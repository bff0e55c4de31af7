/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/certs_roll.h"
#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy.h"
#include "modules/core/pki/cert_roll.h"

static const char command[] = "certificate-issue";

enum { LINE_MAX_BYTES = 1000, PROBLEMS = 50 };

static bool is_mode(const struct sup *s, enum ms_tls_mode mode)
{
    return s->loaded.site && s->loaded.site->tls_mode == mode;
}

static void watch_files(struct sup *s)
{
    const struct ms_site *site = s->loaded.site;
    const struct ms_paths *p = &s->o->paths;

    for (size_t i = 0; i < 2; i++) {
        free(s->certs.files[i]);
        s->certs.files[i] = NULL;
    }
    if (is_mode(s, MS_TLS_FILES)) {
        s->certs.files[0] = ms_deploy_beside_site(p, site->tls_certificate);
        s->certs.files[1] = ms_deploy_beside_site(p, site->tls_key);
    }
}

void sup_certs_load(struct sup *s)
{
    ms_certs_done(&s->certs.list);
    if (s->loaded.site) {
        ms_certs_read(s->o->paths.state, s->loaded.site, &s->certs.list);
    }
    watch_files(s);
}

/* Why no authority can be asked now, or NULL. */
static const char *obstacle(struct sup *s)
{
    const char *const *argv;
    const struct ms_service *spec =
        s->loaded.stack ? ms_stack_command(s->loaded.stack, command, &argv) : NULL;
    const struct sup_service *svc = spec ? sup_service_find(s, spec->name) : NULL;

    if (!s->loaded.site) {
        return "site.yaml is not valid";
    }
    if (!is_mode(s, MS_TLS_ACME)) {
        return NULL;
    }
    return svc && svc->health.state == MS_HEALTH_HEALTHY
               ? NULL
               : "the service that asks the authority does not run";
}

/* While services come up, the challenge could not be answered. */
static bool is_settled(const struct sup *s)
{
    for (size_t i = 0; i < s->n_services; i++) {
        if (s->services[i].health.state == MS_HEALTH_STARTING) {
            return false;
        }
    }
    return !s->job && s->n_services;
}

static void on_line(void *arg, char *p, size_t n)
{
    struct sup *s = arg;
    ms_auto_json json_t *j = json_loadb(p, n, 0, NULL);

    s->certs.changed = s->certs.changed || json_is_true(json_object_get(j, "changed"));
    s->certs.more = json_is_true(json_object_get(j, "more"));
}

static void start(struct sup *s, const char *which, int64_t now_ms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *args[] = {"-x", "certs", "--site", s->o->paths.site, "--state", s->o->paths.state,
                          "--", which,   NULL};

    s->certs.asked = NULL;
    s->certs.roll_ms = now_ms;
    s->certs.more = false;
    s->certs.not_before_ms = now_ms + SUP_CERTS_AGAIN_MS;
    memcpy(s->certs.taken, s->certs.seen, sizeof(s->certs.taken));
    s->certs.worker.on_line = on_line;
    s->certs.worker.arg = s;
    if (worker_start(&s->certs.worker, args, NULL, LINE_MAX_BYTES, &err) < 0) {
        ms_log(MS_LOG_WARN, "cert", "%s", ms_err_msg(&err));
    }
}

/* Whether the files were replaced: they look different from when they were taken over, and have not
 * changed since the last look (both are written by then). */
static bool files_changed(struct sup *s, int64_t now_ms)
{
    bool differs = false, steady = true;

    if (!s->certs.files[0] || now_ms - s->certs.looked_ms < SUP_CERTS_LOOK_MS) {
        return false;
    }
    s->certs.looked_ms = now_ms;
    for (size_t i = 0; i < 2; i++) {
        struct sup_stamp now = sup_stamp_of(s->certs.files[i]);

        steady = steady && sup_stamp_is_same(&now, &s->certs.seen[i]);
        differs = differs || !sup_stamp_is_same(&now, &s->certs.taken[i]);
        s->certs.seen[i] = now;
    }
    return differs && steady;
}

static void refresh(struct sup *s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *request = json_pack("{s:s, s:b}", "kind", "refresh", "wait", 1);
    struct ms_job *job;

    if (sup_jobs_post(s, request, &job, &err) < 0) {
        ms_log(MS_LOG_WARN, "cert", "%s", ms_err_msg(&err));
        return;
    }
    s->certs.changed = false;
}

/* Whether the change of the host's key has something to do. */
static bool is_roll_due(const struct sup *s, int64_t now_ms)
{
    struct ms_cert_roll r;

    ms_cert_roll_read(s->o->paths.state, &r);
    switch (r.phase) {
    case MS_ROLL_PUBLISH:
        return !s->certs.roll_ms || now_ms - s->certs.roll_ms >= SUP_ROLL_MS;
    case MS_ROLL_KNOWN:
        return ms_time_wall_ms() / 1000 >= r.since_s + r.ttl_s;
    default:
        return false; /* the certificate itself is due */
    }
}

/* What to start a worker for, or NULL. */
static const char *reason(struct sup *s, int64_t now_ms)
{
    if (s->certs.asked) {
        return s->certs.asked;
    }
    if (files_changed(s, now_ms)) {
        return "due";
    }
    if (now_ms < s->certs.not_before_ms && !s->certs.more) {
        return NULL;
    }
    if (is_roll_due(s, now_ms)) {
        return "due";
    }
    return ms_certs_due_s(s->loaded.site, &s->certs.list) <= ms_time_wall_ms() / 1000 ? "due"
                                                                                      : NULL;
}

/* When to look again: at the files, or when the next one is due (the loop turns once a minute). */
static int64_t next_look(const struct sup *s, int64_t now_ms)
{
    if (s->certs.files[0]) {
        return s->certs.looked_ms + SUP_CERTS_LOOK_MS > now_ms
                   ? s->certs.looked_ms + SUP_CERTS_LOOK_MS
                   : now_ms + SUP_CERTS_LOOK_MS;
    }
    return ms_certs_look_ms(ms_certs_due_s(s->loaded.site, &s->certs.list), ms_time_wall_ms(),
                            now_ms, SUP_CERTS_AGAIN_MS);
}

int64_t sup_certs_tick(struct sup *s, int64_t now_ms)
{
    const char *which;

    if (s->certs.worker.pid || s->stopping || !s->loaded.site) {
        return 0;
    }
    if (s->certs.changed && !s->job) {
        refresh(s);
    }
    which = is_settled(s) && !obstacle(s) ? reason(s, now_ms) : NULL;
    if (which) {
        start(s, which, now_ms);
        return 0;
    }
    return next_look(s, now_ms);
}

void sup_certs_reap(struct sup *s)
{
    int status;

    if (s->certs.worker.pid && worker_reap(&s->certs.worker, &status)) {
        if (status) {
            ms_auto_free char *why = worker_status_text(status);

            ms_log(MS_LOG_WARN, "cert", "the worker %s", why);
        }
        sup_certs_load(s);
    }
}

void sup_certs_done(struct sup *s)
{
    ms_certs_done(&s->certs.list);
    free(s->certs.files[0]);
    free(s->certs.files[1]);
}

json_t *sup_certs_json(struct sup *s)
{
    static const char *const modes[] = {
        [MS_TLS_ACME] = "acme", [MS_TLS_SELFSIGNED] = "selfsigned", [MS_TLS_FILES] = "files"};
    int64_t now_s = ms_time_wall_ms() / 1000;
    json_t *list = json_array();

    for (size_t i = 0; s->loaded.site && i < s->certs.list.n; i++) {
        (void)json_array_append_new(list, ms_cert_json(s->loaded.site, &s->certs.list.v[i], now_s));
    }
    return json_pack("{s:s?, s:b, s:o}", "mode",
                     s->loaded.site ? modes[s->loaded.site->tls_mode] : NULL, "running",
                     s->certs.worker.pid || s->certs.asked || s->certs.changed || s->job,
                     "certificates", list);
}

int sup_certs_renew(struct sup *s, bool force, struct ms_err *err)
{
    const char *why = obstacle(s);

    if (why) {
        return ms_err_set(err, MS_EUNREACH, 0, "%s", why);
    }
    s->certs.asked = force ? "force" : "retry";
    return 0;
}

/* What the change of the host's key waits for: a list of one line, or of none. */
static json_t *roll_todo(const struct sup *s)
{
    ms_auto_buf struct ms_buf b = {0};
    struct ms_cert_roll r;
    json_t *list = json_array();

    ms_buf_init(&b, LINE_MAX_BYTES);
    ms_cert_roll_read(s->o->paths.state, &r);
    if (s->loaded.site && r.phase != MS_ROLL_IDLE) {
        ms_cert_roll_todo(&r, s->loaded.site->hostname, certs_roll_pushes(s->loaded.site), &b);
        (void)json_array_append_new(list, ms_json_lossy(b.p));
    }
    return list;
}

json_t *sup_certs_status(const struct sup *s, bool *ret_ok)
{
    int64_t now_s = ms_time_wall_ms() / 1000;
    json_t *problems = json_array();
    size_t n = 0;

    for (size_t i = 0; i < s->certs.list.n; i++) {
        char text[MS_CERT_ERROR];

        if (ms_cert_problem(&s->certs.list.v[i], now_s, text) && n++ < PROBLEMS) {
            (void)json_array_append_new(problems, ms_json_lossy(text));
        }
    }
    *ret_ok = n == 0;
    return json_pack("{s:i, s:i, s:o, s:o}", "names", (int)s->certs.list.n, "with_problems", (int)n,
                     "problems", problems, "todo", roll_todo(s));
}
