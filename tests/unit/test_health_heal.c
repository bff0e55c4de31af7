/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is to blame, and when a service is restarted: pure, with clocks of our own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "modules/core/health/cause.h"
#include "modules/core/health/heal.h"

enum { DB, IMAP, SMTP, WEB, EDGE, N, S = 1000 };

static const unsigned imap_needs[] = {DB}, smtp_needs[] = {DB, IMAP}, web_needs[] = {IMAP},
                      edge_needs[] = {IMAP, SMTP};

struct world {
    struct ms_health_service s[N];
    struct ms_health_node n[N];
};

static void set_up_world(struct world *w)
{
    memset(w, 0, sizeof(*w));
    for (unsigned i = 0; i < N; i++) {
        w->s[i].own = MS_HEALTH_HEALTHY;
        w->s[i].container = MS_CONTAINER_RUNNING;
        w->n[i].health = &w->s[i];
    }
    w->n[IMAP].needs = imap_needs;
    w->n[IMAP].n_needs = 1;
    w->n[SMTP].needs = smtp_needs;
    w->n[SMTP].n_needs = 2;
    w->n[WEB].needs = web_needs;
    w->n[WEB].n_needs = 1;
    w->n[EDGE].needs = edge_needs;
    w->n[EDGE].n_needs = 2;
    w->n[EDGE].shows_others = true;
}

static void expect(struct world *w, int db, int imap, int smtp, int web, int edge)
{
    ms_health_causes(w->n, N);
    assert_int_equal(w->n[DB].cause, db);
    assert_int_equal(w->n[IMAP].cause, imap);
    assert_int_equal(w->n[SMTP].cause, smtp);
    assert_int_equal(w->n[WEB].cause, web);
    assert_int_equal(w->n[EDGE].cause, edge);
}

static void nobody_is_to_blame(void **state)
{
    struct world w;

    (void)state;
    set_up_world(&w);
    expect(&w, -1, -1, -1, -1, -1);
    w.s[WEB].own = MS_HEALTH_FAILED; /* nobody needs it */
    expect(&w, -1, -1, -1, -1, -1);
}

static void the_root_is_to_blame(void **state)
{
    struct world w;

    (void)state;
    set_up_world(&w);
    w.s[DB].own = MS_HEALTH_FAILED;
    expect(&w, -1, DB, DB, -1, -1); /* IMAP still works: its dependants are not touched */
    w.s[IMAP].own = MS_HEALTH_DEGRADED;
    expect(&w, -1, DB, DB, DB, -1);
    w.s[EDGE].own = MS_HEALTH_FAILED; /* it shows what the others say */
    expect(&w, -1, DB, DB, DB, DB);
    w.s[DB].own = MS_HEALTH_STARTING; /* on its way back: still an excuse for those that fail */
    expect(&w, -1, DB, -1, -1, DB);
    w.s[DB].own = MS_HEALTH_HEALTHY;
    expect(&w, -1, -1, -1, -1, -1);
}

static void a_degraded_dependency_is_no_excuse(void **state)
{
    struct world w;

    (void)state;
    set_up_world(&w);
    w.s[DB].own = MS_HEALTH_DEGRADED;
    w.s[IMAP].own = MS_HEALTH_FAILED;
    expect(&w, -1, -1, IMAP, IMAP, -1);
}

/* Two that need each other do not blame themselves. */
static void a_circle_ends(void **state)
{
    static const unsigned a[] = {1}, b[] = {0};
    struct ms_health_service s[2] = {{.own = MS_HEALTH_FAILED, .container = MS_CONTAINER_RUNNING},
                                     {.own = MS_HEALTH_FAILED, .container = MS_CONTAINER_RUNNING}};
    struct ms_health_node n[2] = {{.health = &s[0], .needs = a, .n_needs = 1},
                                  {.health = &s[1], .needs = b, .n_needs = 1}};

    (void)state;
    ms_health_causes(n, 2);
    assert_int_not_equal(n[0].cause, 0);
    assert_int_not_equal(n[1].cause, 1);
}

/* --- healing */

static struct ms_health_service failing(void)
{
    return (struct ms_health_service){.own = MS_HEALTH_FAILED,
                                      .container = MS_CONTAINER_RUNNING,
                                      .n_probes = 2,
                                      .probes = {{.tried = true}, {.tried = true, .ok = true}}};
}

/* Look every second from *now on until it acts or for at most `most` seconds; the seconds it took.
 */
static int seconds_to(struct ms_heal *h, const struct ms_health_service *s, int64_t *now, int most,
                      enum ms_heal_action want)
{
    for (int i = 0; i <= most; i++, *now += S) {
        int64_t next = 0;
        enum ms_heal_action got = ms_heal_step(h, s, false, *now, &next);

        if (got != MS_HEAL_NOTHING) {
            assert_int_equal(got, want);
            return i;
        }
        assert_true(!next || next > *now);
    }
    return -1;
}

static void patience_then_back_off_then_none(void **state)
{
    struct ms_health_service s = failing();
    struct ms_heal h = {0};
    int64_t now = 1000 * S;

    (void)state;
    assert_int_equal(seconds_to(&h, &s, &now, 100, MS_HEAL_RESTART), 20);
    assert_int_equal(seconds_to(&h, &s, &now, 100, MS_HEAL_RESTART), 30);
    assert_int_equal(seconds_to(&h, &s, &now, 100, MS_HEAL_RESTART), 60);
    assert_int_equal(seconds_to(&h, &s, &now, 200, MS_HEAL_RESTART), 120);
    assert_int_equal(seconds_to(&h, &s, &now, 400, MS_HEAL_RESTART), 240);
    assert_int_equal(seconds_to(&h, &s, &now, 900, MS_HEAL_GIVE_UP), 480);
    now += S;
    /* once an hour has passed since the first there is another try */
    assert_int_equal(seconds_to(&h, &s, &now, 4000, MS_HEAL_RESTART), 3600 - 930 - 1);
}

static void trouble_that_passes_is_left_alone(void **state)
{
    struct ms_health_service s = failing();
    struct ms_heal h = {0};
    int64_t now = 1000 * S, next;

    (void)state;
    assert_int_equal(seconds_to(&h, &s, &now, 19, MS_HEAL_RESTART), -1);
    s.own = MS_HEALTH_HEALTHY;
    s.probes[0].ok = true;
    assert_int_equal(ms_heal_step(&h, &s, false, now, &next), MS_HEAL_NOTHING);
    s = failing();
    assert_int_equal(seconds_to(&h, &s, &now, 100, MS_HEAL_RESTART), 20);
}

static void only_what_a_restart_would_end(void **state)
{
    static const struct {
        enum ms_health own;
        enum ms_health_container container;
        const char *cause;
        int want;
    } cases[] = {
        {MS_HEALTH_FAILED, MS_CONTAINER_RUNNING, "", 20},
        {MS_HEALTH_DEGRADED, MS_CONTAINER_RUNNING, "", 120},
        {MS_HEALTH_FAILED, MS_CONTAINER_RUNNING, "mariadb", -1},
        {MS_HEALTH_FAILED, MS_CONTAINER_EXITED, "", 120},
        {MS_HEALTH_FAILED, MS_CONTAINER_EXITED, "mariadb", -1},
        {MS_HEALTH_FAILED, MS_CONTAINER_RESTARTING, "", -1},
        {MS_HEALTH_STOPPED, MS_CONTAINER_CREATED, "", 120},
        {MS_HEALTH_STOPPED, MS_CONTAINER_PAUSED, "", -1},
        {MS_HEALTH_FAILED, MS_CONTAINER_GONE, "", -1},
        {MS_HEALTH_STARTING, MS_CONTAINER_RUNNING, "", -1},
        {MS_HEALTH_HEALTHY, MS_CONTAINER_RUNNING, "", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ms_health_service s = failing();
        struct ms_heal h = {0};
        int64_t now = 1000 * S;

        s.own = cases[i].own;
        s.container = cases[i].container;
        (void)snprintf(s.cause, sizeof(s.cause), "%s", cases[i].cause);
        assert_int_equal(seconds_to(&h, &s, &now, 300, MS_HEAL_RESTART), cases[i].want);
    }
}

/* A note is a warning, such as old virus signatures: a restart does not help. */
static void a_note_is_no_trouble(void **state)
{
    struct ms_health_service s = failing();
    struct ms_heal h = {0};
    int64_t now = 1000 * S;

    (void)state;
    s.own = MS_HEALTH_DEGRADED;
    s.note_bad = true;
    s.probes[0].ok = true;
    assert_int_equal(seconds_to(&h, &s, &now, 300, MS_HEAL_RESTART), -1);
}

static void a_job_makes_it_wait(void **state)
{
    struct ms_health_service s = failing();
    struct ms_heal h = {0};
    int64_t now = 1000 * S, next;

    (void)state;
    assert_int_equal(seconds_to(&h, &s, &now, 19, MS_HEAL_RESTART), -1);
    assert_int_equal(ms_heal_step(&h, &s, true, now + 60 * S, &next), MS_HEAL_NOTHING);
    now += 61 * S;
    assert_int_equal(seconds_to(&h, &s, &now, 100, MS_HEAL_RESTART), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_to_blame),
        cmocka_unit_test(the_root_is_to_blame),
        cmocka_unit_test(a_degraded_dependency_is_no_excuse),
        cmocka_unit_test(a_circle_ends),
        cmocka_unit_test(patience_then_back_off_then_none),
        cmocka_unit_test(trouble_that_passes_is_left_alone),
        cmocka_unit_test(only_what_a_restart_would_end),
        cmocka_unit_test(a_note_is_no_trouble),
        cmocka_unit_test(a_job_makes_it_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
