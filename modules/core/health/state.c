/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "modules/core/base/cleanup.h"

/* The engine tells of the end of a container soon after the kill that ended it. */
enum { OOM_TO_END_MS = 5000 };

const char *ms_health_name(enum ms_health h)
{
    static const char *const names[MS_HEALTH__COUNT] = {"starting", "healthy", "degraded",
                                                        "failed",   "stopped", "absent"};

    return (unsigned)h < MS_HEALTH__COUNT ? names[h] : "unknown";
}

enum ms_health_container ms_health_container_find(const char *state)
{
    static const struct {
        const char *word;
        enum ms_health_container container;
    } words[] = {
        {"created", MS_CONTAINER_CREATED}, {"running", MS_CONTAINER_RUNNING},
        {"paused", MS_CONTAINER_PAUSED},   {"restarting", MS_CONTAINER_RESTARTING},
        {"removing", MS_CONTAINER_ABSENT}, {"exited", MS_CONTAINER_EXITED},
        {"dead", MS_CONTAINER_EXITED},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!strcmp(words[i].word, state)) {
            return words[i].container;
        }
    }
    return MS_CONTAINER_UNKNOWN;
}

void ms_health_init(struct ms_health_service *h, int64_t now_ms)
{
    h->state = h->own = MS_HEALTH_ABSENT;
    h->container = MS_CONTAINER_UNKNOWN;
    h->since_ms = now_ms;
    (void)snprintf(h->reason, sizeof(h->reason), "nothing is known yet");
}

static ms_printf(2, 3) void say(char out[MS_HEALTH_REASON], const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(out, MS_HEALTH_REASON, fmt, ap);
    va_end(ap);
}

static void describe_exit(const struct ms_health_service *h, char out[MS_HEALTH_REASON])
{
    const char *oom = h->oom ? ", out of memory" : "";

    if (h->exit_code > 128 && h->exit_code < 128 + 65) {
        say(out, "killed by signal %d%s", h->exit_code - 128, oom);
    } else if (h->exit_code >= 0) {
        say(out, "exited with status %d%s", h->exit_code, oom);
    } else {
        say(out, "exited%s", oom);
    }
}

int64_t ms_health_loop_end(const struct ms_health_service *h, int64_t now_ms)
{
    int64_t oldest = h->exits[MS_HEALTH_EXITS - 1];

    return oldest && now_ms - oldest < MS_HEALTH_EXITS_MS ? oldest + MS_HEALTH_EXITS_MS : 0;
}

/* The state of a running container all of whose probes work. */
static enum ms_health judge_working(const struct ms_health_service *h, int64_t now_ms,
                                    char out[MS_HEALTH_REASON])
{
    if (ms_health_loop_end(h, now_ms)) {
        say(out, "ended %d times within %d minutes, the last time: %s", MS_HEALTH_EXITS,
            MS_HEALTH_EXITS_MS / 60000, h->exit_reason);
        return MS_HEALTH_DEGRADED;
    }
    say(out, "%s", h->note_bad ? h->note : "");
    return h->note_bad ? MS_HEALTH_DEGRADED : MS_HEALTH_HEALTHY;
}

/* The state of a running container, by its probes. */
static enum ms_health judge_probes(const struct ms_health_service *h, int64_t now_ms,
                                   char out[MS_HEALTH_REASON])
{
    unsigned n_ok = 0, n_worked = 0, n_tried = 0;
    int first_bad = -1;

    for (unsigned i = 0; i < h->n_probes; i++) {
        n_ok += h->probes[i].ok;
        n_worked += h->probes[i].worked;
        n_tried += h->probes[i].tried;
        if (!h->probes[i].ok &&
            (first_bad < 0 || (h->probes[i].tried && !h->probes[first_bad].tried))) {
            first_bad = (int)i;
        }
    }
    if (first_bad < 0) {
        return judge_working(h, now_ms, out);
    }
    if (h->probes[first_bad].tried) {
        say(out, "%s: %s", h->probe_names[first_bad], h->probes[first_bad].reason);
    } else {
        say(out, "%s: not asked yet", h->probe_names[first_bad]);
    }
    /* before every probe has been asked once nothing can be said: the supervisor itself may be new
     */
    if (n_tried < h->n_probes ||
        (n_worked < h->n_probes && now_ms - h->started_ms < (int64_t)h->start_ms)) {
        return MS_HEALTH_STARTING;
    }
    return n_ok ? MS_HEALTH_DEGRADED : MS_HEALTH_FAILED;
}

static enum ms_health judge(const struct ms_health_service *h, int64_t now_ms,
                            char out[MS_HEALTH_REASON])
{
    switch (h->container) {
    case MS_CONTAINER_ABSENT:
        say(out, "there is no container");
        return MS_HEALTH_ABSENT;
    case MS_CONTAINER_GONE:
        say(out, "the container was removed");
        return MS_HEALTH_FAILED;
    case MS_CONTAINER_CREATED:
        say(out, "the container was not started");
        return MS_HEALTH_STOPPED;
    case MS_CONTAINER_PAUSED:
        say(out, "the container is paused");
        return MS_HEALTH_STOPPED;
    case MS_CONTAINER_EXITED:
    case MS_CONTAINER_RESTARTING:
        describe_exit(h, out);
        return MS_HEALTH_FAILED;
    case MS_CONTAINER_RUNNING:
        return judge_probes(h, now_ms, out);
    case MS_CONTAINER_UNKNOWN:
        break;
    }
    say(out, "nothing is known yet");
    return MS_HEALTH_ABSENT;
}

static bool has_ended(enum ms_health_container c)
{
    return c == MS_CONTAINER_EXITED || c == MS_CONTAINER_RESTARTING;
}

/* An end that nobody asked for. Status 0 and SIGTERM are how a service ends that was told to. */
static void count_exit(struct ms_health_service *h, const struct ms_health_sample *s)
{
    char text[MS_HEALTH_REASON];

    if (!has_ended(s->container) || has_ended(h->container) || s->wanted || s->exit_code == 0 ||
        s->exit_code == 128 + 15) {
        return;
    }
    memmove(h->exits + 1, h->exits, (MS_HEALTH_EXITS - 1) * sizeof(h->exits[0]));
    h->exits[0] = s->now_ms;
    h->exit_code = s->exit_code;
    h->oom = s->oom;
    describe_exit(h, text);
    (void)snprintf(h->exit_reason, sizeof(h->exit_reason), "%.*s", MS_HEALTH_NAME - 1, text);
}

static void take_container(struct ms_health_service *h, const struct ms_health_sample *s)
{
    bool runs = s->container == MS_CONTAINER_RUNNING;
    int64_t started = s->started_ms ? s->started_ms : s->now_ms;

    /* a new start makes what the probes said before worthless */
    if (runs && (h->container != MS_CONTAINER_RUNNING ||
                 (s->started_ms && started > h->started_ms + 1000))) {
        for (unsigned i = 0; i < h->n_probes; i++) {
            h->probes[i] = (struct ms_health_probe){0};
        }
        h->note[0] = '\0';
        h->note_bad = false;
        h->started_ms = started;
    }
    count_exit(h, s);
    h->container = s->container;
    h->exit_code = s->exit_code;
    h->oom = s->oom;
}

static void take_probe(struct ms_health_probe *p, const struct ms_health_sample *s)
{
    p->tried = true;
    p->ms = s->ms;
    if (s->ok) {
        p->bad = 0;
        p->good++;
        if (p->good >= MS_HEALTH_RISE) {
            p->ok = p->worked = true;
            p->reason[0] = '\0';
        }
        return;
    }
    p->good = 0;
    p->bad++;
    say(p->reason, "%s", s->reason);
    if (p->bad >= MS_HEALTH_FALL) {
        p->ok = false;
    }
}

void ms_health_oom(struct ms_health_service *h, int64_t now_ms)
{
    h->n_oom++;
    h->oom_ms = now_ms;
}

bool ms_health_oom_ends(const struct ms_health_service *h, int64_t now_ms)
{
    return h->oom_ms && now_ms - h->oom_ms < OOM_TO_END_MS;
}

/* What it needs is down: that is the reason, whatever else there is to say. */
static enum ms_health blame(const struct ms_health_service *h, char reason[MS_HEALTH_REASON])
{
    char own[MS_HEALTH_REASON];

    if (!h->cause[0] || h->own == MS_HEALTH_STOPPED || h->own == MS_HEALTH_ABSENT ||
        (h->own == MS_HEALTH_HEALTHY && h->cause_state == MS_HEALTH_STARTING)) {
        return h->own;
    }
    memcpy(own, reason, sizeof(own));
    say(reason, "because %s is %s%s%.150s", h->cause, ms_health_name(h->cause_state),
        *own ? "; " : "", own);
    return h->container == MS_CONTAINER_RUNNING && h->own != MS_HEALTH_STARTING ? MS_HEALTH_DEGRADED
                                                                                : h->own;
}

bool ms_health_step(struct ms_health_service *h, const struct ms_health_sample *s)
{
    char reason[MS_HEALTH_REASON];
    enum ms_health state;

    if (s->kind == MS_SAMPLE_CONTAINER) {
        take_container(h, s);
    } else if (s->kind == MS_SAMPLE_PROBE && s->probe < h->n_probes &&
               h->container == MS_CONTAINER_RUNNING) {
        take_probe(&h->probes[s->probe], s);
    } else if (s->kind == MS_SAMPLE_NOTE && h->container == MS_CONTAINER_RUNNING) {
        say(h->note, "%s", s->reason);
        h->note_bad = !s->ok;
    } else if (s->kind == MS_SAMPLE_CAUSE) {
        (void)snprintf(h->cause, sizeof(h->cause), "%.*s", MS_HEALTH_NAME - 1, s->reason);
        h->cause_state = s->cause_state;
    }
    h->own = judge(h, s->now_ms, reason);
    state = blame(h, reason);
    memcpy(h->reason, reason, sizeof(reason));
    if (state == h->state) {
        return false;
    }
    h->state = state;
    h->since_ms = s->now_ms;
    return true;
}
