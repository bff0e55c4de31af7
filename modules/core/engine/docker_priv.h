/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the Docker implementation (docker*.c) share: the connection and the operations
 * of struct ms_engine_ops, one file per kind of object.
 */
#ifndef MS_ENGINE_DOCKER_PRIV_H
#define MS_ENGINE_DOCKER_PRIV_H

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/engine/docker_json.h"
#include "modules/core/engine/docker_stream.h"
#include "modules/core/engine/http.h"

enum {
    MS_DOCKER_CHANGE_MS = 120 * 1000,       /* create, start, connect, remove */
    MS_DOCKER_RUN_MS = 15 * 60 * 1000,      /* exec and run */
    MS_DOCKER_TRANSFER_MS = 30 * 60 * 1000, /* import, build and pull */
};

struct ms_docker {
    char *socket;         /* or NULL */
    struct ms_http *http; /* NULL until the first use */
    char *version, *api_version;
    uint64_t max_nofile;
};

/* Connect and agree on a version unless that is done. */
int ms_docker_ready(struct ms_docker *d, struct ms_err *err) ms_must_use;

/* ms_docker_ready, then ms_http_call. */
int ms_docker_call(struct ms_docker *d, const struct ms_http_request *r, json_t **ret,
                   struct ms_err *err) ms_must_use;

/* The version to speak: the newest both sides know, at most 1.43, or the server's least when that
 * is higher. The caller frees *ret. MS_EENGINE when the server is older than 1.41. */
int ms_docker_choose_version(const char *server, const char *server_least, char **ret,
                             struct ms_err *err) ms_must_use;

/* The operations, as described in engine.h. */
int ms_docker_info(void *impl, struct ms_engine_info *ret, struct ms_err *err);
int ms_docker_snapshot(void *impl, const char *project, struct ms_snapshot *ret,
                       struct ms_err *err);
int ms_docker_image_find(void *impl, const char *ref, char **ret_id, struct ms_err *err);
int ms_docker_image_import(void *impl, const char *tar_path, const char *ref, struct ms_err *err);
int ms_docker_image_build(void *impl, const char *ref, const json_t *labels, const json_t *args,
                          ms_engine_source source, void *source_arg, ms_engine_output on_output,
                          void *arg, struct ms_err *err);
int ms_docker_image_pull(void *impl, const char *ref, struct ms_err *err);
int ms_docker_image_tag(void *impl, const char *ref, const char *new_ref, struct ms_err *err);
int ms_docker_image_remove(void *impl, const char *ref, struct ms_err *err);
int ms_docker_image_prune(void *impl, const char *const *keep, struct ms_err *err);
int ms_docker_network_create(void *impl, const char *project, const struct ms_network *n,
                             struct ms_err *err);
int ms_docker_network_remove(void *impl, const char *name, struct ms_err *err);
int ms_docker_volume_create(void *impl, const char *project, const char *name, struct ms_err *err);
int ms_docker_volume_remove(void *impl, const char *name, struct ms_err *err);
int ms_docker_create(void *impl, const char *project, const struct ms_service *s, char **ret_id,
                     struct ms_err *err);
int ms_docker_inspect(void *impl, const char *id, struct ms_container *ret, struct ms_err *err);
int ms_docker_start(void *impl, const char *id, struct ms_err *err);
int ms_docker_stop(void *impl, const char *id, unsigned grace_s, struct ms_err *err);
int ms_docker_restart(void *impl, const char *id, unsigned grace_s, struct ms_err *err);
int ms_docker_kill(void *impl, const char *id, const char *sig, struct ms_err *err);
int ms_docker_remove(void *impl, const char *id, struct ms_err *err);
int ms_docker_rename(void *impl, const char *id, const char *name, struct ms_err *err);
int ms_docker_logs(void *impl, const char *id, int tail, bool follow, ms_engine_output on_output,
                   void *arg, struct ms_err *err);
int ms_docker_exec(void *impl, const char *id, const char *const *argv, const struct ms_buf *input,
                   ms_engine_output on_output, void *arg, int *ret_status, struct ms_err *err);
int ms_docker_run(void *impl, const char *project, const struct ms_service *s,
                  const char *const *argv, ms_engine_output on_output, void *arg, int *ret_status,
                  struct ms_err *err);

#endif
