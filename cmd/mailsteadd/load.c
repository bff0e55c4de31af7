/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/load.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/diag.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/host.h"
#include "modules/core/base/mem.h"
#include "modules/core/doctor/host.h"

enum { DIAGS_SHOWN = 100, SITE_MAX = 32 << 20 };

static const char *absolute(struct ms_arena *a, const char *path)
{
    char *real = realpath(path, NULL);
    char cwd[PATH_MAX];
    const char *r;

    if (real) {
        r = ms_arena_strdup(a, real);
        free(real);
        return r;
    }
    if (path[0] == '/' || !getcwd(cwd, sizeof(cwd))) {
        return path;
    }
    return ms_arena_printf(a, "%s/%s", cwd, path);
}

int options_init(struct options *o, const char *site, const char *state, struct ms_err *err)
{
    static const char scheme[] = "unix://";
    const char *host = getenv("DOCKER_HOST");

    o->arena = ms_arena_new();
    if (host && !strncmp(host, scheme, sizeof(scheme) - 1)) {
        o->engine_socket = ms_arena_strdup(o->arena, host + sizeof(scheme) - 1);
    }
    return ms_paths_init(o->arena, absolute(o->arena, site), absolute(o->arena, state), &o->paths,
                         err);
}

void options_done(struct options *o)
{
    ms_arena_free(o->arena);
    o->arena = NULL;
}

struct ms_engine *options_engine(void *o)
{
    const struct options *options = o;

    return ms_engine_docker(options->engine_socket);
}

static int invalid(struct ms_diags *d, enum load_from from, struct ms_err *err)
{
    ms_auto_free char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    if (!f) {
        return -1;
    }
    ms_diags_sort(d);
    ms_diags_print(d, f);
    (void)fclose(f);
    if (n && text[n - 1] == '\n') {
        text[n - 1] = '\0';
    }
    ms_err_done(err);
    return ms_err_set(err, MS_ECONFIG, 0, "site.yaml%s is not valid\n%s",
                      from == LOAD_APPLIED ? " as it was last applied" : "", text);
}

/* The text that was last applied: 1, 0 before the first `up`, -1 failed. */
static int read_applied(const struct options *o, struct ms_buf *text, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/site.yaml", o->paths.state);

    ms_buf_init(text, SITE_MAX);
    if (!ms_fs_exists(path)) {
        return 0;
    }
    return ms_fs_read(path, text, err) < 0 ? -1 : 1;
}

bool load_is_pending(const struct options *o)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf applied = {0}, now = {0};

    if (read_applied(o, &applied, &err) <= 0) {
        return false;
    }
    ms_buf_init(&now, SITE_MAX);
    return ms_fs_read(o->paths.site, &now, &err) < 0 || now.len != applied.len ||
           memcmp(now.p, applied.p, now.len) != 0;
}

static int load_site(const struct options *o, enum load_from from, struct ms_diags *d,
                     struct ms_buf *text, struct ms_site **ret, struct ms_err *err)
{
    int r = from == LOAD_APPLIED ? read_applied(o, text, err) : 0;

    if (r == 0) {
        ms_buf_done(text);
        ms_buf_init(text, SITE_MAX);
        r = ms_fs_read(o->paths.site, text, err);
    }
    if (r < 0 && text->too_big) { /* the parser says so in its own words */
        ms_err_done(err);
        return ms_site_load(o->paths.site, d, ret, err);
    }
    return r < 0 ? -1 : ms_site_load_text(o->paths.site, text->p, text->len, d, ret, err);
}

int loaded_init(struct loaded *l, const struct options *o, enum load_from from, struct ms_err *err)
{
    ms_auto_diags struct ms_diags d = {0};
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    struct ms_ssh ssh;

    ms_diags_init(&d, DIAGS_SHOWN);
    if (load_site(o, from, &d, &l->text, &site, err) < 0) {
        return err->code == MS_ECONFIG ? invalid(&d, from, err) : -1;
    }
    ms_host_ssh("", &ssh);
    ms_site_fit(site, ms_host_memory());
    ms_site_fit_ssh(site, &ssh);
    if (ms_stack_build(site, &o->paths, &l->stack, err) < 0) {
        return -1;
    }
    l->site = ms_steal(&site);
    return 0;
}

void loaded_done(struct loaded *l)
{
    ms_stack_free(l->stack);
    ms_site_free(l->site);
    ms_buf_done(&l->text);
    *l = (struct loaded){0};
}
