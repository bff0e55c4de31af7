/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

struct sup_service *sup_service_find(struct sup *s, const char *name)
{
    for (size_t i = 0; i < s->n_services; i++) {
        if (!strcmp(s->services[i].name, name)) {
            return &s->services[i];
        }
    }
    return NULL;
}

/* Ask soon: what the probes of a service last said is out of date. */
static void hurry(struct sup *s, const struct sup_service *svc)
{
    int64_t soon = ms_time_mono_ms() + SUP_PROBE_START_MS;

    for (size_t i = 0; i < s->n_probes; i++) {
        if (&s->services[s->probes[i].service] == svc && s->probes[i].next_ms > soon) {
            s->probes[i].next_ms = soon;
        }
    }
}

void sup_health_step(struct sup *s, struct sup_service *svc, struct ms_health_sample *sample)
{
    enum ms_health before = svc->health.state;

    sample->now_ms = ms_time_wall_ms();
    if (ms_health_step(&svc->health, sample)) {
        hurry(s, svc);
        sup_flush_health(s, svc, before);
        sup_notes_health(s, svc);
        ms_log(svc->health.state == MS_HEALTH_FAILED ? MS_LOG_WARN : MS_LOG_INFO, "health",
               "%s: %s, was %s%s%s", svc->name, ms_health_name(svc->health.state),
               ms_health_name(before), *svc->health.reason ? ": " : "", svc->health.reason);
    }
}

void sup_probes_drop(struct sup *s)
{
    for (size_t i = 0; i < s->n_probes; i++) {
        ms_probe_free(s->probes[i].run);
    }
    free(s->probes);
    s->probes = NULL;
    s->n_probes = 0;
}

static void free_service(struct sup_service *svc)
{
    free(svc->name);
    free(svc->id);
    free(svc->image);
}

/* Take over what is known of a service from before the reload. */
static void inherit(struct sup_service *svc, struct sup_service *old)
{
    struct ms_health_service keep = old->health;

    keep.name = svc->health.name;
    keep.n_probes = svc->health.n_probes;
    keep.start_ms = svc->health.start_ms;
    for (unsigned i = 0; i < keep.n_probes; i++) {
        bool same = i < old->health.n_probes &&
                    !strcmp(svc->health.probe_names[i], old->health.probe_names[i]);

        keep.probe_names[i] = svc->health.probe_names[i];
        if (!same) {
            keep.probes[i] = (struct ms_health_probe){0};
        }
    }
    svc->health = keep;
    svc->id = ms_steal(&old->id);
    svc->image = ms_steal(&old->image);
}

static void fill_service(struct sup *s, struct sup_service *svc, const struct ms_service *spec)
{
    struct ms_health_service *h = &svc->health;
    struct sup_service *old = sup_service_find(s, spec->name);

    svc->name = ms_xstrdup(spec->name);
    svc->memory = spec->memory;
    ms_health_init(h, ms_time_wall_ms());
    h->name = svc->name;
    for (size_t i = 0; i < spec->n_probes && i < MS_HEALTH_PROBES; i++) {
        h->probe_names[h->n_probes++] = spec->probes[i].name;
        h->start_ms =
            spec->probes[i].start_ms > h->start_ms ? spec->probes[i].start_ms : h->start_ms;
    }
    if (old) {
        inherit(svc, old);
    }
}

static void fill_probes(struct sup *s, size_t index, const struct ms_service *spec, int64_t now_ms)
{
    for (unsigned i = 0; i < s->services[index].health.n_probes; i++) {
        s->probes[s->n_probes++] = (struct sup_probe){
            .spec = &spec->probes[i],
            .address = ms_stack_address(s->loaded.stack, spec->name, spec->probes[i].network),
            .service = index,
            .index = i,
            .next_ms = now_ms,
        };
    }
}

void sup_services_replace(struct sup *s)
{
    const struct ms_stack *stack = s->loaded.stack;
    struct sup_service *fresh = ms_xcalloc(stack->n_services + 1, sizeof(*fresh));
    int64_t now = ms_time_mono_ms();
    size_t n_probes = 0;

    for (size_t i = 0; i < stack->n_services; i++) {
        fill_service(s, &fresh[i], &stack->services[i]);
        n_probes += fresh[i].health.n_probes;
    }
    for (size_t i = 0; i < s->n_services; i++) {
        free_service(&s->services[i]);
    }
    free(s->services);
    s->services = fresh;
    s->n_services = stack->n_services;
    s->probes = ms_xcalloc(n_probes + 1, sizeof(*s->probes));
    for (size_t i = 0; i < s->n_services; i++) {
        fill_probes(s, i, &stack->services[i], now);
    }
    for (size_t i = 0; i < s->n_probes; i++) {
        s->probes[i].next_ms = now + (int64_t)(SUP_PROBE_START_MS * i / s->n_probes);
    }
}

static void done(struct sup *s, struct sup_probe *p, int64_t now_ms, const char *failure)
{
    struct sup_service *svc = &s->services[p->service];
    struct ms_health_sample sample = {
        .kind = MS_SAMPLE_PROBE,
        .probe = p->index,
        .ok = !failure,
        .reason = failure,
        .ms = (int)(now_ms - p->began_ms),
    };

    ms_probe_free(p->run);
    p->run = NULL;
    sup_health_step(s, svc, &sample);
    p->next_ms = now_ms + (svc->health.probes[p->index].ok && !failure ? (int64_t)p->spec->every_ms
                                                                       : SUP_PROBE_START_MS);
}

static void advance(struct sup *s, struct sup_probe *p, int64_t now_ms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int r;

    if (!p->run) {
        p->began_ms = now_ms;
        p->run = ms_probe_begin(p->spec, p->address, now_ms, &err);
        if (!p->run) {
            done(s, p, now_ms, ms_err_msg(&err));
            return;
        }
    }
    r = ms_probe_advance(p->run, now_ms, &err);
    if (r) {
        done(s, p, ms_time_mono_ms(), r < 0 ? ms_err_msg(&err) : NULL);
    }
}

int64_t sup_probes_tick(struct sup *s, int64_t now_ms)
{
    int64_t next = 0;

    for (size_t i = 0; i < s->n_probes; i++) {
        struct sup_probe *p = &s->probes[i];
        bool runs = s->services[p->service].health.container == MS_CONTAINER_RUNNING;
        int64_t due;

        if (!runs) {
            ms_probe_free(p->run);
            p->run = NULL;
            p->next_ms = now_ms;
            continue;
        }
        if (p->run || now_ms >= p->next_ms) {
            advance(s, p, now_ms);
        }
        due = p->run ? ms_probe_deadline_ms(p->run) : p->next_ms;
        next = !next || due < next ? due : next;
    }
    return next;
}

unsigned sup_probes_fds(const struct sup *s, struct pollfd *fds, unsigned max)
{
    unsigned n = 0;

    for (size_t i = 0; i < s->n_probes && n < max; i++) {
        const struct ms_probe_run *r = s->probes[i].run;

        if (r) {
            fds[n++] = (struct pollfd){.fd = ms_probe_fd(r), .events = ms_probe_events(r)};
        }
    }
    return n;
}
