/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/engine.h"

#include <stdlib.h>

void ms_engine_info_done(struct ms_engine_info *i)
{
    free(i->version);
    free(i->api_version);
    free(i->root_dir);
    *i = (struct ms_engine_info){0};
}

void ms_container_done(struct ms_container *c)
{
    free(c->id);
    free(c->name);
    free(c->service);
    free(c->image_id);
    free(c->image);
    free(c->spec_hash);
    free(c->state);
    free(c->status);
    *c = (struct ms_container){0};
}

static void free_objects(struct ms_engine_object *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(v[i].name);
        free(v[i].spec_hash);
    }
    free(v);
}

void ms_snapshot_done(struct ms_snapshot *s)
{
    for (size_t i = 0; i < s->n_containers; i++) {
        ms_container_done(&s->containers[i]);
    }
    free(s->containers);
    free_objects(s->networks, s->n_networks);
    free_objects(s->volumes, s->n_volumes);
    *s = (struct ms_snapshot){0};
}

void ms_engine_free(struct ms_engine *e)
{
    if (e) {
        e->ops->free(e->impl);
        free(e);
    }
}
