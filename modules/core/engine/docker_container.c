/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/engine/docker_priv.h"

/* A call on one container: METHOD /containers/<id><rest>. */
static int on_container(struct ms_docker *d, const char *method, const char *id, const char *rest,
                        int64_t timeout_ms, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(id);
    ms_auto_free char *path = ms_xasprintf("/containers/%s%s", escaped, rest);
    struct ms_http_request r = {.method = method, .path = path, .timeout_ms = timeout_ms};

    return ms_docker_call(d, &r, NULL, err);
}

/* Take all networks but the first out of a body: before API 1.44 a container is created with one.
 */
static json_t *split_networks(json_t *body)
{
    json_t *all = json_object_get(json_object_get(body, "NetworkingConfig"), "EndpointsConfig");
    json_t *rest = json_object(), *v;
    const char *name;
    void *tmp;
    bool first = true;

    json_object_foreach_safe(all, tmp, name, v)
    {
        if (!first) {
            (void)json_object_set(rest, name, v);
            (void)json_object_del(all, name);
        }
        first = false;
    }
    return rest;
}

static int connect_networks(struct ms_docker *d, const char *id, json_t *endpoints,
                            struct ms_err *err)
{
    const char *name;
    json_t *v;

    json_object_foreach(endpoints, name, v)
    {
        ms_auto_free char *escaped = ms_http_escape(name);
        ms_auto_free char *path = ms_xasprintf("/networks/%s/connect", escaped);
        ms_auto_json json_t *body = json_pack("{s:s, s:O}", "Container", id, "EndpointConfig", v);
        struct ms_http_request r = {
            .method = "POST", .path = path, .body = body, .timeout_ms = MS_DOCKER_CHANGE_MS};

        if (ms_docker_call(d, &r, NULL, err) < 0) {
            return ms_err_wrap(err, "network %s", name);
        }
    }
    return 0;
}

/* POST /containers/create, then connect the other networks. A half-made container is removed. */
static int create_from(struct ms_docker *d, const char *name, json_t *body, char **ret_id,
                       struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(name);
    ms_auto_free char *path = ms_xasprintf("/containers/create?name=%s", escaped);
    ms_auto_json json_t *rest = split_networks(body);
    struct ms_http_request r = {
        .method = "POST", .path = path, .body = body, .timeout_ms = MS_DOCKER_CHANGE_MS};
    ms_auto_json json_t *j = NULL;
    const char *id;

    if (ms_docker_call(d, &r, &j, err) < 0) {
        return -1;
    }
    id = ms_json_text(j, "Id");
    if (!*id) {
        return ms_err_set(err, MS_EENGINE, 0, "the container engine gave no id");
    }
    if (connect_networks(d, id, rest, err) < 0) {
        ms_auto_err struct ms_err ignored = MS_ERR_INIT;

        (void)ms_docker_remove(d, id, &ignored);
        return -1;
    }
    *ret_id = ms_xstrdup(id);
    return 0;
}

int ms_docker_create(void *impl, const char *project, const struct ms_service *s, char **ret_id,
                     struct ms_err *err)
{
    struct ms_docker *d = impl;
    ms_auto_free char *name = ms_xasprintf("%s-%s-1", project, s->name), *id = NULL;
    ms_auto_json json_t *body = NULL;

    if (ms_docker_ready(d, err) < 0 ||
        ms_engine_create_body(project, s, d->max_nofile, &body, err) < 0 ||
        create_from(d, name, body, &id, err) < 0) {
        return ms_err_wrap(err, "create %s", s->name);
    }
    if (ret_id) {
        *ret_id = ms_steal(&id);
    }
    return 0;
}

int ms_docker_inspect(void *impl, const char *id, struct ms_container *ret, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(id);
    ms_auto_free char *path = ms_xasprintf("/containers/%s/json", escaped);
    struct ms_http_request r = {.method = "GET", .path = path};
    ms_auto_json json_t *j = NULL;

    if (ms_docker_call(impl, &r, &j, err) < 0) {
        return -1;
    }
    return ms_docker_container(j, ret, err);
}

int ms_docker_start(void *impl, const char *id, struct ms_err *err)
{
    return on_container(impl, "POST", id, "/start", MS_DOCKER_CHANGE_MS, err);
}

int ms_docker_stop(void *impl, const char *id, unsigned grace_s, struct ms_err *err)
{
    ms_auto_free char *rest = ms_xasprintf("/stop?t=%u", grace_s);

    return on_container(impl, "POST", id, rest, MS_DOCKER_CHANGE_MS + (int64_t)grace_s * 1000, err);
}

int ms_docker_restart(void *impl, const char *id, unsigned grace_s, struct ms_err *err)
{
    ms_auto_free char *rest = ms_xasprintf("/restart?t=%u", grace_s);

    return on_container(impl, "POST", id, rest, MS_DOCKER_CHANGE_MS + (int64_t)grace_s * 1000, err);
}

int ms_docker_kill(void *impl, const char *id, const char *sig, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(sig);
    ms_auto_free char *rest = ms_xasprintf("/kill?signal=%s", escaped);

    return on_container(impl, "POST", id, rest, MS_DOCKER_CHANGE_MS, err);
}

int ms_docker_remove(void *impl, const char *id, struct ms_err *err)
{
    return on_container(impl, "DELETE", id, "?force=1&v=1", MS_DOCKER_CHANGE_MS, err);
}

int ms_docker_rename(void *impl, const char *id, const char *name, struct ms_err *err)
{
    ms_auto_free char *tail =
        ms_xasprintf("/rename?name=%s", name); /* our names need no escaping */

    return on_container(impl, "POST", id, tail, MS_DOCKER_CHANGE_MS, err);
}

/* The service's body changed for one command: no network, no restarts, marked as one-off. */
static void make_oneoff(json_t *body, const char *const *argv)
{
    json_t *host = json_object_get(body, "HostConfig"), *command = json_array();

    for (size_t i = 1; argv[0] && argv[i]; i++) {
        (void)json_array_append_new(command, json_string(argv[i]));
    }
    (void)json_object_set_new(body, "Entrypoint", json_pack("[s]", argv[0]));
    (void)json_object_set_new(body, "Cmd", command);
    (void)json_object_del(body, "NetworkingConfig");
    (void)json_object_set_new(host, "NetworkMode", json_string("none"));
    (void)json_object_set_new(host, "RestartPolicy", json_pack("{s:s}", "Name", "no"));
    (void)json_object_set_new(json_object_get(body, "Labels"), MS_LABEL_ONEOFF,
                              json_string("True"));
}

static int wait_end(struct ms_docker *d, const char *id, int *ret_status, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("/containers/%s/wait", id);
    struct ms_http_request r = {.method = "POST", .path = path, .timeout_ms = MS_DOCKER_RUN_MS};
    ms_auto_json json_t *j = NULL;

    if (ms_docker_call(d, &r, &j, err) < 0) {
        return -1;
    }
    *ret_status = (int)json_integer_value(json_object_get(j, "StatusCode"));
    return 0;
}

int ms_docker_run(void *impl, const char *project, const struct ms_service *s,
                  const char *const *argv, ms_engine_output on_output, void *arg, int *ret_status,
                  struct ms_err *err)
{
    struct ms_docker *d = impl;
    ms_auto_free char *name = ms_xasprintf("%s-%s-run", project, s->name), *id = NULL;
    ms_auto_err struct ms_err ignored = MS_ERR_INIT;
    ms_auto_json json_t *body = NULL;
    int status = 0, r;

    if (ms_docker_ready(d, err) < 0 ||
        ms_engine_create_body(project, s, d->max_nofile, &body, err) < 0) {
        return ms_err_wrap(err, "run %s", s->name);
    }
    make_oneoff(body, argv);
    (void)ms_docker_remove(d, name, &ignored); /* left behind by a run that was killed */
    if (create_from(d, name, body, &id, err) < 0) {
        return ms_err_wrap(err, "run %s", s->name);
    }
    r = ms_docker_start(d, id, err) < 0 ||
        ms_docker_logs(d, id, -1, true, on_output, arg, err) < 0 ||
        wait_end(d, id, &status, err) < 0;
    ms_err_done(&ignored);
    (void)ms_docker_remove(d, id, &ignored);
    if (r) {
        return ms_err_wrap(err, "run %s", s->name);
    }
    *ret_status = status;
    return 0;
}
