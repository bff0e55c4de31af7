/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/engine/create.h"

/* Compare with what is expected, as JSON; differences are printed as text. */
static void assert_json(const json_t *got, const char *expected)
{
    json_error_t where;
    ms_auto_json json_t *want = json_loads(expected, 0, &where);

    if (!want) {
        fail_msg("expected JSON: %s at %d", where.text, where.position);
    }
    if (!json_equal((json_t *)got, want)) {
        ms_auto_free char *a = json_dumps(got, JSON_INDENT(1) | JSON_SORT_KEYS);
        ms_auto_free char *b = json_dumps(want, JSON_INDENT(1) | JSON_SORT_KEYS);

        assert_string_equal(a, b);
    }
}

static int body_of(const char *compose, uint64_t nofile, json_t **ret, struct ms_err *err)
{
    json_error_t where;
    ms_auto_json json_t *j = json_loads(compose, 0, &where);
    struct ms_service s = {
        .name = "web", .image = "mailstead/web:1", .compose = j, .spec_hash = "beef"};

    if (!j) {
        fail_msg("compose JSON: %s at %d", where.text, where.position);
    }
    return ms_engine_create_body("ms", &s, nofile, ret, err);
}

#define LABELS                                                                                     \
    "\"com.docker.compose.project\":\"ms\",\"com.docker.compose.service\":\"web\","                \
    "\"com.docker.compose.oneoff\":\"False\",\"com.docker.compose.container-number\":\"1\","       \
    "\"com.docker.compose.version\":\"2.26.1\",\"com.docker.compose.config-hash\":\"beef\","       \
    "\"com.docker.compose.project.config_files\":\"\",\"org.mailstead.spec\":\"beef\""

#define BODY(more, host)                                                                           \
    "{\"Image\":\"mailstead/web:1\",\"Healthcheck\":{\"Test\":[\"NONE\"]}," more                   \
    "\"HostConfig\":{" host "}}"

#define PLAIN(more, host) BODY("\"Hostname\":\"web\",\"Labels\":{" LABELS "}," more, host)

static const struct {
    const char *compose, *body;
} good[] = {
    {"{}", PLAIN("", "")},
    {"{\"image\":\"other\",\"build\":\".\",\"depends_on\":[\"a\"],\"healthcheck\":{\"test\":[]},"
     "\"x-anything\":{\"b\":1},\"pull_policy\":\"never\",\"user\":null}",
     PLAIN("", "")},
    {"{\"hostname\":\"mail.example.org\",\"labels\":{\"a\":1,\"org.mailstead.spec\":\"forged\"}}",
     BODY("\"Hostname\":\"mail.example.org\",\"Labels\":{" LABELS ",\"a\":\"1\"},", "")},
    {"{\"labels\":[\"a=b=c\"]}",
     BODY("\"Hostname\":\"web\",\"Labels\":{" LABELS ",\"a\":\"b=c\"},", "")},
    {"{\"command\":\"postfix  start-fg\",\"entrypoint\":[\"/init\",7],\"user\":101,"
     "\"working_dir\":\"/w\"}",
     PLAIN("\"Cmd\":[\"postfix\",\"start-fg\"],\"Entrypoint\":[\"/init\",\"7\"],\"User\":\"101\","
           "\"WorkingDir\":\"/w\",",
           "")},
    {"{\"environment\":{\"A\":\"b c\",\"N\":3,\"T\":true,\"E\":\"\"}}",
     PLAIN("\"Env\":[\"A=b c\",\"N=3\",\"T=true\",\"E=\"],", "")},
    {"{\"environment\":[\"A=b=c\"]}", PLAIN("\"Env\":[\"A=b=c\"],", "")},
    {"{\"stop_signal\":\"SIGQUIT\",\"stop_grace_period\":\"2m\"}",
     PLAIN("\"StopSignal\":\"SIGQUIT\",\"StopTimeout\":120,", "")},
    {"{\"networks\":{\"back\":{\"ipv4_address\":\"172.30.25.9\",\"aliases\":[\"w\"],"
     "\"x-mailstead\":{\"host\":9}},\"front\":null}}",
     PLAIN("\"NetworkingConfig\":{\"EndpointsConfig\":{\"ms_back\":{\"Aliases\":[\"web\",\"w\"],"
           "\"IPAMConfig\":{\"IPv4Address\":\"172.30.25.9\"}},\"ms_front\":{\"Aliases\":"
           "[\"web\"]}}},",
           "\"NetworkMode\":\"ms_back\"")},
    {"{\"networks\":[\"back\"]}",
     PLAIN("\"NetworkingConfig\":{\"EndpointsConfig\":{\"ms_back\":{\"Aliases\":[\"web\"]}}},",
           "\"NetworkMode\":\"ms_back\"")},
    {"{\"network_mode\":\"host\"}", PLAIN("", "\"NetworkMode\":\"host\"")},
    {"{\"volumes\":[{\"type\":\"bind\",\"source\":\"/s\",\"target\":\"/t\",\"read_only\":true,"
     "\"bind\":{\"create_host_path\":false,\"propagation\":\"rslave\"}},{\"type\":\"volume\","
     "\"source\":\"d\",\"target\":\"/d\",\"volume\":{\"nocopy\":true}},{\"type\":\"tmpfs\","
     "\"target\":\"/r\",\"tmpfs\":{\"size\":\"64M\",\"mode\":448}},\"d:/e:ro\",\"/a:/b\"]}",
     PLAIN("", "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/s\",\"Target\":\"/t\",\"ReadOnly\":"
               "true,\"BindOptions\":{\"Propagation\":\"rslave\"}},{\"Type\":\"volume\","
               "\"Source\":\"ms_d\",\"Target\":\"/d\",\"ReadOnly\":false,\"VolumeOptions\":"
               "{\"NoCopy\":true}},{\"Type\":\"tmpfs\",\"Target\":\"/r\",\"ReadOnly\":false,"
               "\"TmpfsOptions\":{\"SizeBytes\":67108864,\"Mode\":448}},{\"Type\":\"volume\","
               "\"Source\":\"ms_d\",\"Target\":\"/e\",\"ReadOnly\":true},{\"Type\":\"bind\","
               "\"Source\":\"/a\",\"Target\":\"/b\",\"ReadOnly\":false}]")},
    {"{\"tmpfs\":[\"/run:uid=1,mode=0750\",\"/tmp\"]}",
     PLAIN("", "\"Tmpfs\":{\"/run\":\"uid=1,mode=0750\",\"/tmp\":\"\"}")},
    {"{\"tmpfs\":\"/run\"}", PLAIN("", "\"Tmpfs\":{\"/run\":\"\"}")},
    {"{\"cap_drop\":[\"ALL\"],\"cap_add\":[\"CHOWN\"],\"security_opt\":[\"no-new-privileges:true\"]"
     ","
     "\"read_only\":true,\"init\":true,\"group_add\":[5]}",
     PLAIN("", "\"CapDrop\":[\"ALL\"],\"CapAdd\":[\"CHOWN\"],\"SecurityOpt\":"
               "[\"no-new-privileges:true\"],\"ReadonlyRootfs\":true,\"Init\":true,\"GroupAdd\":"
               "[\"5\"]")},
    {"{\"ulimits\":{\"nofile\":{\"soft\":1024,\"hard\":1048576},\"nproc\":99999}}",
     PLAIN("",
           "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1024,\"Hard\":20000},{\"Name\":\"nproc\","
           "\"Soft\":99999,\"Hard\":99999}]")},
    {"{\"ulimits\":{\"nofile\":1048576}}",
     PLAIN("", "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":20000,\"Hard\":20000}]")},
    {"{\"deploy\":{\"resources\":{\"limits\":{\"memory\":\"128M\",\"pids\":64,\"cpus\":\"1.5\"},"
     "\"reservations\":{\"memory\":\"1K\"}}}}",
     PLAIN("", "\"Memory\":134217728,\"PidsLimit\":64,\"NanoCpus\":1500000000,"
               "\"MemoryReservation\":1024")},
    {"{\"mem_limit\":1048576,\"pids_limit\":7,\"cpus\":0.25,\"shm_size\":\"8mb\"}",
     PLAIN("", "\"Memory\":1048576,\"PidsLimit\":7,\"NanoCpus\":250000000,\"ShmSize\":8388608")},
    {"{\"restart\":\"unless-stopped\"}",
     PLAIN("", "\"RestartPolicy\":{\"Name\":\"unless-stopped\"}")},
    {"{\"restart\":\"on-failure:3\"}",
     PLAIN("", "\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":3}")},
    {"{\"restart\":false}", PLAIN("", "\"RestartPolicy\":{\"Name\":\"no\"}")},
    {"{\"logging\":{\"driver\":\"json-file\",\"options\":{\"max-size\":\"10m\",\"max-file\":3}}}",
     PLAIN("", "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"10m\","
               "\"max-file\":\"3\"}}")},
    {"{\"sysctls\":{\"net.core.somaxconn\":1024},\"dns\":\"172.30.25.13\",\"extra_hosts\":"
     "[\"a:1.2.3.4\"]}",
     PLAIN("", "\"Sysctls\":{\"net.core.somaxconn\":\"1024\"},\"Dns\":[\"172.30.25.13\"],"
               "\"ExtraHosts\":[\"a:1.2.3.4\"]")},
};

static void test_golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *j = NULL;

        if (body_of(good[i].compose, 20000, &j, &err) < 0) {
            fail_msg("%s: %s", good[i].compose, ms_err_msg(&err));
        }
        assert_json(j, good[i].body);
    }
}

static void test_unknown_limit(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *j = NULL;

    (void)state;
    assert_int_equal(body_of("{\"ulimits\":{\"nofile\":1048576}}", 0, &j, &err), 0);
    assert_json(j, PLAIN("", "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1048576,\"Hard\":1048576}"
                             "]"));
}

static const struct {
    const char *compose, *text;
} bad[] = {
    {"[]", "service web: must be a map"},
    {"{\"privileged\":true}", "service web: privileged: this key is not supported"},
    {"{\"deploy\":{\"replicas\":2}}", "service web: deploy: replicas: this key is not supported"},
    {"{\"deploy\":{\"resources\":{\"limits\":{\"memory\":\"x\"}}}}",
     "service web: deploy: resources: limits: memory: must be a size such as 64M"},
    {"{\"command\":\"sh -c 'a b'\"}",
     "service web: command: write a command with quotes as a list"},
    {"{\"command\":[[]]}", "service web: command: must be a list of texts"},
    {"{\"environment\":[\"A\"]}", "service web: environment: \"A\" must be key=value"},
    {"{\"environment\":{\"A\":null}}", "service web: environment: A: must be a text or a number"},
    {"{\"volumes\":[\"data\"]}", "service web: volumes: data: must be SOURCE:TARGET[:ro]"},
    {"{\"volumes\":[\"./x:/y\"]}", "service web: volumes: /y: source must be an absolute path"},
    {"{\"volumes\":[\"x:/y:rx\"]}", "service web: volumes: x:/y:rx: the mode must be ro or rw"},
    {"{\"volumes\":[{\"type\":\"npipe\"}]}",
     "service web: volumes: type must be bind, volume or tmpfs"},
    {"{\"volumes\":[{\"type\":\"volume\",\"target\":\"/x\"}]}",
     "service web: volumes: /x: source is missing"},
    {"{\"volumes\":[{\"type\":\"volume\",\"source\":\"a\",\"target\":\"/x\",\"odd\":1}]}",
     "service web: volumes: /x: odd: this key is not supported"},
    {"{\"tmpfs\":[\"run\"]}", "service web: tmpfs: run: must be an absolute path"},
    {"{\"networks\":{\"a\":{\"priority\":1}}}",
     "service web: networks: a: priority: this key is not supported, or its value"},
    {"{\"network_mode\":\"service:x\"}", "service web: network_mode: must be host, none or bridge"},
    {"{\"ulimits\":{\"nofile\":\"x\"}}",
     "service web: ulimits: nofile: must be a number or {soft, hard}"},
    {"{\"restart\":\"sometimes\"}",
     "service web: restart: must be no, always, unless-stopped, on-failure or on-failure:N"},
    {"{\"restart\":\"always:3\"}", "service web: restart: only on-failure takes a count"},
    {"{\"stop_grace_period\":\"soon\"}",
     "service web: stop_grace_period: must be a time such as 30s"},
    {"{\"security_opt\":[\"seccomp=./p.json\"]}",
     "service web: security_opt: seccomp=./p.json: only seccomp=unconfined is supported"},
    {"{\"cpus\":\"1.0000000001\"}",
     "service web: cpus: must be a number of processors such as 0.5"},
    {"{\"cpus\":\"0\"}", "service web: cpus: must be a number of processors such as 0.5"},
    {"{\"read_only\":\"yes\"}", "service web: read_only: must be true or false"},
    {"{\"pids_limit\":\"7\"}", "service web: pids_limit: must be a whole number"},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        json_t *j = NULL;

        assert_int_equal(body_of(bad[i].compose, 0, &j, &err), -1);
        assert_null(j);
        assert_int_equal(err.code, MS_EINVAL);
        assert_string_equal(err.msg, bad[i].text);
    }
}

static int network_of(const char *compose, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *j = json_loads(compose, 0, NULL);
    struct ms_network n = {
        .name = "back", .compose = j, .addr = 0xac1e1900, .prefix = 26, .spec_hash = "cafe"};

    assert_non_null(j);
    return ms_engine_network_body("ms", &n, ret, err);
}

#define NETWORK(more)                                                                              \
    "{\"Name\":\"ms_back\",\"CheckDuplicate\":true,\"Driver\":\"bridge\",\"Labels\":{"             \
    "\"com.docker.compose.project\":\"ms\",\"com.docker.compose.network\":\"back\","               \
    "\"org.mailstead.spec\":\"cafe\"}," more "}"

static void test_network(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *a = NULL, *b = NULL;
    json_t *c = NULL;

    (void)state;
    assert_int_equal(
        network_of("{\"internal\":true,\"x-a\":1,\"driver_opts\":{\"o\":5}}", &a, &err), 0);
    assert_json(a, NETWORK("\"Internal\":true,\"Options\":{\"o\":\"5\"},\"IPAM\":{\"Driver\":"
                           "\"default\",\"Config\":[{\"Subnet\":\"172.30.25.0/26\"}]}"));
    assert_int_equal(network_of("{\"ipam\":{\"config\":[{\"subnet\":\"10.0.0.0/24\",\"gateway\":"
                                "\"10.0.0.1\"}]},\"enable_ipv6\":false}",
                                &b, &err),
                     0);
    assert_json(b, NETWORK("\"EnableIPv6\":false,\"IPAM\":{\"Driver\":\"default\",\"Config\":[{"
                           "\"Subnet\":\"10.0.0.0/24\",\"Gateway\":\"10.0.0.1\"}]}"));
    assert_int_equal(network_of("{\"external\":true}", &c, &err), -1);
    assert_string_equal(err.msg, "external: this key is not supported, or its value");
    assert_null(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_unknown_limit),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
