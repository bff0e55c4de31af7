/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of the Docker Engine API to our structs. Every member may be missing or of another type: it
 * then counts as empty. Pure.
 */
#ifndef MS_ENGINE_DOCKER_JSON_H
#define MS_ENGINE_DOCKER_JSON_H

#include <jansson.h>

#include "modules/core/engine/engine.h"

#define MS_LABEL_PROJECT "com.docker.compose.project"
#define MS_LABEL_SERVICE "com.docker.compose.service"
#define MS_LABEL_ONEOFF "com.docker.compose.oneoff"
#define MS_LABEL_NETWORK "com.docker.compose.network"
#define MS_LABEL_VOLUME "com.docker.compose.volume"
#define MS_LABEL_HASH "com.docker.compose.config-hash"
#define MS_LABEL_SPEC "org.mailstead.spec"
#define MS_LABEL_COMPONENT "org.mailstead.component"
#define MS_IMAGE_PREFIX "mailstead/" /* of the names of our images */

/* Member key of j as text, "" when it is no string. Borrowed. */
const char *ms_json_text(const json_t *j, const char *key);

/* GET /containers/json; containers of `run` (one-off) are left out. *ret_v is an array of *ret_n,
 * each of which ms_container_done frees. MS_EENGINE when j is no array. */
int ms_docker_containers(const json_t *j, struct ms_container **ret_v, size_t *ret_n,
                         struct ms_err *err) ms_must_use;

/* GET /networks, or the Volumes of GET /volumes (null counts as none). */
int ms_docker_objects(const json_t *j, struct ms_engine_object **ret_v, size_t *ret_n,
                      struct ms_err *err) ms_must_use;

/* GET /containers/{id}/json. *ret is freed with ms_container_done. */
int ms_docker_container(const json_t *j, struct ms_container *ret, struct ms_err *err) ms_must_use;

/* One object of GET /events. Strings in *ret are borrowed from j. */
void ms_docker_event(const json_t *j, struct ms_engine_event *ret);

#endif
