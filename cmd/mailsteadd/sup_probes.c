/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include "cmd/mailsteadd/roles.h"
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

/* Begin or stop asking some probes, or ask them soon: a message to the probe role. */
static void turn(struct sup *s, json_t *indices, bool on, int in_ms)
{
    if (!json_array_size(indices)) {
        json_decref(indices);
        return;
    }
    sup_role_send(s, SUP_PROBE,
                  json_pack("{s:s, s:I, s:o, s:b, s:i}", "do", "turn", "generation",
                            s->probes_generation, "index", indices, "on", on, "in", in_ms));
}

/* Ask soon: what the probes of a service last said is out of date. */
static void hurry(struct sup *s, const struct sup_service *svc)
{
    json_t *indices = json_array();

    for (size_t i = 0; i < s->n_probes; i++) {
        if (&s->services[s->probes[i].service] == svc && s->probes[i].on) {
            (void)json_array_append_new(indices, json_integer((json_int_t)i));
        }
    }
    turn(s, indices, true, ROLE_PROBE_AGAIN_MS);
}

static void record(struct sup *s, const struct sup_service *svc, enum ms_health before)
{
    const struct ms_health_service *h = &svc->health;
    bool bad = h->state == MS_HEALTH_FAILED || h->state == MS_HEALTH_DEGRADED;
    ms_auto_free char *text =
        ms_xasprintf("%s, was %s%s%s", ms_health_name(h->state), ms_health_name(before),
                     *h->reason ? ": " : "", h->reason);

    ms_log(bad ? MS_LOG_WARN : MS_LOG_INFO, "health", "%s: %s", svc->name, text);
    sup_history(s, "health", svc->name, text);
}

void sup_health_step(struct sup *s, struct sup_service *svc, struct ms_health_sample *sample)
{
    enum ms_health before = svc->health.state, own = svc->health.own;
    bool excused = svc->health.cause[0];

    sample->now_ms = ms_time_wall_ms();
    sample->wanted = s->job != NULL;
    if (ms_health_step(&svc->health, sample)) {
        hurry(s, svc);
        sup_flush_health(s, svc, excused ? MS_HEALTH_FAILED : before);
        sup_notes_health(s, svc);
        record(s, svc, before);
    }
    s->causes_due = s->causes_due || svc->health.own != own;
}

void sup_probes_drop(struct sup *s)
{
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
    svc->heal = old->heal;
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

static void fill_probes(struct sup *s, size_t index)
{
    for (unsigned i = 0; i < s->services[index].health.n_probes; i++) {
        s->probes[s->n_probes++] = (struct sup_probe){.service = index, .index = i};
    }
}

void sup_services_replace(struct sup *s)
{
    const struct ms_stack *stack = s->loaded.stack;
    struct sup_service *fresh = ms_xcalloc(stack->n_services + 1, sizeof(*fresh));
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
        fill_probes(s, i);
    }
    s->causes_due = true;
    sup_probes_tell(s);
}

void sup_probes_tell(struct sup *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_probes; i++) {
        const struct ms_service *spec = &s->loaded.stack->services[s->probes[i].service];
        const struct ms_probe *p = &spec->probes[s->probes[i].index];

        s->probes[i].on = false;
        (void)json_array_append_new(list, sup_probe_json(s, spec, p));
    }
    sup_role_send(s, SUP_PROBE,
                  json_pack("{s:s, s:I, s:o}", "do", "set", "generation", ++s->probes_generation,
                            "probes", list));
}

void sup_probes_tick(struct sup *s)
{
    json_t *begin, *stop;

    if (s->roles[SUP_PROBE].channel.fd < 0) {
        return;
    }
    begin = json_array();
    stop = json_array();
    for (size_t i = 0; i < s->n_probes; i++) {
        struct sup_probe *p = &s->probes[i];
        bool runs = s->services[p->service].health.container == MS_CONTAINER_RUNNING;

        if (runs != p->on) {
            p->on = runs;
            (void)json_array_append_new(runs ? begin : stop, json_integer((json_int_t)i));
        }
    }
    turn(s, begin, true, 0);
    turn(s, stop, false, 0);
}

static int take_result(struct sup *s, const json_t *r, struct ms_err *err)
{
    const json_t *index = json_array_get(r, 0), *ms = json_array_get(r, 1);
    const json_t *why = json_array_get(r, 2);
    json_int_t i = json_integer_value(index), took = json_integer_value(ms);
    struct ms_health_sample sample = {.kind = MS_SAMPLE_PROBE, .ok = json_is_null(why)};

    if (!json_is_integer(index) || i < 0 || (size_t)i >= s->n_probes || !json_is_integer(ms) ||
        took < 0 || took > INT_MAX || (!json_is_null(why) && !json_is_string(why))) {
        return ms_err_set(err, MS_EINVAL, 0, "a result of no probe");
    }
    sample.probe = s->probes[i].index;
    sample.ms = (int)took;
    sample.reason = json_string_value(why);
    sup_health_step(s, &s->services[s->probes[i].service], &sample);
    return 0;
}

int sup_probes_message(struct sup *s, const json_t *message, struct ms_err *err)
{
    const json_t *results = json_object_get(message, "results"), *r;
    size_t i;

    if (!json_is_array(results)) {
        return ms_err_set(err, MS_EINVAL, 0, "no results");
    }
    if (json_integer_value(json_object_get(message, "generation")) != s->probes_generation) {
        return 0; /* of probes before the site was loaded again */
    }
    json_array_foreach(results, i, r)
    {
        if (take_result(s, r, err) < 0) {
            return -1;
        }
    }
    return 0;
}

void sup_probes_end(struct sup *s)
{
    for (size_t i = 0; i < s->n_probes; i++) {
        s->probes[i].on = false;
    }
}
