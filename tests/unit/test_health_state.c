/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine of a service, as tables of samples and what must come out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "modules/core/health/state.h"

enum { START_MS = 5000 };

/* One sample and what is expected after it. */
struct row {
    int64_t at;
    enum ms_health_sample_kind kind;
    enum ms_health_container container;
    int exit_code;
    int oom; /* as bool, without padding */
    unsigned probe;
    int ok;
    enum ms_health want;
    int want_change;
    const char *want_reason; /* a part of it; NULL: must be empty */
};

#define C MS_SAMPLE_CONTAINER
#define P MS_SAMPLE_PROBE
#define T MS_SAMPLE_TICK
#define RUN MS_CONTAINER_RUNNING

static void play(const char *name, unsigned n_probes, const struct row *rows, size_t n)
{
    struct ms_health_service h = {.name = "svc",
                                  .n_probes = n_probes,
                                  .probe_names = {"smtp", "lmtp", "imap"},
                                  .start_ms = START_MS};
    int64_t since = 0;

    ms_health_init(&h, 0);
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        struct ms_health_sample s = {.kind = r->kind,
                                     .now_ms = r->at,
                                     .container = r->container,
                                     .exit_code = r->exit_code,
                                     .oom = r->oom,
                                     .probe = r->probe,
                                     .ok = r->ok,
                                     .reason = r->ok ? NULL : "connect: refused",
                                     .ms = 7};
        bool changed = ms_health_step(&h, &s);

        since = changed ? r->at : since;
        if (h.state != r->want || changed != (r->want_change != 0) || h.since_ms != since ||
            (r->want_reason ? !strstr(h.reason, r->want_reason) : h.reason[0] != '\0')) {
            fail_msg("%s, row %zu: %s (changed %d, since %lld): %s", name, i,
                     ms_health_name(h.state), changed, (long long)h.since_ms, h.reason);
        }
    }
}

#define PLAY(name, n_probes, rows) play(name, n_probes, rows, sizeof(rows) / sizeof(rows[0]))

static void test_start_and_work(void **state)
{
    static const struct row rows[] = {
        {1, C, MS_CONTAINER_ABSENT, 0, 0, 0, 0, MS_HEALTH_ABSENT, false, "no container"},
        {2, C, MS_CONTAINER_CREATED, 0, 0, 0, 0, MS_HEALTH_STOPPED, true, "not started"},
        {3, C, RUN, 0, 0, 0, 0, MS_HEALTH_STARTING, true, "smtp: not asked yet"},
        {4, P, 0, 0, 0, 0, false, MS_HEALTH_STARTING, false, "smtp: connect: refused"},
        {5, P, 0, 0, 0, 0, true, MS_HEALTH_STARTING, false, "lmtp: not asked yet"},
        {6, P, 0, 0, 0, 1, true, MS_HEALTH_HEALTHY, true, NULL},
        {7, T, 0, 0, 0, 0, 0, MS_HEALTH_HEALTHY, false, NULL},
        {8, C, RUN, 0, 0, 0, 0, MS_HEALTH_HEALTHY, false, NULL},
    };

    (void)state;
    PLAY("start", 2, rows);
}

static void test_rise_and_fall(void **state)
{
    static const struct row rows[] = {
        {0, C, RUN, 0, 0, 0, 0, MS_HEALTH_STARTING, true, "not asked yet"},
        {1, P, 0, 0, 0, 0, true, MS_HEALTH_STARTING, false, "lmtp"},
        {2, P, 0, 0, 0, 1, true, MS_HEALTH_HEALTHY, true, NULL},
        /* one failure alone is not believed */
        {3, P, 0, 0, 0, 0, false, MS_HEALTH_HEALTHY, false, NULL},
        {4, P, 0, 0, 0, 0, true, MS_HEALTH_HEALTHY, false, NULL},
        {5, P, 0, 0, 0, 0, false, MS_HEALTH_HEALTHY, false, NULL},
        {6, P, 0, 0, 0, 0, false, MS_HEALTH_DEGRADED, true, "smtp: connect: refused"},
        {7, P, 0, 0, 0, 1, false, MS_HEALTH_DEGRADED, false, "smtp"},
        {8, P, 0, 0, 0, 1, false, MS_HEALTH_FAILED, true, "smtp"},
        /* one success is */
        {9, P, 0, 0, 0, 1, true, MS_HEALTH_DEGRADED, true, "smtp"},
        {10, P, 0, 0, 0, 0, true, MS_HEALTH_HEALTHY, true, NULL},
    };

    (void)state;
    PLAY("rise and fall", 2, rows);
}

static void test_start_takes_too_long(void **state)
{
    static const struct row rows[] = {
        {10, C, RUN, 0, 0, 0, 0, MS_HEALTH_STARTING, true, "not asked"},
        {11, P, 0, 0, 0, 0, false, MS_HEALTH_STARTING, false, "refused"},
        {10 + START_MS - 1, P, 0, 0, 0, 0, false, MS_HEALTH_STARTING, false, "refused"},
        {10 + START_MS, T, 0, 0, 0, 0, 0, MS_HEALTH_FAILED, true, "smtp: connect: refused"},
        {10 + START_MS + 1, P, 0, 0, 0, 0, true, MS_HEALTH_HEALTHY, true, NULL},
    };

    (void)state;
    PLAY("slow start", 1, rows);
}

static void test_exit_fails_at_once(void **state)
{
    static const struct row rows[] = {
        {0, C, RUN, 0, 0, 0, 0, MS_HEALTH_STARTING, true, "not asked"},
        {1, P, 0, 0, 0, 0, true, MS_HEALTH_HEALTHY, true, NULL},
        {2, C, MS_CONTAINER_EXITED, 137, false, 0, 0, MS_HEALTH_FAILED, true, "killed by signal 9"},
        /* a probe that was on its way says nothing about what is gone */
        {3, P, 0, 0, 0, 0, true, MS_HEALTH_FAILED, false, "killed by signal 9"},
        {4, C, MS_CONTAINER_EXITED, 137, true, 0, 0, MS_HEALTH_FAILED, false, "out of memory"},
        {5, C, MS_CONTAINER_EXITED, 1, false, 0, 0, MS_HEALTH_FAILED, false,
         "exited with status 1"},
        /* the next start begins anew */
        {6, C, RUN, 0, 0, 0, 0, MS_HEALTH_STARTING, true, "smtp: not asked yet"},
        {7, C, MS_CONTAINER_GONE, 0, 0, 0, 0, MS_HEALTH_FAILED, true, "was removed"},
        {8, C, MS_CONTAINER_PAUSED, 0, 0, 0, 0, MS_HEALTH_STOPPED, true, "paused"},
        {9, C, MS_CONTAINER_EXITED, -1, 0, 0, 0, MS_HEALTH_FAILED, true, "exited"},
    };

    (void)state;
    PLAY("exit", 1, rows);
}

/* What a service says about itself degrades it only while it works, and goes with its container. */
static void test_note(void **state)
{
    struct ms_health_service h = {.name = "svc", .n_probes = 1, .probe_names = {"smtp"}};
    struct ms_health_sample run = {.kind = C, .now_ms = 1, .container = RUN, .started_ms = 1};
    struct ms_health_sample good = {.kind = P, .now_ms = 2, .ok = true};
    struct ms_health_sample note = {.kind = MS_SAMPLE_NOTE, .now_ms = 3, .reason = "9 days old"};
    struct ms_health_sample gone = {.kind = C, .now_ms = 5, .container = MS_CONTAINER_EXITED};

    (void)state;
    ms_health_init(&h, 0);
    assert_false(ms_health_step(&h, &note)); /* of a container that is not there */
    assert_string_equal(h.note, "");
    assert_true(ms_health_step(&h, &run));
    assert_true(ms_health_step(&h, &good));
    assert_true(ms_health_step(&h, &note));
    assert_int_equal(h.state, MS_HEALTH_DEGRADED);
    assert_string_equal(h.reason, "9 days old");
    note.ok = true;
    assert_true(ms_health_step(&h, &note));
    assert_int_equal(h.state, MS_HEALTH_HEALTHY);
    assert_string_equal(h.reason, "");
    assert_string_equal(h.note, "9 days old");
    note.ok = false;
    assert_true(ms_health_step(&h, &note));
    assert_true(ms_health_step(&h, &gone));
    assert_int_equal(h.state, MS_HEALTH_FAILED);
    run.now_ms = run.started_ms = 9000;
    assert_true(ms_health_step(&h, &run));
    assert_string_equal(h.note, "");
    assert_true(ms_health_step(&h, &good));
    assert_int_equal(h.state, MS_HEALTH_HEALTHY);
}

static void test_no_probes(void **state)
{
    static const struct row rows[] = {
        {0, C, RUN, 0, 0, 0, 0, MS_HEALTH_HEALTHY, true, NULL},
        {1, P, 0, 0, 0, 0, false, MS_HEALTH_HEALTHY, false, NULL}, /* of a probe it has not */
        {2, C, MS_CONTAINER_EXITED, 0, 0, 0, 0, MS_HEALTH_FAILED, true, "exited with status 0"},
    };

    (void)state;
    PLAY("no probes", 0, rows);
}

/* A restart that the engine made between two snapshots: the same word, a later start. */
static void test_later_start_forgets(void **state)
{
    struct ms_health_service h = {
        .name = "svc", .n_probes = 1, .probe_names = {"smtp"}, .start_ms = START_MS};
    struct ms_health_sample run = {
        .kind = C, .now_ms = 100000, .container = RUN, .started_ms = 50000};
    struct ms_health_sample good = {.kind = P, .now_ms = 100001, .ok = true};

    (void)state;
    ms_health_init(&h, 0);
    assert_true(ms_health_step(&h, &run));
    assert_true(ms_health_step(&h, &good));
    assert_int_equal(h.state, MS_HEALTH_HEALTHY);
    run.started_ms = 50400; /* the event's time and the engine's own differ a little */
    assert_false(ms_health_step(&h, &run));
    run.started_ms = 99000;
    assert_true(ms_health_step(&h, &run));
    assert_int_equal(h.state, MS_HEALTH_STARTING);
    assert_false(h.probes[0].tried);
}

/* A supervisor that was started late: the container is old, but nothing was asked yet. */
static void test_old_container_is_asked_first(void **state)
{
    struct ms_health_service h = {
        .name = "svc", .n_probes = 2, .probe_names = {"smtp", "lmtp"}, .start_ms = START_MS};
    struct ms_health_sample run = {.kind = C, .now_ms = 9000000, .container = RUN, .started_ms = 5};
    struct ms_health_sample bad = {.kind = P, .now_ms = 9000001, .reason = "refused"};
    struct ms_health_sample good = {.kind = P, .now_ms = 9000002, .probe = 1, .ok = true};

    (void)state;
    ms_health_init(&h, 0);
    (void)ms_health_step(&h, &run);
    assert_int_equal(h.state, MS_HEALTH_STARTING);
    (void)ms_health_step(&h, &bad);
    assert_int_equal(h.state, MS_HEALTH_STARTING);
    (void)ms_health_step(&h, &good);
    assert_int_equal(h.state, MS_HEALTH_DEGRADED);
}

static void test_long_reason_is_cut(void **state)
{
    struct ms_health_service h = {.name = "svc", .n_probes = 1, .probe_names = {"smtp"}};
    struct ms_health_sample run = {.kind = C, .container = RUN};
    char text[1000];
    struct ms_health_sample bad = {.kind = P, .reason = text};

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ms_health_init(&h, 0);
    (void)ms_health_step(&h, &run);
    (void)ms_health_step(&h, &bad);
    assert_int_equal(strlen(h.reason), MS_HEALTH_REASON - 1);
}

static void test_oom_is_kept(void **state)
{
    struct ms_health_service h = {.name = "svc"};
    struct ms_health_sample run = {.kind = C, .container = RUN};

    (void)state;
    ms_health_init(&h, 0);
    assert_false(ms_health_oom_ends(&h, 1000));
    ms_health_oom(&h, 100000);
    assert_true(ms_health_oom_ends(&h, 100100));
    assert_false(ms_health_oom_ends(&h, 200000));
    (void)ms_health_step(&h, &run);
    assert_int_equal(h.n_oom, 1);
    assert_int_equal(h.oom_ms, 100000);
}

/* Whose fault it is comes first, and what is said by itself behind it. */
static void test_cause(void **state)
{
    struct ms_health_service h = {.name = "imap", .n_probes = 1, .probe_names = {"login"}};
    const struct ms_health_sample run = {.kind = C, .now_ms = 1, .container = RUN};
    const struct ms_health_sample works = {.kind = P, .now_ms = 2, .ok = true};
    const struct ms_health_sample fails = {.kind = P, .now_ms = 4, .reason = "refused"};
    const struct ms_health_sample by = {.kind = MS_SAMPLE_CAUSE,
                                        .now_ms = 3,
                                        .reason = "mariadb",
                                        .cause_state = MS_HEALTH_STOPPED};
    const struct ms_health_sample gone = {
        .kind = C, .now_ms = 5, .container = MS_CONTAINER_EXITED, .exit_code = 1};
    const struct ms_health_sample over = {.kind = MS_SAMPLE_CAUSE, .now_ms = 6, .reason = ""};

    (void)state;
    ms_health_init(&h, 0);
    (void)ms_health_step(&h, &run);
    (void)ms_health_step(&h, &works);
    assert_int_equal(h.state, MS_HEALTH_HEALTHY);
    assert_true(ms_health_step(&h, &by));
    assert_int_equal(h.state, MS_HEALTH_DEGRADED);
    assert_int_equal(h.own, MS_HEALTH_HEALTHY);
    assert_string_equal(h.reason, "because mariadb is stopped");
    (void)ms_health_step(&h, &fails);
    assert_false(ms_health_step(&h, &fails));
    assert_int_equal(h.state, MS_HEALTH_DEGRADED);
    assert_int_equal(h.own, MS_HEALTH_FAILED);
    assert_string_equal(h.reason, "because mariadb is stopped; login: refused");
    assert_true(ms_health_step(&h, &gone));
    assert_int_equal(h.state, MS_HEALTH_FAILED);
    assert_string_equal(h.reason, "because mariadb is stopped; exited with status 1");
    (void)ms_health_step(&h, &over);
    assert_string_equal(h.reason, "exited with status 1");
}

/* Four ends within five minutes are a crash loop, unless somebody asked for them. */
static void test_crash_loop(void **state)
{
    static const struct {
        int exit_code;
        bool wanted;
        bool want_loop;
    } cases[] = {{1, false, true},
                 {139, false, true},
                 {1, true, false},
                 {0, false, false},
                 {143, false, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ms_health_service h = {.name = "svc"};
        int64_t now = 1000;

        ms_health_init(&h, 0);
        for (int k = 0; k < MS_HEALTH_EXITS; k++) {
            struct ms_health_sample run = {.kind = C, .now_ms = now += 1000, .container = RUN};
            struct ms_health_sample end = {.kind = C,
                                           .now_ms = now += 1000,
                                           .container = MS_CONTAINER_RESTARTING,
                                           .exit_code = cases[i].exit_code,
                                           .wanted = cases[i].wanted};

            (void)ms_health_step(&h, &run);
            assert_int_equal(h.state, MS_HEALTH_HEALTHY);
            (void)ms_health_step(&h, &end);
            assert_int_equal(h.state, MS_HEALTH_FAILED);
        }
        {
            struct ms_health_sample run = {.kind = C, .now_ms = now += 1000, .container = RUN};
            struct ms_health_sample later = {.kind = T, .now_ms = now + MS_HEALTH_EXITS_MS};

            (void)ms_health_step(&h, &run);
            assert_int_equal(h.state, cases[i].want_loop ? MS_HEALTH_DEGRADED : MS_HEALTH_HEALTHY);
            assert_true(!cases[i].want_loop || strstr(h.reason, "ended 4 times within 5 minutes"));
            (void)ms_health_step(&h, &later);
            assert_int_equal(h.state, MS_HEALTH_HEALTHY);
        }
    }
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(ms_health_container_find("running"), MS_CONTAINER_RUNNING);
    assert_int_equal(ms_health_container_find("restarting"), MS_CONTAINER_RESTARTING);
    assert_int_equal(ms_health_container_find("dead"), MS_CONTAINER_EXITED);
    assert_int_equal(ms_health_container_find(""), MS_CONTAINER_UNKNOWN);
    assert_string_equal(ms_health_name(MS_HEALTH_DEGRADED), "degraded");
    assert_string_equal(ms_health_name(MS_HEALTH__COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_and_work),
        cmocka_unit_test(test_rise_and_fall),
        cmocka_unit_test(test_start_takes_too_long),
        cmocka_unit_test(test_exit_fails_at_once),
        cmocka_unit_test(test_no_probes),
        cmocka_unit_test(test_note),
        cmocka_unit_test(test_later_start_forgets),
        cmocka_unit_test(test_old_container_is_asked_first),
        cmocka_unit_test(test_long_reason_is_cut),
        cmocka_unit_test(test_oom_is_kept),
        cmocka_unit_test(test_cause),
        cmocka_unit_test(test_crash_loop),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
