/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan and apply against the fake engine: what is done and why, and that a failure or a kill at any
 * step leaves a state that the next run finishes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/deploy/deploy.h"
#include "modules/core/engine/fake.h"
#include "tests/unit/fixture_stack.h"

struct bench {
    struct fixture f;
    struct ms_engine *fake;
    struct ms_engine_ops ops; /* the fake's, without its free: connections share it */
    struct ms_deploy d;
    struct ms_buf events;
};

static void keep(void *impl)
{
    (void)impl;
}

static struct ms_engine *connect_fake(void *arg)
{
    struct bench *b = arg;
    struct ms_engine *e = ms_xcalloc(1, sizeof(*e));

    *e = (struct ms_engine){.ops = &b->ops, .impl = b->fake->impl};
    return e;
}

static void on_event(void *arg, const json_t *ev)
{
    struct bench *b = arg;
    ms_auto_free char *text = json_dumps(ev, JSON_COMPACT);

    ms_buf_adds(&b->events, text);
    ms_buf_addc(&b->events, '\n');
}

static int setup(void **state)
{
    struct bench *b = ms_xcalloc(1, sizeof(*b));

    fixture_init(&b->f);
    b->fake = ms_engine_fake(0);
    b->ops = *b->fake->ops;
    b->ops.free = keep;
    ms_buf_init(&b->events, 1 << 20);
    b->d = (struct ms_deploy){.site = &b->f.site,
                              .stack = &b->f.stack,
                              .paths = &b->f.paths,
                              .engine = connect_fake,
                              .engine_arg = b,
                              .on_event = on_event,
                              .arg = b};
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    ms_engine_free(b->fake);
    ms_buf_done(&b->events);
    fixture_done(&b->f);
    free(b);
    return 0;
}

/* Up, which must succeed; returns whether it changed anything. */
static bool up(struct bench *b)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool changed = false;

    ms_buf_reset(&b->events);
    if (ms_deploy_up(&b->d, &changed, &err) < 0) {
        fail_msg("up: %s\n%s", ms_err_msg(&err), b->events.p);
    }
    return changed;
}

/* The plan as text; the caller frees it. */
static char *plan(struct bench *b)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_plan_freep) struct ms_plan *p = NULL;
    struct ms_buf out;

    ms_buf_init(&out, 65536);
    if (ms_deploy_plan(&b->d, true, &p, &err) < 0) {
        fail_msg("plan: %s", ms_err_msg(&err));
    }
    ms_plan_text(p, &out);
    return ms_buf_steal(&out);
}

static void first_up_creates_all_in_order(void **state)
{
    struct bench *b = *state;
    const char *log, *db, *app, *web;

    assert_true(up(b));
    log = ms_engine_fake_log(b->fake);
    db = strstr(log, "start db");
    app = strstr(log, "start app");
    web = strstr(log, "start web");
    assert_non_null(db);
    assert_non_null(app);
    assert_non_null(web);
    assert_true(db < app && app < web);
}

static void second_up_touches_nothing(void **state)
{
    struct bench *b = *state;
    unsigned calls;
    ms_auto_free char *text = NULL;

    assert_true(up(b));
    calls = ms_engine_fake_calls(b->fake);
    assert_false(up(b));
    assert_int_equal(ms_engine_fake_calls(b->fake), calls);
    text = plan(b);
    assert_string_equal(text, "nothing to change\n");
}

static void changed_file_reloads_only_its_service(void **state)
{
    struct bench *b = *state;
    ms_auto_free char *text = NULL;
    const char *tail;
    size_t seen;

    assert_true(up(b));
    seen = strlen(ms_engine_fake_log(b->fake));
    fixture_write(b->f.data, "modules/app/templates/conf.mustache", "other\n");
    text = plan(b);
    assert_string_equal(text, "reload app: conf changed\n");
    assert_true(up(b));
    tail = ms_engine_fake_log(b->fake) + seen;
    assert_non_null(strstr(tail, "run app"));
    assert_non_null(strstr(tail, "exec app"));
    assert_null(strstr(tail, "restart"));
    assert_null(strstr(tail, "db"));
}

static void file_changed_by_hand_is_put_right(void **state)
{
    struct bench *b = *state;
    ms_auto_free char *text = NULL;

    assert_true(up(b));
    fixture_write(b->f.state, "config/db/conf", "edited\n");
    text = plan(b);
    assert_string_equal(text, "reload db: conf (was changed by hand) changed\n");
    assert_true(up(b));
    assert_false(up(b));
}

static void refused_file_leaves_the_service_alone(void **state)
{
    struct bench *b = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_err struct ms_err read_err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/config/app/conf", b->f.state);
    ms_auto_buf struct ms_buf text;
    bool changed;

    assert_true(up(b));
    fixture_write(b->f.data, "modules/app/templates/conf.mustache", "nonsense\n");
    ms_engine_fake_exec(b->fake, 1, "line 1: nonsense\n");
    assert_int_equal(ms_deploy_up(&b->d, &changed, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "line 1: nonsense"));
    ms_buf_init(&text, 4096);
    assert_int_equal(ms_fs_read(path, &text, &read_err), 0);
    assert_string_equal(text.p, "host mail.example.test app\n");
}

static void changed_spec_makes_the_container_anew(void **state)
{
    struct bench *b = *state;
    ms_auto_free char *text = NULL;

    assert_true(up(b));
    (void)json_object_set_new(b->f.services[1].compose, "read_only", json_true());
    fixture_rehash(&b->f.services[1]);
    text = plan(b);
    assert_string_equal(text, "recreate app: read_only changed\n");
    assert_true(up(b));
    assert_false(up(b));
}

static size_t containers(struct bench *b, const char *state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_snapshot s = {0};
    size_t n = 0;

    assert_int_equal(b->ops.snapshot(b->fake->impl, "mstest", &s, &err), 0);
    for (size_t i = 0; i < s.n_containers; i++) {
        n += !strcmp(s.containers[i].state, state);
    }
    ms_snapshot_done(&s);
    return n;
}

/* A replacement fails at each of its calls: until the old container is stopped it goes on serving,
 * and the next run ends with one container of each service. */
static void failed_replacement_keeps_the_old_container(void **state)
{
    struct bench *b = *state;
    const unsigned create = 2, start = 5; /* rename, create, stop, remove, start */

    assert_true(up(b));
    for (unsigned n = 1; n <= start; n++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        bool changed;

        (void)json_object_set_new(b->f.services[1].compose, "cpu_shares", json_integer(n));
        fixture_rehash(&b->f.services[1]);
        ms_engine_fake_fail_at(b->fake, ms_engine_fake_calls(b->fake) + n);
        assert_int_equal(ms_deploy_up(&b->d, &changed, &err), -1);
        ms_engine_fake_fail_at(b->fake, 0);
        if (n <= create) {
            assert_int_equal(containers(b, "running"), 3);
        }
        assert_true(up(b));
        assert_false(up(b));
        assert_int_equal(containers(b, "running"), 3);
        assert_int_equal(containers(b, "created") + containers(b, "exited"), 0);
    }
}

static void changed_network_takes_its_containers_along(void **state)
{
    struct bench *b = *state;

    assert_true(up(b));
    (void)snprintf(b->f.network.spec_hash, sizeof(b->f.network.spec_hash), "n2");
    assert_true(up(b));
    assert_false(up(b));
}

/* The engine refuses to remove a network with containers on it. */
static void network_that_left_goes_after_its_containers(void **state)
{
    struct bench *b = *state;
    struct ms_network two[2] = {b->f.network,
                                {.name = "extra", .compose = json_object(), .spec_hash = "e1"}};
    json_t *networks = json_pack("{s:{},s:{}}", "net", "extra");
    json_t *before = json_incref(json_object_get(b->f.services[1].compose, "networks"));
    const char *log, *gone;

    (void)json_object_set_new(b->f.services[1].compose, "networks", networks);
    fixture_rehash(&b->f.services[1]);
    b->f.stack.networks = two;
    b->f.stack.n_networks = 2;
    assert_true(up(b));
    b->f.stack.n_networks = 1;
    (void)json_object_set_new(b->f.services[1].compose, "networks", before);
    fixture_rehash(&b->f.services[1]);
    assert_true(up(b));
    log = ms_engine_fake_log(b->fake);
    gone = strstr(log, "network_remove mstest_extra");
    assert_non_null(gone);
    assert_null(strstr(log, "stop db"));
    assert_null(strstr(gone, "app"));
    assert_false(up(b));
    b->f.stack.networks = &b->f.network;
    json_decref(two[1].compose);
}

static void stopped_container_is_started(void **state)
{
    struct bench *b = *state;
    ms_auto_free char *text = NULL;

    assert_true(up(b));
    ms_engine_fake_set_state(b->fake, "web", "exited");
    text = plan(b);
    assert_string_equal(text, "start web: container is exited\n");
    assert_true(up(b));
    assert_false(up(b));
}

static void service_that_left_the_stack_is_removed(void **state)
{
    struct bench *b = *state;
    ms_auto_free char *text = NULL;

    assert_true(up(b));
    b->f.stack.n_services = 2;
    text = plan(b);
    assert_string_equal(text, "remove web: no longer part of the stack\n");
    assert_true(up(b));
    assert_false(up(b));
    b->f.stack.n_services = 3;
}

static void crashing_container_fails_with_its_status(void **state)
{
    struct bench *b = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool changed;

    ms_engine_fake_crash(b->fake, "app", 7);
    assert_int_equal(ms_deploy_up(&b->d, &changed, &err), -1);
    assert_non_null(strstr(ms_err_msg(&err), "create app"));
    assert_non_null(strstr(ms_err_msg(&err), "status 7"));
    assert_non_null(strstr(b->events.p, "\"skipped\""));
    assert_null(strstr(ms_engine_fake_log(b->fake), "start web"));
    ms_engine_fake_crash(b->fake, "app", -1);
    assert_true(up(b));
    assert_false(up(b));
}

/* Every changing call of a first `up` fails in turn: the run says so, and the next one ends what
 * was begun. */
static void failure_at_any_call_is_finished_by_the_next_run(void **state)
{
    struct bench *b = *state;
    unsigned total;

    assert_true(up(b));
    total = ms_engine_fake_calls(b->fake);
    assert_true(total >= 8);
    for (unsigned n = 1; n <= total; n++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        void *fresh = NULL;
        struct bench *x;
        bool changed = false;

        (void)setup(&fresh);
        x = fresh;
        ms_engine_fake_fail_at(x->fake, n);
        assert_int_equal(ms_deploy_up(&x->d, &changed, &err), -1);
        ms_engine_fake_fail_at(x->fake, 0);
        assert_true(up(x));
        assert_false(up(x));
        (void)teardown(&fresh);
    }
}

static void interrupted_run_is_seen(void **state)
{
    struct bench *b = *state;

    char kind[MS_RUN_KIND] = "";

    assert_true(up(b));
    assert_false(ms_deploy_interrupted(b->f.state, kind));
    fixture_write(b->f.state, "journal", "{\"state\":\"begin\",\"kind\":\"up\"}\n");
    assert_true(ms_deploy_interrupted(b->f.state, kind));
    assert_string_equal(kind, "up");
    assert_false(up(b));
    assert_false(ms_deploy_interrupted(b->f.state, kind));
}

static void down_stops_dependants_first_and_leaves_nothing(void **state)
{
    struct bench *b = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *tail;
    size_t seen;

    assert_true(up(b));
    seen = strlen(ms_engine_fake_log(b->fake));
    assert_int_equal(ms_deploy_down(&b->d, false, &err), 0);
    tail = ms_engine_fake_log(b->fake) + seen;
    assert_true(strstr(tail, "stop web") < strstr(tail, "stop app"));
    assert_true(strstr(tail, "stop app") < strstr(tail, "stop db"));
    assert_null(strstr(tail, "volume_remove"));
    assert_int_equal(ms_deploy_down(&b->d, true, &err), 0);
    assert_true(up(b));
}

static void restart_of_an_unknown_service_is_refused(void **state)
{
    struct bench *b = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *const names[] = {"postfx", NULL};

    assert_true(up(b));
    assert_int_equal(ms_deploy_restart(&b->d, names, &err), -1);
    assert_int_equal(err.code, MS_ENOTFOUND);
}

static void override_is_appended_and_planned(void **state)
{
    struct bench *b = *state;
    ms_auto_free char *text = NULL;

    assert_true(up(b));
    fixture_write(b->f.dir, "overrides/web/conf", "more\n");
    fixture_write(b->f.dir, "overrides/web/own.conf", "own\n");
    text = plan(b);
    assert_string_equal(text, "restart web: conf, local/own.conf (new) changed\n"
                              "note: override: overrides/web/conf is added to the rendered file\n"
                              "note: override: overrides/web/own.conf is included as it is\n");
    assert_true(up(b));
    assert_false(up(b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_up_creates_all_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(second_up_touches_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_file_reloads_only_its_service, setup, teardown),
        cmocka_unit_test_setup_teardown(file_changed_by_hand_is_put_right, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_file_leaves_the_service_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_spec_makes_the_container_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(failed_replacement_keeps_the_old_container, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(network_that_left_goes_after_its_containers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(changed_network_takes_its_containers_along, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(stopped_container_is_started, setup, teardown),
        cmocka_unit_test_setup_teardown(service_that_left_the_stack_is_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(crashing_container_fails_with_its_status, setup, teardown),
        cmocka_unit_test_setup_teardown(failure_at_any_call_is_finished_by_the_next_run, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(interrupted_run_is_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(down_stops_dependants_first_and_leaves_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(restart_of_an_unknown_service_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(override_is_appended_and_planned, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
