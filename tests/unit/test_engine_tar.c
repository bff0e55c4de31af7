/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/engine/tar.h"

static char dir[64];

static char *in_dir(const char *name)
{
    return ms_xasprintf("%s/%s", dir, name);
}

static void put(const char *name, const char *text, size_t n, mode_t mode)
{
    ms_auto_free char *path = in_dir(name);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_fs_attr attr = {.mode = mode, .uid = (uid_t)-1, .gid = (gid_t)-1};

    assert_int_equal(ms_fs_write_atomic(path, text, n, attr, &err), 0);
}

static void make_dir(const char *name, mode_t mode)
{
    ms_auto_free char *path = in_dir(name);

    assert_int_equal(mkdir(path, mode), 0);
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/test_engine_tar.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    return ms_fs_remove_tree(dir, &err);
}

/* The whole stream, read in pieces of cap bytes. */
static void stream(struct ms_tar *t, size_t cap, struct ms_buf *b)
{
    char chunk[4096];
    ssize_t n;

    while ((n = ms_tar_read(t, chunk, cap)) > 0) {
        ms_buf_add(b, chunk, (size_t)n);
    }
    assert_int_equal(n, 0);
    assert_false(b->too_big);
    assert_int_equal(ms_tar_read(t, chunk, cap), 0);
}

static void add_line(void *arg, const char *line)
{
    ms_buf_addf(arg, "%s\n", line);
}

static char *tree(char name[300])
{
    char target[200];
    ms_auto_free char *link = in_dir("link"), *far = in_dir("far");

    put("b.txt", "content\n", 8, 0640);
    put("run", "#!/bin/sh\n", 10, 0700);
    put("empty", "", 0, 0644);
    make_dir("d", 0700);
    put("d/in", "x", 1, 0666);
    memset(name, 'n', 120);
    memcpy(name, "d/", 2);
    name[120] = '\0';
    put(name, "long", 4, 0644);
    assert_int_equal(symlink("b.txt", link), 0);
    memset(target, 't', 150);
    target[150] = '\0';
    assert_int_equal(symlink(target, far), 0);
    return ms_xmemdup0(target, 150);
}

static void test_tar_reads_it(void **state)
{
    char name[300];
    ms_auto_free char *target = tree(name), *expected = NULL;
    ms_auto_free char *file = ms_xasprintf("%s.tar", dir);
    ms_cleanup(ms_tar_freep) struct ms_tar *t = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0}, list = {0};
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};
    const char *argv[] = {"env", "TZ=UTC", "tar", "--numeric-owner", "-tvf", file, NULL};
    int status;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    ms_buf_init(&list, 1 << 16);
    assert_int_equal(ms_tar_open(dir, &t, &err), 0);
    stream(t, 4096, &b);
    assert_int_equal(b.len % 512, 0);
    assert_int_equal(ms_fs_write_atomic(file, b.p, b.len, attr, &err), 0);
    assert_int_equal(ms_proc_run(argv, 10000, add_line, &list, &status, &err), 0);
    (void)unlink(file);
    assert_int_equal(status, 0);
    expected = ms_xasprintf("-rw-r--r-- 0/0               8 1970-01-01 00:00 b.txt\n"
                            "drwxr-xr-x 0/0               0 1970-01-01 00:00 d/\n"
                            "-rw-r--r-- 0/0               1 1970-01-01 00:00 d/in\n"
                            "-rw-r--r-- 0/0               4 1970-01-01 00:00 %s\n"
                            "-rw-r--r-- 0/0               0 1970-01-01 00:00 empty\n"
                            "lrwxrwxrwx 0/0               0 1970-01-01 00:00 far -> %s\n"
                            "lrwxrwxrwx 0/0               0 1970-01-01 00:00 link -> b.txt\n"
                            "-rwxr-xr-x 0/0              10 1970-01-01 00:00 run\n",
                            name, target);
    assert_string_equal(list.p, expected);
}

static void test_same_bytes_in_any_pieces(void **state)
{
    static const size_t caps[] = {1, 7, 511, 512, 4096};
    char name[300], first[MS_HASH_TEXT], text[MS_HASH_TEXT];
    ms_auto_free char *target = tree(name);

    (void)state;
    assert_non_null(target);
    for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
        ms_cleanup(ms_tar_freep) struct ms_tar *t = NULL;
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, 1 << 20);
        assert_int_equal(ms_tar_open(dir, &t, &err), 0);
        stream(t, caps[i], &b);
        ms_hash_bytes(b.p, b.len, i ? text : first);
        if (i) {
            assert_string_equal(text, first);
        }
    }
}

static void hash(char out[MS_HASH_TEXT])
{
    ms_cleanup(ms_tar_freep) struct ms_tar *t = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    assert_int_equal(ms_tar_open(dir, &t, &err), 0);
    assert_int_equal(ms_tar_hash(t, out, &err), 0);
}

static void test_hash_sees_changes(void **state)
{
    char a[MS_HASH_TEXT], b[MS_HASH_TEXT];

    (void)state;
    put("f", "one", 3, 0644);
    hash(a);
    put("f", "one", 3, 0664); /* an umask is no change */
    hash(b);
    assert_string_equal(a, b);
    put("f", "two", 3, 0644);
    hash(b);
    assert_string_not_equal(a, b);
    put("f", "one", 3, 0755);
    hash(b);
    assert_string_not_equal(a, b);
    put("f", "one", 3, 0644);
    make_dir("g", 0755);
    hash(b);
    assert_string_not_equal(a, b);
}

static void test_refuses_what_it_cannot_hold(void **state)
{
    ms_auto_free char *fifo = in_dir("fifo");
    ms_auto_err struct ms_err err = MS_ERR_INIT, absent = MS_ERR_INIT;
    struct ms_tar *t = NULL;

    (void)state;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(ms_tar_open(dir, &t, &err), -1);
    assert_int_equal(err.code, MS_EINVAL);
    assert_non_null(strstr(err.msg, "fifo"));
    assert_int_equal(ms_tar_open("/nonexistent/folder", &t, &absent), -1);
    assert_int_equal(absent.code, MS_EIO);
}

static void test_a_file_that_shrinks(void **state)
{
    ms_cleanup(ms_tar_freep) struct ms_tar *t = NULL;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char chunk[4096];
    ssize_t n;

    (void)state;
    put("f", "longer text", 11, 0644);
    assert_int_equal(ms_tar_open(dir, &t, &err), 0);
    put("f", "short", 5, 0644);
    while ((n = ms_tar_read(t, chunk, sizeof(chunk))) > 0) {
    }
    assert_int_equal(n, -1);
    assert_non_null(strstr(ms_tar_error(t), "/f: the file has shrunk"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tar_reads_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_bytes_in_any_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hash_sees_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refuses_what_it_cannot_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_that_shrinks, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
