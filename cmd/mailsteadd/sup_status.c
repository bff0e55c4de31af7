/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

json_t *sup_time_json(int64_t t_ms)
{
    char text[MS_TIME_TEXT];

    ms_time_format(t_ms, text);
    return json_string(text);
}

static json_t *text_json(const char *s)
{
    return ms_json_lossy(s ? s : "");
}

static json_t *lines_json(const char *text)
{
    json_t *a = json_array();

    while (text && *text) {
        size_t n = strcspn(text, "\n");

        ms_auto_free char *line = ms_xmemdup0(text, n);

        (void)json_array_append_new(a, ms_json_lossy(line));
        text += n + (text[n] == '\n');
    }
    return a;
}

enum {
    MINUTE_S = 60,
    TWO_MINUTES_S = 120,
    HOUR_S = 3600,
    DAY_S = 86400,
    TWO_HOURS_S = 7200,
    TWO_DAYS_S = 172800
};

/* "up 3 minutes", from the container's start. */
static char *uptime_text(const struct ms_health_service *h, int64_t now_ms)
{
    int64_t s = (now_ms - h->started_ms) / 1000;

    if (h->container != MS_CONTAINER_RUNNING) {
        return ms_xstrdup(h->reason);
    }
    if (s < TWO_MINUTES_S) {
        return ms_xasprintf("up %lld seconds", (long long)(s < 0 ? 0 : s));
    }
    if (s < TWO_HOURS_S) {
        return ms_xasprintf("up %lld minutes", (long long)(s / MINUTE_S));
    }
    if (s < TWO_DAYS_S) {
        return ms_xasprintf("up %lld hours", (long long)(s / HOUR_S));
    }
    return ms_xasprintf("up %lld days", (long long)(s / DAY_S));
}

static json_t *container_json(const struct sup_service *svc, int64_t now_ms)
{
    static const char *const states[] = {
        [MS_CONTAINER_UNKNOWN] = "unknown", [MS_CONTAINER_ABSENT] = "absent",
        [MS_CONTAINER_CREATED] = "created", [MS_CONTAINER_RUNNING] = "running",
        [MS_CONTAINER_PAUSED] = "paused",   [MS_CONTAINER_EXITED] = "exited",
        [MS_CONTAINER_GONE] = "removed",    [MS_CONTAINER_RESTARTING] = "restarting",
    };
    ms_auto_free char *status = NULL;
    json_t *o;

    if (!svc->id) {
        return json_null();
    }
    status = uptime_text(&svc->health, now_ms);
    o = json_object();
    (void)json_object_set_new(o, "id", text_json(svc->id));
    (void)json_object_set_new(o, "state", json_string(states[svc->health.container]));
    (void)json_object_set_new(o, "status", text_json(status));
    (void)json_object_set_new(o, "image", text_json(svc->image));
    return o;
}

static json_t *probes_json(const struct ms_health_service *h)
{
    json_t *a = json_array();

    for (unsigned i = 0; i < h->n_probes; i++) {
        const struct ms_health_probe *p = &h->probes[i];
        json_t *o = json_object();

        (void)json_object_set_new(o, "name", text_json(h->probe_names[i]));
        (void)json_object_set_new(o, "ok", json_boolean(p->ok));
        (void)json_object_set_new(o, "reason", text_json(p->tried ? p->reason : "not asked yet"));
        (void)json_object_set_new(o, "ms", json_integer(p->ms));
        (void)json_array_append_new(a, o);
    }
    return a;
}

/* Kills for want of memory since the supervisor's start, or null. */
static json_t *oom_json(const struct sup_service *svc)
{
    json_t *o;

    if (!svc->health.n_oom) {
        return json_null();
    }
    o = json_object();
    (void)json_object_set_new(o, "count", json_integer(svc->health.n_oom));
    (void)json_object_set_new(o, "last", sup_time_json(svc->health.oom_ms));
    return o;
}

static json_t *service_json(const struct sup_service *svc, int64_t now_ms)
{
    json_t *o = json_object();

    (void)json_object_set_new(o, "name", text_json(svc->name));
    (void)json_object_set_new(o, "state", json_string(ms_health_name(svc->health.state)));
    (void)json_object_set_new(o, "reason", text_json(svc->health.reason));
    (void)json_object_set_new(o, "note", text_json(svc->health.note));
    (void)json_object_set_new(o, "since", sup_time_json(svc->health.since_ms));
    (void)json_object_set_new(o, "because",
                              *svc->health.cause ? text_json(svc->health.cause) : json_null());
    (void)json_object_set_new(o, "restarts", sup_heal_json(svc));
    (void)json_object_set_new(o, "container", container_json(svc, now_ms));
    (void)json_object_set_new(o, "probes", probes_json(&svc->health));
    (void)json_object_set_new(o, "memory_limit", json_integer((json_int_t)svc->memory));
    (void)json_object_set_new(o, "oom", oom_json(svc));
    return o;
}

static json_t *site_json(const struct sup *s)
{
    json_t *o = json_object();
    const struct ms_site *site = s->loaded.site;

    (void)json_object_set_new(o, "file", text_json(s->o->paths.site));
    (void)json_object_set_new(o, "hostname", site ? text_json(site->hostname) : json_null());
    (void)json_object_set_new(o, "valid", json_boolean(!s->problems));
    (void)json_object_set_new(o, "problems", lines_json(s->problems));
    (void)json_object_set_new(o, "pending", json_boolean(s->pending));
    return o;
}

static json_t *engine_json(const struct sup *s)
{
    json_t *o = json_object();

    (void)json_object_set_new(o, "ok", json_boolean(s->engine_ok));
    (void)json_object_set_new(o, "reason", text_json(s->engine_error));
    (void)json_object_set_new(
        o, "since", sup_time_json(s->engine_since_ms ? s->engine_since_ms : s->started_ms));
    return o;
}

json_t *sup_status(struct sup *s)
{
    int64_t now = ms_time_wall_ms();
    json_t *o = json_object(), *sup = json_object(), *services = json_array();
    bool ok, certs_ok = true;

    sup_site_check(s);
    ok = s->engine_ok && !s->problems && s->n_services;

    for (size_t i = 0; i < s->n_services; i++) {
        ok = ok && s->services[i].health.state == MS_HEALTH_HEALTHY;
        (void)json_array_append_new(services, service_json(&s->services[i], now));
    }
    (void)json_object_set_new(o, "certificates", sup_certs_status(s, &certs_ok));
    ok = ok && certs_ok;
    (void)json_object_set_new(o, "dkim", sup_dkim_status(s));
    (void)json_object_set_new(sup, "pid", json_integer(getpid()));
    (void)json_object_set_new(sup, "started", sup_time_json(s->started_ms));
    (void)json_object_set_new(sup, "roles", sup_roles_json(s));
    (void)json_object_set_new(o, "mailstead", json_string(MS_VERSION));
    (void)json_object_set_new(o, "ok", json_boolean(ok));
    (void)json_object_set_new(o, "supervisor", sup);
    (void)json_object_set_new(o, "site", site_json(s));
    (void)json_object_set_new(o, "engine", engine_json(s));
    (void)json_object_set_new(o, "job", s->job ? ms_job_json(s->job) : json_null());
    (void)json_object_set_new(o, "services", services);
    return o;
}
