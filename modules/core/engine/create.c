/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/create.h"

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/engine/create_priv.h"
#include "modules/core/engine/docker_json.h"

#define COMPOSE_VERSION "2.26.1" /* the version of Compose whose labels we write */

static int body_text(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    ms_auto_free char *text = ms_create_text(v);

    if (!text) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a text");
    }
    (void)json_object_set_new(c->body, api, json_string(text));
    return 0;
}

/* A command: a list, or words without any quoting. */
static int body_command(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    const char *s = json_string_value(v);
    json_t *list;

    if (!s) {
        return ms_create_list(v, &list, err) < 0 ? -1 : json_object_set_new(c->body, api, list);
    }
    if (strpbrk(s, "\"'\\$`")) {
        return ms_err_set(err, MS_EINVAL, 0, "write a command with quotes as a list");
    }
    list = json_array();
    (void)json_object_set_new(c->body, api, list);
    while (*(s += strspn(s, " \t\n"))) {
        size_t n = strcspn(s, " \t\n");

        (void)json_array_append_new(list, json_stringn(s, n));
        s += n;
    }
    return 0;
}

static int body_environment(struct ms_creation *c, const json_t *v, const char *api,
                            struct ms_err *err)
{
    ms_auto_json json_t *map = NULL;
    json_t *list = json_array(), *value;
    const char *key;

    (void)json_object_set_new(c->body, api, list);
    if (ms_create_map(v, &map, err) < 0) {
        return -1;
    }
    json_object_foreach(map, key, value)
    {
        ms_auto_free char *text = ms_xasprintf("%s=%s", key, json_string_value(value));

        (void)json_array_append_new(list, json_string(text));
    }
    return 0;
}

static int body_labels(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    ms_auto_json json_t *map = NULL;

    if (ms_create_map(v, &map, err) < 0) {
        return -1;
    }
    return json_object_update_missing(json_object_get(c->body, api), map);
}

static int body_seconds(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    ms_auto_free char *text = ms_create_text(v);
    uint64_t s;

    if (!text || ms_parse_duration(text, &s) < 0 || s > 86400) {
        return ms_err_set(err, MS_EINVAL, 0, "must be a time such as 30s");
    }
    (void)json_object_set_new(c->body, api, json_integer((json_int_t)s));
    return 0;
}

static int host_list(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *list;

    return ms_create_list(v, &list, err) < 0 ? -1 : json_object_set_new(c->host, api, list);
}

static int host_map(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    json_t *map;

    return ms_create_map(v, &map, err) < 0 ? -1 : json_object_set_new(c->host, api, map);
}

static int host_bool(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    if (!json_is_boolean(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be true or false");
    }
    return json_object_set(c->host, api, (json_t *)v);
}

static int network_mode(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err)
{
    const char *s = json_string_value(v);

    if (!s || (strcmp(s, "host") != 0 && strcmp(s, "none") != 0 && strcmp(s, "bridge") != 0)) {
        return ms_err_set(err, MS_EINVAL, 0, "must be host, none or bridge");
    }
    return json_object_set(c->host, api, (json_t *)v);
}

static const struct ms_create_row service_rows[] = {
    {"image", NULL, NULL}, /* service->image */
    {"build", NULL, NULL},
    {"pull_policy", NULL, NULL},
    {"depends_on", NULL, NULL},
    {"healthcheck", NULL, NULL},
    {"hostname", body_text, "Hostname"},
    {"domainname", body_text, "Domainname"},
    {"user", body_text, "User"},
    {"working_dir", body_text, "WorkingDir"},
    {"command", body_command, "Cmd"},
    {"entrypoint", body_command, "Entrypoint"},
    {"environment", body_environment, "Env"},
    {"labels", body_labels, "Labels"},
    {"stop_signal", body_text, "StopSignal"},
    {"stop_grace_period", body_seconds, "StopTimeout"},
    {"networks", ms_create_networks, "NetworkingConfig"},
    {"network_mode", network_mode, "NetworkMode"},
    {"volumes", ms_create_volumes, "Mounts"},
    {"tmpfs", ms_create_tmpfs, "Tmpfs"},
    {"cap_add", host_list, "CapAdd"},
    {"cap_drop", host_list, "CapDrop"},
    {"group_add", host_list, "GroupAdd"},
    {"security_opt", ms_create_security, "SecurityOpt"},
    {"dns", host_list, "Dns"},
    {"dns_search", host_list, "DnsSearch"},
    {"dns_opt", host_list, "DnsOptions"},
    {"extra_hosts", host_list, "ExtraHosts"},
    {"sysctls", host_map, "Sysctls"},
    {"read_only", host_bool, "ReadonlyRootfs"},
    {"init", host_bool, "Init"},
    {"ulimits", ms_create_ulimits, "Ulimits"},
    {"deploy", ms_create_deploy, NULL},
    {"mem_limit", ms_create_bytes, "Memory"},
    {"mem_reservation", ms_create_bytes, "MemoryReservation"},
    {"memswap_limit", ms_create_bytes, "MemorySwap"},
    {"shm_size", ms_create_bytes, "ShmSize"},
    {"pids_limit", ms_create_integer, "PidsLimit"},
    {"oom_score_adj", ms_create_integer, "OomScoreAdj"},
    {"cpus", ms_create_cpus, "NanoCpus"},
    {"restart", ms_create_restart, "RestartPolicy"},
    {"logging", ms_create_logging, "LogConfig"},
    {0},
};

/* The labels by which `docker compose ps` and `logs` find a container, and we. */
static json_t *labels_of(const char *project, const struct ms_service *s)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", MS_LABEL_PROJECT, project,
                     MS_LABEL_SERVICE, s->name, MS_LABEL_ONEOFF, "False",
                     "com.docker.compose.container-number", "1", "com.docker.compose.version",
                     COMPOSE_VERSION, MS_LABEL_HASH, s->spec_hash,
                     "com.docker.compose.project.config_files", "", MS_LABEL_SPEC, s->spec_hash);
}

int ms_engine_create_body(const char *project, const struct ms_service *s, uint64_t max_nofile,
                          json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *body =
        json_pack("{s:s, s:s, s:{s:[s]}, s:o, s:{}}", "Image", s->image, "Hostname", s->name,
                  "Healthcheck", "Test", "NONE", "Labels", labels_of(project, s), "HostConfig");
    struct ms_creation c = {.project = project,
                            .service = s,
                            .max_nofile = max_nofile,
                            .body = body,
                            .host = json_object_get(body, "HostConfig")};

    if (!body) {
        return ms_err_set(err, MS_EINVAL, 0, "%.100s: not a name in UTF-8", s->name);
    }
    if (ms_create_apply(&c, s->compose, service_rows, err) < 0) {
        return ms_err_wrap(err, "service %s", s->name);
    }
    *ret = ms_steal(&body);
    return 0;
}
