/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cmd/mailsteadd/roles.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/health/probe.h"
#include "modules/core/health/probe_json.h"
#include "modules/core/priv/channel.h"
#include "modules/core/priv/sandbox.h"

/* The supervisor says which probes there are ("set") and which of them to ask ("on", "soon"); what
 * they answer goes back, all of one turn in one message. */

struct probe {
    struct ms_probe spec;
    const char *address;
    struct ms_probe_run *run;
    bool on;
    int64_t began_ms, next_ms; /* monotonic */
};

struct prober {
    struct ms_channel channel;
    json_t *set; /* what the probes point to */
    json_int_t generation;
    struct probe *probes;
    size_t n_probes;
    json_t *results; /* of this turn; NULL: none */
};

enum { IDLE_MS = 60000, FDS = ROLE_PROBES_MAX + 1 };

static void drop_all(struct prober *s)
{
    for (size_t i = 0; i < s->n_probes; i++) {
        ms_probe_free(s->probes[i].run);
        free(s->probes[i].spec.steps);
    }
    free(s->probes);
    json_decref(s->set);
    s->probes = NULL;
    s->set = NULL;
    s->n_probes = 0;
}

static int take_set(struct prober *s, json_t *message, struct ms_err *err)
{
    const json_t *list = json_object_get(message, "probes"), *x;
    size_t i;

    drop_all(s);
    if (!json_is_array(list) || json_array_size(list) > ROLE_PROBES_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "set: not a list of probes");
    }
    s->set = json_incref(message);
    s->generation = json_integer_value(json_object_get(message, "generation"));
    s->probes = ms_xcalloc(json_array_size(list) + 1, sizeof(*s->probes));
    json_array_foreach(list, i, x)
    {
        struct probe *p = &s->probes[i];

        if (ms_probe_from_json(x, &p->spec, &p->address, err) < 0) {
            return -1;
        }
        s->n_probes++;
    }
    return 0;
}

/* Begin or stop asking some of them, or ask them soon. */
static void take_list(struct prober *s, const json_t *message)
{
    const json_t *list = json_object_get(message, "index"), *x;
    bool on = json_is_true(json_object_get(message, "on"));
    int64_t due = ms_time_mono_ms() + json_integer_value(json_object_get(message, "in"));
    size_t k;

    json_array_foreach(list, k, x)
    {
        json_int_t i = json_integer_value(x);
        struct probe *p = i >= 0 && (size_t)i < s->n_probes ? &s->probes[i] : NULL;

        if (!p) {
            continue;
        }
        if (!on) {
            ms_probe_free(p->run);
            p->run = NULL;
        }
        p->next_ms = p->on && p->next_ms < due ? p->next_ms : due;
        p->on = on;
    }
}

static int take_message(struct prober *s, json_t *message, struct ms_err *err)
{
    const char *what = json_string_value(json_object_get(message, "do"));

    if (what && !strcmp(what, "set")) {
        return take_set(s, message, err);
    }
    if (what && !strcmp(what, "turn") &&
        json_integer_value(json_object_get(message, "generation")) == s->generation) {
        take_list(s, message);
    }
    return 0;
}

static void done(struct prober *s, struct probe *p, int64_t now_ms, const char *failure)
{
    ms_probe_free(p->run);
    p->run = NULL;
    p->next_ms = now_ms + (failure ? ROLE_PROBE_AGAIN_MS : (int64_t)p->spec.every_ms);
    if (!s->results) {
        s->results = json_array();
    }
    (void)json_array_append_new(s->results, json_pack("[i, i, s?]", (int)(p - s->probes),
                                                      (int)(now_ms - p->began_ms), failure));
}

static void advance(struct prober *s, struct probe *p, int64_t now_ms)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int r;

    if (!p->run) {
        p->began_ms = now_ms;
        p->run = ms_probe_begin(&p->spec, p->address, now_ms, &err);
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

/* Go on with all; returns the monotonic time of the next thing to do, 0 none. */
static int64_t tick(struct prober *s, int64_t now_ms)
{
    int64_t next = 0;

    for (size_t i = 0; i < s->n_probes; i++) {
        struct probe *p = &s->probes[i];
        int64_t due;

        if (p->on && (p->run || now_ms >= p->next_ms)) {
            advance(s, p, now_ms);
        }
        due = p->run ? ms_probe_deadline_ms(p->run) : p->next_ms;
        if (p->on && (!next || due < next)) {
            next = due;
        }
    }
    return next;
}

static int tell(struct prober *s, struct ms_err *err)
{
    ms_auto_json json_t *message = NULL;

    if (!s->results) {
        return 0;
    }
    message = json_pack("{s:I, s:o}", "generation", s->generation, "results", s->results);
    s->results = NULL;
    return ms_channel_send(&s->channel, message, err);
}

static int listen_to(struct prober *s, struct ms_err *err)
{
    int r;

    do {
        ms_auto_json json_t *message = NULL;

        r = ms_channel_read(&s->channel, &message, err);
        if (r > 0 && take_message(s, message, err) < 0) {
            return -1;
        }
    } while (r > 0);
    return r;
}

static int turn(struct prober *s, struct ms_err *err)
{
    struct pollfd fds[FDS];
    unsigned n = 0;
    int64_t now = ms_time_mono_ms(), next = tick(s, now), wait = IDLE_MS;

    if (tell(s, err) < 0) {
        return -1;
    }
    fds[n++] = (struct pollfd){.fd = s->channel.fd, .events = ms_channel_events(&s->channel)};
    for (size_t i = 0; i < s->n_probes; i++) {
        const struct ms_probe_run *r = s->probes[i].run;

        if (r) {
            fds[n++] = (struct pollfd){.fd = ms_probe_fd(r), .events = ms_probe_events(r)};
        }
    }
    if (next) {
        wait = next > now ? next - now : 0;
    }
    (void)poll(fds, n, (int)(wait < IDLE_MS ? wait : IDLE_MS));
    return ms_channel_flush(&s->channel, err) < 0 || listen_to(s, err) < 0 ? -1 : 0;
}

int role_probe(long parent)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct prober s = {0};

    (void)prctl(PR_SET_NAME, "mailstead-probe", 0, 0, 0);
    ms_channel_open(&s.channel, ROLE_CHANNEL_FD, ROLE_PROBE_MESSAGE, ROLE_PROBE_MESSAGE);
    if (ms_probe_prepare(&err) == 0 &&
        ms_sandbox_enter(MS_SANDBOX_PROBE, (pid_t)parent, &err) == 0) {
        while (turn(&s, &err) == 0) {
        }
    }
    if (err.code != MS_EUNREACH) {
        ms_log(MS_LOG_ERR, "probe", "%s", ms_err_msg(&err));
    }
    json_decref(s.results);
    drop_all(&s);
    ms_channel_close(&s.channel);
    return err.code != MS_EUNREACH;
}
