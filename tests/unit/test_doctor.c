/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshd's settings from its files, what is judged weak, and the other judgements of a host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/doctor/host.h"

static void parse(const char *text, struct ms_sshd *ret)
{
    memset(ret, 0, sizeof(*ret));
    ms_sshd_parse(ret, text, strlen(text), NULL, NULL);
    ms_sshd_finish(ret);
}

static void test_values(void **state)
{
    struct ms_sshd s;

    (void)state;
    parse("# comment\n"
          "PermitRootLogin yes\n"
          "permitrootlogin no\n" /* the first one counts */
          "  PasswordAuthentication\t=  \"NO\"  # why\n"
          "KbdInteractiveAuthentication=no\n"
          "Port 2222\nPort 22\nPort 22\nPort 0\nPort x\nPort 70000\n"
          "ListenAddress 192.0.2.1:2200\nListenAddress [2001:db8::1]:2201\n"
          "ListenAddress 2001:db8::2\nListenAddress 0.0.0.0\n"
          "MaxAuthTries\n\n=\n\"\n",
          &s);
    assert_string_equal(s.value[MS_SSHD_PERMIT_ROOT_LOGIN], "yes");
    assert_string_equal(s.value[MS_SSHD_PASSWORD], "no");
    assert_string_equal(s.value[MS_SSHD_KEYBOARD_INTERACTIVE], "no");
    assert_string_equal(s.value[MS_SSHD_MAX_AUTH_TRIES], "");
    assert_int_equal(s.n_ports, 4);
    assert_int_equal(s.ports[0], 2222);
    assert_int_equal(s.ports[1], 22);
    assert_int_equal(s.ports[2], 2200);
    assert_int_equal(s.ports[3], 2201);
    parse("", &s);
    assert_int_equal(s.n_ports, 1);
    assert_int_equal(s.ports[0], 22);
}

/* Settings in a Match block do not count for all; `Match all` ends it. */
static void test_match(void **state)
{
    struct ms_sshd s;

    (void)state;
    parse("PasswordAuthentication no\n"
          "Match User backup\n"
          " PermitRootLogin no\n"
          " PasswordAuthentication yes\n"
          "Match all\n"
          "PermitRootLogin no\n"
          "Match Address 192.0.2.0/24\n"
          "PermitEmptyPasswords yes\n",
          &s);
    assert_string_equal(s.value[MS_SSHD_PASSWORD], "no");
    assert_string_equal(s.matched[MS_SSHD_PASSWORD], "yes");
    assert_string_equal(s.value[MS_SSHD_PERMIT_ROOT_LOGIN], "no");
    assert_string_equal(s.matched[MS_SSHD_PERMIT_ROOT_LOGIN], "");
    assert_string_equal(s.value[MS_SSHD_EMPTY_PASSWORDS], "");
    assert_string_equal(s.matched[MS_SSHD_EMPTY_PASSWORDS], "yes");
}

static void test_judge(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        enum ms_check_state first;
        const char *says;
    } rows[] = {
        /* OpenSSH's defaults accept passwords */
        {"", 1, MS_CHECK_WARN, "passwords are accepted"},
        {"PasswordAuthentication no\nKbdInteractiveAuthentication no\n", 1, MS_CHECK_OK, "nothing"},
        {"PasswordAuthentication no\nChallengeResponseAuthentication no\n", 1, MS_CHECK_OK, "no"},
        {"PasswordAuthentication no\n", 1, MS_CHECK_WARN, "keyboard-interactive"},
        {"PermitRootLogin yes\n", 2, MS_CHECK_FAIL, "root may log in with a password"},
        {"PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n", 2,
         MS_CHECK_OK, "root logs in with a key only"},
        {"PasswordAuthentication no\nKbdInteractiveAuthentication no\nMatch User a\n"
         "PasswordAuthentication yes\n",
         1, MS_CHECK_WARN, "in a Match block"},
        {"PermitEmptyPasswords yes\n", 2, MS_CHECK_FAIL, "without a password"},
        {"PasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxAuthTries 20\n"
         "Protocol 2,1\nStrictModes no\nIgnoreRhosts no\nHostbasedAuthentication yes\n",
         5, MS_CHECK_WARN, "vouch"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_auto_checks struct ms_checks f = {0};
        struct ms_sshd s;

        ms_checks_init(&f);
        parse(rows[i].text, &s);
        ms_sshd_judge(&s, &f);
        assert_int_equal(f.n, rows[i].n);
        assert_int_equal(f.v[0].state, rows[i].first);
        assert_non_null(strstr(f.v[0].observed, rows[i].says));
        assert_int_equal(f.v[0].state == MS_CHECK_OK, f.v[0].fix == NULL);
    }
}

static void write_file(const char *root, const char *name, const char *text)
{
    const struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/%s", root, name);
    ms_auto_free char *dir = ms_xstrdup(path);

    *strrchr(dir, '/') = '\0';
    assert_int_equal(ms_fs_mkdir_p(dir, 0700, &err), 0);
    assert_int_equal(ms_fs_write_atomic(path, text, strlen(text), attr, &err), 0);
}

/* Include with a pattern, relative and in a circle; where the log is. */
static void test_files(void **state)
{
    char root[] = "/tmp/mailstead-doctor-XXXXXX";
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *etc = NULL;
    struct ms_sshd s;
    struct ms_ssh ssh;

    (void)state;
    assert_non_null(mkdtemp(root));
    etc = ms_xasprintf("%s/etc/ssh", root);
    assert_int_equal(ms_host_sshd(etc, &s), -1);
    ms_host_ssh(root, &ssh);
    assert_int_equal(ssh.n_ports, 0);
    write_file(root, "etc/ssh/sshd_config",
               "Include sshd_config.d/*.conf none/*\nPort 2022\nPasswordAuthentication yes\n"
               "Match User x\nInclude weak\n");
    write_file(root, "etc/ssh/sshd_config.d/b.conf", "PasswordAuthentication yes\n");
    write_file(root, "etc/ssh/sshd_config.d/a.conf",
               "PasswordAuthentication no\nInclude sshd_config\nMatch User y\n");
    write_file(root, "etc/ssh/weak", "PermitRootLogin yes\n");
    assert_int_equal(ms_host_sshd(etc, &s), 0);
    assert_string_equal(s.value[MS_SSHD_PASSWORD], "no");
    assert_string_equal(s.value[MS_SSHD_PERMIT_ROOT_LOGIN], "");
    assert_string_equal(s.matched[MS_SSHD_PERMIT_ROOT_LOGIN], "yes");
    ms_host_ssh(root, &ssh);
    assert_int_equal(ssh.log, MS_SSH_LOG_NONE);
    assert_int_equal(ssh.ports[0], 2022);
    write_file(root, "var/log/auth.log", "");
    ms_host_ssh(root, &ssh);
    assert_int_equal(ssh.log, MS_SSH_LOG_FILE);
    assert_string_equal(ssh.log_dir, "/var/log");
    write_file(root, "run/log/journal/0123/system.journal", "");
    ms_host_ssh(root, &ssh);
    assert_int_equal(ssh.log, MS_SSH_LOG_JOURNAL);
    assert_string_equal(ssh.log_dir, "/run/log/journal");
    assert_int_equal(ms_fs_remove_tree(root, &err), 0);
}

static void test_host(void **state)
{
    const uint64_t gib = (uint64_t)1 << 30;
    ms_auto_checks struct ms_checks f = {0};
    json_t *j;

    (void)state;
    ms_checks_init(&f);
    ms_judge_disk(&(struct ms_disk){"disk", "/x", 20 * gib, 40 * gib}, &f);
    assert_false(ms_checks_bad(&f));
    ms_judge_clock(1800000000, true, &f);
    ms_judge_kernel("6.1.0-18-amd64", &f);
    ms_judge_kernel("5.12", &f);
    ms_judge_kernel("strange", &f);
    assert_int_equal(f.v[4].state, MS_CHECK_UNKNOWN);
    assert_false(ms_checks_bad(&f));
    ms_judge_disk(&(struct ms_disk){"disk", "/x", 3 * gib, 40 * gib}, &f);
    assert_int_equal(f.v[5].state, MS_CHECK_WARN);
    assert_true(ms_checks_bad(&f));
    ms_judge_disk(&(struct ms_disk){"disk", "/x", 6 * gib, 400 * gib}, &f);
    assert_int_equal(f.v[6].state, MS_CHECK_WARN);
    ms_judge_disk(&(struct ms_disk){"disk", "/x", gib / 2, 40 * gib}, &f);
    assert_int_equal(f.v[7].state, MS_CHECK_FAIL);
    ms_judge_clock(1800000000, false, &f);
    assert_int_equal(f.v[8].state, MS_CHECK_WARN);
    ms_judge_clock(0, true, &f);
    assert_int_equal(f.v[9].state, MS_CHECK_FAIL);
    ms_judge_kernel("5.10.0", &f);
    assert_int_equal(f.v[10].state, MS_CHECK_FAIL);
    ms_check_disk("disk", "/nonexistent/mailstead/here", &f);
    ms_check_clock(&f);
    ms_check_kernel(&f);
    j = ms_checks_json(&f);
    assert_int_equal(json_array_size(j), f.n);
    assert_string_equal(json_string_value(json_object_get(json_array_get(j, 7), "state")), "fail");
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_match), cmocka_unit_test(test_judge),
        cmocka_unit_test(test_files),  cmocka_unit_test(test_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
