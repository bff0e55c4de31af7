/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "cmd/mailstead/watch.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/deploy/deploy.h"

static struct ms_engine *connect_engine(void *arg)
{
    const struct ms_cli *c = arg;

    return ms_engine_docker(c->engine_socket);
}

int ms_run_plan(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_err struct ms_err no_engine = MS_ERR_INIT;
    ms_auto_loaded struct ms_loaded l = {0};
    ms_cleanup(ms_plan_freep) struct ms_plan *plan = NULL;
    ms_auto_buf struct ms_buf b = {0};
    struct ms_deploy d = {.engine = connect_engine, .engine_arg = c};
    int status = ms_load_all(c, &l);

    ms_buf_init(&b, MS_OUT_MAX);
    if (status != MS_EXIT_OK) {
        return status;
    }
    d.site = l.site;
    d.stack = l.stack;
    d.paths = &l.paths;
    bool engine = ms_load_engine_answers(c, &no_engine) == 0;

    if (ms_deploy_plan(&d, engine, &plan, &err) < 0) {
        return ms_out_fail(&err);
    }
    status = plan->n_steps ? MS_EXIT_DIFFERS : MS_EXIT_OK;
    if (c->json) {
        ms_auto_json json_t *j = ms_plan_json(plan);

        (void)json_object_set_new(j, "compared", json_boolean(engine));
        return ms_out_json(j, status);
    }
    ms_plan_text(plan, &b);
    status = ms_out_buf(&b, status);
    if (!engine) {
        ms_out_note(c, "%s\nNothing was compared: this is what `up` would do on an empty machine.",
                    ms_err_msg(&no_engine));
    }
    return status;
}

static int images_job(void *arg, ms_deploy_event on_event, void *event_arg, struct ms_err *err)
{
    struct ms_deploy *d = arg;
    bool changed;

    d->on_event = on_event;
    d->arg = event_arg;
    return ms_deploy_images(d, &changed, err);
}

int ms_run_images(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_loaded struct ms_loaded l = {0};
    struct ms_deploy d = {.engine = connect_engine, .engine_arg = c};
    struct ms_watch_end end = {0};
    int status = ms_load_all(c, &l);

    if (status != MS_EXIT_OK) {
        return status;
    }
    if (ms_load_engine_answers(c, &err) < 0) {
        return ms_out_fail(&err);
    }
    d.site = l.site;
    d.stack = l.stack;
    d.paths = &l.paths;
    if (ms_watch(c, images_job, &d, &end, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        ms_auto_json json_t *j = json_array();

        for (size_t i = 0; i < l.stack->n_services; i++) {
            (void)json_array_append_new(j,
                                        json_pack("{s:s,s:s}", "service", l.stack->services[i].name,
                                                  "image", l.stack->services[i].image));
        }
        return ms_out_json(j, end.ok ? MS_EXIT_OK : MS_EXIT_FAILED);
    }
    for (size_t i = 0; end.ok && i < l.stack->n_services; i++) {
        (void)printf("%s\n", l.stack->services[i].image);
    }
    return end.ok ? MS_EXIT_OK : MS_EXIT_FAILED;
}
