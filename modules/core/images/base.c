/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/images/images.h"
#include "modules/core/images/images_priv.h"

#define MIRROR "http://deb.debian.org/debian"
#define MIRROR_SECURITY "http://deb.debian.org/debian-security"
#define SUITE "trixie"

enum { BOOTSTRAP_MS = 20 * 60 * 1000 };

/* The constant part of the recipe. What the options write stays in the image, so the packages that
 * component images add are as lean as the base: no documentation, translations or package files. A
 * policy-rc.d keeps packages from starting daemons while an image is built. */
static const char *const recipe[] = {
    "mmdebstrap",
    "--variant=minbase",
    "--format=tar",
    "--components=main",
    "--aptopt=APT::Install-Recommends \"false\"",
    "--aptopt=Acquire::Languages \"none\"",
    "--aptopt=Acquire::GzipIndexes \"true\"",
    "--dpkgopt=force-unsafe-io",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/groff/*",
    "--dpkgopt=path-exclude=/usr/share/lintian/*",
    "--skip=chroot/policy-rc.d", /* it would remove ours at its end */
    "--customize-hook=printf '#!/bin/sh\\nexit 101\\n' >\"$1/usr/sbin/policy-rc.d\"",
    "--customize-hook=chmod 755 \"$1/usr/sbin/policy-rc.d\"",
    "--customize-hook=rm -f \"$1\"/var/cache/apt/*.bin \"$1\"/var/cache/debconf/*-old",
    "--customize-hook=printf '%s\\n' "
    "'DPkg::Post-Invoke {\"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin\";};' "
    "'Dir::Cache::pkgcache \"\";' 'Dir::Cache::srcpkgcache \"\";' "
    ">\"$1/etc/apt/apt.conf.d/docker-clean\"",
    NULL,
};

enum { N_SUITES = 3, N_RECIPE = sizeof(recipe) / sizeof(recipe[0]) - 1 };

/* The lines of sources.list. Each is freed by the caller. */
static void sources(const struct ms_site *site, char *out[N_SUITES])
{
    const char *mirror = site->mirror ? site->mirror : MIRROR;
    size_t n = strlen(mirror);
    ms_auto_free char *security = NULL;

    while (n && mirror[n - 1] == '/') {
        n--;
    }
    /* a mirror keeps the security archive beside the main one, as deb.debian.org does */
    security =
        site->mirror ? ms_xasprintf("%.*s-security", (int)n, mirror) : ms_xstrdup(MIRROR_SECURITY);
    out[0] = ms_xasprintf("deb %.*s " SUITE " main", (int)n, mirror);
    out[1] = ms_xasprintf("deb %.*s " SUITE "-updates main", (int)n, mirror);
    out[2] = ms_xasprintf("deb %s " SUITE "-security main", security);
}

static void free_sources(char *v[N_SUITES])
{
    for (size_t i = 0; i < N_SUITES; i++) {
        free(v[i]);
    }
}

int ms_image_base_ref(const char *data_dir, const struct ms_site *site, char **ret,
                      struct ms_err *err)
{
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();
    char *lines[N_SUITES], text[MS_HASH_TEXT];

    (void)data_dir;
    (void)err;
    if (site->images_base) {
        *ret = ms_xstrdup(site->images_base);
        return 0;
    }
    sources(site, lines);
    for (size_t i = 0; i < N_RECIPE; i++) {
        ms_hash_adds(h, recipe[i]);
    }
    for (size_t i = 0; i < N_SUITES; i++) {
        ms_hash_adds(h, lines[i]);
    }
    free_sources(lines);
    ms_hash_end(h, text);
    *ret = ms_xasprintf("mailstead/base:%.12s", text);
    return 0;
}

/* Run mmdebstrap into tar; a failure holds its last lines. */
static int bootstrap(const struct ms_site *site, const char *tar, struct ms_image_lines *out,
                     struct ms_err *err)
{
    const char *argv[N_RECIPE + 2 + N_SUITES + 1];
    char *lines[N_SUITES];
    int status = 0, r;
    size_t n = 0;

    sources(site, lines);
    for (size_t i = 0; i < N_RECIPE; i++) {
        argv[n++] = recipe[i];
    }
    argv[n++] = SUITE;
    argv[n++] = tar;
    for (size_t i = 0; i < N_SUITES; i++) {
        argv[n++] = lines[i];
    }
    argv[n] = NULL;
    r = ms_proc_run(argv, BOOTSTRAP_MS, ms_image_lines_add, out, &status, err);
    free_sources(lines);
    if (r < 0) {
        return -1;
    }
    if (status == 127) {
        return ms_err_set(err, MS_EIO, 0,
                          "mmdebstrap does not run: install the package mmdebstrap");
    }
    return status ? ms_image_lines_error(out, "mmdebstrap", status, err) : 0;
}

static int make_base(const struct ms_image_job *j, const char *ref, struct ms_image_lines *out,
                     struct ms_err *err)
{
    ms_auto_free char *tar = ms_xasprintf("%s/base-%ld.tar", j->work_dir, (long)getpid());
    int r;

    if (ms_fs_mkdir_p(j->work_dir, 0700, err) < 0) {
        return -1;
    }
    r = bootstrap(j->site, tar, out, err);
    if (!r) {
        r = j->engine->ops->image_import(j->engine->impl, tar, ref, err);
    }
    (void)unlink(tar);
    return r;
}

int ms_image_build_base(const struct ms_image_job *j, struct ms_err *err)
{
    struct ms_image_lines out = {.on_line = j->on_line, .arg = j->arg};
    const struct ms_engine_ops *ops = j->engine->ops;
    ms_auto_free char *ref = NULL;
    int r;

    if (ms_image_base_ref(j->data_dir, j->site, &ref, err) < 0) {
        return -1;
    }
    r = ops->image_find(j->engine->impl, ref, NULL, err);
    if (r) {
        return r < 0 ? -1 : 0;
    }
    r = j->site->images_base ? ops->image_pull(j->engine->impl, ref, err)
                             : make_base(j, ref, &out, err);
    ms_image_lines_done(&out);
    return r < 0 ? ms_err_wrap(err, "base image") : 0;
}
