/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/engine/fake.h"
#include "modules/core/images/images.h"

static char dir[64];

static void put(const char *name, const char *text, mode_t mode)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, name);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_fs_attr attr = {.mode = mode, .uid = (uid_t)-1, .gid = (gid_t)-1};

    assert_int_equal(ms_fs_write_atomic(path, text, strlen(text), attr, &err), 0);
}

static int setup(void **state)
{
    ms_auto_free char *path = NULL, *bin = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/test_images.XXXXXX");
    if (!mkdtemp(dir)) {
        return -1;
    }
    path = ms_xasprintf("%s/images/web", dir);
    bin = ms_xasprintf("%s/bin", dir);
    if (ms_fs_mkdir_p(path, 0755, &err) < 0 || ms_fs_mkdir_p(bin, 0755, &err) < 0) {
        return -1;
    }
    put("images/web/Dockerfile", "ARG BASE\nFROM ${BASE}\n", 0644);
    return 0;
}

static int teardown(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    return ms_fs_remove_tree(dir, &err);
}

static char *base_ref(const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *ref = NULL;

    assert_int_equal(ms_image_base_ref(dir, site, &ref, &err), 0);
    return ref;
}

static char *web_ref(const struct ms_site *site)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *ref = NULL;

    assert_int_equal(ms_image_ref(dir, site, "web", &ref, &err), 0);
    return ref;
}

static void test_references(void **state)
{
    struct ms_site plain = {0}, mirror = {.mirror = "http://mirror.test/debian"};
    struct ms_site slash = {.mirror = "http://mirror.test/debian/"};
    struct ms_site own = {.images_base = "debian:trixie-slim"};
    ms_auto_free char *a = base_ref(&plain), *b = base_ref(&mirror), *c = base_ref(&slash);
    ms_auto_free char *d = base_ref(&own), *e = web_ref(&plain), *f = web_ref(&own), *g = NULL;

    (void)state;
    assert_int_equal(strlen(a), strlen("mailstead/base:") + 12);
    assert_memory_equal(a, "mailstead/base:", 15);
    assert_string_not_equal(a, b);
    assert_string_equal(b, c);
    assert_string_equal(d, "debian:trixie-slim");
    assert_memory_equal(e, "mailstead/web:", 14);
    assert_string_not_equal(e, f); /* another base, another image */
    put("images/web/entrypoint", "#!/bin/sh\n", 0755);
    g = web_ref(&plain);
    assert_string_not_equal(e, g);
}

static void test_absent_component(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site site = {0};
    char *ref = NULL;

    (void)state;
    assert_int_equal(ms_image_ref(dir, &site, "nothing", &ref, &err), -1);
    assert_int_equal(err.code, MS_EIO);
    assert_non_null(strstr(err.msg, "image of nothing: "));
    assert_null(ref);
}

static void add_line(void *arg, const char *line)
{
    ms_buf_addf(arg, "%s;", line);
}

static void test_build_once(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    struct ms_site site = {0};
    ms_auto_free char *ref = web_ref(&site), *log = ms_xasprintf("image_build %s\n", ref);

    (void)state;
    ms_buf_init(&b, 1000);
    ms_engine_fake_images(e, false);
    assert_int_equal(
        ms_image_build(
            &(struct ms_image_job){
                .engine = e, .data_dir = dir, .site = &site, .on_line = add_line, .arg = &b},
            "web", &err),
        0);
    assert_string_equal(b.p, "Step 1/1 : FROM fake;");
    assert_int_equal(
        ms_image_build(
            &(struct ms_image_job){
                .engine = e, .data_dir = dir, .site = &site, .on_line = add_line, .arg = &b},
            "web", &err),
        0);
    assert_string_equal(ms_engine_fake_log(e), log);
}

/* A program in place of mmdebstrap: it writes the tar, or fails with many lines. */
static void test_base(void **state)
{
    static const char script[] = "#!/bin/sh\n"
                                 "for a; do case $a in *.tar) tar=$a;; esac; done\n"
                                 "i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo line-$i; done\n"
                                 "[ -z \"$FAIL\" ] || exit 25\n"
                                 "echo x >\"$tar\"\n";
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    ms_auto_free char *old = ms_xstrdup(getenv("PATH"));
    ms_auto_free char *path = ms_xasprintf("%s/bin:%s", dir, old);
    ms_auto_free char *work = ms_xasprintf("%s/work", dir), *ref = NULL, *log = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site site = {0};

    (void)state;
    put("bin/mmdebstrap", script, 0755);
    ms_engine_fake_images(e, false);
    assert_int_equal(setenv("PATH", path, 1), 0);
    assert_int_equal(setenv("FAIL", "1", 1), 0);
    assert_int_equal(
        ms_image_build_base(
            &(struct ms_image_job){.engine = e, .data_dir = dir, .work_dir = work, .site = &site},
            &err),
        -1);
    assert_non_null(strstr(err.msg, "mmdebstrap ended with status 25\n  line-6\n"));
    assert_non_null(strstr(err.msg, "\n  line-20"));
    assert_null(strstr(err.msg, "line-5\n"));
    ms_err_done(&err);
    assert_int_equal(unsetenv("FAIL"), 0);
    assert_int_equal(
        ms_image_build_base(
            &(struct ms_image_job){.engine = e, .data_dir = dir, .work_dir = work, .site = &site},
            &err),
        0);
    assert_int_equal(
        ms_image_build_base(
            &(struct ms_image_job){.engine = e, .data_dir = dir, .work_dir = work, .site = &site},
            &err),
        0);
    ref = base_ref(&site);
    log = ms_xasprintf("image_import %s\n", ref);
    assert_string_equal(ms_engine_fake_log(e), log);
    assert_int_equal(rmdir(work), 0); /* the tar is gone */
    assert_int_equal(setenv("PATH", old, 1), 0);
}

static void test_own_base_is_pulled(void **state)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = ms_engine_fake(0);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_site site = {.images_base = "debian:trixie-slim"};

    (void)state;
    ms_engine_fake_images(e, false);
    assert_int_equal(
        ms_image_build_base(
            &(struct ms_image_job){.engine = e, .data_dir = dir, .work_dir = dir, .site = &site},
            &err),
        0);
    assert_string_equal(ms_engine_fake_log(e), "image_pull debian:trixie-slim\n");
}

#define BOTH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_references), BOTH(test_absent_component),   BOTH(test_build_once),
        BOTH(test_base),       BOTH(test_own_base_is_pulled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
