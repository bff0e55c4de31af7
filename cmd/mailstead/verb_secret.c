/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/pki.h"

static int is_secret(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

int ms_run_secret_list(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *dir = ms_xasprintf("%s/secrets", c->state);
    ms_auto_json json_t *names = json_array();
    struct dirent **found = NULL;
    int n = scandir(dir, &found, is_secret, alphasort);

    if (n < 0 && errno != ENOENT) {
        (void)ms_err_set(&err, MS_EIO, errno, "cannot read %s", dir);
        return ms_out_fail(&err);
    }
    for (int i = 0; i < n; i++) {
        if (!c->json) {
            ms_out_line(c, "%s", found[i]->d_name);
        }
        (void)json_array_append_new(names, json_string(found[i]->d_name));
        free(found[i]);
    }
    free(found);
    return c->json ? ms_out_json(names, MS_EXIT_OK) : MS_EXIT_OK;
}

int ms_run_secret_show(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_secret_freep) char *text = NULL;

    if (ms_secret_get(c->state, c->words[0], false, &text, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:s,s:s}", "name", c->words[0], "secret", text);

        return ms_out_json(j, MS_EXIT_OK);
    }
    return printf("%s\n", text) > 0 && fflush(stdout) == 0 ? MS_EXIT_OK : MS_EXIT_FAILED;
}
