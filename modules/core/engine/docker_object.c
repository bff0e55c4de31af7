/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/create.h"
#include "modules/core/engine/docker_priv.h"

static int post(struct ms_docker *d, const char *path, const json_t *body, struct ms_err *err)
{
    struct ms_http_request r = {
        .method = "POST", .path = path, .body = body, .timeout_ms = MS_DOCKER_CHANGE_MS};
    ms_auto_json json_t *j = NULL;

    return ms_docker_call(d, &r, &j, err);
}

static int delete (struct ms_docker *d, const char *kind, const char *name, struct ms_err *err)
{
    ms_auto_free char *escaped = ms_http_escape(name);
    ms_auto_free char *path = ms_xasprintf("/%s/%s", kind, escaped);
    struct ms_http_request r = {
        .method = "DELETE", .path = path, .timeout_ms = MS_DOCKER_CHANGE_MS};

    return ms_docker_call(d, &r, NULL, err);
}

int ms_docker_network_create(void *impl, const char *project, const struct ms_network *n,
                             struct ms_err *err)
{
    ms_auto_json json_t *body = NULL;

    if (ms_engine_network_body(project, n, &body, err) < 0 ||
        post(impl, "/networks/create", body, err) < 0) {
        return ms_err_wrap(err, "network %s", n->name);
    }
    return 0;
}

int ms_docker_network_remove(void *impl, const char *name, struct ms_err *err)
{
    return delete (impl, "networks", name, err) < 0 ? ms_err_wrap(err, "network %s", name) : 0;
}

int ms_docker_volume_create(void *impl, const char *project, const char *name, struct ms_err *err)
{
    ms_auto_free char *full = ms_xasprintf("%s_%s", project, name);
    ms_auto_json json_t *body =
        json_pack("{s:s, s:{s:s, s:s, s:s}}", "Name", full, "Labels", MS_LABEL_PROJECT, project,
                  MS_LABEL_VOLUME, name, MS_LABEL_SPEC, "1");

    if (!body) {
        return ms_err_set(err, MS_EINVAL, 0, "volume %.100s: not a name in UTF-8", name);
    }
    return post(impl, "/volumes/create", body, err) < 0 ? ms_err_wrap(err, "volume %s", name) : 0;
}

int ms_docker_volume_remove(void *impl, const char *name, struct ms_err *err)
{
    return delete (impl, "volumes", name, err) < 0 ? ms_err_wrap(err, "volume %s", name) : 0;
}
