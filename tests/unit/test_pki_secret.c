/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets: made once, kept private, refused when they are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/wait.h>

#include "modules/core/pki/pki.h"
#include "tests/unit/fixture_dir.h"

#define auto_secret ms_cleanup(ms_secret_freep)

static void check_fails(const char *dir, const char *name, bool create, enum ms_code code,
                        const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *s = NULL;

    assert_int_equal(ms_secret_get(dir, name, create, &s, &err), -1);
    assert_int_equal(err.code, code);
    if (!strstr(ms_err_msg(&err), part)) {
        fail_msg("\"%s\" is not in: %s", part, ms_err_msg(&err));
    }
    assert_null(s);
}

static void test_made_once(void **state)
{
    const char *dir = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    auto_secret char *a = NULL;
    auto_secret char *b = NULL;
    auto_secret char *c = NULL;
    mode_t old = umask(0);

    check_fails(dir, "rspamd.controller", false, MS_ENOTFOUND, "does not exist");
    assert_int_equal(ms_secret_get(dir, "rspamd.controller", true, &a, &err), 0);
    umask(old);
    assert_int_equal(strlen(a), 32);
    assert_int_equal(fixture_mode(dir, "secrets"), 0700);
    assert_int_equal(fixture_mode(dir, "secrets/rspamd.controller"), 0600);
    assert_int_equal(ms_secret_get(dir, "rspamd.controller", true, &b, &err), 0);
    assert_string_equal(a, b);
    assert_int_equal(ms_secret_get(dir, "other", true, &c, &err), 0);
    assert_string_not_equal(a, c);
}

static void test_open_files(void **state)
{
    const char *dir = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    auto_secret char *s = NULL;
    ms_auto_free char *path = ms_xasprintf("%s/secrets/x", dir);
    ms_auto_free char *folder = ms_xasprintf("%s/secrets", dir);

    assert_int_equal(ms_secret_get(dir, "x", true, &s, &err), 0);
    assert_int_equal(chmod(path, 0640), 0);
    check_fails(dir, "x", true, MS_EINVAL, "chmod 600");
    assert_int_equal(chmod(path, 0604), 0);
    check_fails(dir, "x", true, MS_EINVAL, "(mode 0604)");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(folder, 0750), 0);
    check_fails(dir, "x", true, MS_EINVAL, "chmod 700");
}

static void test_by_hand(void **state)
{
    const char *dir = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    auto_secret char *s = NULL;
    auto_secret char *made = NULL;
    ms_auto_free char *link = ms_xasprintf("%s/secrets/link", dir);
    ms_auto_free char *fifo = ms_xasprintf("%s/secrets/fifo", dir);
    char *big = ms_xcalloc(4098, 1);

    assert_int_equal(ms_secret_get(dir, "first", true, &made, &err), 0);
    fixture_write(dir, "secrets/hand", "p w\n", 0600);
    assert_int_equal(ms_secret_get(dir, "hand", true, &s, &err), 0);
    assert_string_equal(s, "p w");
    fixture_write(dir, "secrets/empty", "\n", 0600);
    check_fails(dir, "empty", true, MS_EINVAL, "the file is empty");
    fixture_write(dir, "secrets/two", "a\nb\n", 0600);
    check_fails(dir, "two", true, MS_EINVAL, "control character");
    memset(big, 'x', 4097);
    fixture_write(dir, "secrets/big", big, 0600);
    free(big);
    check_fails(dir, "big", true, MS_EINVAL, "too long");
    assert_int_equal(symlink("hand", link), 0);
    check_fails(dir, "link", true, MS_EINVAL, "symbolic link");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    check_fails(dir, "fifo", true, MS_EINVAL, "not a regular file");
}

static void test_names(void **state)
{
    static const char *const bad[] = {"", ".", "..", ".x", "../x", "a/b", "A", "a b", "a\n"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check_fails(*state, bad[i], true, MS_EINVAL, "is no name for a secret");
    }
}

/* Children wait at a pipe, then all ask for the same absent secret. */
static void ask(const char *dir, int start, int out)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *s = NULL;
    char c;

    if (read(start, &c, 1) == 0 && ms_secret_get(dir, "race", true, &s, &err) == 0 &&
        write(out, s, 32) == 32) {
        ms_secret_free(s);
        _exit(0);
    }
    _exit(1);
}

static void test_race(void **state)
{
    enum { N = 8 };
    int start[2], out[2];
    char first[32], next[32];

    assert_int_equal(pipe(start), 0);
    assert_int_equal(pipe(out), 0);
    for (int i = 0; i < N; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (!pid) {
            close(start[1]);
            ask(*state, start[0], out[1]);
        }
    }
    close(start[1]);
    close(start[0]);
    close(out[1]);
    for (int i = 0; i < N; i++) {
        int status = -1;

        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        assert_int_equal(read(out[0], i ? next : first, 32), 32);
        assert_true(!i || !memcmp(first, next, 32));
    }
    close(out[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_made_once, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_open_files, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_by_hand, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_names, fixture_dir_make, fixture_dir_remove),
        cmocka_unit_test_setup_teardown(test_race, fixture_dir_make, fixture_dir_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
