/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/engine/docker_json.h"

static json_t *json(const char *text)
{
    json_t *j = json_loads(text, 0, NULL);

    assert_non_null(j);
    return j;
}

static void test_containers(void **state)
{
    ms_auto_json json_t *j =
        json("[{\"Id\":\"1\",\"Names\":[\"/ms-web-1\"],\"Image\":\"i:1\",\"ImageID\":\"sha256:x\","
             "\"State\":\"running\",\"Status\":\"Up 2 hours\",\"Labels\":{"
             "\"com.docker.compose.service\":\"web\",\"org.mailstead.spec\":\"beef\","
             "\"com.docker.compose.oneoff\":\"False\"}},"
             "{\"Id\":\"2\",\"Names\":[\"/ms-web-run\"],\"Labels\":{"
             "\"com.docker.compose.oneoff\":\"True\"}},{\"Names\":7},3,"
             "{\"Id\":\"4\",\"Names\":null,\"Labels\":null,\"State\":5}]");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_snapshot s = {0};

    (void)state;
    assert_int_equal(ms_docker_containers(j, &s.containers, &s.n_containers, &err), 0);
    assert_int_equal(s.n_containers, 2);
    assert_string_equal(s.containers[0].id, "1");
    assert_string_equal(s.containers[0].name, "ms-web-1");
    assert_string_equal(s.containers[0].service, "web");
    assert_string_equal(s.containers[0].image, "i:1");
    assert_string_equal(s.containers[0].image_id, "sha256:x");
    assert_string_equal(s.containers[0].spec_hash, "beef");
    assert_string_equal(s.containers[0].state, "running");
    assert_string_equal(s.containers[0].status, "Up 2 hours");
    assert_string_equal(s.containers[1].id, "4");
    assert_string_equal(s.containers[1].name, "");
    assert_string_equal(s.containers[1].state, "");
    ms_snapshot_done(&s);
}

static void test_objects(void **state)
{
    ms_auto_json json_t *j =
        json("[{\"Name\":\"ms_back\",\"Labels\":{\"org.mailstead.spec\":\"a\"}},"
             "{\"Name\":\"ms_b\",\"Labels\":null},{\"Name\":\"\"},{}]");
    ms_auto_json json_t *none = json_null(), *odd = json("{\"Name\":\"x\"}");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_snapshot s = {0}, empty = {0};

    (void)state;
    assert_int_equal(ms_docker_objects(j, &s.networks, &s.n_networks, &err), 0);
    assert_int_equal(s.n_networks, 2);
    assert_string_equal(s.networks[0].name, "ms_back");
    assert_string_equal(s.networks[0].spec_hash, "a");
    assert_string_equal(s.networks[1].spec_hash, "");
    ms_snapshot_done(&s);
    assert_int_equal(ms_docker_objects(none, &empty.volumes, &empty.n_volumes, &err), 0);
    assert_int_equal(empty.n_volumes, 0);
    ms_snapshot_done(&empty);
    assert_int_equal(ms_docker_objects(odd, &empty.volumes, &empty.n_volumes, &err), -1);
    assert_int_equal(err.code, MS_EENGINE);
}

static void test_container(void **state)
{
    static const struct {
        const char *started;
        int64_t ms;
    } times[] = {{"2026-11-24T14:05:01.123456789Z", 1795529101123},
                 {"2026-11-24T14:05:01.5Z", 1795529101500},
                 {"2026-11-24T14:05:01Z", 1795529101000},
                 {"0001-01-01T00:00:00Z", 0},
                 {"", 0},
                 {"2026-11-24", 0},
                 {"2026-xx-24T14:05:01Z", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ms_auto_json json_t *j =
            json_pack("{s:s,s:s,s:s,s:i,s:{s:s,s:{s:s}},s:{s:s,s:i,s:b,s:s}}", "Id", "1", "Name",
                      "/n", "Image", "sha256:x", "RestartCount", 3, "Config", "Image", "i:1",
                      "Labels", "com.docker.compose.service", "web", "State", "Status", "exited",
                      "ExitCode", 137, "OOMKilled", 1, "StartedAt", times[i].started);
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_container c;

        assert_int_equal(ms_docker_container(j, &c, &err), 0);
        assert_string_equal(c.name, "n");
        assert_string_equal(c.image, "i:1");
        assert_string_equal(c.image_id, "sha256:x");
        assert_string_equal(c.service, "web");
        assert_string_equal(c.state, "exited");
        assert_int_equal(c.exit_code, 137);
        assert_true(c.oom_killed);
        assert_int_equal(c.restart_count, 3);
        assert_int_equal(c.started_ms, times[i].ms);
        ms_container_done(&c);
    }
}

static void test_event(void **state)
{
    ms_auto_json json_t *j =
        json("{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"7\","
             "\"Attributes\":{\"com.docker.compose.service\":\"web\","
             "\"exitCode\":\"137\"}},\"timeNano\":1700000000123456789}");
    ms_auto_json json_t *empty = json("{\"Actor\":{\"Attributes\":{\"exitCode\":\"-2\"}}}");
    struct ms_engine_event ev;

    (void)state;
    ms_docker_event(j, &ev);
    assert_string_equal(ev.type, "container");
    assert_string_equal(ev.action, "die");
    assert_string_equal(ev.service, "web");
    assert_string_equal(ev.id, "7");
    assert_int_equal(ev.exit_code, 137);
    assert_int_equal(ev.time_ms, 1700000000123);
    ms_docker_event(empty, &ev);
    assert_string_equal(ev.type, "");
    assert_string_equal(ev.service, "");
    assert_int_equal(ev.exit_code, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_container),
        cmocka_unit_test(test_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
