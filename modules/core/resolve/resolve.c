/* SPDX-License-Identifier: Apache-2.0 */
/* Many questions at the same time. */
#include <poll.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/resolve/resolve_priv.h"

enum {
    CONCURRENCY = 128,
    CONCURRENCY_MAX = 512,
    TRY_MS = 1500,
    SILENT_MAX = 3,
    SILENT_SERVERS = 256
};

/* A server that is asked straight, and for how many questions it has been silent. */
struct peer {
    struct sockaddr_storage address;
    unsigned silent;
};

/* A question on its way. */
struct flight {
    struct ms_question *q;        /* NULL: the place is free */
    struct ms_straight *straight; /* else it goes through the resolver */
    int id;
    bool done;
    int64_t due_ms;
};

struct ms_resolver {
    struct ms_recursion *recursion; /* made when it is needed first */
    unsigned concurrency, try_ms;
    struct flight *flights;
    struct pollfd *polls;
    size_t n_flying;
    struct peer *peers;
    size_t n_peers;
};

int ms_resolver_new(const struct ms_resolver_conf *conf, struct ms_resolver **ret,
                    struct ms_err *err)
{
    struct ms_recursion *recursion = NULL;
    struct ms_resolver *r;

    if (conf->concurrency > CONCURRENCY_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "at most %d questions at the same time",
                          CONCURRENCY_MAX);
    }
    if (ms_recursion_new(conf, &recursion, err) < 0) {
        return -1;
    }
    r = ms_xcalloc(1, sizeof(*r));
    r->recursion = recursion;
    r->concurrency = conf->concurrency ? conf->concurrency : CONCURRENCY;
    r->try_ms = conf->try_ms ? conf->try_ms : TRY_MS;
    r->flights = ms_xcalloc(r->concurrency, sizeof(*r->flights));
    r->polls = ms_xcalloc(r->concurrency + 1, sizeof(*r->polls));
    r->peers = ms_xcalloc(SILENT_SERVERS, sizeof(*r->peers));
    *ret = r;
    return 0;
}

void ms_resolver_free(struct ms_resolver *r)
{
    if (r) {
        ms_recursion_free(r->recursion);
        free(r->flights);
        free(r->polls);
        free(r->peers);
        free(r);
    }
}

/* The entry of a server. make: add one when there is none (NULL when the table is full). */
static struct peer *peer_of(struct ms_resolver *r, const char *server, bool make)
{
    struct sockaddr_storage sa;
    socklen_t n = 0;

    if (ms_server_parse(server, &sa, &n) < 0) {
        return NULL;
    }
    for (size_t i = 0; i < r->n_peers; i++) {
        if (!memcmp(&r->peers[i].address, &sa, sizeof(sa))) {
            return &r->peers[i];
        }
    }
    if (!make || r->n_peers == SILENT_SERVERS) {
        return NULL;
    }
    r->peers[r->n_peers].address = sa;
    return &r->peers[r->n_peers++];
}

static void note_silence(struct ms_resolver *r, const struct flight *f)
{
    bool silent = ms_straight_silent(f->straight);
    struct peer *p = peer_of(r, f->q->server, silent);

    if (p) {
        p->silent = silent ? p->silent + 1 : 0;
    }
}

static void arrived(void *arg)
{
    ((struct flight *)arg)->done = true;
}

static struct flight *free_place(struct ms_resolver *r)
{
    for (size_t i = 0; i < r->concurrency; i++) {
        if (!r->flights[i].q) {
            return &r->flights[i];
        }
    }
    return NULL;
}

static void start_straight(struct ms_resolver *r, struct flight *f, struct ms_question *q,
                           int64_t now, struct ms_arena *a)
{
    const struct peer *p = peer_of(r, q->server, false);

    if (p && p->silent >= SILENT_MAX) {
        memset(&q->answer, 0, sizeof(q->answer));
        q->answer.rcode = -1;
        ms_answer_fail(&q->answer, "the server does not answer at all");
        return;
    }
    f->straight = ms_straight_begin(q, r->try_ms, now, a);
    f->q = f->straight ? q : NULL;
}

/* Start one question; it may be over at once. */
static void start(struct ms_resolver *r, struct ms_question *q, int64_t now, struct ms_arena *a)
{
    struct flight *f = free_place(r);

    *f = (struct flight){.due_ms = now + MS_RESOLVER_PATIENCE_MS};
    if (q->server) {
        start_straight(r, f, q, now, a);
    } else if (ms_recursion_begin(r->recursion, q, a, arrived, f, &f->id) == 0) {
        f->q = q;
    }
    r->n_flying += f->q != NULL;
}

static void land(struct ms_resolver *r, struct flight *f)
{
    if (f->straight) {
        note_silence(r, f);
        ms_straight_free(f->straight);
    }
    *f = (struct flight){0};
    r->n_flying--;
}

/* Give a question up. */
static void give_up(struct ms_resolver *r, struct flight *f, const char *why)
{
    if (!f->straight) {
        ms_recursion_cancel(r->recursion, f->id);
    }
    ms_answer_fail(&f->q->answer, why);
    land(r, f);
}

/* Wait until something happens or is due. */
static void wait_for_one(struct ms_resolver *r, int64_t now, int64_t end_ms)
{
    int64_t due = end_ms;

    for (size_t i = 0; i < r->concurrency; i++) {
        const struct flight *f = &r->flights[i];
        int64_t own = f->straight ? ms_straight_due_ms(f->straight) : f->due_ms;

        r->polls[i] = (struct pollfd){.fd = -1};
        if (f->straight) {
            r->polls[i].fd = ms_straight_fd(f->straight);
            r->polls[i].events = ms_straight_events(f->straight);
        }
        due = f->q && own < due ? own : due;
    }
    r->polls[r->concurrency] =
        (struct pollfd){.fd = ms_recursion_fd(r->recursion), .events = POLLIN};
    (void)poll(r->polls, r->concurrency + 1, due > now ? (int)(due - now) : 0);
}

static void step_all(struct ms_resolver *r)
{
    int64_t now = ms_time_mono_ms();

    if (r->polls[r->concurrency].revents) {
        ms_recursion_step(r->recursion);
    }
    for (size_t i = 0; i < r->concurrency; i++) {
        struct flight *f = &r->flights[i];

        if (!f->q) {
            continue;
        }
        if (f->done || (f->straight && ms_straight_step(f->straight, r->polls[i].revents, now))) {
            land(r, f);
        } else if (!f->straight && now >= f->due_ms) {
            give_up(r, f, "no answer within 6 s");
        }
    }
}

void ms_resolve(struct ms_resolver *r, struct ms_question *q, size_t n, int64_t end_ms,
                struct ms_arena *a)
{
    size_t next = 0;
    int64_t now = ms_time_mono_ms();

    while ((next < n || r->n_flying) && now < end_ms) {
        while (next < n && r->n_flying < r->concurrency) {
            start(r, &q[next++], now, a);
        }
        if (r->n_flying) {
            wait_for_one(r, now, end_ms);
            step_all(r);
        }
        now = ms_time_mono_ms();
    }
    for (size_t i = 0; i < r->concurrency; i++) {
        if (r->flights[i].q) {
            give_up(r, &r->flights[i], "no answer before the time for all was over");
        }
    }
    for (; next < n; next++) {
        memset(&q[next].answer, 0, sizeof(q[next].answer));
        q[next].answer.rcode = -1;
        ms_answer_fail(&q[next].answer, "not asked: the time for all was over");
    }
}
