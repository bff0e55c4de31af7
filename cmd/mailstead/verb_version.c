/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"

int ms_run_version(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_engine_freep) struct ms_engine *e = NULL;
    ms_cleanup(ms_engine_info_done) struct ms_engine_info info = {0};
    bool there = false;

    if (ms_load_engine_answers(c, &err) == 0) {
        e = ms_engine_docker(c->engine_socket);
        there = e->ops->info(e->impl, &info, &err) == 0;
    }
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:s,s:n}", "mailstead", MS_VERSION, "engine");

        if (there) {
            (void)json_object_set_new(
                j, "engine",
                json_pack("{s:s,s:s}", "version", info.version, "api", info.api_version));
        } else {
            (void)json_object_set_new(j, "engine_error", json_string(ms_err_msg(&err)));
        }
        return ms_out_json(j, MS_EXIT_OK);
    }
    (void)printf("mailstead %s\n", MS_VERSION);
    if (there) {
        (void)printf("engine    Docker %s (API %s)\n", info.version, info.api_version);
    } else {
        (void)printf("engine    not reachable\n");
    }
    return MS_EXIT_OK;
}
