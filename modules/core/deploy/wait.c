/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/health/probe.h"

enum {
    TRY_EVERY_MS = 50,
    INSPECT_EVERY_MS = 500,
    LOG_LINES = 15,
    LOG_MAX = 16 * 1024,
    PROBES_MOST_MS = 2000,
    MAX_RESTARTS =
        3, /* a container that the engine had to restart that often will not get healthy */
};

static int keep_output(void *arg, int stream, const char *p, size_t n)
{
    (void)stream;
    ms_buf_add(arg, p, n);
    return 0;
}

/* The error with the last log lines of the container below it. */
static int fail_with_log(const struct ms_step_ctx *c, const char *id, enum ms_code code,
                         const char *why, struct ms_err *err)
{
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    ms_auto_buf struct ms_buf log;

    ms_buf_init(&log, LOG_MAX);
    (void)!c->e->ops->logs(c->e->impl, id, LOG_LINES, false, keep_output, &log, &ignored);
    while (log.len && log.p[log.len - 1] == '\n') {
        log.p[--log.len] = '\0';
    }
    return ms_err_set(err, code, 0, "%s; its last log lines:\n%s", why, log.len ? log.p : "(none)");
}

/* -1 with err when the container is not going to get healthy. */
static int still_alive(const struct ms_step_ctx *c, const char *id, struct ms_err *err)
{
    struct ms_container now = {0};
    ms_auto_free char *why = NULL;

    if (c->e->ops->inspect(c->e->impl, id, &now, err) < 0) {
        return -1;
    }
    if (!strcmp(now.state, "exited") || !strcmp(now.state, "dead") ||
        (now.restart_count >= MAX_RESTARTS && strcmp(now.state, "running") != 0)) {
        why = ms_xasprintf("the container ended with status %d%s", now.exit_code,
                           now.oom_killed ? " (killed: out of memory)" : "");
    }
    ms_container_done(&now);
    return why ? fail_with_log(c, id, MS_EENGINE, why, err) : 0;
}

static int wait_probe(const struct ms_step_ctx *c, const struct ms_service *v,
                      const struct ms_probe *p, const char *id, struct ms_err *err)
{
    const char *address = ms_stack_address(c->r->d->stack, v->name, p->network);
    int64_t end = ms_time_mono_ms() + p->start_ms, inspected = ms_time_mono_ms();
    ms_auto_free char *last = NULL;

    for (;;) {
        ms_auto_err struct ms_err probe_err = MS_ERR_INIT;
        ms_auto_free char *why = NULL;

        if (ms_probe_once(p, address ? address : "127.0.0.1", &probe_err) == 0) {
            return 0;
        }
        free(last);
        last = ms_xstrdup(ms_err_msg(&probe_err));
        if (ms_time_mono_ms() - inspected >= INSPECT_EVERY_MS) {
            if (still_alive(c, id, err) < 0) {
                return ms_err_wrap(err, "probe %s", p->name);
            }
            inspected = ms_time_mono_ms();
        }
        if (ms_time_mono_ms() >= end) {
            why = ms_xasprintf("not healthy after %u s: probe %s: %s", p->start_ms / 1000, p->name,
                               last);
            return fail_with_log(c, id, MS_ETIME, why, err);
        }
        ms_time_sleep_ms(TRY_EVERY_MS);
    }
}

unsigned ms_probes_take(const struct ms_step_ctx *c, const struct ms_service *v)
{
    int64_t start = ms_time_mono_ms(), took;

    for (size_t i = 0; i < v->n_probes && ms_time_mono_ms() - start < PROBES_MOST_MS; i++) {
        const char *address = ms_stack_address(c->r->d->stack, v->name, v->probes[i].network);
        ms_auto_err struct ms_err ignored = MS_ERR_INIT;

        if (v->probes[i].secret) {
            continue;
        }
        (void)!ms_probe_once(&v->probes[i], address ? address : "127.0.0.1", &ignored);
    }
    took = ms_time_mono_ms() - start;
    return (unsigned)(took < PROBES_MOST_MS ? took : PROBES_MOST_MS);
}

int ms_wait_healthy(const struct ms_step_ctx *c, const struct ms_service *v, const char *id,
                    struct ms_err *err)
{
    for (size_t i = 0; i < v->n_probes; i++) {
        if (!v->probes[i].secret && wait_probe(c, v, &v->probes[i], id, err) < 0) {
            return -1;
        }
    }
    return v->n_probes ? 0 : still_alive(c, id, err);
}
