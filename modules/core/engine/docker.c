/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "modules/core/engine/docker_priv.h"

static void docker_free(void *impl)
{
    struct ms_docker *d = impl;

    ms_http_free(d->http);
    free(d->socket);
    free(d->version);
    free(d->api_version);
    free(d);
}

static const struct ms_engine_ops docker_ops = {
    .info = ms_docker_info,
    .snapshot = ms_docker_snapshot,
    .image_find = ms_docker_image_find,
    .image_import = ms_docker_image_import,
    .image_build = ms_docker_image_build,
    .image_pull = ms_docker_image_pull,
    .image_tag = ms_docker_image_tag,
    .image_remove = ms_docker_image_remove,
    .image_prune = ms_docker_image_prune,
    .network_create = ms_docker_network_create,
    .network_remove = ms_docker_network_remove,
    .volume_create = ms_docker_volume_create,
    .volume_remove = ms_docker_volume_remove,
    .create = ms_docker_create,
    .inspect = ms_docker_inspect,
    .start = ms_docker_start,
    .stop = ms_docker_stop,
    .restart = ms_docker_restart,
    .kill = ms_docker_kill,
    .remove = ms_docker_remove,
    .rename = ms_docker_rename,
    .logs = ms_docker_logs,
    .exec = ms_docker_exec,
    .run = ms_docker_run,
    .free = docker_free,
};

struct ms_engine *ms_engine_docker(const char *socket)
{
    struct ms_engine *e = ms_xcalloc(1, sizeof(*e));
    struct ms_docker *d = ms_xcalloc(1, sizeof(*d));

    d->socket = ms_xstrdup(socket);
    *e = (struct ms_engine){.ops = &docker_ops, .impl = d};
    return e;
}
