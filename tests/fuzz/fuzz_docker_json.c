/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine answers: lists of containers, networks and volumes, a container's properties, an
 * event. Every string we hand on is there, whatever the JSON is.
 */
#include <assert.h>
#include <stdint.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/engine/docker_json.h"

static void check(const struct ms_container *c)
{
    assert(c->id && c->name && c->service && c->image_id && c->image && c->spec_hash && c->state &&
           c->status);
    assert(c->started_ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_json json_t *j = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
    struct ms_err err = MS_ERR_INIT;
    struct ms_snapshot s = {0};
    struct ms_engine_event ev;
    struct ms_container c = {0};

    if (!j) {
        return 0;
    }
    if (ms_docker_containers(j, &s.containers, &s.n_containers, &err) < 0) {
        assert(err.code == MS_EENGINE);
        ms_err_done(&err);
    }
    for (size_t i = 0; i < s.n_containers; i++) {
        check(&s.containers[i]);
    }
    if (ms_docker_objects(j, &s.networks, &s.n_networks, &err) < 0) {
        assert(err.code == MS_EENGINE);
        ms_err_done(&err);
    }
    for (size_t i = 0; i < s.n_networks; i++) {
        assert(*s.networks[i].name && s.networks[i].spec_hash);
    }
    ms_snapshot_done(&s);
    if (ms_docker_container(j, &c, &err) < 0) {
        ms_err_done(&err);
    } else {
        check(&c);
    }
    ms_container_done(&c);
    ms_docker_event(j, &ev);
    assert(ev.type && ev.action && ev.service && ev.id && ev.exit_code >= -1);
    return 0;
}
