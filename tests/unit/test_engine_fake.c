/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

#include "modules/core/base/mem.h"
#include "modules/core/engine/fake.h"
#include "modules/core/engine/fake_priv.h"

static const struct ms_service box = {.name = "box", .image = "img:1", .spec_hash = "beef"};
static const struct ms_network front = {.name = "front", .spec_hash = "cafe"};

/* Bring one service up and take it down; stops at the first failure. */
static int up_and_down(struct ms_engine *e, struct ms_err *err)
{
    const struct ms_engine_ops *o = e->ops;
    const char *argv[] = {"reload", "now", NULL};
    int status;

    return o->network_create(e->impl, "p", &front, err) < 0 ||
                   o->volume_create(e->impl, "p", "data", err) < 0 ||
                   o->create(e->impl, "p", &box, NULL, err) < 0 ||
                   o->start(e->impl, "p-box-1", err) < 0 ||
                   o->exec(e->impl, "p-box-1", argv, NULL, NULL, NULL, &status, err) < 0 ||
                   o->kill(e->impl, "p-box-1", "HUP", err) < 0 ||
                   o->restart(e->impl, "p-box-1", 1, err) < 0 ||
                   o->stop(e->impl, "p-box-1", 1, err) < 0 ||
                   o->remove(e->impl, "p-box-1", err) < 0 ||
                   o->network_remove(e->impl, "p_front", err) < 0 ||
                   o->volume_remove(e->impl, "p_data", err) < 0
               ? -1
               : 0;
}

static const char calls[] = "network_create front\nvolume_create data\ncreate box\nstart box\n"
                            "exec box reload now\nkill HUP box\nrestart box\nstop box\n"
                            "remove box\nnetwork_remove p_front\nvolume_remove p_data\n";

static void test_log(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_snapshot s;

    (void)state;
    assert_int_equal(up_and_down(e, &err), 0);
    assert_int_equal(ms_engine_fake_calls(e), 11);
    assert_string_equal(ms_engine_fake_log(e), calls);
    assert_int_equal(e->ops->snapshot(e->impl, "p", &s, &err), 0);
    assert_int_equal(s.n_containers + s.n_networks + s.n_volumes, 0);
    ms_snapshot_done(&s);
}

static void test_fails_at_each_call(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 11; at++) {
        ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(at);
        ms_auto_err struct ms_err err = MS_ERR_INIT, none = MS_ERR_INIT;
        struct ms_snapshot s;

        assert_int_equal(up_and_down(e, &err), -1);
        assert_int_equal(err.code, MS_EENGINE);
        assert_int_equal(err.sys, 500);
        assert_int_equal(ms_engine_fake_calls(e), at);
        assert_int_equal(e->ops->snapshot(e->impl, "p", &s, &none), 0);
        /* the failing call has changed nothing */
        assert_int_equal(s.n_networks, at > 1 && at < 11 ? 1 : 0);
        assert_int_equal(s.n_volumes, at > 2 ? 1 : 0);
        assert_int_equal(s.n_containers, at > 3 && at < 10 ? 1 : 0);
        if (s.n_containers) {
            assert_string_equal(s.containers[0].state, at == 4   ? "created"
                                                       : at == 9 ? "exited"
                                                                 : "running");
        }
        ms_snapshot_done(&s);
    }
}

static void test_snapshot(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *id = NULL;
    struct ms_snapshot s;

    (void)state;
    assert_int_equal(e->ops->create(e->impl, "p", &box, &id, &err), 0);
    assert_int_equal(e->ops->create(e->impl, "q", &box, NULL, &err), 0);
    assert_int_equal(e->ops->network_create(e->impl, "p", &front, &err), 0);
    assert_int_equal(e->ops->snapshot(e->impl, "p", &s, &err), 0);
    assert_int_equal(s.n_containers, 1);
    assert_string_equal(s.containers[0].id, id);
    assert_string_equal(s.containers[0].name, "p-box-1");
    assert_string_equal(s.containers[0].service, "box");
    assert_string_equal(s.containers[0].image, "img:1");
    assert_string_equal(s.containers[0].spec_hash, "beef");
    assert_string_equal(s.networks[0].name, "p_front");
    assert_string_equal(s.networks[0].spec_hash, "cafe");
    ms_snapshot_done(&s);
    assert_int_equal(e->ops->create(e->impl, "p", &box, NULL, &err), -1);
    assert_int_equal(err.sys, 409);
}

static void test_absent(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    struct ms_err err = MS_ERR_INIT;
    struct ms_container c;

    (void)state;
    assert_int_equal(e->ops->start(e->impl, "nothing", &err), -1);
    assert_int_equal(err.code, MS_ENOTFOUND);
    ms_err_done(&err);
    assert_int_equal(e->ops->inspect(e->impl, "nothing", &c, &err), -1);
    assert_int_equal(err.code, MS_ENOTFOUND);
    ms_err_done(&err);
    assert_int_equal(e->ops->network_remove(e->impl, "nothing", &err), -1);
    assert_int_equal(err.code, MS_ENOTFOUND);
    ms_err_done(&err);
}

static void test_knobs(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    struct ms_err err = MS_ERR_INIT;
    struct ms_container c;

    (void)state;
    ms_engine_fake_crash(e, "box", 3);
    assert_int_equal(e->ops->create(e->impl, "p", &box, NULL, &err), 0);
    assert_int_equal(e->ops->start(e->impl, "p-box-1", &err), 0);
    assert_int_equal(e->ops->inspect(e->impl, "p-box-1", &c, &err), 0);
    assert_string_equal(c.state, "exited");
    assert_int_equal(c.exit_code, 3);
    ms_container_done(&c);
    ms_engine_fake_crash(e, "box", -1);
    assert_int_equal(e->ops->start(e->impl, "p-box-1", &err), 0);
    ms_engine_fake_set_state(e, "box", "dead");
    assert_int_equal(e->ops->inspect(e->impl, "p-box-1", &c, &err), 0);
    assert_string_equal(c.state, "dead");
    ms_container_done(&c);
    ms_engine_fake_images(e, false);
    assert_int_equal(e->ops->image_find(e->impl, "img:1", NULL, &err), 0);
    assert_int_equal(e->ops->create(e->impl, "q", &box, NULL, &err), -1);
    assert_int_equal(err.code, MS_ENOTFOUND);
    ms_err_done(&err);
    assert_int_equal(e->ops->image_pull(e->impl, "img:1", &err), 0);
    assert_int_equal(e->ops->image_find(e->impl, "img:1", NULL, &err), 1);
    assert_int_equal(e->ops->create(e->impl, "q", &box, NULL, &err), 0);
}

/* A child works on the same table, and one that is killed while it holds it blocks nobody. */
static void test_shared_with_children(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int status;
    pid_t pid = fork();

    (void)state;
    if (!pid) {
        struct ms_err child = MS_ERR_INIT;

        (void)e->ops->create(e->impl, "p", &box, NULL, &child);
        ms_fake_lock(e->impl);
        (void)raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(ms_engine_fake_calls(e), 1);
    assert_int_equal(e->ops->start(e->impl, "p-box-1", &err), 0);
    assert_string_equal(ms_engine_fake_log(e), "create box\nstart box\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log),      cmocka_unit_test(test_fails_at_each_call),
        cmocka_unit_test(test_snapshot), cmocka_unit_test(test_absent),
        cmocka_unit_test(test_knobs),    cmocka_unit_test(test_shared_with_children),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
